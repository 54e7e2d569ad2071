"""The few facts about a delivery that the inbox keeps beside its body, read from the JSON. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot.model.delivery import NewDelivery
from bot.model.errors import UserError

Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class _Numbered(Struct, frozen=True):
    id: Id | None = None
    full_name: str | None = None


class _Sender(Struct, frozen=True):
    login: str | None = None


class _Envelope(Struct, frozen=True):
    action: str | None = None
    installation: _Numbered | None = None
    repository: _Numbered | None = None
    sender: _Sender | None = None


_decode = msgspec.json.Decoder(_Envelope).decode
_decode_any = msgspec.json.Decoder().decode
_EMPTY = _Envelope()


def read_delivery(event: str, guid: str, body: bytes, *, received_at: datetime) -> NewDelivery:
    """The delivery as it is stored. Fields of an unexpected type are left empty: they never gate intake.

    Raises UserError when `body` is no JSON object.
    """
    try:
        envelope = _decode(body)
    except (msgspec.ValidationError, UnicodeDecodeError):
        envelope = _lenient(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _malformed(f"The payload is not JSON ({error}).") from error
    installation, repository, sender = envelope.installation, envelope.repository, envelope.sender
    return NewDelivery(
        guid=guid,
        event=event,
        body=body,
        received_at=received_at,
        action=_text(envelope.action, 64),
        installation_id=installation.id if installation else None,
        repository_id=repository.id if repository else None,
        repository_full_name=_text(repository.full_name if repository else None, 255),
        sender=_text(sender.login if sender else None, 255),
    )


def _lenient(body: bytes) -> _Envelope:
    try:
        value = _decode_any(body.decode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _malformed(f"The payload is not JSON ({error}).") from error
    if not isinstance(value, dict):
        raise _malformed("The payload is JSON, but no object.")
    action = value.get("action")
    return _Envelope(action=action) if isinstance(action, str) else _EMPTY


def _malformed(message: str) -> UserError:
    return UserError(message, next_step="Send GitHub's delivery as it is.")


def _text(value: str | None, length: int) -> str:
    """Fits its column; PostgreSQL's text cannot hold NUL."""
    return value[:length].replace("\x00", "") if value else ""
