"""A fake GitHub with a few repositories, new for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakehub import FakeHub
from tests.fakehub.catcher import Catcher


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """An organization `acme` with a public and a private repository, the App not yet installed."""
    with FakeHub() as running:
        running.add_account("acme")
        readme = {"README.md": "# Hello\n", "src/main.py": "print('hello')\n", ".gitattributes": "docs export-ignore\n"}
        running.add_repository("acme", "hello", {**readme, "docs/guide.md": "# Guide\n"})
        running.add_repository("acme", "secret", {"README.md": "# Secret\n"}, private=True)
        yield running


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    """Something that webhooks can be sent to."""
    with Catcher() as running:
        yield running
