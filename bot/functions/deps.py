"""What a function may touch, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.config import Settings
from bot.functions.places import Places
from bot.github.app import GitHubApp
from bot.github.client import GitHubClient
from bot.metrics import Metrics
from bot.storage.database import Database
from bot.workers.pool import AnalysisPool


class Clients(Protocol):
    """Gives the GitHub client of an installation; id 0 is token mode."""

    def for_installation(self, installation_id: int) -> GitHubClient:
        """The client; it is cheap, and mints its token when first used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The bot's parts. `app` is None in token mode; `clock` gives the time with zone."""

    settings: Settings
    database: Database
    clients: Clients
    app: GitHubApp | None
    pool: AnalysisPool
    clock: Callable[[], datetime]
    metrics: Metrics
    archive_places: Places
    """Archives that may be read or held at once: some for each worker."""
    wake_relay: Callable[[], None]
    """Called after events were put into the outbox."""
