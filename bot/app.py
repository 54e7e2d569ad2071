"""The composition root: Settings in, the wired bot out, as one ASGI application.

`Radar` is what uvicorn runs. It composes all parts from Settings, starts and stops them in order, and composes them
anew when `/setup` has brought credentials, so that no restart is needed. Nothing else builds parts.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import random
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from typing import Any

import inngest
import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.analysis import compare
from bot.config import Settings
from bot.engine.configuration import ConfigurationError
from bot.engine.connection import JournalBusyError
from bot.engine.machine import default_backoff
from bot.engine.runner import Options
from bot.engine.server import Engine, EngineStoppedError, new_signing_key
from bot.functions import build_functions
from bot.functions.budget_keeper import BudgetKeeper
from bot.functions.deps import Clients, Deps
from bot.functions.recorder import recorder
from bot.github.app import GitHubApp
from bot.github.client import GitHubClient
from bot.github.manifest import convert, manifest_for
from bot.github.sign_in import GitHubSignIn
from bot.intake.proxy import WebhookProxy
from bot.intake.receive import Receiver
from bot.intake.relay import Relay
from bot.intake.replay import replay
from bot.metrics import Metrics
from bot.model.errors import FinalError, Finality, RadarError, UserError, WorldError
from bot.model.event import OutgoingEvent
from bot.model.installation import TOKEN_INSTALLATION_ID
from bot.model.repository import InstallationRef
from bot.model.sign_in import AppCredentials
from bot.storage import installations, outbox
from bot.storage.database import Database
from bot.web import all_routes
from bot.web.deps import PartStatus, Web
from bot.web.errors import exception_handlers
from bot.web.inngest import close_client, in_process_call, inngest_routes, send_in_process
from bot.web.security import SecurityHeaders
from bot.web.webhook import WebhookEndpoint, webhook_first
from bot.workers.pool import AnalysisPool

log = structlog.get_logger("bot.app")

APP_ID = "repo-radar"
ARCHIVES_A_WORKER = 4
"""Downloads that run ahead of each worker."""
APPLY_AFTER_S = 0.2
"""Lets the answer of `/setup` leave before its parts are exchanged."""


def version() -> str:
    """The installed version."""
    return package_version("repo-radar")


def now() -> datetime:
    """The clock of the running bot."""
    return datetime.now(UTC)


def analysis_pool(settings: Settings, *, size: int | None = None) -> AnalysisPool:
    """The worker processes; their hashes of secrets are keyed, so that nobody can try values against them."""
    key = settings.radar_secret_key.get_secret_value() if settings.radar_secret_key else ""
    return AnalysisPool(
        size or settings.radar_workers,
        settings.radar_analysis_timeout_s,
        settings.archive_limits,
        memory_bytes=settings.radar_worker_memory_bytes,
        fingerprint_key=hashlib.sha256(b"fingerprints:" + key.encode()).digest(),
    )


class Bot:
    """All parts of one running bot, composed but not started; `running()` starts and stops them."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = now) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.database = Database(settings.database_url.get_secret_value())
        self._clock = clock
        self._budgets = BudgetKeeper(self.database, self.metrics, clock=clock)
        self.app, self.clients = _github(settings, self._budgets)
        self.sign_in = _sign_in(settings)
        self._pool = analysis_pool(settings)
        signing_key = None if settings.uses_inngest_server else new_signing_key()
        self.client = _inngest_client(settings, signing_key)
        self.deps = Deps(
            settings=settings,
            database=self.database,
            clients=self.clients,
            app=self.app,
            pool=self._pool,
            clock=clock,
            metrics=self.metrics,
            archive_places=asyncio.Semaphore(settings.radar_workers * ARCHIVES_A_WORKER),
            wake_relay=self._wake_relay,
        )
        self.client.add_middleware(recorder(self.deps))
        self.functions = build_functions(self.client, self.deps)
        self.inngest_routes = inngest_routes(
            self.client,
            self.functions,
            enable_unauthed_sync=None if settings.uses_inngest_server else False,
            serve_origin=settings.radar_public_url if settings.uses_inngest_server else None,
        )
        self.engine = None
        if signing_key is not None:
            call = in_process_call(Starlette(routes=self.inngest_routes))
            url, options = settings.database_url.get_secret_value(), _engine_options(settings)
            self.engine = Engine(url, call, signing_key=signing_key, options=options, turn=self.database.turn)
        self.receiver = Receiver(self.database, on_stored=self._wake_relay)
        self._relay = Relay(self.database, self._send, clock=clock, rain=self.receiver.per_second)

    @asynccontextmanager
    async def running(self, *, chores: bool = True) -> AsyncIterator[None]:
        """Start everything, in order; at the end finish what was accepted, in the opposite order.

        Without `chores` nothing is looked for that was missed while we were away.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            await self.database.migrate()
            if self.app is not None:
                stack.push_async_callback(self.app.aclose)
            if self.sign_in is not None:
                stack.push_async_callback(self.sign_in.aclose)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            keeper = tasks.create_task(self._budgets.run(), name="budgets")
            stack.callback(keeper.cancel)
            await stack.enter_async_context(self._pool)
            if self.engine is None:
                stack.push_async_callback(close_client, self.client)
            else:
                send_in_process(self.client, self.engine.receive)
                await self.engine.start()
                stack.push_async_callback(self.engine.stop)
            tasks.create_task(self._relay.run(), name="relay")
            stack.callback(self._relay.stop)
            await stack.enter_async_context(self.receiver)
            if self.settings.webhook_proxy_url:
                listener = tasks.create_task(self._proxy(self.settings.webhook_proxy_url).run(), name="proxy")
                stack.callback(listener.cancel)
            await self._ask_at_start(chores=chores)
            yield

    def _proxy(self, url: str) -> WebhookProxy:
        secrets = self.settings.webhook_secrets
        return WebhookProxy(url, self.receiver, secrets=lambda: secrets, clock=self._clock)

    async def parts(self) -> list[PartStatus]:
        """Which parts besides the database are able to work."""
        if self.engine is None:
            return [PartStatus("engine", ok=True, detail="an Inngest server, which calls us")]
        trouble = self.engine.trouble()
        return [PartStatus("engine", ok=not trouble, detail=trouble)]

    async def replay(self, guid: str) -> bool:
        """Have a stored delivery handled again; False when the inbox does not hold it."""
        try:
            await replay(self.database, guid, now=self._clock(), wake=self._wake_relay)
        except UserError:
            return False
        return True

    def wake(self) -> None:
        """The outbox has news."""
        self._wake_relay()

    def _wake_relay(self) -> None:
        self._relay.wake()

    async def _send(self, events: Sequence[OutgoingEvent]) -> None:
        """The relay's way to the engine. Raises WorldError when it is away."""
        sent: list[dict[str, Any]] = [
            {"name": one.name, "id": one.id, "data": one.data, **({"ts": one.ts_ms} if one.ts_ms else {})}
            for one in events
        ]
        if self.engine is not None:
            try:
                await self.engine.receive(sent)
            except EngineStoppedError as error:
                raise WorldError(f"The engine does not take events: {error}.") from error
            return
        try:
            await self.client.send([inngest.Event(**one) for one in sent])
        except Exception as error:  # the SDK raises plain Exceptions; none of them is the event's fault
            raise WorldError(f"The Inngest server did not take the events: {error}") from error

    async def _ask_at_start(self, *, chores: bool) -> None:
        """Token mode's installation is there; what was missed while we were away is looked for at once."""
        async with self.database.write() as session:
            if self.settings.has_token and not self.settings.has_app:
                await installations.upsert(session, _token_installation(self.settings), now=self._clock())
            if not chores:
                return
            start = uuid.uuid4().hex
            await outbox.add(
                session,
                [
                    OutgoingEvent(name="radar/recovery.requested", id=f"start:{start}:recovery"),
                    OutgoingEvent(name="radar/sweep.requested", id=f"start:{start}:sweep"),
                ],
                now=self._clock(),
            )
        self._wake_relay()


