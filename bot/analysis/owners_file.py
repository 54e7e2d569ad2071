"""Reads a CODEOWNERS file: rules, errors with their lines, and who owns which path by the last rule that matches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from codeowners import path_to_regex

MAX_RULES = 3_000
MAX_PATTERN = 300
MAX_STARS = 6

_OWNER = re.compile(r"@[A-Za-z0-9][\w-]{0,38}(?:\[bot\])?(?:/[\w.-]{1,100})?\Z|[^@\s]{1,64}@[\w-]+(?:\.[\w-]+)+\Z")
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?(?:\s|\Z)")
_SPACE = "\0"


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One line: `owners` may be empty, which takes ownership away."""

    pattern: str
    owners: tuple[str, ...]
    line: int
    regex: re.Pattern[str]
    literal: str


@dataclass(frozen=True, slots=True)
class OwnersFile:
    """The rules in order, and (line, what is wrong)."""

    rules: tuple[OwnerRule, ...]
    errors: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class OwnersMatch:
    """What the rules do to a tree. `dead` rules match no path at all; `patterns` counts rules by owner."""

    owned: int = 0
    total: int = 0
    dead: list[OwnerRule] = field(default_factory=list)
    patterns: dict[str, int] = field(default_factory=dict)


def read_owners(text: str) -> OwnersFile:
    """The rules of `text` with what GitHub would report as errors; never raises."""
    rules: list[OwnerRule] = []
    errors: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#") or _SECTION.match(line):
            continue
        if len(rules) >= MAX_RULES:
            errors.append((number, f"only the first {MAX_RULES} rules are read"))
            break
        words = re.split(r"\s#", line, maxsplit=1)[0].replace("\\ ", _SPACE).split()
        pattern, owners = words[0].replace(_SPACE, " "), tuple(words[1:])
        if problem := _pattern_problem(pattern):
            errors.append((number, f"`{pattern[:60]}` {problem}"))
            continue
        errors += [
            (number, f"`{owner[:60]}` is no user, team or address") for owner in owners if not _OWNER.match(owner)
        ]
        good = tuple(owner for owner in owners if _OWNER.match(owner))
        rules.append(OwnerRule(pattern, good, number, path_to_regex(pattern), _literal(pattern)))
    return OwnersFile(tuple(rules), tuple(errors))


def _pattern_problem(pattern: str) -> str:
    """Why GitHub would refuse it; see "CODEOWNERS syntax" in its documentation."""
    if len(pattern) > MAX_PATTERN or pattern.replace("**", "").count("*") > MAX_STARS:
        return "is too long or has too many stars"
    if pattern.startswith("!"):
        return "negates, which CODEOWNERS cannot"
    if "[" in pattern or "]" in pattern:
        return "has a character range, which CODEOWNERS cannot"
    return ""


def _literal(pattern: str) -> str:
    """The folder or file that an anchored pattern without wildcards names; "" for others."""
    bare = pattern.strip("/")
    return bare if ("/" in pattern.rstrip("/")) and not set("*?\\") & set(pattern) else ""


def match_owners(file: OwnersFile, paths: Iterable[str]) -> OwnersMatch:
    """Who owns `paths`. Plain folders, files, names and endings cost a look-up a path; other wildcards a search."""
    result = OwnersMatch()
    index = _Index(file.rules)
    alive: set[int] = set()
    for rule in file.rules:
        for owner in rule.owners:
            result.patterns[owner] = result.patterns.get(owner, 0) + 1
    for path in paths:
        result.total += 1
        hits = index.hits(path)
        alive.update(hits)
        last = max(hits, default=-1)
        if last >= 0 and file.rules[last].owners:
            result.owned += 1
    result.dead = [rule for number, rule in enumerate(file.rules) if number not in alive]
    return result


class _Index:
    """The rules by what they match: a whole path, a name at any depth, an ending, everything, or a search."""

    def __init__(self, rules: tuple[OwnerRule, ...]) -> None:
        self._rules = rules
        self._everything: list[int] = []
        self._literal: dict[str, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        self._endings: dict[str, list[int]] = {}
        self._searches: list[tuple[int, re.Pattern[str]]] = []
        self._folders: dict[str, frozenset[int]] = {"": frozenset()}
        for number, rule in enumerate(rules):
            self._sort_in(number, rule)

    def _sort_in(self, number: int, rule: OwnerRule) -> None:
        pattern = rule.pattern
        bare = pattern.rstrip("/")
        if pattern in {"*", "**", "/**", "**/*"}:
            self._everything.append(number)
        elif rule.literal:
            self._literal.setdefault(rule.literal, []).append(number)
        elif "/" not in bare and not set("*?\\") & set(bare):
            self._names.setdefault(bare, []).append(number)
        elif pattern.startswith("*.") and pattern[2:] and not set("*?\\/.") & set(pattern[2:]):
            self._endings.setdefault(pattern[2:], []).append(number)
        else:
            self._searches.append((number, rule.regex))

    def hits(self, path: str) -> set[int]:
        """The numbers of all rules that match the file `path`."""
        folder, _, name = path.rpartition("/")
        found = set(self._everything)
        found |= self._of_folder(folder)
        # a pattern that ends in a slash means a folder, never this file
        found.update(number for number in self._at(path, name) if not self._rules[number].pattern.endswith("/"))
        found.update(number for number, regex in self._searches if regex.search(path))
        return found

    def _of_folder(self, folder: str) -> frozenset[int]:
        known = self._folders.get(folder)
        if known is None:
            parent, _, name = folder.rpartition("/")
            known = self._of_folder(parent) | frozenset(self._at(folder, name))
            self._folders[folder] = known
        return known

    def _at(self, path: str, name: str) -> list[int]:
        ending = name.rpartition(".")[2] if "." in name else ""
        return [*self._literal.get(path, ()), *self._names.get(name, ()), *self._endings.get(ending, ())]
