"""One file of a tree, and the limits that reading obeys."""

from __future__ import annotations

import pytest

from bot.model.entry import SYMLINK_MODE, ArchiveLimits, Entry


@pytest.mark.parametrize(
    ("mode", "is_symlink", "runs"),
    [(0o100755, False, True), (0o100744, False, True), (0o100644, False, False), (0o100655, False, False),
     (SYMLINK_MODE, True, False), (0o120777, True, False)],
)  # fmt: skip
def test_who_may_run_it(mode: int, is_symlink: bool, runs: bool) -> None:
    assert Entry("a", mode, b"", is_symlink=is_symlink).is_executable is runs


def test_a_file_is_let_in_only_where_the_whole_is() -> None:
    limits = ArchiveLimits()
    assert 0 < limits.max_file_bytes < limits.max_bytes
    assert limits.max_files > 0
