"""What of a notebook somebody wrote as code."""

from __future__ import annotations

import json

import pytest

from bot.analysis.contents.notebooks import code_of
from tests.analysis.builders import report

CELLS = [
    {"cell_type": "markdown", "source": ["# Title\n", "words"]},
    {"cell_type": "code", "source": ["import a\n", "a.b()"], "outputs": [{"data": {"text/plain": ["1\n"] * 500}}]},
    {"cell_type": "code", "source": "c = 1"},
    {"cell_type": "code", "source": []},
]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"cells": CELLS, "nbformat": 4}, b"import a\na.b()\nc = 1\n"),
        ({"worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}], "nbformat": 3}, b"x = 1\n"),
        ({"cells": []}, b""),
        ({"cells": None}, b""),
        ([], b""),
    ],
)
def test_code_of(document: object, code: bytes) -> None:
    assert code_of(json.dumps(document).encode()) == code


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b"\xff\xfe{}"])
def test_what_is_no_notebook_has_no_code(text: bytes) -> None:
    assert code_of(text) == b""


def test_outputs_are_no_lines_of_code() -> None:
    made = report({"a.ipynb": json.dumps({"cells": CELLS}, indent=1), "README.md": "# A\n"})
    assert made.size.code == 3
    assert [(one.name, one.code) for one in made.languages] == [("Jupyter Notebook", 3)]
