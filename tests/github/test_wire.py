"""The wire: one request is one request, and every trap of the library below is shut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import respx

from bot.github import count_requests
from bot.github.credentials import FixedCredentials, InstallationCredentials, MintedToken
from bot.github.gate import Gate
from bot.github.limits import QueryTimedOut, RateLimited
from bot.github.pace import ContentLimits
from bot.github.wire import Wire, status_of
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.repository import RateBudget
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio
API = "https://api.github.test"
TOKEN = FixedCredentials("ghp_secret", 7)


@pytest.fixture
async def budgets() -> list[RateBudget]:
    return []


@pytest.fixture
async def wire(router: respx.MockRouter, budgets: list[RateBudget]) -> AsyncIterator[Wire]:
    opened = Wire(api_url=API, graphql_url=f"{API}/graphql", timeout_s=PATIENCE_S, on_budget=budgets.append)
    yield opened
    await opened.aclose()


async def get(wire: Wire, path: str = "/thing", *, gate: Gate | None = None) -> object:
    reply = await wire.request("GET", path, credentials=TOKEN, gate=gate or Gate(5), what="the thing")
    return reply.json()


async def test_a_request_is_signed_versioned_and_counted(wire: Wire, router: respx.MockRouter) -> None:
    route = router.get("/thing").respond(json={"a": 1})
    with count_requests() as counter:
        assert await get(wire) == {"a": 1}
    sent = route.calls.last.request.headers
    assert sent["authorization"] == "Bearer ghp_secret"
    assert sent["x-github-api-version"] == "2022-11-28"
    assert sent["accept"] == "application/vnd.github+json"
    assert counter.value == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_post_that_fails_is_sent_once(wire: Wire, router: respx.MockRouter, status: int) -> None:
    route = router.post("/thing").respond(status)
    with pytest.raises(WorldError) as caught:
        await wire.request("POST", "/thing", credentials=TOKEN, gate=Gate(5), what="x", body={})
    assert route.call_count == 1
    assert status_of(caught.value) == status


TROUBLES = [
    ("a time-out", httpx.ReadTimeout("slow"), "did not answer"),
    ("no connection", httpx.ConnectError("refused"), "could not be reached"),
    ("a broken answer", httpx.RemoteProtocolError("bad"), "could not be reached"),
]


@pytest.mark.parametrize(("name", "trouble", "said"), TROUBLES, ids=[case[0] for case in TROUBLES])
async def test_no_answer_is_the_worlds_trouble(
    wire: Wire, router: respx.MockRouter, name: str, trouble: Exception, said: str
) -> None:
    route = router.get("/thing").mock(side_effect=trouble)
    with pytest.raises(WorldError, match=said):
        await get(wire)
    assert route.call_count == 1


async def test_an_answer_that_hangs_is_given_up(router: respx.MockRouter) -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200)

    router.get("/thing").mock(side_effect=hang)
    wire = Wire(api_url=API, graphql_url=f"{API}/graphql", timeout_s=0.02)
    with pytest.raises(WorldError, match="did not answer"):
        await get(wire)
    await wire.aclose()


@pytest.mark.parametrize("body", ["<html>proxy</html>", '{"a": ', "", "[" * 100_000])
async def test_an_answer_that_is_no_json_is_the_worlds_trouble(wire: Wire, router: respx.MockRouter, body: str) -> None:
    router.get("/thing").respond(text=body)
    with pytest.raises(WorldError, match="no JSON"):
        await get(wire)


async def test_a_401_is_tried_once_more_with_a_fresh_token(wire: Wire, router: respx.MockRouter) -> None:
    minted = iter(["old", "new", "newer"])

    async def mint(_: int) -> MintedToken:
        return MintedToken(next(minted), 3600)

    credentials = InstallationCredentials(7, mint)
    route = router.post("/thing").mock(side_effect=[httpx.Response(401), httpx.Response(201, json={})])
    await wire.request("POST", "/thing", credentials=credentials, gate=Gate(5), what="x", body={"b": 1})
    assert [call.request.headers["authorization"] for call in route.calls] == ["Bearer old", "Bearer new"]
    assert [call.request.content for call in route.calls] == [b'{"b":1}'] * 2


async def test_a_second_401_is_final(wire: Wire, router: respx.MockRouter) -> None:
    async def mint(_: int) -> MintedToken:
        return MintedToken("token", 3600)

    route = router.get("/thing").respond(401, json={"message": "Bad credentials"})
    with pytest.raises(FinalError, match="Bad credentials") as caught:
        await wire.request("GET", "/thing", credentials=InstallationCredentials(7, mint), gate=Gate(5), what="x")
    assert caught.value.finality is Finality.FORBIDDEN
    assert route.call_count == 2


async def test_the_token_stays_on_its_host(wire: Wire, router: respx.MockRouter) -> None:
    router.get("/tarball").respond(302, headers={"location": "https://codeload.github.test/x?token=t"})
    storage = router.get("https://codeload.github.test/x?token=t").respond(content=b"bytes")
    with count_requests() as counter:
        async with wire.stream("/tarball", credentials=TOKEN, gate=Gate(5), what="x") as chunks:
            assert b"".join([chunk async for chunk in chunks]) == b"bytes"
    assert "authorization" not in storage.calls.last.request.headers
    assert counter.value == 1, "the storage hop is not billed"


async def test_a_renamed_repository_is_followed_with_the_token(wire: Wire, router: respx.MockRouter) -> None:
    router.get("/repos/a/old").respond(301, headers={"location": f"{API}/repositories/1"})
    route = router.get("/repositories/1").respond(json={"id": 1})
    with count_requests() as counter:
        assert await get(wire, "/repos/a/old") == {"id": 1}
    assert route.calls.last.request.headers["authorization"] == "Bearer ghp_secret"
    assert counter.value == 2


async def test_a_post_is_never_turned_into_a_get(wire: Wire, router: respx.MockRouter) -> None:
    router.post("/repos/a/old/x").respond(301, headers={"location": f"{API}/repositories/1/x"})
    with pytest.raises(FinalError, match="has moved"):
        await wire.request("POST", "/repos/a/old/x", credentials=TOKEN, gate=Gate(5), what="the repository", body={})


async def test_a_post_follows_a_307(wire: Wire, router: respx.MockRouter) -> None:
    router.post("/repos/a/old/x").respond(307, headers={"location": f"{API}/repositories/1/x"})
    route = router.post("/repositories/1/x").respond(201, json={})
    await wire.request("POST", "/repos/a/old/x", credentials=TOKEN, gate=Gate(5), what="x", body={"b": 1})
    assert route.calls.last.request.content == b'{"b":1}'


async def test_redirects_in_a_circle_end(wire: Wire, router: respx.MockRouter) -> None:
    router.get("/thing").respond(301, headers={"location": f"{API}/thing"})
    with pytest.raises(WorldError, match="without end"):
        await get(wire)


async def test_the_budget_is_told(wire: Wire, router: respx.MockRouter, budgets: list[RateBudget]) -> None:
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "12", "x-ratelimit-reset": "1790000000"}
    router.get("/thing").respond(404, headers=headers)
    with pytest.raises(FinalError):
        await get(wire)
    assert budgets == [
        RateBudget(
            installation_id=7,
            resource="core",
            limit=5000,
            remaining=12,
            resets_at=datetime.fromtimestamp(1790000000, UTC),
        )
    ]


class Time:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def test_while_limited_nothing_is_sent_but_a_probe_a_minute(wire: Wire, router: respx.MockRouter) -> None:
    time = Time()
    gate = Gate(5, monotonic=time)
    route = router.get("/thing").respond(403, headers={"retry-after": "600"}, json={"message": "secondary rate limit"})
    with count_requests() as counter:
        for seconds, calls, left in ((0, 1, 600), (30, 1, 570), (59, 1, 541), (61, 2, 600)):
            time.seconds = seconds
            with pytest.raises(RateLimited) as caught:
                await get(wire, gate=gate)
            assert (route.call_count, caught.value.retry_after_s) == (calls, left)
    assert counter.value == 2
    route.respond(200, json={})
    time.seconds = 122
    assert await get(wire, gate=gate) == {}
    assert await get(wire, gate=gate) == {}


async def test_the_budget_is_told_by_the_redirect_of_an_archive(
    wire: Wire, router: respx.MockRouter, budgets: list[RateBudget]
) -> None:
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "11", "x-ratelimit-reset": "1790000000"}
    router.get("/tarball").respond(302, headers={**headers, "location": "https://storage.github.test/file"})
    router.get("https://storage.github.test/file").respond(content=b"archive")  # which tells nothing of limits
    async with wire.stream("/tarball", credentials=TOKEN, gate=Gate(5), what="the archive") as chunks:
        assert b"".join([chunk async for chunk in chunks]) == b"archive"
    assert [budget.remaining for budget in budgets] == [11]


async def test_a_spent_rest_budget_leaves_graphql_open(wire: Wire, router: respx.MockRouter) -> None:
    gate = Gate(5, monotonic=Time())
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}
    router.get("/thing").respond(403, headers=reset, json={"message": "API rate limit exceeded"})
    graphql = router.post("/graphql").respond(json={"data": {}})
    with pytest.raises(RateLimited):
        await get(wire, gate=gate)
    await wire.graphql("query { x }", {}, credentials=TOKEN, gate=gate, what="x")
    assert graphql.call_count == 1


async def test_a_secondary_limit_closes_both(wire: Wire, router: respx.MockRouter) -> None:
    gate = Gate(5, monotonic=Time())
    router.get("/thing").respond(429, headers={"retry-after": "5"})
    graphql = router.post("/graphql").respond(json={"data": {}})
    with pytest.raises(RateLimited):
        await get(wire, gate=gate)
    with pytest.raises(RateLimited):
        await wire.graphql("query { x }", {}, credentials=TOKEN, gate=gate, what="x")
    assert graphql.call_count == 0


async def test_retry_after_as_a_date_does_not_crash_githubkit(wire: Wire, router: respx.MockRouter) -> None:
    router.get("/thing").respond(429, headers={"retry-after": "Tue, 24 Nov 2026 12:01:30 GMT"})
    with pytest.raises(RateLimited):
        await get(wire)


async def test_no_more_than_the_gate_allows_run_at_once(wire: Wire, router: respx.MockRouter) -> None:
    running, most = 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return httpx.Response(200, json={})

    router.get("/thing").mock(side_effect=answer)
    gate = Gate(3)
    await asyncio.gather(*(get(wire, gate=gate) for _ in range(12)))
    assert most == 3


GRAPHQL_TROUBLES = [
    ("502", httpx.Response(502)),
    ("504", httpx.Response(504)),
    ("time-out", httpx.ReadTimeout("slow")),
    (
        "said so",
        httpx.Response(200, json={"data": None, "errors": [{"message": "Something went wrong while executing"}]}),
    ),
]


@pytest.mark.parametrize(("name", "answer"), GRAPHQL_TROUBLES, ids=[case[0] for case in GRAPHQL_TROUBLES])
async def test_a_query_that_was_too_much_says_so(
    wire: Wire, router: respx.MockRouter, name: str, answer: httpx.Response | Exception
) -> None:
    router.post("/graphql").mock(side_effect=[answer])
    with pytest.raises(QueryTimedOut):
        await wire.graphql("query { x }", {}, credentials=TOKEN, gate=Gate(5), what="x")


async def test_a_500_is_no_reason_to_ask_for_less(wire: Wire, router: respx.MockRouter) -> None:
    router.post("/graphql").respond(500)
    with pytest.raises(WorldError) as caught:
        await wire.graphql("query { x }", {}, credentials=TOKEN, gate=Gate(5), what="x")
    assert not isinstance(caught.value, QueryTimedOut)


async def test_a_limit_inside_a_200_closes_graphql(wire: Wire, router: respx.MockRouter) -> None:
    gate = Gate(5, monotonic=Time())
    route = router.post("/graphql").respond(json={"errors": [{"type": "RATE_LIMITED", "message": "…"}]})
    for _ in range(2):
        with pytest.raises(RateLimited):
            await wire.graphql("query { x }", {}, credentials=TOKEN, gate=gate, what="x")
    assert route.call_count == 1


async def test_a_stream_that_is_cut_off_is_the_worlds_trouble(wire: Wire, router: respx.MockRouter) -> None:
    class Cut(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"first"
            raise httpx.RemoteProtocolError("peer closed connection")

    router.get("/tarball").mock(return_value=httpx.Response(200, stream=Cut()))

    async def read() -> bytes:
        async with wire.stream("/tarball", credentials=TOKEN, gate=Gate(5), what="the archive") as chunks:
            return b"".join([chunk async for chunk in chunks])

    with pytest.raises(WorldError, match="cut off"):
        await read()


async def test_no_error_carries_the_token(wire: Wire, router: respx.MockRouter) -> None:
    router.get("/thing").respond(401, json={"message": "Bad credentials"})
    with pytest.raises(FinalError) as caught:
        await get(wire)
    shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {TOKEN!r}"
    assert "ghp_secret" not in shown


async def test_content_is_paced_and_reading_is_not(wire: Wire, router: respx.MockRouter) -> None:
    gate = Gate(5, content=ContentLimits(3, 0))
    written, read = router.post("/thing").respond(201, json={}), router.get("/thing").respond(json={})
    graphql = router.post("/graphql").respond(json={"data": {}})
    for _ in range(2):
        await wire.request("POST", "/thing", credentials=TOKEN, gate=gate, what="x", body={})
    with pytest.raises(RateLimited, match="paced"):
        await wire.request("POST", "/thing", credentials=TOKEN, gate=gate, what="x", body={})
    assert written.call_count == 2
    for _ in range(10):
        await get(wire, gate=gate)
        await wire.graphql("query { a }", {}, credentials=TOKEN, gate=gate, what="x")
    assert (read.call_count, graphql.call_count) == (10, 10)


async def test_a_block_of_content_stops_content_only(wire: Wire, router: respx.MockRouter) -> None:
    said = "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."
    gate = Gate(5, content=ContentLimits())
    written = router.post("/thing").respond(403, json={"message": said}, headers={"retry-after": "30"})
    router.get("/thing").respond(json={"a": 1})
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await wire.request("POST", "/thing", credentials=TOKEN, gate=gate, what="x", body={})
        assert caught.value.is_content
    assert written.call_count == 1
    assert await get(wire, gate=gate) == {"a": 1}
