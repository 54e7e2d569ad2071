"""Are there tests, and how much of the code do they make up? (catalogue entry 34)"""

from __future__ import annotations

from collections.abc import Sequence

from bot.analysis.components import languages_tested_elsewhere
from bot.analysis.contents.facts import type_of
from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.kinds import is_main, reason_for
from bot.analysis.view import View, folders_above
from bot.analysis.words import capital, code, counted, percent
from bot.model.report import Component, Evidence
from bot.model.snapshot import FileClass, FileFact

LOW_SHARE = 0.05
SMALL_LINES = 30


def judge(view: View) -> list[Finding]:
    """tests."""
    return [_tests(view)]


def _tests(view: View) -> Finding:
    size = view.size
    tests = [file for file in view.contents.files if file.file_class is FileClass.TEST and file.code]
    inline = [file.path for file in view.contents.files if file.has_inline_tests]
    production = max(0, size.code - size.test_code)
    programs = sum(f.code for f in _programs(view))
    if not tests:
        if inline:
            return passed(
                "tests", f"Tests stand beside the code, as in `{inline[0]}`.", at(inline[0], None, "tests inside")
            )
        if programs < SMALL_LINES:
            return not_applicable("tests", "there is hardly any code to test")
        return _none(view, programs)
    share = size.test_code / size.code if size.code else 0.0
    largest = max(tests, key=lambda f: (f.code, f.path))
    found = (
        f"{capital(counted(len(tests), 'test file'))} with {counted(size.test_code, 'line')}: {percent(share)} "
        "of all code."
    )
    where = at(largest.path, None, "the largest")
    if bare := _untested(view, inline):
        return _partly(found, where, bare, production)
    if share < LOW_SHARE and production >= 500 and not inline:
        return warned(
            "tests",
            found,
            where,
            action="Test more of the code",
            next_step=(
                f"Measure coverage once, and write tests for the largest gap; {percent(share)} of the lines are "
                "tests now."
            ),
        )
    return passed("tests", found, where)


def _programs(view: View) -> list[FileFact]:
    """First-party sources in languages that one programs in: pages and styles are looked at, not tested."""
    return [f for f in view.contents.files if f.file_class is FileClass.SOURCE and type_of(f.language) == "programming"]


def _none(view: View, production: int) -> Finding:
    largest = max(_programs(view), key=lambda f: (f.code, f.path), default=None)
    start = f", beginning with `{largest.path}`" if largest else ""
    return failed(
        "tests",
        f"There are no tests for {counted(production, 'line')} of code.",
        *([at(largest.path, None, f"{largest.code:,} lines, untested")] if largest else []),
        action="Write the first tests",
        next_step=(
            f"Cover what breaks most often or costs most{start}; one test that runs in CI is worth more than "
            "ten that do not."
        ),
    )


def _untested(view: View, inline: Sequence[str]) -> list[Component]:
    """Main components of some size without test files, without tests inside source files, and whose language has no
    tests that stand apart from the code, of which nobody can tell what they test.
    """
    if len(view.components) < 2:
        return []
    elsewhere = languages_tested_elsewhere(view.components, view.contents.files)
    tested = {parent for path in inline for parent in folders_above(path)}
    return [
        c
        for c in view.components
        if c.path
        and c.code >= 200
        and not c.has_tests
        and c.path not in tested
        and is_main(c)
        and not reason_for("tests", c.kind)
        and not elsewhere & set(c.languages)
    ]


def _partly(found: str, where: Evidence, bare: list[Component], production: int) -> Finding:
    paths = [component.path for component in bare]
    return warned(
        "tests",
        f"{found} {code(paths, limit=3)} {'has' if len(bare) == 1 else 'have'} none.",
        where,
        *(at(c.manifests[0], None, f"{c.code:,} lines, no tests") for c in bare[:10] if c.manifests),
        action=f"Test {code(paths, limit=2)}",
        next_step=f"Write the first tests of {code(paths, limit=3)}.",
        share=max(0.5, 1 - sum(c.code for c in bare) / max(1, production)),
    )
