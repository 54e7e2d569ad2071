"""The pages of one report: what needs work first, earlier reports, comparisons of one's own only."""

from __future__ import annotations

import pytest

from bot.model.report import Check, Group, GroupScore, Package, Scope, State, Technology
from bot.storage.views_reports import history
from bot.web.pages_report import grouped_checks, grouped_stack, ordered_packages
from tests.storage.samples import report
from tests.web.test_access import form_token
from tests.web.world import OTHER_PRIVATE, OUTSIDER_ID, PUBLIC, READER_ID, WRITER_ID, World

pytestmark = pytest.mark.anyio


def _check(id_: str, state: State, group: Group = Group.QUALITY, weight: int = 1, number: int = 1) -> Check:
    return Check(id=id_, number=number, group=group, title=id_, state=state, found="f", weight=weight)


def _score(group: Group) -> GroupScore:
    return GroupScore(group=group, score=50, coverage=1.0, passed=0, warned=0, failed=0, unknown=0, not_applicable=0)


def test_what_needs_work_stands_first_within_the_catalogues_groups() -> None:
    made = report(
        groups=(_score(Group.SECURITY), _score(Group.QUALITY)),
        checks=(
            _check("fine", State.PASS),
            _check("other", State.PASS, Group.STACK),
            _check("light", State.FAIL, weight=1),
            _check("heavy", State.FAIL, weight=5),
            _check("dim", State.UNKNOWN),
            _check("odd", State.WARN, weight=9),
            _check("not", State.NOT_APPLICABLE, weight=9),
            _check("safe", State.PASS, Group.SECURITY),
        ),
    )
    assert [(group, [check.id for check in checks]) for group, checks in grouped_checks(made)] == [
        ("security", ["safe"]),
        ("quality", ["heavy", "light", "odd", "dim", "fine", "not"]),
        ("tech-stack", ["other"]),
    ]


def test_the_stack_begins_with_what_a_developer_names_first() -> None:
    found = [
        Technology(name=name, category=category, evidence=())
        for name, category in (("Docker", "infrastructure"), ("Flask", "framework"), ("Django", "framework"))
    ]
    groups = grouped_stack(found)
    assert [category for category, _ in groups] == ["framework", "infrastructure"]
    assert [one.name for one in groups[0][1]] == ["Flask", "Django"]


def test_packages_of_run_time_stand_first() -> None:
    def package(name: str, scope: Scope, ecosystem: str = "pypi") -> Package:
        return Package(name=name, ecosystem=ecosystem, requirement="", scope=scope, purl="", path="a")

    found = [
        package("b", Scope.DEVELOPMENT),
        package("a", Scope.BUILD),
        package("d", Scope.RUNTIME),
        package("c", Scope.RUNTIME),
        package("e", Scope.OPTIONAL),
        package("z", Scope.RUNTIME, "npm"),
    ]
    assert [one.name for one in ordered_packages(found)] == ["z", "c", "d", "e", "a", "b"]


@pytest.mark.parametrize("place", ["", "/status", "/history", "/dependencies"])
@pytest.mark.parametrize(("user_id", "status"), [(READER_ID, 200), (OUTSIDER_ID, 404)])
async def test_a_private_repository_is_there_for_its_readers_only(
    world: World, place: str, user_id: int, status: int
) -> None:
    async with world.person(user_id) as browser:
        assert (await browser.get(f"/repos/harbour/ledger{place}")).status_code == status


async def _ids(world: World, repository_id: int) -> list[int]:
    async with world.web.db.read() as session:
        return [one.id for one in await history(session, repository_id)]


async def test_an_earlier_report_is_one_of_this_repository(world: World) -> None:
    own, foreign = await _ids(world, PUBLIC), await _ids(world, OTHER_PRIVATE)
    async with world.client() as stranger:
        assert (await stranger.get(f"/repos/harbour/tidemark/reports/{own[-1]}")).status_code == 200
        assert (await stranger.get(f"/repos/harbour/tidemark/reports/{foreign[0]}")).status_code == 404
        assert (await stranger.get("/repos/harbour/tidemark/reports/999999")).status_code == 404


async def test_two_reports_of_the_same_repository_are_compared_in_either_order(world: World) -> None:
    own, foreign = await _ids(world, PUBLIC), await _ids(world, OTHER_PRIVATE)
    base = "/repos/harbour/tidemark/compare"
    async with world.client() as stranger:
        shown = [await stranger.get(f"{base}?from={one}&to={two}") for one, two in ((own[2], own[0]), (own[0], own[2]))]
        assert [answer.status_code for answer in shown] == [200, 200]
        assert shown[0].text.partition("<main")[2] == shown[1].text.partition("<main")[2]
        assert (await stranger.get(f"{base}?from={foreign[0]}&to={own[0]}")).status_code == 404
        for slip in ("from=x&to=1", "from=²&to=1", f"from={'9' * 30}&to=1", "to=1"):
            assert (await stranger.get(f"{base}?{slip}")).status_code == 400


@pytest.mark.parametrize(("user_id", "status"), [(WRITER_ID, 303), (READER_ID, 403), (OUTSIDER_ID, 404)])
async def test_a_refresh_is_asked_for_by_those_who_may_write(world: World, user_id: int, status: int) -> None:
    async with world.person(user_id) as browser:
        token = await form_token(browser)
        answer = await browser.post("/repos/harbour/ledger/refresh", data={"form_token": token})
    assert answer.status_code == status


async def test_the_status_is_never_kept_by_a_cache(world: World) -> None:
    async with world.client() as stranger:
        answer = await stranger.get("/repos/harbour/driftwood/status")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["status"] == "failed"
    assert "outside of the repository" in answer.json()["error"]
