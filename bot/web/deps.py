"""What the routes need, handed in by the composition root: `web` itself opens no connection and asks GitHub nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry

from bot.config import Settings
from bot.model.report import Changes, Report
from bot.model.sign_in import AppCredentials, SignedIn, UserAccess
from bot.storage.database import Database
from bot.web.figures import FigureKeeper
from bot.web.limits import RateLimiter


class SignIn(Protocol):
    """GitHub's OAuth for the App's users. `exchange` and `access` raise FinalError(FORBIDDEN) when GitHub refuses
    (a used code, a revoked token) and WorldError when it does not answer."""

    def authorize_url(self, *, state: str, code_challenge: str, redirect_uri: str) -> str: ...

    async def exchange(self, *, code: str, code_verifier: str, redirect_uri: str) -> SignedIn: ...

    async def access(self, token: str) -> UserAccess: ...


class SetUp(Protocol):
    """Making the App from `app.yml`.

    `reasons` says why each permission and event is asked for. `convert` raises FinalError when GitHub knows no such
    code; `prove` gives typed credentials with the App's name, and raises UserError when GitHub does not take them,
    WorldError when it does not answer; `apply` puts the new settings to use without a restart.
    """

    def manifest(self, *, public_url: str, name: str) -> dict[str, object]: ...

    def reasons(self) -> Mapping[str, str]: ...

    async def convert(self, code: str) -> AppCredentials: ...

    async def prove(self, found: AppCredentials) -> AppCredentials: ...

    async def apply(self, settings: Settings) -> None: ...


@dataclass(frozen=True)
class PartStatus:
    """Whether one part of the bot works; `detail` says what is wrong, for a person (strangers may read it).

    `is_needed`: without it the bot is not ready. What only delays accepted work is told, and deliveries still come in.
    """

    name: str
    ok: bool
    detail: str = ""
    is_needed: bool = True


async def _replay_unavailable(guid: str) -> bool:
    return False


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Web:
    """The dependencies of every route. `settings` and `sign_in` are replaced when `/setup` brings credentials.

    `compare` says what changed from one report to a later one. `wake` tells the relay that the outbox has news.
    `parts` reports readiness of what the database is not (engine, relay). `registry` holds what the bot counts while
    it works. `replay` sends one stored delivery again and tells whether it is known. `env_path` is where `/setup`
    writes credentials. `secret_is_fixed`: RADAR_SECRET_KEY was given, so what it sealed outlives a restart.
    `unproven` holds what was typed at `/setup` while GitHub did not answer, with the nonce of who typed it.
    `ending` is set when these parts are to stop: an answer without end closes then, and its reader comes again.
    """

    settings: Settings
    db: Database
    compare: Callable[[Report, Report], Changes]
    wake: Callable[[], None] = lambda: None
    parts: Callable[[], Awaitable[list[PartStatus]]] | None = None
    replay: Callable[[str], Awaitable[bool]] = _replay_unavailable
    sign_in: SignIn | None = None
    set_up: SetUp | None = None
    registry: CollectorRegistry = field(default_factory=CollectorRegistry, repr=False)
    env_path: Path = Path(".env")
    secret_is_fixed: bool = False
    clock: Callable[[], datetime] = _now
    operator_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    setup_code: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)
    figures: FigureKeeper = field(init=False, repr=False)
    limiter: RateLimiter = field(init=False, repr=False)
    is_setup_code_used: bool = False
    unproven: tuple[str, AppCredentials] | None = field(default=None, repr=False)
    ending: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    rechecks: dict[int, asyncio.Lock] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.figures = FigureKeeper(self.db, self.clock)
        self.limiter = RateLimiter(self.db)

    @property
    def secret_key(self) -> str:
        """The key that signs and seals. Raises LookupError when the root forgot `with_generated_secrets`."""
        if self.settings.radar_secret_key is None:
            raise LookupError("RADAR_SECRET_KEY is unset; call Settings.with_generated_secrets first")
        return self.settings.radar_secret_key.get_secret_value()

    @property
    def operator_link(self) -> str:
        """The sign-in link that is printed in the terminal, as Jupyter does."""
        return f"{self.settings.radar_public_url}/sign-in/operator?token={self.operator_token}"

    @property
    def setup_link(self) -> str:
        """The link to `/setup` that is printed in the terminal while no credentials are configured."""
        return f"{self.settings.radar_public_url}/setup?code={self.setup_code}"
