"""The database: one door for reading, one for writing, on SQLite or PostgreSQL.

Every transaction goes through `read()`, `write()`, their likes `…_apart()`, or `…_direct()`. On SQLite writers stand in
one line, begin with `BEGIN IMMEDIATE` and commit with `synchronous=FULL`, so that a commit survives a power cut;
readers never wait for them (WAL). What may pass by itself (locked, full, unreachable) leaves here as WorldError.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from bot.model.errors import UserError, WorldError
from bot.storage.apart import READERS, Apart, Work
from bot.storage.line import Lane, Line
from bot.storage.reach import away, reached
from bot.storage.sqlite_checkpoints import Checkpointer
from bot.storage.sqlite_writer import (
    WRITER_PRAGMAS,
    DirectWriter,
    SameFile,
    enter_wal,
    keep_to_ourselves,
    passing_sqlite_trouble,
)

T = TypeVar("T")

DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "postgresql+psycopg": "postgresql+asyncpg",
    "postgresql+psycopg2": "postgresql+asyncpg",
}

Session: TypeAlias = AsyncSession
"""What `read()` and `write()` give, for signatures outside storage, where SQLAlchemy is not imported."""

POSTGRESQL_PARAMETERS: Final = frozenset(
    {"host", "passfile", "port", "prepared_statement_cache_size", "ssl", "sslmode", "target_session_attrs"}
)
"""What may follow the `?`. Providers append more for libpq (`channel_binding`), which asyncpg stumbles over."""

READER_PRAGMAS: Final = ("query_only=ON", "cache_size=-16384", "mmap_size=1073741824")
"""Lists scan indexes: they are read from the system's page cache in place."""

BUSY_TIMEOUT_S: Final = 5.0
"""How long a writer waits for another process's lock; GitHub waits 10 s for an answer."""

PASSING_SQLSTATE_CLASSES: Final = frozenset({"08", "40", "53", "55", "57", "58"})
"""PostgreSQL's classes for connection, rollback, resources, locks, operator and system trouble."""

READ_ONLY_SQLSTATE: Final = "25006"


def normalise_url(url: str) -> URL:
    """The async form of a database URL.

    Raises UserError for one that is neither SQLite nor PostgreSQL, or has parameters that the driver does not take.
    """
    hint = "DATABASE_URL takes sqlite:///file.db or postgresql://user:password@host/name."
    try:
        parsed = make_url(url)
        driver = DRIVERS[parsed.drivername]
    except (ArgumentError, KeyError, ValueError):
        raise UserError("This database is not one we know.", next_step=hint) from None
    parsed = parsed.set(drivername=driver)
    if driver.startswith("postgresql") and (unknown := sorted(parsed.query.keys() - POSTGRESQL_PARAMETERS)):
        raise UserError(
            f"DATABASE_URL has parameters that our PostgreSQL driver does not take: {', '.join(unknown)}.",
            next_step=f"Leave them out; it takes {', '.join(sorted(POSTGRESQL_PARAMETERS))}.",
        )
    if driver.startswith("postgresql") and "sslmode" in parsed.query:
        query = {name: value for name, value in parsed.query.items() if name != "sslmode"}
        parsed = parsed.set(query={**query, "ssl": parsed.query["sslmode"]})
    return parsed


