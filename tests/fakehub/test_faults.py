"""Failing on demand, counting, and limits."""

from __future__ import annotations

import httpx
import pytest

from bot.github.queries import HEADS_QUERY
from tests.fakehub import FakeHub
from tests.fakehub.client import as_installation
from tests.fakehub.faults import Kind


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("error", 500),
        ("bad-gateway", 502),
        ("primary", 403),
        ("secondary", 429),
        ("abuse", 403),
        ("missing", 404),
        ("blocked", 451),
        ("not-ready", 202),
        ("unauthorized", 401),
    ],
)
def test_statuses(hub: FakeHub, kind: Kind, status: int) -> None:
    with as_installation(hub, hub.install("acme")) as client:
        hub.faults.add(kind, "/repos/acme/hello$", times=1)
        answer = client.get("/repos/acme/hello")
        assert answer.status_code == status
        assert ("retry-after" in answer.headers) == (kind in {"secondary", "abuse"})
        assert client.get("/repos/acme/secret").status_code == (403 if kind == "primary" else 200)


@pytest.mark.parametrize(("kind", "error"), [("drop", httpx.RemoteProtocolError), ("cut", httpx.RemoteProtocolError)])
def test_broken_connections(hub: FakeHub, kind: Kind, error: type[Exception]) -> None:
    with as_installation(hub, hub.install("acme")) as client:
        hub.faults.add(kind, times=1)
        with pytest.raises(error):
            client.get("/repos/acme/hello")
        assert client.get("/repos/acme/hello").status_code == 200


def test_a_hanging_answer_never_comes(hub: FakeHub) -> None:
    with as_installation(hub, hub.install("acme")) as client:
        hub.faults.add("hang", times=1)
        with pytest.raises(httpx.ReadTimeout):
            client.get("/repos/acme/hello", timeout=0.05)


def test_a_slow_answer_is_right(hub: FakeHub) -> None:
    with as_installation(hub, hub.install("acme")) as client:
        hub.faults.add("slow", "/repos/acme/hello$", times=1, retry_after_s=0.05)
        answer = client.get("/repos/acme/hello")
        assert (answer.status_code, answer.elapsed.total_seconds() >= 0.05) == (200, True)


def test_graphql_fails_in_its_own_way(hub: FakeHub) -> None:
    ids = [repository.node_id for repository in hub.world.repositories.values()]
    with as_installation(hub, hub.install("acme")) as client:
        hub.faults.add("timeout", "/graphql", more_than_ids=1)
        for count, has_data in ((2, False), (1, True)):
            body = client.post("/graphql", json={"query": HEADS_QUERY, "variables": {"ids": ids[:count]}}).json()
            assert (body["data"] is not None) == has_data
        hub.faults.clear()
        hub.faults.add("primary", "/graphql", times=1)
        limited = client.post("/graphql", json={"query": HEADS_QUERY, "variables": {"ids": ids}})
    assert limited.status_code == 200
    assert limited.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert limited.headers["x-ratelimit-remaining"] == "0"


def test_requests_are_counted_by_what_they_cost(hub: FakeHub) -> None:
    with as_installation(hub, hub.install("acme")) as client:
        client.get("/repos/acme/hello/tarball/HEAD", follow_redirects=True)
        client.get("/rate_limit")
        last = client.get("/repos/acme/hello")
    assert hub.ledger.billable == 2
    assert hub.ledger.counts == {"archive": 1, "codeload": 1, "web": 1, "rest": 1}
    assert (last.headers["x-ratelimit-limit"], last.headers["x-ratelimit-remaining"]) == ("5000", "4998")


def test_limits_are_enforced(hub: FakeHub) -> None:
    installation = hub.install("acme")
    installation.hourly_limit = 2
    with as_installation(hub, installation) as client:
        assert [client.get("/repos/acme/hello").status_code for _ in range(3)] == [200, 200, 403]
    hub.ledger.points_per_minute = 6
    with as_installation(hub, hub.install("globex")) as client:
        answers = [client.get("/repos/acme/hello") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_rate_of_failures_is_about_that_rate(hub: FakeHub) -> None:
    rule = hub.faults.add("error", rate=0.2)
    for _ in range(500):
        hub.faults.pick("GET", "/x", 0)
    assert 70 <= rule.hits <= 130


def test_content_has_a_limit_of_its_own(hub: FakeHub) -> None:
    clock = [0.0]
    hub.ledger.content_per_minute, hub.ledger.content_per_hour, hub.ledger.clock = 2, 3, lambda: clock[0]
    repository = hub.find("acme/hello")
    issue = hub.open_issue(repository, "Talk")
    with as_installation(hub, hub.install("acme")) as client:

        def comment() -> httpx.Response:
            return client.post(f"/repos/acme/hello/issues/{issue.number}/comments", json={"body": "hi"})

        assert [comment().status_code for _ in range(3)] == [201, 201, 403]
        refused = comment()
        assert "temporarily blocked from content creation" in refused.json()["message"]
        assert refused.headers["retry-after"] == "60"
        assert client.get("/repos/acme/hello").status_code == 200
        clock[0] = 61.0
        assert [comment().status_code for _ in range(2)] == [201, 403]  # the hour is full
        assert comment().headers["retry-after"] == str(3600 - 61)
    assert hub.ledger.content_hits == 4
