"""Every webhook example that GitHub publishes, posted to the running bot: 202 each, none an error."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from tests.contracts.published import NotPublishedHere, webhook_examples
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.npm


def test_every_published_example_is_taken(stage: Stage) -> None:
    try:
        examples = webhook_examples()
    except NotPublishedHere as error:
        pytest.skip(str(error))
    guids: list[str] = []
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as client:
        for event, payload in examples:
            body = json.dumps(payload).encode()
            guids.append(str(uuid.uuid4()))
            headers = stage.hub.service.webhook_headers(event, guids[-1], body)
            answer = client.post(stage.bot.webhook_url, content=body, headers=headers)
            assert answer.status_code == 202, f"{event} {payload.get('action')}: {answer.text}"

    def rows() -> list[dict[str, Any]]:
        found = stage.bot.rows("select guid, state, reason from deliveries")
        return [row for row in found if row["guid"] in guids]

    assert len(rows()) == len(examples)
    eventually(lambda: {row["state"] for row in rows()} == {"sent", "ignored"}, what="all are handled")
    assert all(row["reason"] for row in rows() if row["state"] == "ignored")
    assert "Traceback" not in stage.bot.log()
