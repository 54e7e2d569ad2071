"""linguist's table of languages and its look-ups."""

from __future__ import annotations

import pytest

from bot.analysis.contents.facts import colour_of, group_of, lookups, type_of


def test_the_table_has_types_groups_and_colours() -> None:
    assert len(lookups().languages) > 700
    assert {language.type for language in lookups().languages.values()} == {"programming", "markup", "data", "prose"}
    assert colour_of("Python") == "#3572A5"
    assert colour_of("no such") == ""
    assert type_of("Markdown") == "prose"
    assert type_of("no such") == ""
    assert group_of("TSX") == "TypeScript"
    assert group_of("Rust") == "Rust"
    assert group_of("no such") == "no such"


def test_groups_are_languages_and_none_is_grouped_itself() -> None:
    languages = lookups().languages
    for name, language in languages.items():
        if language.group:
            assert languages[language.group].group in {"", language.group}, name


def test_the_lookups_turn_the_table_around() -> None:
    table = lookups()
    for name, language in table.languages.items():
        assert all(name in table.by_extension[one.lower()] for one in language.extensions)
        assert all(name in table.by_filename[one] for one in language.filenames)
        assert all(name in table.by_interpreter[one.lower()] for one in language.interpreters)
    for names in (*table.by_extension.values(), *table.by_filename.values(), *table.by_interpreter.values()):
        assert list(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("alias", "language"),
    [("python", "Python"), ("js", "JavaScript"), ("c++", "C++"), ("visual-basic-.net", "Visual Basic .NET")],
)
def test_aliases(alias: str, language: str) -> None:
    assert lookups().by_alias[alias] == language
