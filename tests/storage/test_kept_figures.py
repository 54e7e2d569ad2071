"""Figures kept in the database: whole again, replaced, forgotten in time, and no trouble across versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.storage.database import Database
from bot.storage.kept_figures import FORGOTTEN, KeptFigures, key_of, load, save
from bot.storage.tables import FiguresRow
from bot.storage.views_figures import NO_FIGURES, Tally, WorthyAction
from bot.storage.views_scope import EVERYTHING, PUBLIC, Scope
from tests.storage.samples import NOW

pytestmark = pytest.mark.anyio
FIGURES = replace(
    NO_FIGURES,
    total=3,
    average=2.5,
    technologies=(Tally("React", 2, "ui"), Tally("", 1)),
    actions=(WorthyAction("tests", "Add tests", "hours", 2, 4.5),),
)
KEPT = KeptFigures(NOW, 1.25, FIGURES)


async def test_what_is_kept_comes_back_and_is_replaced(database: Database) -> None:
    async with database.write() as session:
        assert await load(session, "key") is None
        await save(session, "key", KEPT)
        assert await load(session, "key") == KEPT
        later = replace(KEPT, read_at=NOW + timedelta(seconds=1), figures=NO_FIGURES)
        await save(session, "key", later)
        assert await load(session, "key") == later


async def test_what_nobody_asks_for_is_forgotten(database: Database) -> None:
    async with database.write() as session:
        await save(session, "old", KEPT)
        await save(session, "new", replace(KEPT, read_at=NOW + FORGOTTEN + timedelta(seconds=1)))
        assert await session.scalar(select(func.count()).select_from(FiguresRow)) == 1
        assert await load(session, "old") is None


@pytest.mark.parametrize("body", [b"", b"no zlib", b"x\x9c\xab\xae\x05\x00\x01u\x00\xf9"])
async def test_what_another_version_wrote_is_counted_again(database: Database, body: bytes) -> None:
    async with database.write() as session:
        await save(session, "key", KEPT)
        await session.execute(update(FiguresRow).values(body=body))
        assert await load(session, "key") is None


def test_each_scope_owner_and_access_has_its_own() -> None:
    scopes = (EVERYTHING, PUBLIC, Scope(user_id=1), Scope(installation_id=1), Scope(user_id=1, access="a"))
    keys = {key_of(scope, owner) for scope in scopes for owner in ("", "octo")}
    assert len(keys) == 2 * len(scopes)
