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
"""GitHub gives everybody READ on a public repository; see `needed_for`."""


def needed_for(verb: Verb, *, is_private: bool, is_open_to_public: bool) -> Permission:
    """What a command asks for: on a public repository that is not open to the public, at least a collaborator."""
    needed = NEEDED[verb]
    return needed if is_private or is_open_to_public else max(needed, Permission.TRIAGE)
