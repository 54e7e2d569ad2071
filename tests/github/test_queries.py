"""The queries keep GitHub's limits."""

from __future__ import annotations

import pytest
from graphql import FieldNode, IntValueNode, OperationDefinitionNode, SelectionSetNode, parse

from bot.github import queries

LIMIT = 500_000


def nodes(selection: SelectionSetNode, times: int) -> int:
    """Nodes by GitHub's rule: each connection costs its page size times the pages above it."""
    total = 0
    for part in selection.selections:
        inner = getattr(part, "selection_set", None)
        if inner is None:
            continue
        if not isinstance(part, FieldNode):
            total += nodes(inner, times)
            continue
        sizes = [
            int(argument.value.value)
            for argument in part.arguments or ()
            if argument.name.value in {"first", "last"} and isinstance(argument.value, IntValueNode)
        ]
        below = times * sizes[0] if sizes else times
        total += (below if sizes else 0) + nodes(inner, below)
    return total


def selection(query: str) -> SelectionSetNode:
    definition = parse(query).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set


def test_fifty_repositories_stay_below_the_node_limit() -> None:
    assert nodes(selection(queries.facts_query()), queries.MAX_NODES_PER_QUERY) < LIMIT / 4


@pytest.mark.parametrize("part", sorted(queries.DROPPABLE))
def test_each_part_can_be_left_out(part: str) -> None:
    left = names(selection(queries.facts_query(frozenset({part}))))
    assert queries.DROPPABLE - left == ({part} if part != "owner" else set())
    assert "repository" in names(selection(queries.facts_query())) - (left if part == "owner" else set())


def test_all_parts_can_be_left_out() -> None:
    left = names(selection(queries.facts_query(queries.DROPPABLE)))
    assert {"id", "name", "owner", "login", "defaultBranchRef", "oid"} <= left


def names(selected: SelectionSetNode) -> set[str]:
    """Every field's name in the answer, at any depth."""
    found: set[str] = set()
    for part in selected.selections:
        if isinstance(part, FieldNode):
            found.add(part.alias.value if part.alias else part.name.value)
        inner = getattr(part, "selection_set", None)
        if inner is not None:
            found |= names(inner)
    return found


def test_paths_travel_as_variables() -> None:
    """A path of a repository cannot become part of a query."""
    nasty = 'HEAD:a") { x } #'
    query, variables = queries.blobs_query([("R_1", [nasty]), ("R_2", ["HEAD:b"])])
    assert "#" not in query
    assert variables == {"n0": "R_1", "e0_0": nasty, "n1": "R_2", "e1_0": "HEAD:b"}
    parse(query)
