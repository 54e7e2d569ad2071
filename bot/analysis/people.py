"""Who wrote the recent commits: one person for each set of logins, names and addresses that belong together."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import authors
from bot.model.snapshot import CommitFact

_NOREPLY = re.compile(r"(?:\d+\+)?([^@]+)@users\.noreply\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Person:
    """One human with their commits among those given. `name` is the login where one is known."""

    name: str
    commits: int
    last_commit_at: datetime
    first_commit_at: datetime


def is_bot(commit: CommitFact) -> bool:
    """Whether a machine wrote it."""
    return commit.is_bot or authors.is_bot(commit.author, commit.author_name, commit.author_email)


def humans(commits: Sequence[CommitFact]) -> tuple[CommitFact, ...]:
    """The commits that people wrote."""
    return tuple(commit for commit in commits if not is_bot(commit))


def fold_people(commits: Sequence[CommitFact]) -> tuple[Person, ...]:
    """The humans behind `commits`, most commits first.

    Two identities are one person when they share a login, an address (GitHub's no-reply address counts as its login)
    or a full name of at least two words. An address or login under which many names commit is nobody's in particular:
    a formatting workflow signs with the names of others.
    """
    roots: dict[str, str] = {}

    def find(key: str) -> str:
        while roots.setdefault(key, key) != key:
            roots[key] = roots[roots[key]]
            key = roots[key]
        return key

    written = humans(commits)
    shared = _shared_accounts(written)
    for commit in written:
        first, *rest = _keys(commit, shared)
        for key in rest:
            roots[find(key)] = find(first)
    groups: dict[str, list[CommitFact]] = {}
    for commit in written:
        groups.setdefault(find(_keys(commit, shared)[0]), []).append(commit)
    people = [_person(group, shared) for group in groups.values()]
    return tuple(sorted(people, key=lambda person: (-person.commits, person.name.lower(), person.name)))


MANY_LETTERS = 9
"""Letters from which a name written without its spaces is hardly another person's."""

MANY_NAMES = 5
MANY_FULL_NAMES = 3
"""From so many names, or full ones of two words, an account is shared: a person may spell theirs in a few ways."""


def _shared_accounts(commits: Sequence[CommitFact]) -> frozenset[str]:
    """The keys of logins and addresses that many names commit under."""
    names: dict[str, set[str]] = {}
    for commit in commits:
        for account in _accounts(commit):
            names.setdefault(account, set()).add(_folded(commit.author_name or commit.author))
    return frozenset(
        account
        for account, found in names.items()
        if len(found) >= MANY_NAMES or sum(" " in name for name in found) >= MANY_FULL_NAMES
    )


def _folded(name: str) -> str:
    return " ".join(name.lower().split())


def _accounts(commit: CommitFact) -> list[str]:
    """Keys of the login and of the address."""
    keys = [f"login:{commit.author.lower()}"] if commit.author else []
    noreply = _NOREPLY.match(commit.author_email)
    if noreply:
        keys.append(f"login:{noreply.group(1).lower()}")
    elif commit.author_email:
        keys.append(f"mail:{commit.author_email.lower()}")
    return keys


def _keys(commit: CommitFact, shared: Collection[str] = ()) -> list[str]:
    """Keys that say whose commit it is; of a shared account only the name counts."""
    keys = [account for account in _accounts(commit) if account not in shared]
    for name in (commit.author_name, commit.author):
        folded = _folded(name)
        if " " in folded:
            keys.append(f"name:{folded}")
        letters = "".join(letter for letter in folded if letter.isalnum())
        if len(letters) >= MANY_LETTERS and f"login:{folded}" not in shared:
            keys.append(f"letters:{letters}")  # "adalovelace" is how Ada Lovelace signs in
    return keys or [f"only:{_folded(commit.author_name)}"]


def _person(commits: list[CommitFact], shared: Collection[str]) -> Person:
    names: dict[str, int] = {}
    for commit in commits:
        login = "" if f"login:{commit.author.lower()}" in shared else commit.author
        name = login or commit.author_name
        names[name] = names.get(name, 0) + 1
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
