"""Every example that GitHub publishes goes through the intake without an error: it becomes events, or is ignored
with a reason."""

from __future__ import annotations

import json
import uuid

import pytest

from bot.events.translate import translate
from tests.contracts.published import NotPublishedHere, webhook_examples

pytestmark = pytest.mark.npm


@pytest.fixture(scope="module")
def examples() -> list[tuple[str, bytes]]:
    try:
        return [(event, json.dumps(payload).encode()) for event, payload in webhook_examples()]
    except NotPublishedHere as error:
        pytest.skip(str(error))


def test_each_example_is_understood_or_ignored_with_a_reason(examples: list[tuple[str, bytes]]) -> None:
    assert len(examples) > 200
    for event, body in examples:
        became = translate(event, str(uuid.uuid4()), body)
        assert became.events or became.reason, f"{event}: {body[:100]!r}"


def test_the_examples_ask_for_what_they_should(examples: list[tuple[str, bytes]]) -> None:
    """At least one example of each event that we listen to becomes work."""
    working = {event for event, body in examples if translate(event, str(uuid.uuid4()), body).events}
    assert {"installation", "installation_repositories", "repository"} <= working
