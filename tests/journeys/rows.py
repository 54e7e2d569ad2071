"""What a bot's database holds, read from outside while the bot runs: SQLite's file, or PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from bot.storage.database import normalise_url
from tests.patience import PATIENCE_S


class Rows(Protocol):
    """`sql` with `?` for each value; rows as dictionaries."""

    def read(self, sql: str, *values: Any) -> list[dict[str, Any]]: ...

    def write(self, sql: str, *values: Any) -> None: ...

    def close(self) -> None: ...


def rows_of(database_url: str) -> Rows:
    """The rows at a URL as DATABASE_URL takes it."""
    if database_url.startswith("sqlite"):
        return SqliteRows(Path(database_url.removeprefix("sqlite:///")))
    return PostgresqlRows(database_url)


class SqliteRows:
    """A file, opened anew each time: it may not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=PATIENCE_S)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def write(self, sql: str, *values: Any) -> None:
        """Times as SQLAlchemy keeps them: UTC, without zone."""
        plain = [
            f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value
            for value in values
        ]
        with sqlite3.connect(self._path, timeout=PATIENCE_S) as connection:
            connection.execute(sql, plain)
        connection.close()

    def close(self) -> None:
        """Nothing is held."""


class PostgresqlRows:
    """One connection, opened when first asked."""

    def __init__(self, database_url: str) -> None:
        self._url = normalise_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._runner = asyncio.Runner()
        self._connection: asyncpg.Connection | None = None

    def read(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        found = self._runner.run(self._fetch(sql, values))
        return [dict(row) for row in found]

    def write(self, sql: str, *values: Any) -> None:
        self._runner.run(self._fetch(sql, values))

    async def _fetch(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._url)
        head, *rest = sql.split("?")
        numbered = head + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
        found: list[Any] = await self._connection.fetch(numbered, *values)
        return found

    def close(self) -> None:
        if self._connection is not None:
            self._runner.run(self._connection.close())
        self._runner.close()
