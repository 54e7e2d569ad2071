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
_SECTION = re.compile(r"\^?\[[^\]]+\]")
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
    """Who owns `paths`. Rules that name a plain folder or file cost one look-up, only wildcards cost a search."""
    result = OwnersMatch()
    literal: dict[str, list[int]] = {}
    wild: list[tuple[int, re.Pattern[str]]] = []
    for index, rule in enumerate(file.rules):
        for owner in rule.owners:
            result.patterns[owner] = result.patterns.get(owner, 0) + 1
        if rule.literal:
            literal.setdefault(rule.literal, []).append(index)
        else:
            wild.append((index, rule.regex))
    alive: set[int] = set()
    for path in paths:
        result.total += 1
        hits = [index for index, regex in wild if regex.search(path)]
        for prefix in _prefixes(path):
            hits += [i for i in literal.get(prefix, ()) if prefix != path or not file.rules[i].pattern.endswith("/")]
        alive.update(hits)
        if hits and file.rules[max(hits)].owners:
            result.owned += 1
    result.dead = [rule for index, rule in enumerate(file.rules) if index not in alive]
    return result


def _prefixes(path: str) -> Iterable[str]:
    yield path
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)
