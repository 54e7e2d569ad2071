"""Counts and shares as English says them, the same in every layer."""

from __future__ import annotations

_IRREGULAR = {
    "dependency": "dependencies",
    "library": "libraries",
    "entry": "entries",
    "directory": "directories",
    "vulnerability": "vulnerabilities",
    "person": "people",
    "branch": "branches",
    "match": "matches",
    "has": "have",
    "is": "are",
    "was": "were",
    "does": "do",
    "it": "they",
    "binary": "binaries",
    "technology": "technologies",
    "repository": "repositories",
    "this": "these",
    "reply": "replies",
    "delivery": "deliveries",
    "refresh": "refreshes",
}


def plural(word: str, count: int) -> str:
    """`word` for `count` things; only its last word changes ("merged pull request" → "merged pull requests")."""
    if count == 1:
        return word
    head, _, last = word.rpartition(" ")
    changed = _IRREGULAR.get(last, f"{last}s")
    return f"{head} {changed}" if head else changed


def counted(count: int, word: str, many: str = "") -> str:
    """ "1 file", "2 files", "1,234 files", "0 files"; `many` where more than the last word changes."""
    return f"{count:,} {many if many and count != 1 else plural(word, count)}"


def percent(share: float) -> str:
    """ "87 %"; never rounds a part to all or to nothing."""
    figure = round(share * 100)
    if figure == 100 and share < 1:
        return "99 %"
    if figure == 0 and share > 0:
        return "under 1 %"
    return f"{figure} %"
