"""The composition root: Settings in, one ASGI application out, which uvicorn runs.

`Radar` puts the parts of a bot (`bot.parts`) behind its addresses, and exchanges them when `/setup` has brought
credentials, so that no restart is needed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.analysis import compare
from bot.config import Settings
from bot.github.manifest import convert, manifest_for
from bot.model.errors import RadarError
from bot.model.sign_in import AppCredentials
from bot.parts import Bot, now
from bot.web import all_routes
from bot.web.deps import Web
from bot.web.errors import exception_handlers
from bot.web.security import SecurityHeaders
from bot.web.webhook import WebhookEndpoint, webhook_first

APPLY_AFTER_S = 0.2
"""Lets the answer of `/setup` leave before its parts are exchanged."""


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
        self._front: ASGIApp | None = None
        self._is_up = asyncio.Event()
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

    async def apply(self, settings: Settings) -> None:
        """Exchange all parts for ones with these settings, once the answer under way is out."""
        self._next = settings
        asyncio.get_running_loop().call_later(APPLY_AFTER_S, self._exchange)

    def _exchange(self) -> None:
        self._is_up.clear()
        self._change.set()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        stopping = asyncio.ensure_future(receive())
        is_started = False
        try:
            while not stopping.done():
                self._change.clear()
                self.settings, bot = self._next, Bot(self._next)
                async with bot.running():
                    self._open(bot)
                    if not is_started:
                        is_started = True
                        await send({"type": "lifespan.startup.complete"})
                    changing = asyncio.create_task(self._change.wait(), name="change")
                    await asyncio.wait({stopping, changing}, return_when=asyncio.FIRST_COMPLETED)
                    changing.cancel()
                    await self.web.figures.close()
        except RadarError as error:
            self.start_error = error
        if self.start_error is not None:
            if is_started:
                self.when_failed()
            kind = "shutdown" if is_started else "startup"
            await send({"type": f"lifespan.{kind}.failed", "message": str(self.start_error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    def _open(self, bot: Bot) -> None:
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
        self._front = _front(bot, self._web)
        self._is_up.set()


def _front(bot: Bot, web: Web) -> ASGIApp:
    """Every address. Webhooks go straight to their endpoint: they are what must be fast."""
    webhook = WebhookEndpoint(
        bot.receiver,
        secrets=lambda: bot.settings.webhook_secrets,
        clock=now,
        observe_seconds=bot.metrics.acknowledge_seconds.observe,
    )
    pages = SecurityHeaders(
        Starlette(routes=[*bot.inngest_routes, *all_routes(web)], exception_handlers=exception_handlers()),
        github_web_url=bot.settings.github_web_url,
        is_https=bot.settings.radar_public_url.startswith("https://"),
    )

    return webhook_first(webhook, pages)


class _SetUp:
    """What `/setup` may do: make the manifest, turn GitHub's code into credentials, put them to use."""

    def __init__(self, apply: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
        self._apply = apply
        self._settings = settings

    async def apply(self, settings: Settings) -> None:
        await self._apply(settings)

    def manifest(self, *, public_url: str, name: str) -> dict[str, object]:
        return manifest_for(public_url, name=name, webhook_url=self._settings.webhook_proxy_url or "")

    async def convert(self, code: str) -> AppCredentials:
        return await convert(code, api_url=self._settings.github_api_url)
