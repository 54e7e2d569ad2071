"""What is it, for whom, and where does it come from?"""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import facts, judged, library, local_facts


@pytest.mark.parametrize(
    ("description", "readme", "state", "found"),
    [
        ("Counts", None, State.PASS, "Counts."),
        ("", "# T\n\nTally counts things in files.\n", State.WARN, "the description on GitHub is empty"),
        (None, "# T\n\nTally counts things in files.\n", State.WARN, "the description on GitHub is empty"),
        ("", "# T\n\n[![badge](x.svg)](y)\n", State.FAIL, "do not say what this is"),
        ("", None, State.FAIL, "Neither a README"),
    ],
)
def test_purpose(description: str | None, readme: str | None, state: State, found: str) -> None:
    files = library({"README.md": readme} if readme else {}, without=["README.md"] if readme is None else [])
    check = judged("purpose", files, facts(description=description))
    assert check.state is state
    assert found in check.found


def test_purpose_of_a_local_checkout_is_its_readme() -> None:
    assert judged("purpose", library(), local_facts()).state is State.PASS


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"topics": ("a",)}, State.PASS),
        ({"topics": ()}, State.FAIL),
        ({"topics": (), "is_private": True}, State.NOT_APPLICABLE),
        ({"topics": None, "unknown_reasons": {"topics": "not permitted"}}, State.UNKNOWN),
    ],
)
def test_topics(changes: dict[str, object], state: State) -> None:
    assert judged("topics", library(), facts(**changes)).state is state


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"is_fork": True, "parent": "up/stream"}, "A fork of up/stream."),
        ({"is_mirror": True}, "A mirror"),
        ({"template": "octo/base"}, "template octo/base"),
        ({}, "An original"),
    ],
)
def test_origin(changes: dict[str, object], found: str) -> None:
    assert found in judged("origin", library(), facts(**changes)).found
