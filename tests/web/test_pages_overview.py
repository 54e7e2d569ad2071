"""The overview: grades folded by letter, one owner alone, and activity for those who administer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.views_figures import Tally
from bot.web.pages_overview import GRADES, folded_grades
from tests.web.world import ADMIN_ID, OUTSIDER_ID, World

pytestmark = pytest.mark.anyio


def test_grades_stand_in_order_whole_and_without_their_signs() -> None:
    found = folded_grades((Tally("B", 2), Tally("A+", 1), Tally("A", 3), Tally("", 4), Tally("?", 1)))
    assert [(one.name, one.count) for one in found] == [
        ("A", 4), ("B", 2), ("C", 0), ("D", 0), ("E", 0), ("F", 0), ("", 5)
    ]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(["A", "A-", "C", "F", "", "none"]), st.integers(0, 99)), max_size=9))
def test_no_report_is_lost_by_folding(rows: list[tuple[str, int]]) -> None:
    found = folded_grades(tuple(Tally(name, count) for name, count in rows))
    assert sum(one.count for one in found) == sum(count for _, count in rows)
    assert [one.name for one in found][: len(GRADES)] == list(GRADES)


async def test_one_owner_in_any_case_and_none_that_is_not_seen(world: World) -> None:
    async with world.client() as stranger:
        assert (await stranger.get("/?owner=HARBOUR")).status_code == 200
        assert (await stranger.get("/?owner=kelp")).status_code == 404, "all of it is private"
        assert (await stranger.get("/?owner=nobody")).status_code == 404
        assert (await stranger.get("/?owner=%00")).status_code == 200


@pytest.mark.parametrize(("user_id", "sees_accounts"), [(ADMIN_ID, True), (OUTSIDER_ID, False)])
async def test_buttons_of_work_are_for_those_who_administer(world: World, user_id: int, sees_accounts: bool) -> None:
    async with world.person(user_id) as browser:
        text = (await browser.get("/")).text
    assert ('action="/batches"' in text) is sees_accounts


async def test_a_bot_without_credentials_says_what_is_missing(bare_world: World) -> None:
    async with bare_world.operator() as browser:
        text = (await browser.get("/")).text
    assert "GITHUB_APP_ID" in text
    assert "GITHUB_WEBHOOK_SECRET" in text
