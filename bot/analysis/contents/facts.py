"""The table of languages (names, types, groups, colours, extensions ...) and its look-ups; linguist's names.

The facts come from `languages.json`, made by `tests/tools/generate_languages.py`; its licence stands beside it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class Language(Struct, frozen=True):
    """One language. `type` is programming, markup, data or prose; extensions carry their dot."""

    type: str
    group: str = ""
    color: str = ""
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Lookups(Struct, frozen=True):
    """The table turned around. Extensions, interpreters and aliases in lower case; values in alphabetical order."""

    languages: dict[str, Language]
    by_extension: dict[str, tuple[str, ...]]
    by_filename: dict[str, tuple[str, ...]]
    by_interpreter: dict[str, tuple[str, ...]]
    by_alias: dict[str, str]


@cache
def lookups() -> Lookups:
    """The look-ups, read once."""
    body = files(__package__).joinpath("languages.json").read_bytes()
    languages = msgspec.json.decode(body, type=dict[str, Language])
    extensions: dict[str, list[str]] = {}
    filenames: dict[str, list[str]] = {}
    interpreters: dict[str, list[str]] = {}
    aliases: dict[str, str] = {}
    for name, language in sorted(languages.items()):
        for extension in language.extensions:
            extensions.setdefault(extension.lower(), []).append(name)
        for filename in language.filenames:
            filenames.setdefault(filename, []).append(name)
        for interpreter in language.interpreters:
            interpreters.setdefault(interpreter.lower(), []).append(name)
        for alias in (name, name.replace(" ", "-"), *language.aliases):
            aliases.setdefault(alias.lower(), name)
    return Lookups(languages, _frozen(extensions), _frozen(filenames), _frozen(interpreters), aliases)


def colour_of(language: str) -> str:
    """The colour as #rrggbb, "" where linguist has none or the language is unknown."""
    known = lookups().languages.get(language)
    return known.color if known else ""


def type_of(language: str) -> str:
    """programming, markup, data, prose, or "" for an unknown language."""
    known = lookups().languages.get(language)
    return known.type if known else ""


def group_of(language: str) -> str:
    """The language that this one is counted under (TSX under TypeScript); itself where it has no group."""
    known = lookups().languages.get(language)
    return known.group or language if known else language


def _frozen(found: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(sorted(set(names))) for key, names in found.items()}
