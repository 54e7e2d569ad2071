"""Cursors: where a page of a list ends, as an opaque word in the address. A wrong one is the caller's slip (400)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException

from bot.storage.views_repositories import Position

T = TypeVar("T")
Part = str | int | None


def encode(*parts: Part) -> str:
    """The parts as one URL-safe word."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def cut(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Part, ...]]) -> tuple[list[T], str]:
    """The page of `limit` out of rows of which one more was asked for, and the cursor behind it; "" at the end.

    `key` gives the parts by which the next page begins behind a row.
    """
    page = list(rows[:limit])
    return page, encode(*key(page[-1])) if len(rows) > limit else ""


def decode(cursor: str, kind: type[T]) -> T:
    """The parts again, checked against `kind`, a tuple type. Raises 400 for anything that is not a cursor."""
    with suppress(binascii.Error, ValueError, msgspec.MsgspecError):
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if b"\\u0000" not in raw:  # no text of a database has a NUL, and JSON writes it in no other way
            return msgspec.json.decode(raw, type=kind)
    raise HTTPException(400, "This cursor does not belong to this list. Begin at the first page.")


def position(cursor: str, sort: str) -> Position | None:
    """Where a page of repositories begins; None for the first. Raises 400 for a cursor of another order."""
    if not cursor:
        return None
    made_for, value, key = decode(cursor, tuple[str, str | int | None, int])
    wanted = int if sort.endswith("score") else str
    if made_for != sort or not (value is None or isinstance(value, wanted)) or not _fits(key):
        raise HTTPException(400, "The cursor belongs to another order. Begin at the first page.")
    if isinstance(value, int) and not _fits(value):
        raise HTTPException(400, "This cursor does not belong to this list. Begin at the first page.")
    if sort.endswith(("pushed", "reported")) and isinstance(value, str):
        _moment(value)
    return Position(value, key)


def before(cursor: str) -> tuple[datetime, str] | None:
    """(time, id) of the last row seen; None for the first page."""
    if not cursor:
        return None
    moment, key = decode(cursor, tuple[str, str])
    return _moment(moment), key


def before_number(cursor: str) -> tuple[datetime, int] | None:
    """(time, numeric id) of the last row seen; None for the first page."""
    if not cursor:
        return None
    moment, key = decode(cursor, tuple[str, int])
    if not _fits(key):
        raise HTTPException(400, "This cursor does not belong to this list. Begin at the first page.")
    return _moment(moment), key


def number(cursor: str) -> int:
    """The id of the last row seen; 0 for the first page."""
    key = decode(cursor, tuple[int])[0] if cursor else 0
    if not _fits(key):
        raise HTTPException(400, "This cursor does not belong to this list. Begin at the first page.")
    return key


def _fits(key: int) -> bool:
    return -(2**63) < key < 2**63


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise HTTPException(400, "This cursor does not belong to this list. Begin at the first page.") from None
