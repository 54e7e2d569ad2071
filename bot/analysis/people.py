"""Who wrote the recent commits: one person for each set of logins, names and addresses that belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.snapshot import CommitFact

_NOREPLY = re.compile(r"(?:\d+\+)?([^@]+)@users\.noreply\.", re.IGNORECASE)
_BOT_NAME = re.compile(
    r"\[bot\]|(?:^|[-_ ])bot\Z|^(?:dependabot|renovate|github-actions|pre-commit-ci|greenkeeper|snyk|allcontributors"
    r"|web-flow|pyup|weblate|imgbot|mergify|semantic-release|google-cloud-policy)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Person:
    """One human with their commits among those given. `name` is the login where one is known."""

    name: str
    commits: int
    last_commit_at: datetime
    first_commit_at: datetime


def is_bot(commit: CommitFact) -> bool:
    """Whether a machine wrote it."""
    return commit.is_bot or bool(_BOT_NAME.search(commit.author) or _BOT_NAME.search(commit.author_name))


def humans(commits: Sequence[CommitFact]) -> tuple[CommitFact, ...]:
    """The commits that people wrote."""
    return tuple(commit for commit in commits if not is_bot(commit))


def fold_people(commits: Sequence[CommitFact]) -> tuple[Person, ...]:
    """The humans behind `commits`, most commits first.

    Two identities are one person when they share a login, an address (GitHub's no-reply address counts as its login)
    or a full name of at least two words.
    """
    roots: dict[str, str] = {}

    def find(key: str) -> str:
        while roots.setdefault(key, key) != key:
            roots[key] = roots[roots[key]]
            key = roots[key]
        return key

    written = humans(commits)
    for commit in written:
        first, *rest = _keys(commit)
        for key in rest:
            roots[find(key)] = find(first)
    groups: dict[str, list[CommitFact]] = {}
    for commit in written:
        groups.setdefault(find(_keys(commit)[0]), []).append(commit)
    people = [_person(group) for group in groups.values()]
    return tuple(sorted(people, key=lambda person: (-person.commits, person.name.lower(), person.name)))


MANY_LETTERS = 9
"""Letters from which a name written without its spaces is hardly another person's."""


def _keys(commit: CommitFact) -> list[str]:
    keys = []
    if commit.author:
        keys.append(f"login:{commit.author.lower()}")
    noreply = _NOREPLY.match(commit.author_email)
    if noreply:
        keys.append(f"login:{noreply.group(1).lower()}")
    elif commit.author_email:
        keys.append(f"mail:{commit.author_email.lower()}")
    for name in (commit.author_name, commit.author):
        folded = " ".join(name.lower().split())
        if " " in folded:
            keys.append(f"name:{folded}")
        letters = "".join(letter for letter in folded if letter.isalnum())
        if len(letters) >= MANY_LETTERS:  # "adalovelace" is how Ada Lovelace signs in
            keys.append(f"letters:{letters}")
    return keys or ["login:"]


def _person(commits: list[CommitFact]) -> Person:
    names: dict[str, int] = {}
    for commit in commits:
        names[commit.author or commit.author_name] = names.get(commit.author or commit.author_name, 0) + 1
    # a login (no space) is the better name: it can be looked up
    name = min(names, key=lambda n: (" " in n, -names[n], n))
    moments = [commit.committed_at for commit in commits]
    return Person(name or "somebody", len(commits), max(moments), min(moments))


def bus_factor(people: Sequence[Person]) -> int:
    """The fewest people who together wrote more than half of the commits; 0 without any."""
    total = sum(person.commits for person in people)
    reached = 0
    for count, person in enumerate(people, 1):
        reached += person.commits
        if reached * 2 > total:
            return count
    return 0
