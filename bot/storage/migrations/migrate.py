"""Runs the migrations of this package over an open connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, text

from bot.model.errors import UserError

ADVISORY_LOCK = 0x7261646172  # "radar": PostgreSQL lets one process at a time change the schema


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an .ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision inside the connection's transaction.

    On SQLite that transaction began with BEGIN IMMEDIATE, so a second process waits in either database and then
    finds nothing to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    with _explained():
        command.upgrade(config(connection), "head")


def pending(connection: Connection) -> tuple[str, ...]:
    """Revisions that `upgrade` would apply, oldest first."""
    scripts = ScriptDirectory.from_config(config())
    current = MigrationContext.configure(connection).get_current_revision()
    with _explained():
        newer = scripts.iterate_revisions("head", current or "base")
        return tuple(reversed([script.revision for script in newer]))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (CommandError, ResolutionError) as error:
        raise UserError(
            "The database was made by a newer Repo Radar than this one.",
            next_step="Run that version, or point DATABASE_URL elsewhere.",
        ) from error
