"""The report as Markdown: complete, and harmless whatever the repository says."""

from __future__ import annotations

from markdown_it import MarkdownIt

from bot.analysis import analyze
from bot.analysis.formats import to_markdown
from tests.analysis.builders import NOW, ago, facts, library, report, snapshot


def test_the_report_has_its_chapters() -> None:
    text = to_markdown(report(library(without=["LICENSE"]), facts(licence_spdx=None)))
    for heading in (
        "## What to do next",
        "## Tech stack",
        "## Languages",
        "## Dependencies",
        "## Checks",
        "### Security",
    ):
        assert heading in text
    assert text.startswith("# octo/demo\n\ndemo is a Python library")
    assert text.endswith("UTC.\n")


def test_places_link_to_the_line_at_that_commit() -> None:
    text = to_markdown(report(library({"README.md": "# T\n\nCounts things here.\n\n![x](gone.png)\n"})))
    assert "(https://github.com/octo/demo/blob/0123456789abcdef0123456789abcdef01234567/README.md#L5)" in text


def test_every_check_stands_once() -> None:
    made = report(library())
    text = to_markdown(made)
    for check in made.checks:
        assert text.count(f"`{check.id}`") >= 1


def test_changes_are_told_first() -> None:
    previous = analyze(snapshot(library(without=["tests/test_tally.py"])), now=ago(3))
    text = to_markdown(analyze(snapshot(library()), now=NOW, previous=previous))
    assert "## What changed since `0123456` (2026-10-30)" in text
    assert "❌ → ✅ Has tests" in text
    assert text.index("## What changed") < text.index("## Checks")


def test_a_hostile_repository_stays_data() -> None:
    evil = "[x](https://evil.example) <img src=y> @octo/all"
    files = library(
        {
            "README.md": f"# T\n\n{evil} counts things.\n\n[a](<gone @octo/all.md>)\n",
            "package.json": '{"name": "x", "dependencies": {"a|b `@octo`": "1|2"}}',
        }
    )
    html = MarkdownIt("commonmark", {"html": True}).render(
        to_markdown(report(files, facts(description=evil, topics=(evil,))))
    )
    assert 'href="https://evil.example"' not in html
    assert "<img" not in html
