"""The reader: many repositories in one query, less where GitHub asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.github.limits import QueryTimedOut, UnknownFields
from bot.github.snapshot import SnapshotReader
from bot.github.wire import GraphQLReply, Reply
from bot.model.errors import WorldError

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class GitHub:
    """Answers every id that begins with R; `refuse` may raise, or give errors, for a query."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.queries: list[str] = []
        self.slow_above = 1000
        self.refuse: Callable[[str, list[str]], list[dict[str, Any]]] = lambda query, ids: []

    async def graphql(self, query: str, variables: dict[str, Any], what: str) -> GraphQLReply:
        ids = variables["ids"]
        self.asked.append(ids)
        self.queries.append(query)
        if len(ids) > self.slow_above:
            raise QueryTimedOut("too much")
        errors = self.refuse(query, ids)
        nodes: list[Any] = [self.node(one) if one.startswith("R") else None for one in ids]
        for error in errors:
            if error["path"][0] == "nodes" and error.get("takes_node"):
                nodes[error["path"][1]] = None
        return GraphQLReply(msgspec.Raw(msgspec.json.encode({"nodes": nodes})), errors)

    def node(self, node_id: str) -> dict[str, Any]:
        return {"id": node_id, "databaseId": int(node_id[1:]), "name": node_id, "owner": {"login": "acme"}}

    async def request(self, method: str, path: str, what: str, *, body: Any = None) -> Reply:
        raise AssertionError(f"{method} {path} is not needed")


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hub() -> GitHub:
    return GitHub()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(hub: GitHub, clock: Clock) -> SnapshotReader:
    return SnapshotReader(hub.graphql, hub.request, clock=clock)


def ids(count: int) -> list[str]:
    return [f"R{number}" for number in range(count)]


async def test_fifty_a_query_and_the_order_is_kept(reader: SnapshotReader, hub: GitHub) -> None:
    found = await reader.facts(ids(120))
    assert [one.id if one else None for one in found] == list(range(120))
    assert [len(asked) for asked in hub.asked] == [50, 50, 20]


async def test_heads_know_the_gone(reader: SnapshotReader, hub: GitHub) -> None:
    assert [one.id if one else None for one in await reader.heads(["R1", "X", "R3"])] == [1, None, 3]


async def test_a_query_that_takes_too_long_is_halved_and_the_next_is_smaller(
    reader: SnapshotReader, hub: GitHub
) -> None:
    hub.slow_above = 13
    found = await reader.facts(ids(62))
    assert [one.id if one else None for one in found] == list(range(62))
    assert [len(asked) for asked in hub.asked] == [50, 25, 12, 13, 25, 12, 13, 12]
    hub.asked.clear()
    hub.slow_above = 1000
    await reader.facts(ids(100))
    assert [len(asked) for asked in hub.asked] == [17, 22, 27, 32, 2], "it grows again while GitHub keeps up"


async def test_a_single_repository_that_takes_too_long_is_tried_later(reader: SnapshotReader, hub: GitHub) -> None:
    hub.slow_above = 0
    with pytest.raises(QueryTimedOut):
        await reader.facts(["R1"])


async def test_a_permission_that_takes_the_node_away_costs_only_its_part(
    reader: SnapshotReader, hub: GitHub, clock: Clock
) -> None:
    def refuse(query: str, asked: list[str]) -> list[dict[str, Any]]:
        if " issues(first" not in query:
            return []
        return [
            {"type": "FORBIDDEN", "message": "no", "path": ["nodes", index, "issues"], "takes_node": True}
            for index in range(len(asked))
        ]

    hub.refuse = refuse
    found = await reader.facts(ids(3))
    assert [one.issues if one else "gone" for one in found] == [None] * 3
    assert all(one and "not permitted" in one.unknown_reasons["issues"] for one in found)
    assert len(hub.asked) == 2
    await reader.facts(ids(3))
    assert len(hub.asked) == 3, "what is not permitted is not asked for again"
    clock.now += timedelta(hours=2)
    hub.refuse = lambda query, asked: []
    found = await reader.facts(ids(3))
    assert found[0] is not None
    assert found[0].issues == (), "new permissions are noticed"


async def test_one_unclear_node_is_asked_alone(reader: SnapshotReader, hub: GitHub) -> None:
    def refuse(query: str, asked: list[str]) -> list[dict[str, Any]]:
        if len(asked) == 1:
            return []
        return [{"message": "Something broke", "path": ["nodes", asked.index("R2")], "takes_node": True}]

    hub.refuse = refuse
    assert [one.id if one else None for one in await reader.facts(ids(4))] == [0, 1, 2, 3]
    assert hub.asked[1:] == [["R2"]]


async def test_an_unclear_node_is_never_taken_for_gone(reader: SnapshotReader, hub: GitHub) -> None:
    hub.refuse = lambda query, asked: [{"message": "Something broke", "path": ["nodes", 0], "takes_node": True}]
    with pytest.raises(WorldError, match="Something broke"):
        await reader.facts(["R1"])


async def test_nothing_is_asked_for_nothing(reader: SnapshotReader, hub: GitHub) -> None:
    assert await reader.facts([]) == []
    assert await reader.heads([]) == []
    assert hub.asked == []


async def test_a_server_that_does_not_know_a_field_loses_only_that(reader: SnapshotReader, hub: GitHub) -> None:
    def refuse(query: str, asked: list[str]) -> list[dict[str, Any]]:
        if " rules(" in query:
            raise UnknownFields("facts", [["query Facts", "nodes", "... on Repository", "defaultBranchRef", "rules"]])
        return []

    hub.refuse = refuse
    (found,) = await reader.facts(["R1"])
    assert found is not None
    assert found.branch_rules is None
    assert found.commits is not None
    assert "rules" not in hub.queries[-1]
    assert "history(" in hub.queries[-1]


async def test_a_server_that_does_not_know_what_we_need_is_told(reader: SnapshotReader, hub: GitHub) -> None:
    def refuse(query: str, asked: list[str]) -> list[dict[str, Any]]:
        raise UnknownFields("facts", [["query Facts", "nodes", "... on Repository", "nameWithOwner"]])

    hub.refuse = refuse
    with pytest.raises(UnknownFields, match="nameWithOwner"):
        await reader.facts(["R1"])
