"""Our queries and our small schema against GitHub's whole published schema."""

from __future__ import annotations

import graphql as g
import pytest

from tests.contracts.published import NotPublishedHere, graphql_schema_text
from tests.contracts.schema_subset import TARGET, documents, field_names, published_schema, subset

pytestmark = pytest.mark.npm


@pytest.fixture(scope="module")
def full() -> g.GraphQLSchema:
    try:
        graphql_schema_text()
    except NotPublishedHere as error:
        pytest.skip(str(error))
    return published_schema()


def test_every_query_of_the_bot_is_valid_on_github(full: g.GraphQLSchema) -> None:
    for text in documents():
        assert [str(slip) for slip in g.validate(full, g.parse(text))] == []


def test_a_field_that_github_lacks_would_be_seen(full: g.GraphQLSchema) -> None:
    text = documents()[0].replace("isArchived", "isForgotten")
    assert g.validate(full, g.parse(text))


def test_the_small_schema_is_the_part_in_use(full: g.GraphQLSchema) -> None:
    assert TARGET.read_text() == subset(), "run: python -m tests.contracts.schema_subset"


def test_each_field_of_the_small_schema_is_githubs(full: g.GraphQLSchema) -> None:
    """Independently of how it was written: same type and arguments no stricter."""
    small = g.build_schema(TARGET.read_text())
    for name in sorted(field_names(TARGET.read_text())):
        type_name, _, field = name.partition(".")
        ours, theirs = small.type_map[type_name], full.type_map[type_name]
        assert isinstance(ours, g.GraphQLObjectType | g.GraphQLInterfaceType)
        assert isinstance(theirs, g.GraphQLObjectType | g.GraphQLInterfaceType)
        assert str(ours.fields[field].type) == str(theirs.fields[field].type), name
        for argument, known in ours.fields[field].args.items():
            assert str(known.type) == str(theirs.fields[field].args[argument].type), f"{name}({argument})"
