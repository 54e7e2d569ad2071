"""Which file is which manifest."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import is_manifest


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("requirements.txt", True),
        ("requirements-dev.txt", True),
        ("dev-requirements.in", True),
        ("requirements/base.txt", True),
        ("docs/requirements.txt", True),
        ("requirements/README.txt", False),
        ("notes.txt", False),
        ("CMakeLists.txt", True),
        ("node_modules/a/package.json", False),
        ("tests/fixtures/package.json", False),
        ("robots.txt", False),
    ],
)
def test_which_files_are_manifests(path: str, is_one: bool) -> None:
    assert is_manifest(path) is is_one
