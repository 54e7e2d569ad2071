"""Chooses between the languages that share an extension or file name, by what stands in the file.

The rules are the table `ambiguous.toml`, which tells its own form.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import re2

READ_BYTES = 50 * 1024
"""Only the beginning of a file is looked at."""

_PREFERRED = ("JSON", "YAML", "XML", "Text")


def choose(key: str, candidates: tuple[str, ...], content: bytes) -> str:
    """One of `candidates` (never empty) for the file whose extension, or `=` and name, is `key`."""
    head = content[:READ_BYTES]
    for language, pattern in _compiled(key):
        if language in candidates and (pattern is None or pattern.search(head)):
            return language
    return next((language for language in _PREFERRED if language in candidates), candidates[0])


@cache
def rules() -> dict[str, tuple[tuple[str, str], ...]]:
    """The table: language and pattern, in order, by key."""
    with files(__package__).joinpath("ambiguous.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    return {
        key: tuple((language, pattern) for language, pattern in (table[rows] if isinstance(rows, str) else rows))
        for key, rows in table.items()
    }


@cache
def _compiled(key: str) -> tuple[tuple[str, Any], ...]:
    rows = rules().get(key, ())
    return tuple((language, re2.compile(f"(?m){pattern}".encode()) if pattern else None) for language, pattern in rows)
