"""API tokens: only their SHA-256 is kept, so the database gives none away."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model.errors import UserError
from bot.model.records import ApiToken
from bot.storage.changed import changed
from bot.storage.makers import vouched
from bot.storage.tables import ApiTokenRow

PREFIX = "radar_"
SCOPES = ("read", "write")
SEEN_STEP = timedelta(minutes=1)


def digest(plain: str) -> str:
    """What is kept of a token. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(plain.encode()).hexdigest()


async def create(
    session: AsyncSession,
    *,
    name: str,
    scope: str,
    installation_id: int | None,
    created_by: str,
    now: datetime,
    user_id: int = 0,
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is shown once. Raises UserError for an unknown scope.

    `user_id` must go on administering the installation; 0 is the operator.
    """
    if scope not in SCOPES:
        raise UserError(f"There is no scope {scope!r}.", next_step="Use read or write.")
    plain = PREFIX + secrets.token_urlsafe(32)
    row = ApiTokenRow(
        name=name[:128],
        digest=digest(plain),
        scope=scope,
        installation_id=installation_id,
        created_by=created_by[:255],
        user_id=user_id,
        checked_at=now if user_id else None,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return _token(row), plain


async def find(session: AsyncSession, plain: str) -> ApiToken | None:
    """The token with this secret, unless it is revoked."""
    statement = select(ApiTokenRow).where(ApiTokenRow.digest == digest(plain), ApiTokenRow.revoked_at.is_(None))
    row = await session.scalar(statement.execution_options(populate_existing=True))
    return None if row is None else _token(row)


async def is_vouched(session: AsyncSession, token_id: int, now: datetime) -> bool:
    """Whether who made the token still administers its installation."""
    query = select(ApiTokenRow.id).where(ApiTokenRow.id == token_id, vouched(ApiTokenRow, now))
    return await session.scalar(query) is not None


async def mark_used(session: AsyncSession, token: ApiToken, *, now: datetime) -> bool:
    """Remember when it was last used, to the minute; whether anything was written."""
    if token.last_used_at is not None and now - token.last_used_at < SEEN_STEP:
        return False
    return await changed(session, update(ApiTokenRow).where(ApiTokenRow.id == token.id).values(last_used_at=now)) == 1


async def revoke(session: AsyncSession, token_id: int, *, now: datetime) -> bool:
    """End a token; False when there is none or it has ended."""
    statement = (
        update(ApiTokenRow).where(ApiTokenRow.id == token_id, ApiTokenRow.revoked_at.is_(None)).values(revoked_at=now)
    )
    return await changed(session, statement) == 1


async def list_all(session: AsyncSession, *, installation_id: int | None = None) -> list[ApiToken]:
    """Tokens, newest first, revoked ones too; of one installation or all."""
    statement = select(ApiTokenRow).order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id.desc())
    if installation_id is not None:
        statement = statement.where(ApiTokenRow.installation_id == installation_id)
    return [_token(row) for row in await session.scalars(statement.execution_options(populate_existing=True))]


def _token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(**{name: getattr(row, name) for name in ApiToken.__dataclass_fields__})
