"""`serve`: runs the web server until it is told to stop, and tells the operator where everything is."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from socket import AI_PASSIVE, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, getaddrinfo, socket
from types import FrameType

import uvicorn
from rich.console import Console
from rich.markup import escape

from bot.app import Radar
from bot.config import Settings
from bot.model.errors import UserError
from bot.parts import version
from bot.web.protocol import OneWriteProtocol

COLLECTOR_THRESHOLDS = (5_000, 40, 100)
"""Objects made before the young are looked at, and looks before the older; Python's own are 700, 10, 10.

A look at 20,000 young ones stopped answers for 10 to 60 ms.
"""
SWITCH_S = 0.0005
"""How long a thread waits for Python's lock before its holder must let go; Python's own 5 ms are a commit's length."""
GRACE_S = 30
"""How long work under way may take to end after a stop was asked for."""
STOP_AT_MOST_S = 60.0
"""A database or disk that hangs keeps us no longer: service managers would kill us some time, without a word."""
SAME_SIGNAL_S = 0.5
FORCED = b"Stopped by force: what was under way is done again at the next start.\n"
OVERTIME = b"Stopped after a minute, though not all had ended: what was under way is done again at the next start.\n"


class _Server(uvicorn.Server):
    """Announces itself once all parts run. The first signal ends it in good order, with exit code 0."""

    def __init__(self, config: uvicorn.Config, radar: Radar, console: Console) -> None:
        super().__init__(config)
        self._radar = radar
        self._console = console
        self._asked_at = 0.0
        self._announcing: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Bind, then say where."""
        await super().startup(sockets)
        if self.started:
            self._announcing = asyncio.create_task(self._announce(), name="announce")

    async def _announce(self) -> None:
        await self._radar.opened()
        rest_collector()
        port = self.servers[0].sockets[0].getsockname()[1]
        announce(self._radar, self.config.host, port, self._console)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal lets work under way end; uvicorn's own would be raised again after that, as a failure.

        Another one, a moment later, ends the process on the spot: `timeout` and others send the same one twice.
        """
        if not self.should_exit:
            self.should_exit = True
            self._asked_at = time.monotonic()
            overtime = threading.Timer(STOP_AT_MOST_S, end_at_once)
            overtime.daemon = True
            overtime.start()
        elif time.monotonic() - self._asked_at > SAME_SIGNAL_S:
            os.write(2, FORCED)
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)

    def stop(self) -> None:
        """End as if a signal had asked for it."""
        self.should_exit = True


def end_at_once() -> None:
    """End the process as the world's trouble, whatever holds it up. Nothing accepted is lost."""
    os.write(2, OVERTIME)
    os._exit(1)


def rest_collector() -> None:
    """Let the garbage collector pass over what start-up made, and come seldom: a full look stops answers for long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def serve_forever(settings: Settings, console: Console) -> int:
    """The exit code when it has stopped: 0 when that was asked for; what made it fail is raised."""
    sys.setswitchinterval(SWITCH_S)
    made = [name for name in ("radar_api_token", "radar_secret_key") if getattr(settings, name) is None]
    radar = Radar(settings.with_generated_secrets(), made=made)
    config = uvicorn.Config(
        radar,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=OneWriteProtocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # bot.app reads them for the pages
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_S,
        limit_concurrency=None,
    )
    claim(settings.host, settings.port)
    server = _Server(config, radar, console)
    radar.when_failed = server.stop
    with suppress(SystemExit), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve())  # uvicorn leaves by SystemExit when the start fails; why stands in start_error
    if radar.start_error is not None:
        raise radar.start_error
    return 0 if server.started or server.should_exit else 1


def claim(host: str, port: int) -> None:
    """Raise UserError where nobody can listen at this address: before anything is started, and in plain words."""
    try:
        for family, kind, protocol, _name, address in getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_PASSIVE):
            with socket(family, kind, protocol) as probe:
                probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} is taken by another program.", next_step="End that one, or set PORT to a free port."
            ) from error
        raise UserError(
            f"Nobody can listen at {host}, port {port} ({error.strerror}).",
            next_step="Set HOST to an address of this machine, and PORT to 1024 or more.",
        ) from error


def announce(radar: Radar, host: str, port: int, console: Console) -> None:
    """What an operator needs to know, in a few lines. The links and the token are for this terminal only."""
    settings = radar.settings
    address = f"[{host}]" if ":" in host else host
    lines = [
        f"[bold]Repo Radar {version()}[/] listens on http://{escape(address)}:{port}",
        f"  Dashboard  {radar.web.operator_link}",
        "             (your sign-in link as operator; it works while this server runs)",
    ]
    if "radar_api_token" in radar.made:
        lines.append(f"  API token  {settings.api_tokens[0]}")
        lines.append("             (made for this start; set RADAR_API_TOKEN to keep one)")
    lines.append(f"  Webhooks   {settings.radar_public_url}/api/github/webhooks")
    engine = "your Inngest server" if settings.uses_inngest_server else "embedded, in this process"
    lines.append(f"  Engine     {engine}; data in {escape(radar.web.db.name)}")
    if settings.has_app:
        lines.append(f"  GitHub     App {settings.github_app_id} on {settings.github_web_url}")
    elif settings.has_token:
        lines.append(f"  GitHub     token mode: repositories of {settings.github_owner}")
    else:
        lines.append(f"  GitHub     [yellow]no App yet[/]: {', '.join(settings.missing())} missing")
        lines.append(f"             make one in two minutes: {radar.web.setup_link}")
    console.print("\n".join(lines), highlight=False, soft_wrap=True)
