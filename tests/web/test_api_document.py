"""The OpenAPI document is made from the code, and schemathesis finds the code keeps it."""

from __future__ import annotations

import re

from bot.web import api_endpoints
from bot.web.api_document import openapi

EXAMPLES = 12


def test_every_call_is_in_the_document() -> None:
    document = openapi(api_endpoints(), "http://radar.test")
    listed = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert listed == {(found.method, re.sub(r":\w+\}", "}", found.path)) for found in api_endpoints()}
    ids = [call["operationId"] for methods in document["paths"].values() for call in methods.values()]
    assert len(ids) == len(set(ids))


def test_every_call_says_what_it_does_and_what_it_answers() -> None:
    for methods in openapi(api_endpoints(), "http://radar.test")["paths"].values():
        for call in methods.values():
            assert call["summary"]
            assert call["description"]
            assert any(status.startswith("2") for status in call["responses"])
            assert "security" in call or "401" in call["responses"]
