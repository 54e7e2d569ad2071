"""Whose eyes a list is read with: each scope against every row that it might leak."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from bot.storage import installations, sessions
from bot.storage.database import Database
from bot.storage.tables import DeliveryRow, RepositoryRow
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope, administered, visible
from tests.storage.samples import NOW, installation

pytestmark = pytest.mark.anyio

_ADA, _BO, _NOBODY = 1, 2, 3


async def fill(database: Database) -> None:
    """Installations 7 and 8 with a public, a private and a removed repository each, and deliveries of all kinds.

    Ada administers 7 and sees its private repositories; Bo is a member of 7 who sees one of 8.
    """
    rows = [
        {
            "id": installation_id * 10 + number,
            "node_id": "R",
            "installation_id": installation_id,
            "owner": "octo",
            "name": f"r{installation_id}{number}",
            "full_name_lower": f"octo/r{installation_id}{number}",
            "is_private": number > 1,
            "removed_at": NOW if number == 3 else None,
            "created_at": NOW,
            "updated_at": NOW,
        }
        for installation_id in (7, 8)
        for number in (1, 2, 3)
    ]
    deliveries = [
        {"guid": f"g{key}", "event": "push", "installation_id": key, "received_at": NOW, "size_bytes": 1}
        for key in (7, 8, None)
    ]
    async with database.write() as session:
        for id_ in (7, 8):
            await installations.upsert(session, installation(id_, f"octo{id_}"), now=NOW)
        await session.execute(insert(RepositoryRow), rows)
        await session.execute(insert(DeliveryRow), deliveries)
        for user_id, seen, roles in (
            (_ADA, {72: "admin", 73: "admin"}, {7: True}),
            (_BO, {82: "read"}, {7: False}),
        ):
            await sessions.keep_access(session, user_id, repositories=seen, installations=roles, checked_at=NOW)


_SCOPES: dict[str, tuple[Scope, list[int], list[str]]] = {
    "everything": (EVERYTHING, [71, 72, 81, 82], ["g7", "g8", "gNone"]),
    "strangers": (PUBLIC, [71, 81], []),
    "a token of one installation": (Scope(installation_id=7), [71, 72], ["g7"]),
    "a token of an unknown installation": (Scope(installation_id=9), [], []),
    "a token of installation 0": (Scope(installation_id=0), [], []),
    "an administrator": (Scope(user_id=_ADA), [71, 72, 81], ["g7"]),
    "a member": (Scope(user_id=_BO), [71, 81, 82], []),
    "somebody without access": (Scope(user_id=_NOBODY), [71, 81], []),
    "a user with id 0": (Scope(user_id=0), [71, 81], []),
    "everything wins over a person": (Scope(everything=True, user_id=_NOBODY), [71, 72, 81, 82], ["g7", "g8", "gNone"]),
    "a token wins over a person": (Scope(installation_id=8, user_id=_ADA), [81, 82], ["g8"]),
}


@pytest.mark.parametrize("case", _SCOPES)
async def test_what_each_may_see(database: Database, case: str) -> None:
    scope, repositories, deliveries = _SCOPES[case]
    await fill(database)
    async with database.read() as session:
        seen = await session.scalars(select(RepositoryRow.id).where(visible(scope)).order_by(RepositoryRow.id))
        assert list(seen) == repositories
        mine = administered(scope, DeliveryRow.installation_id)
        found = await session.scalars(select(DeliveryRow.guid).where(mine).order_by(DeliveryRow.guid))
        assert list(found) == deliveries


async def test_what_github_no_longer_shows_is_no_longer_seen(database: Database) -> None:
    await fill(database)
    async with database.write() as session:
        await sessions.keep_access(session, _ADA, repositories={}, installations={7: False}, checked_at=NOW)
    async with database.read() as session:
        seen = await session.scalars(select(RepositoryRow.id).where(visible(Scope(user_id=_ADA))))
        assert sorted(seen) == [71, 81]
        mine = administered(Scope(user_id=_ADA), DeliveryRow.installation_id)
        assert list(await session.scalars(select(DeliveryRow.guid).where(mine))) == []


@pytest.mark.parametrize(
    ("scope", "trusted"),
    [(EVERYTHING, True), (Scope(installation_id=7), True), (Scope(installation_id=0), True), (PUBLIC, False),
     (Scope(user_id=1), False)],
)  # fmt: skip
def test_who_is_shown_security_findings(scope: Scope, trusted: bool) -> None:
    assert scope.is_trusted is trusted


def test_the_default_is_a_stranger() -> None:
    assert Scope() == PUBLIC