class Radar:
    """The ASGI application: one `Bot` at a time behind a web front.

    `settings` must hold a secret key and an API token (`Settings.with_generated_secrets`); `made` names those that
    were generated for this start.
    """

    def __init__(self, settings: Settings, *, made: Sequence[str] = ()) -> None:
        self.settings = settings
        self.start_error: RadarError | None = None
        self.made = frozenset(made)
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
        except* RadarError as group:
            self.start_error = _first(group)
        except* (ConfigurationError, JournalBusyError) as group:
            self.start_error = UserError(str(_first(group)))
        if self.start_error is not None:
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


class _NoGitHub:
    """Stands in while neither an App nor a token is configured: work that needs GitHub fails with what to do."""

    def for_installation(self, installation_id: int) -> GitHubClient:
        raise FinalError(
            Finality.FORBIDDEN,
            "No GitHub App and no token is configured.",
            next_step="Open /setup, or set GITHUB_APP_ID, GITHUB_PRIVATE_KEY and GITHUB_WEBHOOK_SECRET.",
        )


class _OneToken:
    """Token mode: the same client for everything."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    def for_installation(self, installation_id: int) -> GitHubClient:
        return self._client


def _github(settings: Settings, budgets: BudgetKeeper) -> tuple[GitHubApp | None, Clients]:
    """The App and its clients, or the client of token mode, or nobody. Raises UserError for a key that is none."""
    pem = settings.private_key_pem
    if settings.has_app and settings.github_app_id is not None and pem is not None:
        app = GitHubApp(
            settings.github_app_id,
            pem,
            api_url=settings.github_api_url,
            graphql_url=settings.graphql_url,
            timeout_s=settings.radar_github_timeout_s,
            on_budget=budgets.note,
        )
        return app, app
    if settings.github_token is not None and settings.github_owner:
        client = GitHubClient.for_token(
            settings.github_token.get_secret_value(),
            settings.github_owner,
            api_url=settings.github_api_url,
            graphql_url=settings.graphql_url,
            timeout_s=settings.radar_github_timeout_s,
            on_budget=budgets.note,
        )
        return None, _OneToken(client)
    return None, _NoGitHub()


def _sign_in(settings: Settings) -> GitHubSignIn | None:
    """GitHub's OAuth, where the App's client is configured."""
    if settings.github_client_id is None or settings.github_client_secret is None:
        return None
    return GitHubSignIn(
        settings.github_client_id,
        settings.github_client_secret.get_secret_value(),
        api_url=settings.github_api_url,
        web_url=settings.github_web_url,
        timeout_s=settings.radar_github_timeout_s,
    )


def _engine_options(settings: Settings) -> Options:
    backoff, scale = default_backoff(random.random), settings.radar_retry_scale
    return Options(backoff=lambda attempt: scale * backoff(attempt))


def _inngest_client(settings: Settings, signing_key: str | None) -> inngest.Inngest:
    """The SDK's client: of the embedded engine (`signing_key`), or of the server that the settings name."""
    logger = logging.getLogger("inngest")
    if signing_key is not None:
        return inngest.Inngest(
            app_id=APP_ID,
            is_production=True,
            event_key="embedded",
            signing_key=signing_key,
            api_base_url="http://engine.invalid",
            event_api_base_url="http://engine.invalid",
            logger=logger,
        )
    for name in (
        "event_key",
        "signing_key",
        "signing_key_fallback",
        "base_url",
        "event_api_base_url",
        "api_base_url",
        "dev",
        "env",
    ):
        value = getattr(settings, f"inngest_{name}")
        if value is not None:  # the SDK reads the environment; what `.env` says must be there too
            os.environ[f"INNGEST_{name.upper()}"] = (
                value.get_secret_value() if hasattr(value, "get_secret_value") else value
            )
    return inngest.Inngest(app_id=APP_ID, app_version=version(), logger=logger)


def _token_installation(settings: Settings) -> InstallationRef:
    return InstallationRef(
        id=TOKEN_INSTALLATION_ID, account_id=0, account_login=settings.github_owner or "", account_type="User"
    )


def _first(group: BaseExceptionGroup[BaseException]) -> RadarError:
    """The first error of a group of groups."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, RadarError) else UserError(str(error))
