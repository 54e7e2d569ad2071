"""What is read, copied or filled in."""

from __future__ import annotations

import pytest

from bot.model.report import Kind
from tests.analysis.builders import library, python_code
from tests.analysis.kinds.cases import Case

K = Kind
_CODE = python_code(60)
_JS = "export const one = () => 1;\n" * 80
_PROSE = {f"docs/{n}.md": "# Page\n\nWords.\n" for n in range(6)}
_NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "import a\\na.b()\\na.c()\\n"}]}'

CASES: dict[str, Case] = {
    "an action": Case({"action.yml": "name: x\nruns: {using: node20, main: i.js}\n", "i.js": _JS}, K.ACTION),
    "an action in a folder only": Case({"sub/action.yml": "name: x\n", "i.py": _CODE}, K.UNKNOWN),
    "marked as template": Case(library(), K.TEMPLATE, {"is_template": True}),
    "cookiecutter": Case({"cookiecutter.json": "{}", "a.py": _CODE}, K.TEMPLATE),
    "mkdocs": Case({"mkdocs.yml": "site_name: x\n", **_PROSE}, K.DOCS_SITE),
    "documents only": Case(_PROSE, K.DOCS_SITE),
    "a long README": Case({"README.md": "# List\n\n" + "word " * 600}, K.DOCS_SITE, {"description": "A list"}),
    "data files": Case({f"data/{n}.csv": "a,b\n" * 900 for n in range(4)}, K.DATA),
    "dotfiles": Case(library(), K.CONFIGURATION, {"name": "dotfiles"}),
    "dotfiles without dots": Case(dict.fromkeys(("zshrc", "vimrc", "gitconfig", "aliases"), "a b\n"), K.CONFIGURATION),
    "pages with a linter": Case(
        {
            **{f"pages/{n}.md": "# A\n\nText.\n" for n in range(90)},
            "package.json": '{"private": true}',
            "s.py": "x=1\n" * 60,
        },
        K.DOCS_SITE,
    ),
    "the account's .github": Case({"README.md": "# Defaults\n"}, K.CONFIGURATION, {"name": ".github"}),
    "many data files": Case(
        {f"{n}/a.csv": "a,b\n1,2\n" for n in range(25)} | {"9/a.py": _CODE, "9/a.png": b"\x89PNG\x00" * 5000},
        K.DATA,
        {"description": "Behind our articles"},
    ),
    "pages": Case(
        {**_PROSE, "a.htm": "<p>a</p>\n" * 900, "b.py": _CODE[:900]}, K.DOCS_SITE, {"description": "Records"}
    ),
    "notebooks": Case(
        {**{f"{n}.ipynb": _NOTEBOOK for n in range(4)}, "environment.yml": "dependencies: []\n"}, K.DOCS_SITE
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_kind(name: str) -> None:
    assert CASES[name].is_found()
