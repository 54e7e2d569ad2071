"""README: present, long enough, says how to install and use it, links that lead somewhere."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import README, contents, facts, judged, library, report
from tests.analysis.builders import check as check_of


@pytest.mark.parametrize(
    ("readme", "state", "share"),
    [
        (README, State.PASS, 1.0),
        (README.replace("## Installation", "## Origin").replace("pip install tally", "tally"), State.WARN, 0.75),
        (README.split("## Installation")[0] + "word " * 60, State.WARN, 0.5),
        ("# Tally\n\nCounts things.\n", State.WARN, 0.2),
        (None, State.FAIL, 0.0),
        (
            "Tally\n=====\n\nCounts.\n\nInstall\n-------\n\n    pip install tally\n\nUsage\n-----\n\n" + "word " * 60,
            State.PASS,
            1.0,
        ),
    ],
    ids=["whole", "no install", "neither", "a stub", "none", "setext and indented code"],
)
def test_readme(readme: str | None, state: State, share: float) -> None:
    files = library({"README.md": readme}) if readme else library(without=["README.md"])
    check = judged("readme", files)
    assert check.state is state
    assert check.share == share


def test_a_restructured_text_readme_is_read() -> None:
    text = (
        "Tally\n=====\n\nCounts things.\n\nInstallation\n------------\n\n::\n\n    pip install "
        "tally\n\nUsage\n-----\n\n" + "word " * 60
    )
    assert judged("readme", library({"README.rst": text}, without=["README.md"])).state is State.PASS


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("[x](tally/__init__.py)", True),
        ("[x](./tally)", True),
        ("[x](/LICENSE)", True),
        ("[x](LICENSE#text)", True),
        ("[x](LICENSE?raw=true)", True),
        ("[x](<LICENSE>)", True),
        ("[x](tests/test%5Ftally.py)", True),
        ("[x](../../issues)", True),
        ("[x](https://example.org/gone)", True),
        ("[x](mailto:a@example.org)", True),
        ("[x](#usage)", True),
        ("[x]({{ site.url }})", True),
        ("`[x](gone.md)`", True),
        ("```\n[x](gone.md)\n```", True),
        ("<!-- [x](gone.md) -->", True),
        ("[x](docs/real.md)", True),
        ("[x](vendored/lib/readme.md)", True),
        ("[x](linked/anything.md)", True),
        ("[x](gone.md)", False),
        ("![x](images/gone.png)", False),
        ('<img width="3" src="gone.png">', False),
        ("[![badge](https://example.org/b.svg)](gone.md)", False),
        ("[x]: gone.md", False),
        ("[x](license)", False),
    ],
)
def test_readme_links(link: str, leads: bool) -> None:
    files = library(
        {
            "README.md": f"{README}\n[home](tally)\n\n{link}\n",
            "docs/real.md": "# Real\n",
            ".gitmodules": '[submodule "lib"]\n\tpath = vendored/lib\n\turl = https://example.org/lib\n',
        }
    )
    check = check_of(report(files, symlinks={"linked": "elsewhere"}), "readme-links")
    assert check.state is (State.PASS if leads else State.FAIL), check.found


def test_a_broken_link_is_told_with_its_line() -> None:
    check = judged("readme-links", library({"README.md": "# Tally\n\nCounts things.\n\n![plot](plot.png)\n"}))
    assert [(e.path, e.line) for e in check.evidence] == [("README.md", 5)]
    assert check.found == "1 image of the README leads nowhere: `plot.png`."


def test_a_partial_tree_makes_a_broken_link_unknown() -> None:
    files = library({"README.md": f"{README}\n[x](gone.md)\n"})
    assert judged("readme-links", files, cut=["Only the first files were read."]).state is State.UNKNOWN


def test_links_are_relative_to_the_readme() -> None:
    files = library({".github/README.md": f"{README}\n[x](../LICENSE) [y](LICENSE)\n"}, without=["README.md"])
    check = judged("readme-links", files)
    assert [e.detail for e in check.evidence] == ["LICENSE is not in the tree"]


def test_builders_reach_the_collector() -> None:
    assert {f.path for f in contents(library(), of=facts()).files} == library().keys()


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("```\n$ tally run\n```\n", True),
        ("```sh\nmake\n```\n", True),
        ("Only `make` sense of it.\n", False),
        ("```js\n// make a request\n```\n", False),
        ("```sh\nbin/setup\n```\n", True),
    ],
)
def test_a_command_to_copy_says_how_to_run_it(text: str, is_told: bool) -> None:
    readme = f"# Tally\n\nTally counts things in files and says how many there are of each.\n\n{text}"
    check = judged("readme", library({"README.md": readme}))
    assert ("not say how to install" in check.found) is not is_told


def test_a_link_to_the_documentation_says_how_to_use_it() -> None:
    readme = (
        "# Tally\n\nTally counts things.\n\n    pip install tally\n\nSee the [documentation](https://example.org).\n"
    )
    assert judged("readme", library({"README.md": readme})).state is State.PASS


def test_a_readme_in_asciidoc_is_read() -> None:
    readme = (
        "= Tally\n:toc:\n\nTally counts things in files.\n\n== Installation\n\n----\nmake install\n----\n\n== Usage\n"
    )
    files = library({"README.adoc": readme}, without=["README.md"])
    made = report(files, facts(description=""))
    assert made.repository.purpose == "Tally counts things in files."
    assert check_of(made, "readme").state is State.PASS


def test_a_readme_that_is_a_link_has_the_text_it_leads_to() -> None:
    files = library({"tally/README.md": README}, without=["README.md"])
    made = report(files, facts(description=""), symlinks={"README.md": "tally/README.md"})
    assert made.repository.purpose.startswith("Tally counts things")
    assert check_of(made, "readme").state is State.PASS
