"""What version a tag names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analysis.versions import version_of


@pytest.mark.parametrize(
    ("tag", "major", "three_numbers", "released"),
    [
        ("v1.2.3", 1, True, True),
        ("1.2.3", 1, True, True),
        ("v0.1.0", 0, True, False),
        ("v2.0.0-rc.1", 2, True, False),
        ("1.0.0b2", 1, True, False),
        ("release-3.4.5", 3, True, True),
        ("@scope/pkg@1.2.3", 1, True, True),
        ("pkg/v1.2.3", 1, True, True),
        ("v1.2", 1, False, True),
        ("2024.10.1", 2024, False, True),
        ("1.2.3+build.5", 1, True, True),
        ("1.2.3.4", 1, True, True),
    ],
)
def test_versions(tag: str, major: int, three_numbers: bool, released: bool) -> None:
    version = version_of(tag)
    assert version is not None
    assert (version.major, version.patch is not None and not version.is_calendar) == (major, three_numbers)
    assert version.is_released is released


@pytest.mark.parametrize("tag", ["nightly", "", "v1", "latest", "build-77", "a.b.c", "1.02.3.4.5"])
def test_no_versions(tag: str) -> None:
    assert version_of(tag) is None


@given(st.text(max_size=60))
def test_any_tag_is_answered(tag: str) -> None:
    version_of(tag)
