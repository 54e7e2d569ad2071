"""Who may use which command: the permission on the repository that each one asks for."""

from __future__ import annotations

from typing import Final

from bot.commands.parser import Verb
from bot.model.repository import Permission

NEEDED: Final[dict[Verb, Permission]] = {
    Verb.REPORT: Permission.READ,
    Verb.STATUS: Permission.READ,
    Verb.EXPLAIN: Permission.READ,
    Verb.HELP: Permission.READ,
    Verb.UNKNOWN: Permission.READ,
    Verb.REFRESH: Permission.WRITE,
    Verb.BATCH: Permission.ADMIN,
}
"""Readers of public repositories count as READ where the setting RADAR_PUBLIC_COMMANDS allows it."""
