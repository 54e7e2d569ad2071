"""A small Inngest for one machine: the server side of the SDK's protocol, durable in the bot's database."""

from bot.engine.configuration import ConfigurationError
from bot.engine.connection import JournalBusyError
from bot.engine.journal import engine_metadata
from bot.engine.runner import Options
from bot.engine.server import Engine, EngineStoppedError, new_signing_key

__all__ = [
    "ConfigurationError",
    "Engine",
    "EngineStoppedError",
    "JournalBusyError",
    "Options",
    "engine_metadata",
    "new_signing_key",
]
