"""Tokens: minted once, dropped on 401, signed by GitHub's clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from bot.github.credentials import AppCredentials, FixedCredentials, InstallationCredentials, MintedToken
from bot.model.errors import FinalError, Finality, UserError, WorldError

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.seconds


def claims(authorization: str) -> dict[str, object]:
    decoded: dict[str, object] = jwt.decode(
        authorization.removeprefix("Bearer "), options={"verify_signature": False, "verify_exp": False}
    )
    return decoded


async def test_the_jwt_is_backdated_a_minute_and_lives_less_than_ten(private_key_pem: str) -> None:
    found = claims(await AppCredentials(42, private_key_pem, clock=Clock()).authorization())
    assert found["iss"] == "42"
    assert found["iat"] == int(NOW.timestamp()) - 60
    assert found["exp"] == int(NOW.timestamp()) - 60 + 540


async def test_the_jwt_is_kept_while_it_lives_and_renewed_before_it_ends(private_key_pem: str) -> None:
    clock = Clock()
    credentials = AppCredentials(42, private_key_pem, clock=clock)
    first = await credentials.authorization()
    clock.now += timedelta(minutes=5)
    assert await credentials.authorization() == first
    clock.now += timedelta(minutes=3)
    assert await credentials.authorization() != first


async def test_a_401_with_another_date_moves_the_jwt_onto_githubs_clock(private_key_pem: str) -> None:
    credentials = AppCredentials(42, private_key_pem, clock=Clock())
    ahead = NOW - timedelta(minutes=30)
    assert credentials.drop(await credentials.authorization(), ahead) is True
    assert claims(await credentials.authorization())["iat"] == int(ahead.timestamp()) - 60
    assert credentials.drop("", ahead) is False, "the clocks agree now: another try would say the same"


async def test_a_401_without_a_date_is_the_last_word(private_key_pem: str) -> None:
    assert AppCredentials(42, private_key_pem, clock=Clock()).drop("", None) is False


async def test_a_key_that_cannot_sign_is_the_operators_slip() -> None:
    with pytest.raises(UserError, match="GITHUB_PRIVATE_KEY"):
        await AppCredentials(42, "no key", clock=Clock()).authorization()


class Mint:
    def __init__(self, *, lifetime_s: float = 3600) -> None:
        self.calls = 0
        self.lifetime_s = lifetime_s
        self.failure: Exception | None = None

    async def __call__(self, installation_id: int) -> MintedToken:
        self.calls += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return MintedToken(f"token-{self.calls}", self.lifetime_s)


async def test_twenty_at_once_mint_one_token() -> None:
    mint = Mint()
    credentials = InstallationCredentials(7, mint, monotonic=Clock().monotonic)
    tokens = await asyncio.gather(*(credentials.authorization() for _ in range(20)))
    assert set(tokens) == {"Bearer token-1"}
    assert mint.calls == 1


async def test_twenty_at_once_share_a_failure_and_the_next_tries_again() -> None:
    mint = Mint()
    mint.failure = FinalError(Finality.UNINSTALLED, "gone")
    credentials = InstallationCredentials(7, mint, monotonic=Clock().monotonic)
    found = await asyncio.gather(*(credentials.authorization() for _ in range(20)), return_exceptions=True)
    assert all(isinstance(one, FinalError) for one in found)
    assert mint.calls == 1
    mint.failure = None
    assert await credentials.authorization() == "Bearer token-2"


async def test_a_cancelled_mint_leaves_the_next_one_free() -> None:
    mint = Mint()
    credentials = InstallationCredentials(7, mint, monotonic=Clock().monotonic)
    task = asyncio.create_task(credentials.authorization())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await credentials.authorization() == "Bearer token-2"


async def test_a_token_is_renewed_five_minutes_before_its_end() -> None:
    clock, mint = Clock(), Mint()
    credentials = InstallationCredentials(7, mint, monotonic=clock.monotonic)
    await credentials.authorization()
    clock.seconds = 3299
    assert await credentials.authorization() == "Bearer token-1"
    clock.seconds = 3301
    assert await credentials.authorization() == "Bearer token-2"


async def test_a_short_lived_token_is_still_used() -> None:
    mint = Mint(lifetime_s=100)
    credentials = InstallationCredentials(7, mint, monotonic=Clock().monotonic)
    assert [await credentials.authorization() for _ in range(3)] == ["Bearer token-1"] * 3


async def test_a_late_401_does_not_drop_the_token_that_came_after() -> None:
    mint = Mint()
    credentials = InstallationCredentials(7, mint, monotonic=Clock().monotonic)
    old = await credentials.authorization()
    assert credentials.drop(old, None)
    new = await credentials.authorization()
    assert credentials.drop(old, None)
    assert await credentials.authorization() == new


async def test_world_trouble_while_minting_is_passed_on() -> None:
    mint = Mint()
    mint.failure = WorldError("busy", retry_after_s=3)
    with pytest.raises(WorldError, match="busy"):
        await InstallationCredentials(7, mint).authorization()


async def test_a_fixed_token_does_not_get_better() -> None:
    credentials = FixedCredentials("ghp_x", 0)
    assert await credentials.authorization() == "Bearer ghp_x"
    assert credentials.drop("Bearer ghp_x", NOW) is False
    assert await FixedCredentials("").authorization() == ""
