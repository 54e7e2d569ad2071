"""The OpenAPI document is made from the code, and schemathesis finds that the code keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bot.web import api_endpoints
from bot.web.api_document import openapi
from bot.web.endpoint import ABOUT
from tests.web.live import served_world
from tests.web.world import API_TOKEN

EXAMPLES = 6
KNOWN = {"owner": "harbour", "repo": "tidemark", "batch_id": "batch-1", "guid": "guid-0"}


@pytest.fixture(scope="module")
def api_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """The document as the running app gives it."""
    with served_world(tmp_path_factory.mktemp("api"), radar_api_per_minute=1_000_000) as (url, _world):
        yield schemathesis.openapi.from_url(f"{url}/api/openapi.json")


@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
@pytest.mark.parametrize("exists", [False, True], ids=["made-up names", "names that exist"])
def test_the_api_keeps_its_document(
    api_schema: schemathesis.BaseSchema, mode: schemathesis.GenerationMode, exists: bool
) -> None:
    operations = [found.ok() for found in api_schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == len(api_endpoints()) - 1, "all but the document itself"
    for operation in operations:
        if not operation.path.endswith("/events"):
            _hold_to_document(operation, mode, exists=exists)


def _hold_to_document(operation: Any, mode: schemathesis.GenerationMode, *, exists: bool) -> None:
    """Ask the operation with what hypothesis makes up; schemathesis' checks judge the answers."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if exists:
            for name in set(case.path_parameters or {}) & set(KNOWN):
                case.path_parameters[name] = KNOWN[name]
        # a cursor is a string that only we can make, which a schema cannot say
        case.call_and_validate(
            headers={"Authorization": f"Bearer {API_TOKEN}"}, excluded_checks=[positive_data_acceptance]
        )

    try:
        ask()
    except Unsatisfiable:
        assert mode is schemathesis.GenerationMode.NEGATIVE, "nothing about a call without parameters can be wrong"


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


def test_what_tells_of_the_api_itself_comes_last() -> None:
    tags = [found.tag for found in api_endpoints()]
    assert tags[-2:] == [ABOUT, ABOUT]
    groups = [tag for place, tag in enumerate(tags) if place == 0 or tags[place - 1] != tag]
    assert len(groups) == len(set(groups)), "no group is torn apart"
