"""Who may use which command."""

from __future__ import annotations

import pytest

from bot.commands.parser import Verb
from bot.commands.permissions import NEEDED, needed_for
from bot.model.repository import Permission


def test_every_verb_has_its_permission() -> None:
    assert set(NEEDED) == set(Verb)


@pytest.mark.parametrize(
    ("verb", "is_private", "is_open", "needed"),
    [
        (Verb.REPORT, False, True, Permission.READ),
        (Verb.REPORT, False, False, Permission.TRIAGE),
        (Verb.REPORT, True, False, Permission.READ),
        (Verb.REFRESH, False, True, Permission.WRITE),
        (Verb.REFRESH, False, False, Permission.WRITE),
        (Verb.BATCH, True, True, Permission.ADMIN),
    ],
)
def test_readers_of_public_repositories_may_read_where_the_setting_allows(
    verb: Verb, is_private: bool, is_open: bool, needed: Permission
) -> None:
    assert needed_for(verb, is_private=is_private, is_open_to_public=is_open) is needed
