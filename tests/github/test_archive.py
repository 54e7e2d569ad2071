"""Archives: streamed, and a 404 looked into."""

from __future__ import annotations

import pytest
import respx

from bot.github import GitHubClient, count_requests
from bot.model.errors import FinalError, Finality, WorldError

pytestmark = pytest.mark.anyio
SHA = "a" * 40


async def read(client: GitHubClient, sha: str = SHA) -> bytes:
    async with client.archive("acme", "hello", sha) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def test_an_archive_costs_one_request_besides_the_token(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(f"/repos/acme/hello/tarball/{SHA}").respond(302, headers={"location": "https://codeload.test/x"})
    storage = router.get("https://codeload.test/x").respond(content=b"tar")
    router.get("/repositories/1").respond(json={"id": 1})
    await client.repository_by_id(1)
    with count_requests() as counter:
        assert await read(client) == b"tar"
    assert counter.value == 1
    assert storage.calls.last.request.headers["accept-encoding"] == "identity"


async def test_a_commit_that_is_not_visible_yet_is_tried_again(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(f"/repos/acme/hello/tarball/{SHA}").respond(404)
    router.get("/repos/acme/hello").respond(json={"id": 1, "size": 12})
    with pytest.raises(WorldError, match="does not show commit") as caught:
        await read(client)
    assert caught.value.retry_after_s == 2


async def test_a_repository_that_is_gone_is_final(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(f"/repos/acme/hello/tarball/{SHA}").respond(404)
    router.get("/repos/acme/hello").respond(404)
    with pytest.raises(FinalError) as caught:
        await read(client)
    assert caught.value.finality is Finality.GONE


async def test_an_empty_repository_is_told_apart(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(f"/repos/acme/hello/tarball/{SHA}").respond(404)
    router.get("/repos/acme/hello").respond(json={"id": 1, "size": 0})
    for sha in (SHA, ""):
        with pytest.raises(FinalError) as caught:
            await read(client, sha)
        assert caught.value.finality is Finality.EMPTY


async def test_an_error_of_the_reader_closes_the_stream(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(f"/repos/acme/hello/tarball/{SHA}").respond(content=b"tar")

    async def fail() -> None:
        async with client.archive("acme", "hello", SHA):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await fail()
