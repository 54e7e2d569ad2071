"""How much there is of each language: our own lines, GitHub's own bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analysis.measure import MAX_LANGUAGES, measure_languages, measure_size, official_languages
from bot.model.snapshot import Contents, FileClass, FileFact, LanguageBytes


def _file(
    path: str, language: str, code: int = 0, kind: FileClass = FileClass.SOURCE, size_bytes: int = 10
) -> FileFact:
    return FileFact(path=path, size_bytes=size_bytes, language=language, file_class=kind, code=code)


_FILES = (
    FileFact(
        path="a.py",
        size_bytes=10,
        language="Python",
        file_class=FileClass.SOURCE,
        code=30,
        comment=4,
        blank=5,
        debt_markers=3,
    ),
    _file("test_a.py", "Python", 10, FileClass.TEST),
    _file("a.ts", "TypeScript", 20),
    _file("b.tsx", "TSX", 40),
    _file("README.md", "Markdown", 100, FileClass.DOCUMENTATION),
    _file("data.json", "JSON", 500),
    FileFact(
        path="gen.py",
        size_bytes=10,
        language="Python",
        file_class=FileClass.GENERATED,
        code=900,
        debt_markers=9,
    ),
    _file("vendor/x.js", "JavaScript", 900, FileClass.VENDORED),
    _file("a.png", "", 0, FileClass.BINARY, size_bytes=1_000),
    FileFact(path="link.py", size_bytes=7, language="Python", file_class=FileClass.SOURCE, code=70, is_symlink=True),
    _file("empty.go", "Go", 0),
)


def test_languages_are_first_party_code_with_dialects_under_their_language() -> None:
    found = measure_languages(_FILES)
    assert [(one.name, one.files, one.code, one.comment, one.blank, one.share) for one in found] == [
        ("TypeScript", 2, 60, 0, 0, 0.6),
        ("Python", 2, 40, 4, 5, 0.4),
    ]
    assert found[1].colour == "#3572A5"


def test_sizes() -> None:
    size = measure_size(Contents(files=_FILES, texts={}, duplicated_lines=None))
    assert (size.files, size.size_bytes) == (11, 1_090)
    assert (size.code, size.comment, size.blank, size.test_code) == (100, 4, 5, 10)
    assert (size.generated_files, size.vendored_files, size.documentation_files, size.binary_files) == (1, 1, 1, 1)
    assert size.debt_markers == 3
    assert size.duplicated_lines == 0
    assert measure_size(Contents(files=_FILES, texts={}, duplicated_lines=8)).duplicated_lines == 8


def test_nothing_measures_nothing() -> None:
    assert measure_languages(()) == ()
    assert measure_size(Contents(files=(), texts={})).code == 0


def test_languages_of_equal_size_stand_by_name_and_their_number_is_bounded() -> None:
    from bot.analysis.contents.facts import lookups

    names = [name for name, one in lookups().languages.items() if one.type == "programming" and not one.group][:60]
    found = measure_languages([_file(f"f{number}", name, 1) for number, name in enumerate(reversed(names))])
    assert [one.name for one in found] == sorted(names)[:MAX_LANGUAGES]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (None, []),
        ((), []),
        ((LanguageBytes(name="Go", size_bytes=0),), []),
        (
            (LanguageBytes(name="Go", size_bytes=1), LanguageBytes(name="C", size_bytes=3)),
            [("C", 0.75, "#555555"), ("Go", 0.25, "#00ADD8")],
        ),
        (
            (LanguageBytes(name="Zig", size_bytes=1, colour="#abcdef"), LanguageBytes(name="Ada", size_bytes=1)),
            [("Ada", 0.5, "#02f88c"), ("Zig", 0.5, "#abcdef")],
        ),
    ],
    ids=["unknown", "none", "nothing counted", "largest first", "by name, GitHub's colour first"],
)
def test_githubs_own_figures(told: tuple[LanguageBytes, ...] | None, shown: list[tuple[str, float, str]]) -> None:
    assert [(one.name, one.share, one.colour) for one in official_languages(told)] == shown


@given(
    st.lists(
        st.tuples(st.sampled_from(["Python", "Go", "TSX", "HTML", "JSON", ""]), st.integers(0, 10_000)), max_size=30
    )
)
def test_shares_are_of_the_whole(rows: list[tuple[str, int]]) -> None:
    found = measure_languages([_file(f"f{number}", name, code) for number, (name, code) in enumerate(rows)])
    assert sum(one.code for one in found) == sum(code for name, code in rows if name not in {"JSON", ""})
    assert not found or sum(one.share for one in found) == pytest.approx(1, abs=0.001)
    assert [one.code for one in found] == sorted((one.code for one in found), reverse=True)