class Database:
    """A lazily connected database. `url` may be any form that `normalise_url` takes."""

    def __init__(self, url: str, *, pool_size: int = 10, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = normalise_url(url)
        self._busy_timeout_s = busy_timeout_s
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        )
        if self.dialect == "sqlite":
            self._writer, self._reader = _sqlite_engines(self.url, pool_size, busy_timeout_s)
        else:
            self._writer = self._reader = _postgresql_engine(self.url, pool_size)
        self._relaxed = self._writer.execution_options(radar_relaxed=True)
        is_file = self.dialect == "sqlite" and self._writer is not self._reader
        self._file = SameFile(self.url.database or "") if is_file else None
        self._checkpointer = Checkpointer(self.url.database or "", require=self._require_file) if is_file else None
        self._line = Line(busy_timeout_s, after_turn=self._checkpointer.nudge) if self._checkpointer else None
        self.direct = DirectWriter(self.url.database or "", busy_timeout_s) if is_file else None
        """Set where `write_direct` works: on a SQLite file."""
        self._apart = self._beside(self.direct, busy_timeout_s) if self.direct is not None else None

    @property
    def name(self) -> str:
        """The URL as DATABASE_URL has it, without the driver that we add and without its password, for logs."""
        return self.url.set(drivername=self.url.get_backend_name()).render_as_string(hide_password=True)

    async def connect(self) -> None:
        """Prove that the database answers. Raises WorldError when it does not."""
        self._require_file()
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def migrate(self) -> None:
        """Bring the schema to the newest revision; safe while other processes do the same.

        Raises UserError or WorldError, naming its place, when the database cannot be opened.
        """
        from bot.storage.migrations.migrate import upgrade

        with _mapped_errors(), reached(self.url):
            if self.direct is not None:
                await asyncio.to_thread(enter_wal, self.url.database or "", self._busy_timeout_s)
            async with self._writer.begin() as connection:
                await connection.run_sync(upgrade)

    async def pending_revisions(self) -> tuple[str, ...]:
        """Revisions that `migrate()` would apply, oldest first; empty when the schema is current. Raises as it does."""
        from bot.storage.migrations.migrate import pending

        with _mapped_errors(), reached(self.url):
            async with self._reader.connect() as connection:
                return await connection.run_sync(pending)

    async def close(self) -> None:
        """Close all connections."""
        if self._checkpointer is not None:
            await asyncio.to_thread(self._checkpointer.close)
        if self._apart is not None:
            await self._apart.close()
        if self.direct is not None:
            await self.direct.close()
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One consistent look; on SQLite the connection refuses to write."""
        async with _transaction(self._reader) as session:
            yield session

    @asynccontextmanager
    async def write(self, *, durable: bool = True) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends well, rolled back otherwise.

        With `durable=False` SQLite does not wait for the disk: a power cut may undo it (and never anything before
        it), which suits what would simply be done again. Raises WorldError when the database is locked, full or
        away: then nothing of the block is kept.
        """
        async with self._in_line(), _transaction(self._writer if durable else self._relaxed) as session:
            yield session

    async def write_direct(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in one durable transaction on SQLite's own connection, in a thread; what it returns.

        For the one place that must keep up with any load: a transaction is one visit to another thread instead of
        one for each statement. Only where `direct` is set; raises WorldError as `write` does.
        """
        async with self._in_line(Lane.INTAKE):
            return await _required(self.direct).run(work)

    async def execute_direct(self, statement: str, values: Sequence[object]) -> None:
        """As `write_direct`, for a single statement: SQLite itself begins and commits."""
        async with self._in_line(Lane.INTAKE):
            await _required(self.direct).execute(statement, values)

    async def read_apart(self, work: Work[T]) -> T:
        """What `work(session)` returns, in one look as of `read`; `work` awaits nothing but its session.

        On a SQLite file it runs in a thread, with one visit there instead of three for each statement.
        """
        if self._apart is None:
            async with self.read() as session:
                return await work(session)
        with _mapped_errors():
            return await self._apart.read(work)

    async def write_apart(self, work: Work[T], *, durable: bool = True) -> T:
        """What `work(session)` returns, in one transaction as of `write`; `work` awaits nothing but its session.

        On a SQLite file it runs in the writer's thread, where it does not hold the pen while the event loop is busy
        with others, and shares its commit with those that wait too. For what a batch does for each repository.
        """
        if self._apart is None:
            async with self.write(durable=durable) as session:
                return await work(session)
        with _mapped_errors():
            return await self._apart.write(work, is_durable=durable)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """The pen, for a writer of this process with a connection of its own (the engine's journal).

        Without it the two would poll for SQLite's lock. Waits as long as it takes; no line on PostgreSQL. Raises
        WorldError when the file is another one by now.
        """
        self._require_file()
        return nullcontext() if self._line is None else self._line.turn(is_patient=True)

    def _beside(self, direct: DirectWriter, busy_timeout_s: float) -> Apart:
        return Apart(
            _sqlite_engine_apart(self.url, busy_timeout_s, is_writer=True),
            _sqlite_engine_apart(self.url, busy_timeout_s, is_writer=False),
            turn=self._in_line,
            in_writer=direct.call,
        )

    def _require_file(self) -> None:
        if self._file is not None:
            self._file.require()

    def _in_line(self, lane: Lane = Lane.WORK) -> AbstractAsyncContextManager[None]:
        self._require_file()
        return nullcontext() if self._line is None else self._line.turn(lane)


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    with _mapped_errors():
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            try:
                await session.connection()
            except (OSError, DBAPIError) as error:
                told = away(engine.url, error)
                if told is None:
                    raise
                raise told from error
            yield session


class _mapped_errors:
    """Turns the driver's passing troubles into WorldError; anything else goes through unchanged."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, PoolTimeoutError):
            raise WorldError("Every database connection is busy.", retry_after_s=1.0) from error
        if isinstance(error, DBAPIError):
            trouble = passing_trouble(error)
            if trouble:
                raise WorldError(f"The database is not able to just now: {trouble}.", retry_after_s=1.0) from error


def passing_trouble(error: DBAPIError) -> str:
    """What passes by itself, in the driver's words; "" for an error that would come back."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return passing_sqlite_trouble(original)
    state = str(getattr(original, "sqlstate", None) or "")
    if error.connection_invalidated or state == READ_ONLY_SQLSTATE or state[:2] in PASSING_SQLSTATE_CLASSES:
        return f"{type(original).__name__} {state}".strip()
    return ""


def _sqlite_engines(url: URL, pool_size: int, busy_timeout_s: float) -> tuple[AsyncEngine, AsyncEngine]:
    """A writer with one connection, and readers. In memory there is only one connection for both."""
    in_memory = url.database in {None, "", ":memory:"}
    if not in_memory and url.database is not None:
        _require_folder(Path(url.database))
    writer = _sqlite_engine(url, 1, busy_timeout_s, is_writer=True)
    return writer, writer if in_memory else _sqlite_engine(url, pool_size, busy_timeout_s, is_writer=False)


def _require_folder(path: Path) -> None:
    if not str(path).startswith("file:") and not path.absolute().parent.is_dir():
        raise UserError(
            f"The folder of the database {path} does not exist.", next_step="Create it or change DATABASE_URL."
        )


def _sqlite_engine(url: URL, pool_size: int, busy_timeout_s: float, *, is_writer: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        connect_args={"timeout": busy_timeout_s},
        **_sqlite_options(pool_size, busy_timeout_s),
    )
    _prepare_sqlite(engine.sync_engine, busy_timeout_s, is_writer=is_writer)
    return engine


def _required(direct: DirectWriter | None) -> DirectWriter:
    if direct is None:
        raise TypeError("only a SQLite file can be written to directly")
    return direct


def _sqlite_engine_apart(url: URL, busy_timeout_s: float, *, is_writer: bool) -> Engine:
    """For the threads that transactions apart run in."""
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        poolclass=QueuePool,
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
        **_sqlite_options(1 if is_writer else READERS, busy_timeout_s),
    )
    _prepare_sqlite(engine, busy_timeout_s, is_writer=is_writer)
    return engine


def _sqlite_options(pool_size: int, busy_timeout_s: float) -> dict[str, Any]:
    return {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": busy_timeout_s,
        "pool_reset_on_return": "rollback",
        "hide_parameters": True,  # an error's text is logged and shown; the values in it may be private
    }


def _prepare_sqlite(engine: Engine, busy_timeout_s: float, *, is_writer: bool) -> None:
    pragmas = WRITER_PRAGMAS if is_writer else READER_PRAGMAS
    path = engine.url.database

    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # pysqlite's own BEGIN comes too late for IMMEDIATE
        if is_writer and path is not None:
            keep_to_ourselves(Path(path))
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={int(busy_timeout_s * 1000)}", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        if not is_writer:
            connection.exec_driver_sql("BEGIN")
            return
        wanted = "NORMAL" if connection.get_execution_options().get("radar_relaxed") else "FULL"
        if connection.info.get("synchronous") != wanted:
            connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
            connection.info["synchronous"] = wanted
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _postgresql_engine(url: URL, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": 10,
            "command_timeout": 60,
            "server_settings": {
                "application_name": "repo-radar",
                "lock_timeout": "10s",
                "jit": "off",  # our queries take milliseconds: compiling them or starting workers takes longer
                "max_parallel_workers_per_gather": "0",
                "random_page_cost": "1.1",  # pages of an index cost no seek: the disk is solid or the page in memory
                "plan_cache_mode": "force_custom_plan",  # one technology has ten users, another a hundred thousand
            },
        },
    )
