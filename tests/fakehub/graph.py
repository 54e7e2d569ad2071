"""POST /graphql: executes the query with graphql-core over schema.graphql, the part of GitHub's schema in use."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import graphql as g
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakehub.calls import ApiError, Caller, answer
from tests.fakehub.graph_nodes import RepositoryNode, View, not_found
from tests.fakehub.world import Json

if TYPE_CHECKING:
    from tests.fakehub.service import Service

MOST_NODES = 100
"""GitHub's limit on the ids of one `nodes` field."""


@cache
def schema() -> g.GraphQLSchema:
    """The small schema."""
    return g.build_schema((Path(__file__).parent / "schema.graphql").read_text())


@cache
def parsed(query: str) -> tuple[g.DocumentNode | None, tuple[g.GraphQLError, ...]]:
    """The validated document of a query, or what is wrong with it."""
    try:
        document = g.parse(query)
    except g.GraphQLSyntaxError as error:
        return None, (error,)
    return document, tuple(g.validate(schema(), document))


class Root:
    """The fields of Query."""

    def __init__(self, view: View) -> None:
        self._view = view

    def node(self, info: Any, id: str) -> RepositoryNode:
        found = self._find(id)
        if isinstance(found, g.GraphQLError):
            raise found
        return found

    def nodes(self, info: Any, ids: list[str]) -> list[RepositoryNode | g.GraphQLError]:
        if len(ids) > MOST_NODES:
            raise g.GraphQLError(
                f"You may not provide more than {MOST_NODES} node ids; you provided {len(ids)}.",
                extensions={"type": "ARGUMENT_LIMIT"},
            )
        return [self._find(number) for number in ids]

    def _find(self, wanted: str) -> RepositoryNode | g.GraphQLError:
        view = self._view
        for repository in view.world.repositories_by_node(wanted):
            if view.caller.sees(view.world, repository) and not repository.blocked:
                return RepositoryNode(view, repository)
        return not_found(f"Could not resolve to a node with the global id of '{wanted}'")


def graphql_route(service: Service, path: str) -> Route:
    """The endpoint at one of its two addresses."""

    async def handle(request: Request) -> Response:
        caller: Caller = request.scope["state"]["caller"]
        if caller.token is None:
            return answer(ApiError(403, "This endpoint requires you to be authenticated.").body, 403)
        try:
            body: Json = json.loads(await request.body())
            query, variables = str(body["query"]), body.get("variables")
        except (ValueError, KeyError):
            return answer({"message": "Problems parsing JSON"}, 400)
        view = View(service.world, caller, service.url)
        return await run_in_threadpool(_run, view, query, variables)

    return Route(path, handle, methods=["POST"])


def _run(view: View, query: str, variables: Json | None) -> Response:
    document, slips = parsed(query)
    if document is None or slips:
        return answer({"errors": [_error(slip) for slip in slips]})
    result = g.execute_sync(
        schema(), document, Root(view), variable_values=variables, type_resolver=lambda value, *_: str(value.typename)
    )
    body: Json = {"data": result.data}
    if result.errors:
        body["errors"] = [_error(error) for error in result.errors]
    return answer(body)


def _error(error: g.GraphQLError) -> Json:
    """GitHub has the type beside the message, not in extensions."""
    shape: Json = {"message": error.message}
    kind = (error.extensions or {}).get("type")
    if kind:
        shape["type"] = kind
    if error.path:
        shape["path"] = error.path
    if error.locations:
        shape["locations"] = [{"line": spot.line, "column": spot.column} for spot in error.locations]
    return shape
