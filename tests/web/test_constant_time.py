"""Wherever a stranger may guess a secret, the comparison takes as long for a near miss as for nonsense."""

from __future__ import annotations

import hmac
from typing import Any

import pytest

from bot.intake.signature import sign, verify
from bot.web.badges import badge_key
from tests.web.test_access import form_token
from tests.web.world import PRIVATE, World

pytestmark = pytest.mark.anyio

GUESS = "a-guess-4711"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, bytes]]:
    """The pairs that went through `hmac.compare_digest`."""
    pairs: list[tuple[bytes, bytes]] = []
    genuine = hmac.compare_digest

    def recording(one: Any, other: Any) -> bool:
        pairs.append((bytes(one), bytes(other)))
        return genuine(one, other)

    monkeypatch.setattr(hmac, "compare_digest", recording)
    return pairs


def holds(pairs: list[tuple[bytes, bytes]], secret: str) -> bool:
    return any({GUESS.encode(), secret.encode()} == set(pair) for pair in pairs)


def test_a_webhook_signature(compared: list[tuple[bytes, bytes]]) -> None:
    assert not verify([b"one", b"two"], b"{}", f"sha256={GUESS}")
    for secret in (b"one", b"two"):
        assert holds(compared, sign(secret, b"{}").removeprefix("sha256=")), "every secret is tried, whatever fits"


async def test_an_api_token(world: World, compared: list[tuple[bytes, bytes]]) -> None:
    async with world.api(GUESS) as client:
        assert (await client.get("/api/repos")).status_code == 401
    assert holds(compared, world.web.settings.api_tokens[0])


async def test_the_operators_link(world: World, compared: list[tuple[bytes, bytes]]) -> None:
    async with world.client() as client:
        assert (await client.get(f"/sign-in/operator?token={GUESS}")).status_code == 403
    assert holds(compared, world.web.operator_token)


async def test_the_set_up_code(bare_world: World, compared: list[tuple[bytes, bytes]]) -> None:
    async with bare_world.client() as client:
        assert (await client.get(f"/setup?code={GUESS}")).status_code == 403
    assert holds(compared, bare_world.web.setup_code)


async def test_a_badges_key(world: World, compared: list[tuple[bytes, bytes]]) -> None:
    async with world.client() as client:
        await client.get(f"/badge/harbour/ledger.svg?key={GUESS}")
    assert holds(compared, badge_key(world.web, PRIVATE))


async def test_a_forms_token(world: World, compared: list[tuple[bytes, bytes]]) -> None:
    async with world.operator() as client:
        genuine = await form_token(client)
        assert (await client.post("/batches", data={"form_token": GUESS})).status_code == 403
    assert holds(compared, genuine)
