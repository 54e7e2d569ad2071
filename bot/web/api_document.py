"""`/api/openapi.json` and `/api`: the document of the API, made from its endpoints, and the same to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response

from bot.model.report import Report
from bot.web.api_queries import Nothing
from bot.web.endpoint import ABOUT, Call, Endpoint, reply
from bot.web.errors import Problem
from bot.web.paths import ID_DIGITS
from bot.web.visit import Handler, Visit

REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
PROBLEM_WORDS = {
    400: "A parameter or the body is not as it should be",
    401: "No valid token",
    403: "The token has not the scope",
    404: "Unknown, or not for this token to see",
    413: "The body is too large",
    415: "The body is not JSON",
    429: "Beyond the token's rate",
    503: "Not able to just now; see Retry-After",
}
ANSWER_WORDS = {200: "The answer", 201: "Made", 202: "Accepted and queued", 304: "The caller has it already"}


def document_endpoint(endpoints: Sequence[Endpoint]) -> Endpoint:
    """The call that gives the document, which lists itself too."""

    async def get_openapi(call: Call) -> Response:
        """This document: every call with its types, as OpenAPI 3.1."""
        return reply(
            call,
            openapi([*endpoints, made], call.web.settings.radar_public_url),
            headers={"cache-control": "public, max-age=300"},
        )

    made = Endpoint("GET", "/api/openapi.json", get_openapi, "Get this document", ABOUT, {200: "object"}, is_open=True)
    return made


def document_page(endpoints: Sequence[Endpoint]) -> Handler:
    """The handler of `/api`, the document as a page."""

    async def api(visit: Visit) -> Response:
        document = openapi(endpoints, visit.web.settings.radar_public_url)
        tags: dict[str, list[tuple[Endpoint, dict[str, Any]]]] = {}
        for endpoint in endpoints:
            operation = document["paths"][_path(endpoint)][endpoint.method.lower()]
            tags.setdefault(endpoint.tag, []).append((endpoint, operation))
        return visit.show("api.html", active="api", tags=tags, document=document, path_of=_path)

    return api


def openapi(endpoints: Sequence[Endpoint], public_url: str) -> dict[str, Any]:
    """OpenAPI 3.1 of the endpoints."""
    types = _types(endpoints)
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    by_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(_path(endpoint), {})[endpoint.method.lower()] = _operation(endpoint, by_type, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Repo Radar",
            "version": "1",
            "summary": "Reports of the repositories that a GitHub App watches",
            "description": "Lists are paged by cursor: follow the `Link` header. Errors are problem+json (RFC 9457). "
            "Every answer to a valid token says how much of its rate is left.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": public_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _types(endpoints: Sequence[Endpoint]) -> list[type[Struct]]:
    found: dict[type[Struct], None] = {Problem: None, Report: None}
    for endpoint in endpoints:
        for answer in endpoint.answers.values():
            if isinstance(answer, type):
                found[answer] = None
        if endpoint.body is not None:
            found[endpoint.body] = None
        found[endpoint.query] = None
    found.pop(Nothing, None)
    return list(found)


def _path(endpoint: Endpoint) -> str:
    return _PARAMETER.sub(r"{\1}", endpoint.path)


def _operation(
    endpoint: Endpoint, by_type: dict[type[Struct], dict[str, Any]], components: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "description": endpoint.handler.__doc__ or "",
        "tags": [endpoint.tag],
        "parameters": _path_parameters(endpoint) + _query_parameters(endpoint, components),
        "responses": _responses(endpoint, by_type),
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": by_type[endpoint.body]}}
        is_required = bool(components[endpoint.body.__name__].get("required"))
        operation["requestBody"] = {"required": is_required, "content": content}
    if endpoint.is_open:
        operation["security"] = []
    else:
        operation["x-scope"] = endpoint.scope
    return operation


def _operation_id(endpoint: Endpoint) -> str:
    short = endpoint.path.endswith("}/history")
    return f"{endpoint.operation_id}_short" if short else endpoint.operation_id


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = []
    for name, kind in _PARAMETER.findall(endpoint.path):
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if kind == "id":
            schema = {"type": "integer", "minimum": 0, "maximum": 10**ID_DIGITS - 1}
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _query_parameters(endpoint: Endpoint, components: dict[str, Any]) -> list[dict[str, Any]]:
    if endpoint.query is Nothing:
        return []
    schema = components[endpoint.query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": kind}
        for name, kind in schema["properties"].items()
    ]


def _responses(endpoint: Endpoint, by_type: dict[type[Struct], dict[str, Any]]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, answer in endpoint.answers.items():
        responses[str(status)] = {"description": ANSWER_WORDS[status], "content": _content(answer, by_type)}
    if endpoint.method == "GET" and "text/event-stream" not in endpoint.answers.values():
        responses["304"] = {"description": ANSWER_WORDS[304]}
    for status in endpoint.problems:
        content = {"application/problem+json": {"schema": by_type[Problem]}}
        responses[str(status)] = {"description": PROBLEM_WORDS[status], "content": content}
    return responses


def _content(answer: type[Struct] | str, by_type: dict[type[Struct], dict[str, Any]]) -> dict[str, Any]:
    if isinstance(answer, type):
        return {"application/json": {"schema": by_type[answer]}}
    if answer == "report":
        return {"application/json": {"schema": by_type[Report]}}
    if answer == "object":
        return {"application/json": {"schema": {"type": "object"}}}
    return {answer: {"schema": {"type": "string"}}}
