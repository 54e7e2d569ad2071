"""Who we are to GitHub: the App's JWT, an installation's token (minted once however many ask), a person's token."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.model.errors import RadarError, UserError

JWT_BACKDATED_S = 60
"""GitHub refuses a JWT from the future, and clocks differ."""
JWT_LIFETIME_S = 540
"""GitHub allows ten minutes from `iat` by its own clock."""
TOKEN_MARGIN_S = 300.0
"""An installation token with less than this left is replaced, so that a long archive read does not outlive it."""
NOTICEABLE_SKEW_S = 20.0


class Credentials(Protocol):
    """What signs requests. `installation_id` is None for the App and for people, 0 in token mode."""

    @property
    def installation_id(self) -> int | None: ...

    async def authorization(self) -> str:
        """Value of the Authorization header; "" sends none."""
        ...

    def drop(self, authorization: str, server_time: datetime | None) -> bool:
        """GitHub answered 401 to `authorization`: forget it. True when another try may do better."""
        ...


@dataclass(frozen=True)
class FixedCredentials:
    """A personal token, a user's token, or none at all ("")."""

    token: str = field(repr=False)
    installation_id: int | None = None

    async def authorization(self) -> str:
        """The token as GitHub takes it."""
        return f"Bearer {self.token}" if self.token else ""

    def drop(self, authorization: str, server_time: datetime | None) -> bool:
        """A fixed token does not get better."""
        return False


@lru_cache(maxsize=4)
def _signing_key(pem: str) -> RSAPrivateKey:
    """The key in `pem`. Proving its primes holds the event loop for 35 ms, so it is done once a process."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"{type(key).__name__} is no RSA private key")
    return key


class AppCredentials:
    """Signs as the App itself. Follows GitHub's clock once a 401 shows that ours is off."""

    installation_id: int | None = None

    def __init__(
        self, app_id: int, private_key_pem: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.app_id = app_id
        self._key = private_key_pem
        self._clock = clock
        self._skew = timedelta()
        self._token = ""
        self._stale_at = datetime.min.replace(tzinfo=UTC)

    async def authorization(self) -> str:
        """A JWT for nine minutes, renewed after eight. Raises UserError for a key that cannot sign."""
        now = self._clock()
        if now >= self._stale_at:
            issued = now + self._skew - timedelta(seconds=JWT_BACKDATED_S)
            claims = {"iss": str(self.app_id), "iat": issued, "exp": issued + timedelta(seconds=JWT_LIFETIME_S)}
            try:
                self._token = jwt.encode(claims, _signing_key(self._key), algorithm="RS256")
            except (ValueError, TypeError, jwt.PyJWTError) as error:
                raise UserError(
                    "GITHUB_PRIVATE_KEY cannot sign: it is no RSA private key.",
                    next_step="Generate a new private key in the App's settings on GitHub and give its .pem file.",
                ) from error
            self._stale_at = now + timedelta(seconds=JWT_LIFETIME_S - JWT_BACKDATED_S - 60)
        return f"Bearer {self._token}"

    def drop(self, authorization: str, server_time: datetime | None) -> bool:
        """Adopts GitHub's clock where ours differs; True when it did."""
        self._stale_at = datetime.min.replace(tzinfo=UTC)
        if server_time is None:
            return False
        skew = server_time - self._clock()
        if abs((skew - self._skew).total_seconds()) < NOTICEABLE_SKEW_S:
            return False
        self._skew = skew
        return True


@dataclass(frozen=True)
class MintedToken:
    """An installation token and the seconds it lives, both by GitHub's clock."""

    token: str = field(repr=False)
    lifetime_s: float


class InstallationCredentials:
    """Signs as one installation. However many ask at once, one token is minted; a failure is shared as well."""

    def __init__(
        self,
        installation_id: int,
        mint: Callable[[int], Awaitable[MintedToken]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._id = installation_id
        self._mint = mint
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._token = ""
        self._stale_at = 0.0
        self._attempts = 0
        self._failure: RadarError | None = None

    @property
    def installation_id(self) -> int:
        """Whose token this is."""
        return self._id

    async def authorization(self) -> str:
        """A token with minutes left to live. Raises what minting raises."""
        seen = self._attempts
        if not self._is_fresh():
            async with self._lock:
                if not self._is_fresh():
                    await self._renew(seen)
        return f"Bearer {self._token}"

    def _is_fresh(self) -> bool:
        return bool(self._token) and self._monotonic() < self._stale_at

    async def _renew(self, seen: int) -> None:
        if self._failure is not None and self._attempts != seen:
            raise self._failure
        self._failure = None
        try:
            minted = await self._mint(self._id)
        except RadarError as error:
            self._failure = error
            raise
        finally:
            self._attempts += 1
        self._token = minted.token
        self._stale_at = self._monotonic() + max(minted.lifetime_s - TOKEN_MARGIN_S, minted.lifetime_s / 2)

    def drop(self, authorization: str, server_time: datetime | None) -> bool:
        """Forgets the token, unless somebody has renewed it already."""
        if authorization == f"Bearer {self._token}":
            self._token = ""
        return True
