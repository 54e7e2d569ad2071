"""A small Inngest for one machine: the server side of the SDK's protocol, durable in the bot's database."""

from bot.engine.journal import engine_metadata
from bot.engine.server import ConfigurationError, Engine, EngineStoppedError, JournalBusyError, new_signing_key

__all__ = [
    "ConfigurationError",
    "Engine",
    "EngineStoppedError",
    "JournalBusyError",
    "engine_metadata",
    "new_signing_key",
]
