"""Who is signed in to the dashboard, and what GitHub lets each of them see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage.makers import heard_of
from bot.storage.tables import UserInstallationRow, UserRepositoryRow, WebSessionRow
from bot.storage.upsert import insert


@dataclass(frozen=True)
class WebSession:
    """One signed-in browser. `role`: operator | user. `token_sealed` is GitHub's token for the person, encrypted.

    `access` is a digest of what the person may see.
    """

    digest: str
    role: str
    user_id: int
    login: str
    token_sealed: str
    created_at: datetime
    expires_at: datetime
    checked_at: datetime | None
    access: str = ""


def digest_of(secret: str) -> str:
    """What stands in the database for the secret of a cookie or token."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def add(session: AsyncSession, web_session: WebSession) -> None:
    """Remember a new session and forget all that are over."""
    await session.execute(delete(WebSessionRow).where(WebSessionRow.expires_at < web_session.created_at))
    await session.execute(insert(session, WebSessionRow).values(**vars(web_session)))


async def find(session: AsyncSession, digest: str, now: datetime) -> WebSession | None:
    """The session behind a cookie, if it is not over."""
    columns = [getattr(WebSessionRow, field) for field in WebSession.__dataclass_fields__]
    query = select(*columns).where(WebSessionRow.digest == digest, WebSessionRow.expires_at > now)
    line = (await session.execute(query)).first()
    return None if line is None else WebSession(*line)


async def newest_of(session: AsyncSession, user_id: int, now: datetime) -> WebSession | None:
    """The session of this person that lasts longest, if they are signed in anywhere."""
    columns = [getattr(WebSessionRow, field) for field in WebSession.__dataclass_fields__]
    query = select(*columns).where(WebSessionRow.user_id == user_id, WebSessionRow.expires_at > now)
    line = (await session.execute(query.order_by(WebSessionRow.expires_at.desc()).limit(1))).first()
    return None if line is None else WebSession(*line)


async def remove(session: AsyncSession, digest: str) -> None:
    """Sign one browser out."""
    await session.execute(delete(WebSessionRow).where(WebSessionRow.digest == digest))


async def remove_user(session: AsyncSession, user_id: int) -> None:
    """Sign a person out everywhere and forget what they could see: their authorization was revoked."""
    for table in (WebSessionRow, UserRepositoryRow, UserInstallationRow):
        await session.execute(delete(table).where(table.user_id == user_id))


async def keep_access(
    session: AsyncSession,
    user_id: int,
    *,
    repositories: Mapping[int, str],
    installations: Mapping[int, bool],
    checked_at: datetime,
) -> str:
    """Replace what the person may see: permission by repository id; by installation id, whether they administer it.

    Only what changed is written: GitHub is asked every few minutes, and most often says the same of thousands.
    Returns the digest of it all, which is `WebSession.access` from now on.
    """
    await _replace(session, UserRepositoryRow.repository_id, UserRepositoryRow.permission, user_id, repositories)
    await _replace(session, UserInstallationRow.installation_id, UserInstallationRow.is_admin, user_id, installations)
    access = hashlib.sha256(repr((sorted(repositories.items()), sorted(installations.items()))).encode()).hexdigest()
    mine = update(WebSessionRow).where(WebSessionRow.user_id == user_id)
    await session.execute(mine.values(checked_at=checked_at, access=access))
    await heard_of(session, user_id, now=checked_at)
    return access


async def _replace(
    session: AsyncSession,
    key: InstrumentedAttribute[int],
    value: InstrumentedAttribute[Any],
    user_id: int,
    wanted: Mapping[int, Any],
) -> None:
    """Make a person's rows those of `wanted`. Two processes may do so at once, each row in the order of its key."""
    row: Any = key.class_
    lines = (await session.execute(select(key, value).where(row.user_id == user_id))).all()
    known = {line[0]: line[1] for line in lines}
    table = row.__table__
    gone = [{"of": one} for one in sorted(known.keys() - wanted.keys())]
    if gone:
        mine = delete(table).where(table.c.user_id == user_id, table.c[key.key] == bindparam("of"))
        await session.execute(mine, gone)
    changed = sorted(one for one, now in wanted.items() if known.get(one) != now)
    if changed:
        new = insert(session, table)
        kept = new.on_conflict_do_update(index_elements=["user_id", key.key], set_={value.key: new.excluded[value.key]})
        await session.execute(kept, [{"user_id": user_id, key.key: one, value.key: wanted[one]} for one in changed])


async def permission(session: AsyncSession, user_id: int, repository_id: int) -> str:
    """read | write | admin, or "" where GitHub does not list the repository for the person."""
    query = select(UserRepositoryRow.permission).where(
        UserRepositoryRow.user_id == user_id, UserRepositoryRow.repository_id == repository_id
    )
    return await session.scalar(query) or ""


async def administers(session: AsyncSession, user_id: int) -> bool:
    """Whether the person administers any installation."""
    query = select(func.count()).where(UserInstallationRow.user_id == user_id, UserInstallationRow.is_admin.is_(True))
    return bool(await session.scalar(query))
