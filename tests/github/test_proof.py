"""Typed credentials are kept only when GitHub takes them: what it answers, and what a person is told."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import respx

from bot.github.proof import prove
from bot.model.errors import UserError, WorldError
from bot.model.sign_in import AppCredentials
from tests.github.conftest import API, APP_ID, GRAPHQL
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.anyio

INFO = {
    "id": APP_ID,
    "slug": "radar",
    "name": "Radar",
    "html_url": "https://github.test/apps/radar",
    "client_id": "Iv1.right",
}


def typed(private_key: str, client_id: str = "") -> AppCredentials:
    """What somebody typed."""
    return AppCredentials(APP_ID, "", "the App", "", private_key, "a webhook secret", client_id, "")


async def ask(found: AppCredentials, timeout_s: float = PATIENCE_S) -> AppCredentials:
    return await prove(found, api_url=API, graphql_url=GRAPHQL, timeout_s=timeout_s)


@pytest.mark.parametrize("client_id", ["", "Iv1.right"])
async def test_what_github_takes_comes_back_with_its_name(
    router: respx.MockRouter, private_key_pem: str, client_id: str
) -> None:
    asked = router.get("/app").respond(json=INFO)
    proven = await ask(typed(private_key_pem, client_id))
    assert (proven.name, proven.slug, proven.html_url) == ("Radar", "radar", "https://github.test/apps/radar")
    assert (proven.private_key, proven.webhook_secret) == (private_key_pem, "a webhook secret")
    assert asked.calls[0].request.headers["authorization"].startswith("Bearer eyJ")


REFUSALS = {
    "not its key": (401, "A JSON web token could not be decoded"),
    "no such App": (404, "Integration not found"),
}


@pytest.mark.parametrize("case", REFUSALS)
async def test_what_github_does_not_take_is_a_slip(router: respx.MockRouter, private_key_pem: str, case: str) -> None:
    status, message = REFUSALS[case]
    router.get("/app").respond(status, json={"message": message})
    with pytest.raises(UserError, match=f"does not take this private key for App ID {APP_ID}") as caught:
        await ask(typed(private_key_pem))
    assert "generate a new private key" in caught.value.next_step


async def test_a_key_that_cannot_sign_is_told_without_asking(router: respx.MockRouter) -> None:
    asked = router.get("/app").respond(json=INFO)
    with pytest.raises(UserError, match="it is no RSA private key"):
        await ask(typed("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"))
    assert not asked.called


async def test_another_apps_client_is_a_slip(router: respx.MockRouter, private_key_pem: str) -> None:
    router.get("/app").respond(json=INFO)
    with pytest.raises(UserError, match=r"This Client ID is not that of Radar, which is Iv1\.right"):
        await ask(typed(private_key_pem, "Iv1.wrong"))


async def test_a_github_that_is_away_proves_nothing(router: respx.MockRouter, private_key_pem: str) -> None:
    router.get("/app").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(WorldError):
        await ask(typed(private_key_pem))


async def test_a_github_that_is_silent_is_waited_for_no_longer(router: respx.MockRouter, private_key_pem: str) -> None:
    async def silent(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200)

    router.get("/app").mock(side_effect=silent)
    with pytest.raises(WorldError, match="did not answer within"):
        await ask(typed(private_key_pem), timeout_s=0.01)
