"""The invariants of the table of technologies."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bot.analysis.technologies import entries
from bot.analysis.technologies.detecting import CASELESS
from bot.analysis.technologies.table import CATEGORIES, KINDS, index

ECOSYSTEMS = {"npm", "pypi", "golang", "cargo", "maven", "gem", "composer", "nuget", "hex", "pub", "swift", "docker",
              "terraform", "githubactions", "conan", "cran", "hackage"}  # fmt: skip


def test_there_are_at_least_400_over_at_least_ten_ecosystems() -> None:
    assert len(entries()) >= 400
    used = Counter(kind for entry in entries() for kind, _ in entry.matchers)
    assert {kind for kind in ECOSYSTEMS if used[kind] >= 10} == ECOSYSTEMS


def test_each_name_stands_once_whatever_its_case() -> None:
    names = Counter(entry.name.lower() for entry in entries())
    assert [name for name, count in names.items() if count > 1] == []


def test_no_matcher_is_claimed_twice() -> None:
    claims = Counter(matcher for entry in entries() for matcher in entry.matchers)
    assert [matcher for matcher, count in claims.items() if count > 1] == []
    assert len(index()) == len(claims)


def test_every_technology_can_be_found() -> None:
    assert [entry.name for entry in entries() if not entry.matchers] == []


def test_categories_and_kinds_are_known() -> None:
    assert {entry.category for entry in entries()} == set(CATEGORIES)
    assert {kind for entry in entries() for kind, _ in entry.matchers} <= KINDS


def test_matchers_are_exact_names_and_no_patterns() -> None:
    odd = re.compile(r"[*?|^$\\()\[\]{}\s]")
    free = {"language", "runtime"}
    matchers = [matcher for entry in entries() for matcher in entry.matchers if matcher[0] not in free]
    assert [(kind, name) for kind, name in matchers if odd.search(name) or not name] == []


NORMAL = {
    "pypi": re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"),
    "npm": re.compile(r"(?:@[a-z0-9-~][a-z0-9-._~]*/)?[a-z0-9-~][a-z0-9-._~]*"),
    "npm_scope": re.compile(r"@[a-z0-9-]+"),
    "maven": re.compile(r"[\w.-]+:[\w.-]+"),
    "maven_group": re.compile(r"[\w.-]+"),
    "golang": re.compile(r"[a-z0-9.-]+(?:/[\w.~-]+)+"),
    "composer": re.compile(r"[a-z0-9_.-]+/[a-z0-9_.-]+"),
    "terraform": re.compile(r"[a-z0-9-]+/[a-z0-9-]+"),
    "githubactions": re.compile(r"[\w.-]+(?:/[\w.-]+)+"),
    "github": re.compile(r"[\w.-]+/[\w.-]+"),
    "swift": re.compile(r"github\.com/[\w.-]+/[\w.-]+"),
    "file": re.compile(r"[^/]+"),
}


@pytest.mark.parametrize("kind", sorted(NORMAL))
def test_names_are_written_as_their_registry_compares_them(kind: str) -> None:
    names = [name for entry in entries() for of_kind, name in entry.matchers if of_kind == kind]
    assert [name for name in names if not NORMAL[kind].fullmatch(name)] == []


def test_names_of_caseless_kinds_are_in_lower_case() -> None:
    names = [name for entry in entries() for kind, name in entry.matchers if kind in CASELESS]
    assert [name for name in names if name != name.lower()] == []
