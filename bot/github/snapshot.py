"""The only reader of repositories: heads and facts of many at once by GraphQL.

GitHub gives a query ten seconds; one that takes longer is asked again in halves, and the next ones start smaller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec

from bot.github import facts as facts_
from bot.github.comments import Request
from bot.github.hidden import HiddenFiles, known_attributes
from bot.github.limits import QueryTimedOut, UnknownFields
from bot.github.queries import DROPPABLE, HEADS_QUERY, MAX_NODES_PER_QUERY, facts_query
from bot.github.translate import mapping
from bot.github.wire import GraphQLReply
from bot.model.errors import WorldError
from bot.model.repository import RepositoryRef
from bot.model.snapshot import RepositoryFacts

SMALLEST_BATCH = 5
GROWTH = 5
DENIED_FOR = timedelta(hours=1)
"""New permissions that somebody accepts on GitHub are noticed after this."""


class GraphQL(Protocol):
    """`GitHubClient.graphql`."""

    def __call__(self, query: str, variables: dict[str, Any], what: str) -> Awaitable[GraphQLReply]: ...


class Node:
    """One repository of an answer, not decoded yet, and the errors inside it. `is_there`: neither gone nor hidden."""

    def __init__(self, raw: bytes | msgspec.Raw, errors: list[dict[str, Any]]) -> None:
        self._raw = raw
        self.errors = errors
        # `{}` is a node of another kind than a repository.
        self.is_there = bytes(raw).strip() not in {b"null", b"{}"}

    def fields(self) -> Mapping[str, Any]:
        """The decoded fields; {} when it is not there."""
        return mapping(msgspec.json.decode(self._raw)) if self.is_there else {}


class SnapshotReader:
    """Reads as one installation."""

    def __init__(
        self, graphql: GraphQL, request: Request, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._graphql = graphql
        self._clock = clock
        self._hidden = HiddenFiles(graphql, request)
        self._batch = MAX_NODES_PER_QUERY
        self._denied = _Denied(clock)

    async def heads(self, node_ids: Sequence[str]) -> list[RepositoryRef | None]:
        """See `GitHubClient.heads`."""
        found: list[RepositoryRef | None] = []
        for start in range(0, len(node_ids), MAX_NODES_PER_QUERY):
            nodes = await self._nodes(HEADS_QUERY, node_ids[start : start + MAX_NODES_PER_QUERY], "repository heads")
            found.extend(facts_.head_of(node.fields()) if node.is_there else None for node in nodes)
        return found

    async def facts(self, node_ids: Sequence[str], *, hidden_files: bool = True) -> list[RepositoryFacts | None]:
        """See `GitHubClient.facts`."""
        found: list[RepositoryFacts | None] = []
        attributes: list[Mapping[str, str] | None] = []
        while len(found) < len(node_ids):
            for node in await self._permitted(node_ids[len(found) : len(found) + self._batch]):
                fields = node.fields()
                found.append(facts_.facts_of(fields, node.errors, now=self._clock()) if fields else None)
                attributes.append(known_attributes(fields))
                await asyncio.sleep(0)  # a big repository takes milliseconds: let deliveries be answered in between
        return await self._hidden.completed(found, attributes) if hidden_files else found

    async def _permitted(self, node_ids: Sequence[str]) -> list[Node]:
        """The nodes of the facts query, asked again without the parts that took a node away."""
        nodes: list[Node] = []
        for _ in DROPPABLE:
            without = self._denied.now()
            try:
                nodes = await self._nodes(facts_query(without), node_ids, "repository facts")
                denied = {part for node in nodes if not node.is_there for part in _denied_parts(node)}
            except UnknownFields as error:
                denied = {part for path in error.paths if (part := _part_of(path))}
                if not denied - without:
                    raise
            if not denied - without:
                break
            self._denied.add(denied)
        for node in nodes:
            node.errors.extend({"type": "FORBIDDEN", "path": [part]} for part in without)
        return nodes

    async def hidden_files(self, facts: RepositoryFacts) -> RepositoryFacts:
        """The facts with the files that archives of `facts.head_sha` hide, looked for whatever the root says."""
        return (await self._hidden.completed([facts], [None]))[0] or facts

    async def _nodes(self, query: str, node_ids: Sequence[str], what: str) -> list[Node]:
        try:
            reply = await self._graphql(query, {"ids": list(node_ids)}, what)
        except QueryTimedOut:
            if len(node_ids) == 1:
                raise
            half = len(node_ids) // 2
            self._batch = max(SMALLEST_BATCH, min(self._batch, half))
            return [
                *await self._nodes(query, node_ids[:half], what),
                *await self._nodes(query, node_ids[half:], what),
            ]
        if query is not HEADS_QUERY and len(node_ids) == self._batch:
            self._batch = min(MAX_NODES_PER_QUERY, self._batch + GROWTH)
        nodes = _split(reply, len(node_ids))
        return [
            await self._again(query, node_id, what) if _is_unclear(node) and len(node_ids) > 1 else _judged(node, what)
            for node_id, node in zip(node_ids, nodes, strict=True)
        ]

    async def _again(self, query: str, node_id: str, what: str) -> Node:
        return (await self._nodes(query, [node_id], what))[0]


class _Denied:
    """Parts of the facts query that the installation's permissions refuse; forgotten after an hour."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._parts: frozenset[str] = frozenset()
        self._until = datetime.min.replace(tzinfo=UTC)

    def now(self) -> frozenset[str]:
        return self._parts if self._clock() < self._until else frozenset()

    def add(self, parts: set[str]) -> None:
        self._parts = self.now() | parts
        self._until = self._clock() + DENIED_FOR


def _denied_parts(node: Node) -> set[str]:
    return {part for error in node.errors if error.get("type") == "FORBIDDEN" and (part := _part_of(error["path"]))}


def _part_of(path: Sequence[object]) -> str:
    """The innermost part of the facts query that an error's path leads through; "" for none."""
    return next((part for part in reversed(path) if isinstance(part, str) and part in DROPPABLE), "")


def _split(reply: GraphQLReply, count: int) -> list[Node]:
    """The answer's nodes, each with the errors whose path leads into it, the path cut to what is below the node."""
    found = reply.nodes()
    nodes = [Node(found[index] if index < len(found) else b"null", []) for index in range(count)]
    for error in reply.errors:
        path = error.get("path")
        if not isinstance(path, list) or len(path) < 2 or path[0] != "nodes":
            continue
        if isinstance(path[1], int) and path[1] < count:
            nodes[path[1]].errors.append({**error, "path": path[2:]})
    return nodes


def _is_unclear(node: Node) -> bool:
    """Whether the node is missing for another reason than being gone or forbidden."""
    return not node.is_there and any(error.get("type") not in {"NOT_FOUND", "FORBIDDEN"} for error in node.errors)


def _judged(node: Node, what: str) -> Node:
    if _is_unclear(node):
        raise WorldError(f"GitHub could not answer {what}: {str(node.errors[0].get('message', ''))[:200]}")
    return node
