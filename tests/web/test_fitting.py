"""A very long report: its page stays below 100 KB and says what it leaves out; a usual one is shown whole."""

from __future__ import annotations

import msgspec
import pytest

from bot.model.report import Evidence, Report
from bot.storage import reports
from bot.web.fitting import MEASURES, PAGE_MAX_BYTES, fitted
from tests.web.sample_reports import rich_report, smaller
from tests.web.world import NOW, PUBLIC, READER_ID, World

USUAL = rich_report(PUBLIC, "harbour", "tidemark", NOW)


def huge(times: int) -> Report:
    """A monorepo of hundreds of components, each with findings, technologies, documents and long words."""
    place = Evidence(path=f"packages/{'deep/' * 20}file.py", line=7, detail="<b>&</b> " * 20)
    many = tuple(msgspec.structs.replace(place, line=line) for line in range(1, 40))
    long = "Words & “marks” <of> `code`. " * 40
    structs = msgspec.structs.replace
    return smaller(
        USUAL,
        checks=tuple(
            structs(check, evidence=many, found=long, why=long, next_step=long, component=f"c{number}")
            for number in range(times)
            for check in USUAL.checks
        ),
        actions=tuple(structs(one, instruction=long, evidence=many) for one in USUAL.actions * times),
        insights=tuple(structs(one, description=long, evidence=many) for one in USUAL.insights * times),
        components=tuple(
            structs(one, name=f"component-{number}", manifests=tuple(place.path + str(n) for n in range(20)))
            for number in range(times)
            for one in USUAL.components
        ),
        documents=USUAL.documents * times,
        tech_stack=tuple(
            structs(one, name=f"{one.name} {number}", evidence=many)
            for number in range(times)
            for one in USUAL.tech_stack
        ),
        languages=USUAL.languages * times,
        packages=USUAL.packages * times * 5,
        ownership=structs(USUAL.ownership, owners=USUAL.ownership.owners * times),
        structure=structs(USUAL.structure, duplicates=many, entry_points=(place.path,) * times),
    )


@pytest.mark.anyio
@pytest.mark.parametrize("times", [3, 20, 100])
async def test_the_page_of_a_very_long_report_stays_small(world: World, times: int) -> None:
    async with world.web.db.write() as session:
        await reports.complete(session, huge(times), run_id="huge", trigger="push", now=NOW)
    async with world.operator() as operator, world.person(READER_ID) as reader, world.api() as api:
        for client in (operator, reader):
            answer = await client.get("/repos/harbour/tidemark")
            assert answer.status_code == 200
            assert len(answer.content) <= PAGE_MAX_BYTES
            assert "too long for a page" in answer.text
            assert answer.text.rstrip().endswith("</html>")
        listed = await operator.get("/repos/harbour/tidemark/dependencies")
        assert len(listed.content) <= PAGE_MAX_BYTES
        (link,) = {word for word in answer.text.split("<code>") if word.startswith("/api/repos/")}
        whole = await api.get(link.partition("<")[0])
        assert len(whole.json()["checks"]) == len(USUAL.checks) * times


@pytest.mark.anyio
async def test_a_usual_report_is_shown_whole(world: World) -> None:
    async with world.client() as client:
        assert "too long for a page" not in (await client.get("/repos/harbour/tidemark")).text
    assert fitted(USUAL, MEASURES[0]) == USUAL


def test_each_measure_shows_no_more_than_the_one_before() -> None:
    sizes = [len(msgspec.json.encode(fitted(huge(3), measure))) for measure in MEASURES]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]
    assert all(
        one.path == huge(3).actions[0].evidence[0].path for one in fitted(huge(3), MEASURES[-1]).actions[0].evidence
    )
