"""Which link of a README is its own documentation."""

from __future__ import annotations

import pytest

from bot.analysis.documentation_links import documentation_link
from bot.analysis.readme import read_readme

NAMES = ("tally", "octo")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("See the [documentation](https://example.org/x).", "https://example.org/x"),
        ("[**Read the full docs**](https://example.org/x)", "https://example.org/x"),
        ('<a href="https://example.org/x">User guide</a>', "https://example.org/x"),
        ("`Documentation <https://example.org/x>`_", "https://example.org/x"),
        ("Read more at [tally.readthedocs.io](https://tally.readthedocs.io/en/latest).", "https://tally.readthedocs.io/en/latest"),
        ("[here](https://docs.rs/tally)", "https://docs.rs/tally"),
        ("[the site](https://docs.tally.dev)", "https://docs.tally.dev"),
        ("[how](https://example.org/tally/docs/start)", "https://example.org/tally/docs/start"),
        ("[pages](https://github.com/octo/tally/wiki/Start)", "https://github.com/octo/tally/wiki/Start"),
        ("[regex](https://docs.rs/regex)", ""),
        ("[help](https://other.github.io/features/)", ""),
        ("[![docs](https://img.shields.io/x.svg)](https://docs.rs/regex)", ""),
        ("[documentation](https://example.org/badge.svg)", ""),
        ("[Contribution guide](https://tally.dev/docs/contributing)", "https://tally.dev/docs/contributing"),
        ("[The Hypothesis documentation](https://hypothesis.works)", ""),
        ("[source](https://github.com/octo/tally)", ""),
        ("Refer to Helm's [documentation](https://helm.sh/docs/).", ""),
        ("Nothing.", ""),
    ],
)  # fmt: skip
def test_documentation_link(text: str, target: str) -> None:
    link = documentation_link(read_readme("README.md", f"# Tally\n\n{text}\n"), NAMES)
    assert (link.target if link else "") == target
    assert link is None or link.line == 3
