"""Are there tests, and how much of the code do they make up? (catalogue entry 34)"""

from __future__ import annotations

from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.kinds import is_main
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, percent
from bot.model.report import Component, Evidence
from bot.model.snapshot import FileClass

LOW_SHARE = 0.05
SMALL_LINES = 30


def judge(view: View) -> list[Finding]:
    """tests."""
    return [_tests(view)]


def _tests(view: View) -> Finding:
    size = view.size
    tests = [file for file in view.contents.files if file.file_class is FileClass.TEST and file.code]
    production = max(0, size.code - size.test_code)
    if production < SMALL_LINES and not tests:
        return not_applicable("tests", "there is hardly any code to test")
    if not tests:
        inline = _inline_tests(view)
        if inline:
            return passed("tests", f"Tests stand beside the code, as in `{inline.path}`.", inline)
        largest = max(
            (f for f in view.contents.files if f.file_class is FileClass.SOURCE),
            key=lambda f: (f.code, f.path),
            default=None,
        )
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
    share = size.test_code / size.code if size.code else 0.0
    largest_test = max(tests, key=lambda f: (f.code, f.path))
    found = (
        f"{capital(counted(len(tests), 'test file'))} with {counted(size.test_code, 'line')}: {percent(share)} "
        "of all code."
    )
    bare = [c for c in view.components if is_main(c) and c.path and c.code >= 200 and not _is_tested(c, view)]
    if bare and len(view.components) > 1:
        return warned(
            "tests",
            f"{found} {_bare(bare)}",
            at(largest_test.path, None, "the largest"),
            *(at(c.manifests[0], None, f"{c.code:,} lines, no tests") for c in bare[:10] if c.manifests),
            action=f"Test {code([c.path for c in bare], limit=2)}",
            next_step=f"Write the first tests of {code([c.path for c in bare], limit=3)}.",
            share=max(0.5, 1 - sum(c.code for c in bare) / max(1, production)),
        )
    if share < LOW_SHARE and production >= 500:
        return warned(
            "tests",
            found,
            at(largest_test.path, None, "the largest"),
            action="Test more of the code",
            next_step=(
                f"Measure coverage once, and write tests for the largest gap; {percent(share)} of the lines are "
                "tests now."
            ),
        )
    return passed("tests", found, at(largest_test.path, None, "the largest"))


def _bare(bare: list[Component]) -> str:
    paths = code([component.path for component in bare], limit=3)
    return f"{paths} {'has' if len(bare) == 1 else 'have'} none."


def _is_tested(component: Component, view: View) -> bool:
    """Whether test files, or tests inside source files, stand in the component."""
    return component.has_tests or any(
        file.has_inline_tests and (not component.path or file.path.startswith(f"{component.path}/"))
        for file in view.contents.files
    )


def _inline_tests(view: View) -> Evidence | None:
    """A source file with tests inside, as Rust, Zig and D keep them."""
    return next((at(file.path, None, "tests inside") for file in view.contents.files if file.has_inline_tests), None)
