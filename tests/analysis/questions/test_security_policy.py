"""Is there a way to report a vulnerability."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import README, facts, judged, library
from tests.cpu import cpu_s


@pytest.mark.parametrize(
    ("more", "changes", "state"),
    [
        ({}, {}, State.FAIL),
        ({"SECURITY.md": "# Security\n\nWrite to a@example.org.\n"}, {}, State.PASS),
        ({".github/SECURITY.md": "# Security\n\nPlease be careful.\n"}, {}, State.WARN),
        ({"README.md": f"{README}\n## Reporting a vulnerability\n\nWrite to us.\n"}, {}, State.PASS),
        ({}, {"security_policy_enabled": True}, State.PASS),
        ({}, {"is_private": True}, State.NOT_APPLICABLE),
    ],
)
def test_security_policy(more: dict[str, str | bytes], changes: dict[str, object], state: State) -> None:
    assert judged("security-policy", library(more), facts(**changes)).state is state


@pytest.mark.parametrize("run", ["a", "-", "0", "_"])
def test_a_policy_without_an_end_costs_little(run: str) -> None:
    files = library({"SECURITY.md": run * 300_000})
    assert cpu_s(lambda: judged("security-policy", files)) < 3
