"""How long tests wait for what will come, and how long the bot in a test's own process does."""

from __future__ import annotations

from importlib import import_module
from typing import Any

PATIENCE_S = 120.0
"""Seconds. A machine that is busy with other things may need many; nothing that is asserted depends on how many."""

OF_THE_BOT = (
    "bot.app.PATIENCE_S",
    "bot.app.DRAIN_S",
    "bot.functions.outgoing.TIMEOUT_S",
    "bot.intake.relay.SEND_TIMEOUT_S",
    "bot.intake.relay.LEASE_S",
    "bot.storage.database.BUSY_TIMEOUT_S",
    "bot.verbs.doctor.PATIENCE_S",
    "bot.web.health.PATIENCE_S",
    "bot.web.health.FIGURES_S",
    "bot.web.pages_settings.LOOKUP_S",
    "bot.web.webhook.BODY_TIMEOUT_S",
    "bot.workers.zizmor.TIMEOUT_S",
)
"""Its patience with a database, with GitHub, with others. A test that is about one of them sets it itself."""
DEFAULTS = (
    ("bot.github.proof", "prove", "timeout_s"),
    ("bot.intake.receive", "Receiver.__init__", "timeout_s"),
    ("bot.intake.relay", "Relay.__init__", "lease_s"),
    ("bot.storage.database", "Database.__init__", "busy_timeout_s"),
)


def be_patient() -> None:
    """Let the bot in this process wait as long as tests do: five times slower is slow, but not broken."""
    for place in OF_THE_BOT:
        module, _, name = place.rpartition(".")
        _replaced(import_module(module).__dict__, name)
    for module, path, name in DEFAULTS:
        found: Any = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        _replaced(found.__kwdefaults__, name)


def _replaced(values: dict[str, Any], name: str) -> None:
    if name not in values:
        raise LookupError(f"the bot has no {name} any more: correct OF_THE_BOT and DEFAULTS")
    values[name] = max(values[name], PATIENCE_S)
