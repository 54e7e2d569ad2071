"""Which files hold a licence."""

from __future__ import annotations

import pytest

from bot.analysis.licences import is_licence_file
from bot.analysis.licences.names import is_root_licence


@pytest.mark.parametrize(
    ("path", "at_root", "anywhere"),
    [
        ("LICENSE", True, True),
        ("license.txt", True, True),
        ("LICENSE-MIT", True, True),
        ("LICENSE.BSD", True, True),
        ("LICENSE_1_0.txt", True, True),
        ("COPYING.LESSER", True, True),
        ("UNLICENSE", True, True),
        ("MIT-LICENSE", True, True),
        ("LICENSES/MIT.txt", False, True),
        ("packages/a/LICENSE", False, True),
        ("licenses.json", False, False),
        ("license.py", False, False),
        ("LICENSE.header", False, False),
        ("licensed.md", False, False),
        ("node_modules/a/LICENSE", False, False),
        ("README.md", False, False),
    ],
)
def test_which_files_hold_licences(path: str, at_root: bool, anywhere: bool) -> None:
    assert (is_root_licence(path), is_licence_file(path)) == (at_root, anywhere)
