"""Licences by their text. The texts are made from the classifier's own templates or written here, none is fetched."""

from __future__ import annotations

import pytest

from bot.analysis.licences import identify
from tests.analysis.licences.texts import APACHE_NOTICE, BSD_3, ISC, MIT, UNLICENSE

SOUND = {
    "MIT": (MIT, "MIT"),
    "MIT in Windows lines": (MIT.replace("\n", "\r\n"), "MIT"),
    "MIT with a byte order mark": ("\ufeff" + MIT, "MIT"),
    "MIT as Markdown": ("# The MIT License\n\n" + MIT.replace("Permission", "**Permission**", 1), "MIT"),
    "MIT as HTML": ("<!DOCTYPE html><html><body><p>" + MIT.replace('"', "&quot;") + "</p></body></html>", "MIT"),
    "ISC": (ISC, "ISC"),
    "BSD-3-Clause": (BSD_3, "BSD-3-Clause"),
    "Unlicense": (UNLICENSE, "Unlicense"),
    "a short notice": (APACHE_NOTICE, "Apache-2.0"),
    "an SPDX tag": ("SPDX-License-Identifier: MIT OR Apache-2.0\n", "MIT OR Apache-2.0"),
    "a pointer to two": (
        "Licensed under either of\n\n * Apache License, Version 2.0 (LICENSE-APACHE)\n * MIT license (LICENSE-MIT)\n\n"
        "at your option.\n",
        "Apache-2.0 OR MIT",
    ),
    "a deed": (
        "This book is under a licence: (https://creativecommons.org/licenses/by-nc-sa/3.0/), and is released under it.",
        "CC-BY-NC-SA-3.0",
    ),
    "a waiver": ("The data are released under https://creativecommons.org/publicdomain/zero/1.0/.", "CC0-1.0"),
    "works and code": (
        f"The pages are under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).\n\nThe scripts:\n\n{MIT}",
        "CC-BY-4.0 AND MIT",
    ),
    "two texts, either": (f"This is dual-licensed, at your choice:\n\n{MIT}\n\n{ISC}", "MIT OR ISC"),
    "two texts, both": (f"{MIT}\n\nThe parser is by others:\n\n{ISC}", "MIT AND ISC"),
}


@pytest.mark.parametrize("case", SOUND)
def test_a_text_has_its_expression(case: str) -> None:
    text, expression = SOUND[case]
    identified = identify(text)
    assert identified is not None
    assert identified.expression == expression


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "Copyright 2024 Acme. All rights reserved.",
        "You may use this on Tuesdays. Ask us about an MIT license for other days.",
        "MIT",
        "x" * 500_000,
        "\0" * 100,
    ],
)
def test_no_licence_is_none(text: str) -> None:
    assert identify(text) is None


def test_a_text_that_only_quotes_a_licence_names_it_as_far_as_it_is_whole() -> None:
    prose = "This project grew in a garden. " * 200
    identified = identify(prose + MIT)
    assert identified is None or identified.expression == "MIT"


def test_a_great_many_licences_are_the_projects_first_and_bundled_ones() -> None:
    identified = identify("\n\n".join([MIT, ISC, BSD_3, UNLICENSE]))
    assert identified is not None
    assert identified.expression == "MIT"
    assert "bundled" in identified.remark
