"""The front of one set of parts: it is left when the last request is answered, and says so where it is not."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.web.front import Front, standby

pytestmark = pytest.mark.anyio


class _Slow:
    """Answers when `gate` opens, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate, self.begun, self.error = asyncio.Event(), asyncio.Event(), error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        await PlainTextResponse("done")(scope, receive, send)


def _client(app: Front) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://radar.test")


async def test_nobody_under_way_is_left_at_once() -> None:
    assert await Front(_Slow()).leave(0) == 0


async def test_the_last_request_is_waited_for() -> None:
    slow = _Slow()
    front = Front(slow)
    async with _client(front) as client, asyncio.TaskGroup() as group:
        asking = [group.create_task(client.get("/")) for _ in range(2)]
        await slow.begun.wait()
        assert await front.leave(0.01) == 2, "and how many are not answered is told"
        leaving = group.create_task(front.leave(30))
        slow.gate.set()
        assert await leaving == 0
        assert all(task.done() for task in asking)


async def test_a_request_that_fails_is_over_too() -> None:
    slow = _Slow(ValueError("ours"))
    front = Front(slow)
    slow.gate.set()
    async with _client(front) as client:
        with pytest.raises(ValueError, match="ours"):
            await client.get("/")
    assert await front.leave(0) == 0


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/healthz", 200, "ok"),
        ("/readyz", 503, '"ok":false'),
        ("/api/repos", 503, "waits for its database"),
        ("/", 503, "waits for its database"),
    ],
)
async def test_while_a_part_is_awaited_it_lives_and_is_not_ready(path: str, status: int, said: str) -> None:
    transport = httpx.ASGITransport(app=standby("database", "no answer"))
    async with httpx.AsyncClient(transport=transport, base_url="http://radar.test") as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert said in answer.text
    assert "no answer" in answer.text or path == "/healthz"
