"""Are there tests, and how many."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged, library, python_code, python_tests


def test_tests_are_counted_with_their_share() -> None:
    check = judged("tests", library())
    assert check.state is State.PASS
    assert "1 test file" in check.found


def test_without_tests_it_names_where_to_begin() -> None:
    check = judged("tests", library(without=["tests/test_tally.py"]))
    assert check.state is State.FAIL
    assert "tally/__init__.py" in check.next_step


def test_few_tests_warn() -> None:
    assert (
        judged("tests", library({"tally/a.py": python_code(400), "tests/test_tally.py": python_tests(1)})).state
        is State.WARN
    )


def test_tests_inside_rust_sources_count() -> None:
    code = "".join(f"pub fn f{n}() -> u8 {{\n    {n}\n}}\n\n" for n in range(60))
    files: dict[str, str | bytes] = {"Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0"\n', "README.md": "# x\n"}
    inside = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn f() {}\n}\n"
    assert judged("tests", {**files, "src/lib.rs": code}).state is State.FAIL
    assert judged("tests", {**files, "src/lib.rs": code + inside}).state is State.PASS


_PART = '{"name": "%s", "version": "1.0.0", "main": "i.js"}'
_JS = "export const one = () => 1;\n" * 220


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"packages/a/test/a.test.js": "test(1)\n" * 220}, State.WARN),
        ({"packages/a/test/a.test.js": "test(1)\n" * 220, "tests/b.test.js": "test(1)\n" * 220}, State.PASS),
        ({"packages/a/test/a.test.js": "test(1)\n" * 220, "tests/test_b.py": python_tests(60)}, State.WARN),
        ({"e2e/package.json": _PART % "e2e", "e2e/tests/a.test.js": "test(1)\n" * 220}, State.PASS),
    ],
    ids=["one part has none", "in the root", "of another language", "a part of tests alone"],
)
def test_a_part_is_called_untested_only_where_that_can_be_told(more: dict[str, str | bytes], state: State) -> None:
    files: dict[str, str | bytes] = {"package.json": '{"private": true, "workspaces": ["packages/*"]}'}
    for name in ("a", "b"):
        files |= {f"packages/{name}/package.json": _PART % name, f"packages/{name}/i.js": _JS}
    assert judged("tests", {**files, **more}).state is state


def test_pages_are_not_what_tests_are_asked_for() -> None:
    page = "<p>a</p>\n" * 300
    assert judged("tests", {"a.html": page, "b.html": page}).state is State.NOT_APPLICABLE
    check = judged("tests", {"a.html": page, "b.py": python_code(30)})
    assert check.state is State.FAIL
    assert "`b.py`" in check.next_step
