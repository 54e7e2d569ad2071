"""Check runs: one per external id, annotations in fifties, none twice."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import respx

from bot.github import GitHubClient
from bot.model.repository import CheckAnnotation, CheckOutput

pytestmark = pytest.mark.anyio
SHA = "a" * 40
FOUND = f"/repos/acme/hello/commits/{SHA}/check-runs"
RUNS = "/repos/acme/hello/check-runs"


def output(annotations: int) -> CheckOutput:
    return CheckOutput(
        title="Grade B",
        summary="s" * 70_000,
        annotations=tuple(
            CheckAnnotation(path="a.py", start_line=n, end_line=n, level="warning", message=f"m{n}")
            for n in range(1, annotations + 1)
        ),
    )


async def upsert(client: GitHubClient, result: CheckOutput | None, conclusion: str | None = "neutral") -> int:
    return await client.checks.upsert(
        "acme", "hello", head_sha=SHA, check_name="Repo Radar", external_id="report-1", output=result,
        conclusion=conclusion, details_url="https://radar.example.com/repos/acme/hello",
    )  # fmt: skip


def bodies(route: respx.Route) -> list[dict[str, Any]]:
    return [msgspec.json.decode(call.request.content) for call in route.calls]


def lines(body: dict[str, Any]) -> list[int]:
    return [one["start_line"] for one in body["output"].get("annotations", [])]


async def test_annotations_go_fifty_at_a_time(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(FOUND).respond(json={"check_runs": []})
    created = router.post(RUNS).respond(201, json={"id": 5})
    patched = router.patch(f"{RUNS}/5").respond(json={"id": 5})
    assert await upsert(client, output(120)) == 5
    sent = [*bodies(created), *bodies(patched)]
    assert [len(lines(body)) for body in sent] == [50, 50, 20]
    assert sorted(line for body in sent for line in lines(body)) == list(range(1, 121))
    first = sent[0]
    assert (first["head_sha"], first["status"], first["conclusion"]) == (SHA, "completed", "neutral")
    assert len(first["output"]["summary"]) == 65_535


async def test_a_retry_sends_only_the_annotations_that_are_missing(
    client: GitHubClient, router: respx.MockRouter
) -> None:
    found = {"id": 5, "external_id": "report-1", "output": {"annotations_count": 50}}
    router.get(FOUND).respond(json={"check_runs": [{"id": 4, "external_id": "report-0"}, found]})
    patched = router.patch(f"{RUNS}/5").respond(json={"id": 5})
    assert await upsert(client, output(70)) == 5
    assert [lines(body) for body in bodies(patched)] == [list(range(51, 71))]


async def test_without_a_conclusion_it_is_in_progress(client: GitHubClient, router: respx.MockRouter) -> None:
    route = router.get(FOUND).respond(json={"check_runs": []})
    created = router.post(RUNS).respond(201, json={"id": 5})
    await upsert(client, None, None)
    body = bodies(created)[0]
    assert body["status"] == "in_progress"
    assert "conclusion" not in body
    assert "output" not in body
    assert route.calls.last.request.url.params["app_id"] == "42"
