"""The licence of a repository: files as an expression, compared with manifests and GitHub."""

from __future__ import annotations

import pytest

from bot.analysis.licences import LicenceFinding
from bot.analysis.licences.finding import find_in
from bot.analysis.manifests import DeclaredLicence
from bot.model.report import Evidence
from tests.analysis.licences.texts import APACHE_NOTICE, BSD_3, ISC, MIT


def find(texts: dict[str, str], declared: dict[str, str] | None = None, github: str | None = None) -> LicenceFinding:
    """The finding for licence texts by path, declared words by manifest path, and GitHub's id."""
    stated = [
        DeclaredLicence(text=text, evidence=Evidence(path=path, line=1, detail=text))
        for path, text in (declared or {}).items()
    ]
    return find_in(texts, stated, github)


EXPRESSIONS = {
    "one file": ({"LICENSE": MIT}, {}, "MIT"),
    "British spelling": ({"LICENCE.md": MIT}, {}, "MIT"),
    "two files are alternatives": ({"LICENSE-APACHE": APACHE_NOTICE, "LICENSE-MIT": MIT}, {}, "MIT OR Apache-2.0"),
    "the manifest knows the order": (
        {"LICENSE-APACHE": APACHE_NOTICE, "LICENSE-MIT": MIT},
        {"Cargo.toml": "Apache-2.0/MIT"},
        "Apache-2.0 OR MIT",
    ),
    "a pointer beside the texts adds nothing": (
        {
            "LICENSE": "Licensed under either of the Apache License, Version 2.0 or the MIT license at your option.",
            "LICENSE-APACHE": APACHE_NOTICE,
            "LICENSE-MIT": MIT,
        },
        {},
        "MIT OR Apache-2.0",
    ),
    "a part has its own": ({"LICENSE": MIT, "LICENSE-docs": ISC}, {}, "MIT AND ISC"),
    "LICENSES without REUSE": ({"LICENSES/MIT.txt": MIT, "LICENSES/ISC.txt": ISC}, {}, "ISC OR MIT"),
    "LICENSES with REUSE": (
        {"LICENSES/MIT.txt": MIT, "LICENSES/ISC.txt": ISC, "REUSE.toml": ""},
        {},
        "ISC AND MIT",
    ),
    "LICENSES beside a root file": ({"LICENSE": MIT, "LICENSES/ISC.txt": ISC}, {}, "MIT"),
    "LICENSES by name where the text is unknown": ({"LICENSES/CC-BY-3.0-AT.txt": "?"}, {}, "CC-BY-3.0-AT"),
    "only declared": ({}, {"package.json": "Apache 2.0"}, "Apache-2.0"),
    "or-later comes from the manifest": (
        {"COPYING": "SPDX-License-Identifier: GPL-3.0"},
        {"setup.cfg": "GPLv3+"},
        "GPL-3.0-or-later",
    ),
    "a component's file is not the repository's": ({"packages/a/LICENSE": MIT}, {}, ""),
    "third-party lists are not ours": ({"LICENSE": MIT, "LICENSE-3RD-PARTY": ISC}, {}, "MIT"),
}


@pytest.mark.parametrize("case", EXPRESSIONS)
def test_files_make_an_expression(case: str) -> None:
    texts, declared, expression = EXPRESSIONS[case]
    finding = find(texts, declared)
    assert finding.licence.expression == expression
    assert finding.mismatches == ()


def test_an_lgpl_with_the_gpl_it_builds_on_is_the_lgpl() -> None:
    found = find({"COPYING": "SPDX-License-Identifier: GPL-3.0", "COPYING.LESSER": "SPDX-License-Identifier: LGPL-3.0"})
    assert found.licence.expression == "LGPL-3.0"


MISMATCHES = {
    "manifest": (
        {"LICENSE": MIT},
        {"package.json": "ISC"},
        None,
        ["package.json declares ISC, but LICENSE says MIT."],
    ),
    "GitHub": ({"LICENSE": MIT}, {}, "Apache-2.0", ["GitHub shows Apache-2.0, but LICENSE says MIT."]),
    "proprietary words": (
        {"LICENSE": MIT},
        {"package.json": "UNLICENSED"},
        None,
        ["package.json declares `UNLICENSED`, but LICENSE says MIT."],
    ),
    "GitHub shows one of two": ({"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE_NOTICE}, {}, "Apache-2.0", []),
    "GitHub does not know": ({"LICENSE": MIT}, {}, "NOASSERTION", []),
    "a family word": ({"LICENSE": BSD_3}, {"setup.py": "BSD"}, None, []),
    "a classifier": ({"LICENSE": MIT}, {"pyproject.toml": "License :: OSI Approved :: MIT License"}, None, []),
    "words that nobody knows": ({"LICENSE": MIT}, {"package.json": "SEE LICENSE IN LICENSE"}, None, []),
    "a component may differ": ({"LICENSE": MIT}, {"packages/a/package.json": "ISC"}, None, []),
}


@pytest.mark.parametrize("case", MISMATCHES)
def test_contradictions_are_told(case: str) -> None:
    texts, declared, github, sentences = MISMATCHES[case]
    assert [sentence for sentence, _ in find(texts, declared, github).mismatches] == sentences


def test_a_text_that_is_no_known_licence_is_named() -> None:
    finding = find({"LICENSE": "Do what you like on Tuesdays."}, github="NOASSERTION")
    assert finding.unrecognised == ("LICENSE",)
    assert finding.licence.expression == ""
    assert finding.licence.files[0].detail == "no known licence text"


def test_the_stub_beside_an_r_packages_licence_is_no_unknown_text() -> None:
    finding = find({"LICENSE": "YEAR: 2024\nCOPYRIGHT HOLDER: Acme\n", "LICENSE.md": MIT})
    assert (finding.licence.expression, finding.unrecognised) == ("MIT", ())


def test_proprietary_is_told() -> None:
    assert find({}, {"package.json": "UNLICENSED"}).is_proprietary
