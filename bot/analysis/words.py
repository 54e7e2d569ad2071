"""How figures and lists are put into English sentences: plurals, joins, ages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
}


def plural(word: str, count: int) -> str:
    """`word` for `count` things; only its last word changes ("merged pull request" → "merged pull requests")."""
    if count == 1:
        return word
    head, _, last = word.rpartition(" ")
    changed = _IRREGULAR.get(last, f"{last}s")
    return f"{head} {changed}" if head else changed


def counted(count: int, word: str) -> str:
    """ "1 file", "2 files", "1,234 files", "no files"."""
    return f"{count:,} {plural(word, count)}" if count else f"no {plural(word, 0)}"


def listed(items: Sequence[str], *, limit: int = 5, last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; beyond `limit` "a, b and 3 more"."""
    shown = list(items[:limit])
    hidden = len(items) - len(shown)
    if hidden:
        return f"{', '.join(shown)} and {hidden:,} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def code(items: Sequence[str], *, limit: int = 5) -> str:
    """`listed` with each item as inline code; a backtick inside is dropped so that the code span holds."""
    return listed([f"`{item.replace('`', '')}`" for item in items], limit=limit)


def percent(share: float) -> str:
    """ "87 %"; never rounds a part to all or to nothing."""
    figure = round(share * 100)
    if figure == 100 and share < 1:
        return "99 %"
    if figure == 0 and share > 0:
        return "under 1 %"
    return f"{figure} %"


def days(count: float) -> str:
    """A span as a person says it: "today" is not a span, so 0 is "less than a day"."""
    whole = round(count)
    if whole < 1:
        return "less than a day"
    if whole < 60:
        return counted(whole, "day")
    if whole < 730:
        return counted(round(whole / 30.44), "month")
    return counted(round(whole / 365.25), "year")


def ago(moment: datetime, now: datetime) -> str:
    """ "today", "yesterday", "12 days ago", "3 months ago"."""
    whole = (now - moment).days
    if whole < 1:
        return "today"
    if whole == 1:
        return "yesterday"
    return f"{days(whole)} ago"


def hours(count: float) -> str:
    """A response time: minutes below two hours, hours below two days, then days."""
    if count < 2:
        return counted(max(1, round(count * 60)), "minute")
    if count < 48:
        return counted(round(count), "hour")
    return days(count / 24)


def article(noun: str) -> str:
    """ "a" or "an" for the noun phrase as it is said."""
    lower = noun.lower()
    if lower.startswith(("uni", "use", "eu", "one")):
        return "a"
    if lower.startswith(("html", "mdx", "xml", "r ", "hcl", "svg", "f#", "sql", "npm", "rst", "llvm", "mit")):
        return "an"
    return "an" if lower[:1] in set("aeiou") else "a"


def capital(text: str) -> str:
    """`text` with its first letter large; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """`text` with its first letter small, unless its first word is a name with more capitals or a number sign."""
    word = text.split(" ", 1)[0]
    return text if any(letter.isupper() for letter in word[1:]) else text[:1].lower() + text[1:]


def full_stop(text: str) -> str:
    """`text` with one full stop; the first letter stays, for it may begin a name."""
    stripped = text.strip()
    return stripped if not stripped or stripped.endswith((".", "!", "?", ":")) else f"{stripped}."


def sentence(text: str) -> str:
    """`text` with a capital and one full stop."""
    return capital(full_stop(text))
