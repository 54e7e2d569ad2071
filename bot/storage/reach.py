"""Why a database could not be opened, for the person who can help: its place, what it said, what to do. No password."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError

from bot.model.errors import RadarError, UserError, WorldError

POSTGRESQL_PORT: Final = 5432

SLIPS: Final = {
    "28": "Correct the user and the password in DATABASE_URL.",
    "3D": "Create the database, or correct its name in DATABASE_URL.",
    "42501": "Give the user of DATABASE_URL the right to create tables (GRANT CREATE ON SCHEMA public).",
}
"""PostgreSQL's classes of errors that waiting does not mend (authorization, unknown database, missing right)."""

SQLITE_SLIPS: Final = {
    sqlite3.SQLITE_CANTOPEN: "Give the bot's user the right to write there, or change DATABASE_URL.",
    sqlite3.SQLITE_READONLY: "Give the bot's user the right to write to the file and its folder.",
    sqlite3.SQLITE_NOTADB: "It is no SQLite database: move it away, or change DATABASE_URL.",
}

SQLITE_TROUBLE: Final = {
    sqlite3.SQLITE_FULL: "Make room on the disk.",
    sqlite3.SQLITE_IOERR: "Make room on the disk, and check it.",
    sqlite3.SQLITE_BUSY: "Another process writes to it; only one bot works on a SQLite file.",
    sqlite3.SQLITE_LOCKED: "Another process writes to it; only one bot works on a SQLite file.",
}


class DatabaseUnreachableError(WorldError):
    """The database may come back by itself. `reason` names no address: it may be shown to strangers."""

    def __init__(self, message: str, *, reason: str, next_step: str) -> None:
        super().__init__(message, next_step=next_step, retry_after_s=5.0)
        self.reason = reason


def place_of(url: URL) -> str:
    """Where the database is, as a person looks for it: `HOST:PORT/NAME`, or the file."""
    if url.get_backend_name() == "sqlite":
        return str(url.database or ":memory:")
    host = url.host or str(url.query.get("host") or "localhost")
    return f"{host}:{url.port or POSTGRESQL_PORT}/{url.database or ''}"


@contextmanager
def reached(url: URL) -> Iterator[None]:
    """What cannot be opened inside is told with its place.

    Raises UserError for a slip in the settings (password, name, rights), DatabaseUnreachableError for what may pass.
    """
    try:
        yield
    except (OSError, DBAPIError, sqlite3.Error) as error:
        told = explained(url, error)
        if told is None:
            raise
        raise told from error


def away(url: URL, error: OSError | DBAPIError) -> WorldError | None:
    """The same for strangers who look at a running bot: without the place; a refusal may pass here too."""
    told = explained(url, error)
    if told is None:
        return None
    reason = told.reason if isinstance(told, DatabaseUnreachableError) else "it refuses us"
    return WorldError(f"The database cannot be reached: {reason}.", retry_after_s=5.0)


def explained(url: URL, error: OSError | DBAPIError | sqlite3.Error) -> RadarError | None:
    """The error for a person; None for one that has nothing to do with opening the database."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _sqlite(url, original)
    if isinstance(original, OSError):
        return _unreachable(url, _of_network(original), "Start PostgreSQL there, or correct DATABASE_URL.")
    state = str(getattr(original, "sqlstate", None) or "")
    for kind, next_step in SLIPS.items():
        if state.startswith(kind):
            message = f"The database at {place_of(url)} refuses us: {_first_line(original)}."
            return UserError(message, next_step=next_step)
    if state[:2] in {"08", "53", "57"}:
        return _unreachable(url, f"it answers {state}: {_first_line(original)}", "Wait, or look at PostgreSQL's log.")
    if isinstance(error, InterfaceError) and not error.connection_invalidated:
        message = f"The database at {place_of(url)} cannot be opened: {_first_line(original)}."
        return UserError(message, next_step="Correct DATABASE_URL.")
    return None


def _unreachable(url: URL, reason: str, next_step: str) -> DatabaseUnreachableError:
    message = f"The database at {place_of(url)} cannot be reached: {reason}."
    return DatabaseUnreachableError(message, reason=reason, next_step=next_step)


def _sqlite(url: URL, error: sqlite3.Error) -> RadarError | None:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in SQLITE_SLIPS:
        return UserError(f"The database {place_of(url)} cannot be opened: {error}.", next_step=SQLITE_SLIPS[code])
    if code in SQLITE_TROUBLE:
        message = f"The database {place_of(url)} cannot be used just now: {error}."
        return DatabaseUnreachableError(message, reason=str(error), next_step=SQLITE_TROUBLE[code])
    return None


def _of_network(error: OSError) -> str:
    """The kind of trouble without the addresses that were tried, which the place names already."""
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, FileNotFoundError):
        return "there is no such socket"
    return (error.strerror or type(error).__name__).lower()


def _first_line(error: BaseException | None) -> str:
    """The driver's words, without the name of its class before them and what follows after."""
    return str(error).partition("\n")[0].rpartition(">: ")[2].strip().rstrip(".")
