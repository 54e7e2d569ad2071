"""Every webhook example that GitHub publishes, posted to the running bot: 202 each, none an error."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import httpx
import pytest

from tests.contracts.published import NotPublishedHere, webhook_examples
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage

pytestmark = pytest.mark.npm


def test_every_published_example_is_taken(own_stage: Callable[..., Stage]) -> None:
    try:
        examples = webhook_examples()
    except NotPublishedHere as error:
        pytest.skip(str(error))
    stage = own_stage()
    with httpx.Client(timeout=20, trust_env=False) as client:
        for event, payload in examples:
            body = json.dumps(payload).encode()
            headers = stage.hub.service.webhook_headers(event, str(uuid.uuid4()), body)
            answer = client.post(stage.bot.webhook_url, content=body, headers=headers)
            assert answer.status_code == 202, f"{event} {payload.get('action')}: {answer.text}"
    waiting = "select count(*) from deliveries where state = 'received'"
    eventually(lambda: stage.bot.scalar(waiting) == 0, what="all are handled")
    states = {
        row["state"]: row["n"] for row in stage.bot.rows("select state, count(*) n from deliveries group by state")
    }
    assert set(states) == {"sent", "ignored"}
    assert sum(states.values()) == len(examples)
    assert stage.bot.scalar("select count(*) from deliveries where state = 'ignored' and reason = ''") == 0
    assert "Traceback" not in stage.bot.log()
