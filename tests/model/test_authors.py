"""Bots and people."""

from __future__ import annotations

import pytest

from bot.model.authors import KNOWN_BOTS, is_bot

BOTS = [
    ("dependabot[bot]", "dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
    ("", "renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"),
    ("", "Renovate Bot", "bot@renovateapp.com"),
    ("", "github-actions", "41898282+github-actions[bot]@users.noreply.github.com"),
    ("", "GitHub Actions", "actions@github.com"),
    ("pre-commit-ci", "", ""),
    ("my-company-bot", "", ""),
    ("", "GitHub Actions Bot", ""),
    ("", "Houston (Bot)", "108291165+astrobot-houston@users.noreply.github.com"),
    ("", "Kubernetes Prow Robot", "20407524+k8s-ci-robot@users.noreply.github.com"),
    ("", "readme-action 📖", "actions@github.com"),
    ("", "Copilot", "198982749+Copilot@users.noreply.github.com"),
    ("", "Claude", "noreply@anthropic.com"),
    ("web-flow", "", ""),
]
PEOPLE = [
    ("ada", "Ada Lovelace", "ada@example.com"),
    ("abbott", "Abbott", "abbott@example.com"),
    ("robotnik", "Ro Botnik", "robotnik@example.com"),
    ("talbot", "Fox Talbot", "12+talbot@users.noreply.github.com"),
    ("luca-ci", "Luca", "luca@example.com"),
    ("", "", ""),
]


@pytest.mark.parametrize(("login", "name", "email"), BOTS)
def test_bots_are_known(login: str, name: str, email: str) -> None:
    assert is_bot(login, name, email)


@pytest.mark.parametrize(("login", "name", "email"), PEOPLE)
def test_people_are_people(login: str, name: str, email: str) -> None:
    assert not is_bot(login, name, email)


def test_githubs_own_word_counts() -> None:
    assert is_bot("innocent", type_name="Bot")
    assert not is_bot("innocent", type_name="User")


def test_the_table_is_in_lower_case_and_without_suffix() -> None:
    assert all(name == name.lower() and not name.endswith("[bot]") for name in KNOWN_BOTS)
