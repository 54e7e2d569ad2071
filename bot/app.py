"""The composition root: Settings in, one ASGI application out, which uvicorn runs.

`Radar` puts the parts of a bot (`bot.parts`) behind its addresses, waits for a database that is away at the start, and
exchanges the parts when `/setup` has brought credentials, so that no restart is needed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.analysis import compare
from bot.config import Settings
from bot.github.manifest import convert, load_manifest, manifest_for
from bot.github.proof import prove
from bot.logs import hide
from bot.model.errors import RadarError, WorldError
from bot.model.sign_in import AppCredentials
from bot.parts import Bot, now
from bot.storage.database import Database
from bot.storage.reach import DatabaseUnreachableError
from bot.web import application
from bot.web.deps import Web
from bot.web.front import Front, standby
from bot.web.security import SecurityHeaders
from bot.web.webhook import WebhookEndpoint, webhook_first

DRAIN_S = 5.0
"""How long requests under way may go on with their parts when those are exchanged; GitHub waits 10 s for an answer."""
PATIENCE_S = 3.0
"""How long the database may take at the start before the server listens without it."""
TRY_AGAIN_S = 3.0
"""The pause between two tries to reach the database."""

log = structlog.get_logger("bot.app")


class Radar:
    """The ASGI application: one `Bot` at a time behind a web front.

    `settings` must hold a secret key and an API token (`Settings.with_generated_secrets`); `made` names those that
    were generated for this start. `when_failed` is called when the bot ends by itself after its start, with why in
    `start_error`: ASGI has no word for it, and a server would go on to accept what nobody answers.
    """

    def __init__(self, settings: Settings, *, made: Sequence[str] = ()) -> None:
        self.settings = settings
        self.start_error: RadarError | None = None
        self.made = frozenset(made)
        self.when_failed: Callable[[], None] = lambda: None
        self._operator_token = secrets.token_urlsafe(32)
        self._setup_code = secrets.token_urlsafe(12)
        self._web: Web | None = None
        self._front: Front | None = None
        self._is_up = asyncio.Event()
        self._is_open = asyncio.Event()
        self._change = asyncio.Event()
        self._next = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. Requests wait for the moment in which parts are exchanged."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        await self._is_up.wait()
        assert self._front is not None  # noqa: S101 - set before _is_up
        await self._front(scope, receive, send)

    @property
    def web(self) -> Web:
        """What the pages were given. Raises RuntimeError before the start."""
        if self._web is None:
            raise RuntimeError("the bot has not been started")
        return self._web

    async def opened(self) -> None:
        """Until all parts run: at once, unless the database is away at the start."""
        await self._is_open.wait()

    async def apply(self, settings: Settings) -> None:
        """Exchange all parts for ones with these settings, once the requests under way are answered."""
        self._next = settings
        self._is_up.clear()
        self._change.set()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        life = _Lifespan(asyncio.ensure_future(receive()), send)
        try:
            while not life.stopping.done():
                self._change.clear()
                self.settings = self._next
                hide(self.settings.secret_values())
                if await self._reach_database(life):
                    await self._run(Bot(self.settings), life)
        except RadarError as error:
            self.start_error = error
            if life.is_started:
                self.when_failed()
        await life.end(self.start_error)

    async def _run(self, bot: Bot, life: _Lifespan) -> None:
        """Until the end, or until other parts are wanted: those under way are answered by these first."""
        async with bot.running():
            front = self._open(bot)
            self.web.figures.warm()
            await life.started()
            changing = asyncio.create_task(self._change.wait(), name="change")
            await _either(changing, life.stopping, None)
            changing.cancel()
            self.web.ending.set()
            if not life.stopping.done() and (left := await front.leave(DRAIN_S)):
                log.warning("requests meet the exchange of parts", requests=left, waited_s=DRAIN_S)
            await self.web.figures.close()

    async def _reach_database(self, life: _Lifespan) -> bool:
        """Whether the database is there and prepared; False when we are to stop. Meanwhile `/readyz` says what lacks.

        Raises UserError for a slip in the settings, WorldError when it stays away for RADAR_DATABASE_WAIT_S.
        """
        clock = asyncio.get_running_loop().time
        ends = clock() + self.settings.radar_database_wait_s
        while not life.stopping.done():
            attempt = asyncio.create_task(_prepare(self.settings), name="database")
            try:
                if not await _either(attempt, life.stopping, PATIENCE_S):
                    await self._stand_by(life, "no answer yet, or its tables are being made ready")
                    await _either(attempt, life.stopping, None)
                if attempt.done():
                    attempt.result()
                    return True
            except WorldError as error:
                left_s = ends - clock()
                if left_s <= 0:
                    raise
                log.warning(
                    "waiting for the database",
                    reason=error.message,
                    next_step=error.next_step or None,
                    gives_up_in_s=round(left_s),
                )
                reason = error.reason if isinstance(error, DatabaseUnreachableError) else "not able to just now"
                await self._stand_by(life, reason)
                await asyncio.wait({life.stopping}, timeout=min(TRY_AGAIN_S, left_s))
            finally:
                attempt.cancel()
                await asyncio.wait({attempt})
        return False

    async def _stand_by(self, life: _Lifespan, detail: str) -> None:
        """Answer without the database."""
        self._front = Front(_with_headers(standby("database", detail), self.settings))
        self._is_up.set()
        await life.started()

    def _open(self, bot: Bot) -> Front:
        self._web = Web(
            settings=bot.settings,
            db=bot.database,
            compare=compare,
            wake=bot.wake,
            parts=bot.parts,
            replay=bot.replay,
            sign_in=bot.sign_in,
            set_up=_SetUp(self.apply, bot.settings),
            registry=bot.metrics.registry,
            secret_is_fixed="radar_secret_key" not in self.made,
            operator_token=self._operator_token,
            setup_code=self._setup_code,
        )
        self._front = front = Front(_front(bot, self._web))
        self._is_up.set()
        self._is_open.set()
        return front


class _Lifespan:
    """ASGI's lifespan: each word is said once."""

    def __init__(self, stopping: asyncio.Future[Message], send: Send) -> None:
        self.stopping = stopping
        self.is_started = False
        self._send = send

    async def started(self) -> None:
        """Have the server listen."""
        if not self.is_started:
            self.is_started = True
            await self._send({"type": "lifespan.startup.complete"})

    async def end(self, error: RadarError | None) -> None:
        """Say that all is over, and why if it is by an error."""
        if error is None:
            await self._send({"type": "lifespan.shutdown.complete"})
            return
        kind = "shutdown" if self.is_started else "startup"
        await self._send({"type": f"lifespan.{kind}.failed", "message": str(error)})


