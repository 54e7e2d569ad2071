"""Declared words made into SPDX, and expressions compared."""

from __future__ import annotations

import pytest

from bot.analysis.licences.expressions import agree, normalise


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("mit", "MIT"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("MIT | GPL-2.0-or-later", "MIT OR GPL-2.0-or-later"),
        ("(MIT OR Apache-2.0)", "MIT OR Apache-2.0"),
        ("(MIT AND ISC) OR Zlib", "(MIT AND ISC) OR Zlib"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("BSD", "BSD"),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "GPL-3.0-only"),
        ("See the file", ""),
        ("(" * 100, ""),
        ("MIT " * 400, ""),
        ("", ""),
    ],
)
def test_declared_words_become_spdx(words: str, expression: str) -> None:
    assert normalise(words) == expression


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("MIT", "MIT", True),
        ("MIT OR Apache-2.0", "Apache-2.0 OR MIT", True),
        ("GPL-3.0-or-later", "GPL-3.0", True),
        ("BSD", "BSD-2-Clause", True),
        ("BSD", "MIT", False),
        ("MIT", "MIT OR Apache-2.0", False),
    ],
)
def test_agreement(one: str, other: str, same: bool) -> None:
    assert agree(one, other) is same
    assert agree(other, one) is same
