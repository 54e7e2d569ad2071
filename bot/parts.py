"""The parts of one running bot: Settings in, everything wired out, started in order and stopped in the opposite one.

Nothing else builds parts; `bot.app` puts them behind addresses, the command line uses them without any.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import random
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from typing import Any, Protocol

import inngest

from bot.config import Settings
from bot.engine.calls import Options
from bot.engine.configuration import ConfigurationError
from bot.engine.connection import JournalBusyError
from bot.engine.journal import EngineStoppedError
from bot.engine.machine import default_backoff
from bot.engine.server import Engine
from bot.functions import build_functions
from bot.functions.budget_keeper import BudgetKeeper
from bot.functions.deps import Clients, Deps
from bot.functions.places import Places
from bot.functions.recorder import recorder
from bot.github.app import GitHubApp
from bot.github.client import GitHubClient
from bot.github.pace import ContentLimits
from bot.github.sign_in import GitHubSignIn
from bot.intake.proxy import WebhookProxy
from bot.intake.receive import Receiver
from bot.intake.relay import Relay
from bot.intake.replay import replay
from bot.metrics import Metrics
from bot.model.errors import FinalError, Finality, UserError, WorldError
from bot.model.event import OutgoingEvent
from bot.model.installation import TOKEN_INSTALLATION_ID
from bot.model.repository import InstallationRef
from bot.storage import installations, outbox
from bot.storage.database import Database
from bot.web.deps import PartStatus
from bot.web.inngest import InProcess, close_client, inngest_routes, new_signing_key, send_in_process
from bot.workers.pool import AnalysisPool

APP_ID = "repo-radar"
ARCHIVES_A_WORKER = 10
"""Downloads that run ahead of each worker."""


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
            archive_places=Places(settings.radar_workers * ARCHIVES_A_WORKER),
            wake_relay=self._wake_relay,
        )
        self.client.add_middleware(recorder(self.deps))
        self.functions = build_functions(self.client, self.deps)
        self.inngest_routes = inngest_routes(
            self.client,
            self.functions,
            is_closed=not settings.uses_inngest_server,
            serve_origin=settings.radar_public_url if settings.uses_inngest_server else None,
        )
        self.engine = None
        self._in_process = InProcess(self.client, self.functions)
        self._is_registered = False
        if signing_key is not None:
            self.engine = Engine(
                settings.database_url.get_secret_value(),
                self._in_process.registration(),
                self._in_process.call,
                options=_engine_options(settings),
                turn=self.database.turn,
            )
        self.receiver = Receiver(self.database, on_stored=self._wake_relay)
        self._relay = Relay(self.database, self.send, clock=clock, rain=self.receiver.per_second)

    @asynccontextmanager
    async def running(self, *, chores: bool = True) -> AsyncIterator[None]:
        """Start everything, in order; at the end finish what was accepted, in the opposite order.

        Without `chores` nothing is looked for that was missed while we were away. Raises RadarError when a part
        cannot start or fails for good; what is raised inside comes out as it is.
        """
        try:
            async with self._started(chores=chores):
                yield
        except BaseExceptionGroup as group:
            raise _alone(group) from group

    @asynccontextmanager
    async def _started(self, *, chores: bool) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            await self.database.migrate()
            stack.push_async_callback(self.clients.aclose)
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
                watch = tasks.create_task(_end_with(self.engine), name="engine watch")
                stack.callback(watch.cancel)
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
            is_away = bool(self._relay.trouble)
            detail = "the Inngest server does not take events" if is_away else "an Inngest server, which calls us"
            return [PartStatus("engine", ok=not is_away, detail=detail, is_needed=False)]
        trouble = self.engine.trouble()
        return [PartStatus("engine", ok=not trouble, detail=trouble.partition(":")[0])]

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

    async def send(self, events: Sequence[OutgoingEvent]) -> None:
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
        if not self._is_registered:  # a server drops events for functions that it does not know
            await self._in_process.register(self.settings.radar_public_url)
            self._is_registered = True
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


class _Clients(Clients, Protocol):
    """Clients that hold connections."""

    async def aclose(self) -> None:
        """Let the connections go."""


class _NoGitHub:
    """Stands in while neither an App nor a token is configured: work that needs GitHub fails with what to do."""

    def for_installation(self, installation_id: int) -> GitHubClient:
        raise FinalError(
            Finality.FORBIDDEN,
            "No GitHub App and no token is configured.",
            next_step="Open /setup, or set GITHUB_APP_ID, GITHUB_PRIVATE_KEY and GITHUB_WEBHOOK_SECRET.",
        )

    async def aclose(self) -> None:
        """There is nothing to let go."""


class _OneToken:
    """Token mode: the same client for everything."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    def for_installation(self, installation_id: int) -> GitHubClient:
        return self._client

    async def aclose(self) -> None:
        """Let the client's connections go."""
        await self._client.aclose()


def _github(settings: Settings, budgets: BudgetKeeper) -> tuple[GitHubApp | None, _Clients]:
    """The App and its clients, or the client of token mode, or nobody. Raises UserError for a key that is none."""
    pem = settings.private_key_pem
    if settings.has_app and settings.github_app_id is not None and pem is not None:
        app = GitHubApp(
            settings.github_app_id,
            pem,
            api_url=settings.github_api_url,
            graphql_url=settings.graphql_url,
            timeout_s=settings.radar_github_timeout_s,
            content=ContentLimits(settings.radar_content_per_minute, settings.radar_content_per_hour),
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


async def _end_with(engine: Engine) -> None:
    """A bot whose engine is gone would take in work that nobody does. Raises WorldError when that has happened."""
    raise WorldError(
        f"The bot cannot go on: {await engine.died()}",
        next_step="Start it again; what was under way is done again.",
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


def _alone(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a group of groups, the engine's own as a slip: one of ours is all that a person needs."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return UserError(str(error)) if isinstance(error, ConfigurationError | JournalBusyError) else error


def _token_installation(settings: Settings) -> InstallationRef:
    return InstallationRef(
        id=TOKEN_INSTALLATION_ID, account_id=0, account_login=settings.github_owner or "", account_type="User"
    )
