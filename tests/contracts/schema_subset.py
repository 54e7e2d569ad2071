"""Cuts GitHub's whole GraphQL schema down to what the bot's queries use: `python -m tests.contracts.schema_subset`
writes tests/fakehub/schema.graphql, and a contract test says when it is out of date."""

from __future__ import annotations

import re
from pathlib import Path

import graphql as g

from bot.github import queries
from tests.contracts.published import graphql_schema_text

TARGET = Path(__file__).resolve().parents[1] / "fakehub" / "schema.graphql"

CONCRETE = ("User", "Organization", "Bot", "Repository", "Commit", "Tree", "Blob", "Tag")
"""Object types that the fake returns behind an interface or union."""

NODES = ("Repository",)
"""What the fake finds by a node id."""

HEAD = "# The part of GitHub's public GraphQL schema that bot/github/queries.py uses.\n"
HEAD += "# Written by `python -m tests.contracts.schema_subset` from npm's @octokit/graphql-schema (MIT).\n\n"


def documents() -> list[str]:
    """Every query that the bot sends, the made ones with a typical input."""
    fixed = [
        value for value in vars(queries).values() if isinstance(value, str) and value.lstrip().startswith("query ")
    ]
    wanted = [("R_x", ("HEAD:", "HEAD:docs")), ("R_y", ("HEAD:a.md",))]
    return [*fixed, queries.facts_query(), queries.trees_query(wanted)[0], queries.blobs_query(wanted)[0]]


class _Uses(g.Visitor):
    """Collects types, fields and arguments that a document touches."""

    def __init__(self, info: g.TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.fields: dict[str, set[str]] = {}
        self.arguments: set[tuple[str, str, str]] = set()
        self.types: set[str] = set()

    def enter_field(self, node: g.FieldNode, *_: object) -> None:
        parent = self.info.get_parent_type()
        if parent is None or node.name.value.startswith("__"):
            return
        self.fields.setdefault(parent.name, set()).add(node.name.value)
        self.types.add(g.get_named_type(self.info.get_type()).name)  # type: ignore[union-attr] # validated before

    def enter_argument(self, node: g.ArgumentNode, *_: object) -> None:
        field, parent = self.info.get_field_def(), self.info.get_parent_type()
        argument = self.info.get_argument()
        if field is None or parent is None or argument is None:
            return
        name = next(name for name, known in parent.fields.items() if known is field)  # type: ignore[union-attr]
        self.arguments.add((parent.name, name, node.name.value))
        self.types.add(g.get_named_type(argument.type).name)

    def enter_inline_fragment(self, node: g.InlineFragmentNode, *_: object) -> None:
        if node.type_condition is not None:
            self.types.add(node.type_condition.name.value)
            self.fields.setdefault(node.type_condition.name.value, set())


def published_schema() -> g.GraphQLSchema:
    """GitHub's whole schema; taken as valid, since it defines two fields twice and deprecates some that interfaces
    do not."""
    return g.build_schema(graphql_schema_text(), assume_valid=True, assume_valid_sdl=True)


def subset() -> str:
    """SDL of the part in use. Raises ValueError when a query does not validate against the whole schema."""
    full = published_schema()
    info = g.TypeInfo(full)
    uses = _Uses(info)
    for text in documents():
        document = g.parse(text)
        slips = g.validate(full, document)
        if slips:
            raise ValueError(f"{slips[0]} in {text[:80]}")
        g.visit(document, g.TypeInfoVisitor(info, uses))
    return HEAD + "\n\n".join(_definitions(full, uses)) + "\n"


def _definitions(full: g.GraphQLSchema, uses: _Uses) -> list[str]:
    wanted = set(uses.types) | set(uses.fields) | {"Query"}
    abstract = {name for name in wanted if g.is_abstract_type(full.type_map[name])}
    wanted |= {t.name for a in abstract for t in full.get_possible_types(full.type_map[a]) if t.name in CONCRETE}  # type: ignore[arg-type]
    inputs = {t for name in wanted for t in _input_types(full, full.type_map[name])}
    wanted |= inputs
    parts = []
    for name in sorted(wanted):
        kind = full.type_map[name]
        if name in {"String", "Int", "Boolean", "ID", "Float"}:
            continue
        parts.append(_definition(full, kind, uses, abstract, wanted))
    return parts


def _input_types(full: g.GraphQLSchema, kind: g.GraphQLNamedType) -> list[str]:
    if not isinstance(kind, g.GraphQLInputObjectType):
        return []
    return [g.get_named_type(field.type).name for field in kind.fields.values()]


def _definition(
    full: g.GraphQLSchema, kind: g.GraphQLNamedType, uses: _Uses, abstract: set[str], wanted: set[str]
) -> str:
    name = kind.name
    if isinstance(kind, g.GraphQLScalarType):
        return f"scalar {name}"
    if isinstance(kind, g.GraphQLEnumType):
        return f"enum {name} {{\n" + "\n".join(f"  {value}" for value in kind.values) + "\n}"
    if isinstance(kind, g.GraphQLUnionType):
        return f"union {name} = " + " | ".join(t.name for t in kind.types if t.name in wanted)
    if isinstance(kind, g.GraphQLInputObjectType):
        fields = [f"  {field}: {known.type}" for field, known in kind.fields.items()]
        return f"input {name} {{\n" + "\n".join(fields) + "\n}"
    assert isinstance(kind, g.GraphQLObjectType | g.GraphQLInterfaceType)
    interfaces = [f for f in kind.interfaces if f.name in abstract and (f.name != "Node" or name in NODES)]
    names = set(uses.fields.get(name, set()))
    for face in interfaces:
        names |= uses.fields.get(face.name, set())
    origin = {field: [name, *(face.name for face in interfaces)] for field in names}
    if name == "Node" or any(face.name == "Node" for face in interfaces):
        names.add("id")
    lines = [f"  {field}{_arguments(kind, field, uses, origin.get(field, [name]))}" for field in sorted(names)]
    heading = "interface" if isinstance(kind, g.GraphQLInterfaceType) else "type"
    faces = f" implements {' & '.join(sorted(face.name for face in interfaces))}" if interfaces else ""
    return f"{heading} {name}{faces} {{\n" + "\n".join(lines) + "\n}"


def _arguments(kind: g.GraphQLObjectType | g.GraphQLInterfaceType, field: str, uses: _Uses, origins: list[str]) -> str:
    known = kind.fields[field]
    kept = [
        f"{name}: {argument.type}"
        for name, argument in known.args.items()
        if g.is_required_argument(argument) or any((origin, field, name) in uses.arguments for origin in origins)
    ]
    return (f"({', '.join(kept)})" if kept else "") + f": {known.type}"


def field_names(text: str) -> set[str]:
    """`Type.field` of every field in SDL."""
    schema = g.build_schema(text)
    return {
        f"{name}.{field}"
        for name, kind in schema.type_map.items()
        if isinstance(kind, g.GraphQLObjectType | g.GraphQLInterfaceType) and not re.match("__", name)
        for field in kind.fields
    }


if __name__ == "__main__":
    TARGET.write_text(subset())
    print(f"{TARGET} written: {len(field_names(TARGET.read_text()))} fields")