async def _prepare(settings: Settings) -> None:
    """Reach the database and bring its tables up to date."""
    database = Database(settings.database_url.get_secret_value())
    try:
        await database.migrate()
    finally:
        await database.close()


async def _either(one: asyncio.Future[Any], other: asyncio.Future[Any], timeout_s: float | None) -> bool:
    """Whether one of the two came to its end in that time."""
    done, _ = await asyncio.wait((one, other), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


def _front(bot: Bot, web: Web) -> ASGIApp:
    """Every address. Webhooks go straight to their endpoint: they are what must be fast."""
    webhook = WebhookEndpoint(
        bot.receiver,
        secrets=lambda: bot.settings.webhook_secrets,
        clock=now,
        observe_seconds=bot.metrics.acknowledge_seconds.observe,
    )
    pages = _with_headers(application(web, bot.inngest_routes), bot.settings)
    proxied = ProxyHeadersMiddleware(cast("Any", pages), trusted_hosts=bot.settings.forwarded_allow_ips)
    return webhook_first(webhook, cast("ASGIApp", proxied))  # uvicorn has types of its own for the same things


def _with_headers(app: ASGIApp, settings: Settings) -> ASGIApp:
    return SecurityHeaders(
        app, github_web_url=settings.github_web_url, is_https=settings.radar_public_url.startswith("https://")
    )


class _SetUp:
    """What `/setup` may do: make the manifest, turn GitHub's code into credentials, prove them, put them to use."""

    def __init__(self, apply: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
        self._apply = apply
        self._settings = settings

    async def apply(self, settings: Settings) -> None:
        await self._apply(settings)

    def manifest(self, *, public_url: str, name: str) -> dict[str, object]:
        return manifest_for(public_url, name=name, webhook_url=self._settings.webhook_proxy_url or "")

    def reasons(self) -> Mapping[str, str]:
        return load_manifest().reasons

    async def convert(self, code: str) -> AppCredentials:
        return await convert(code, api_url=self._settings.github_api_url)

    async def prove(self, found: AppCredentials) -> AppCredentials:
        return await prove(found, api_url=self._settings.github_api_url, graphql_url=self._settings.graphql_url)
