"""How figures and lists are put into English sentences: joins, spans of time, capitals and full stops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import english
from bot.model.english import percent, plural

__all__ = [
    "ago",
    "article",
    "capital",
    "code",
    "counted",
    "days",
    "full_stop",
    "hours",
    "listed",
    "percent",
    "plural",
    "sentence",
    "uncapital",
]


def counted(count: int, word: str) -> str:
    """ "1 file", "2 files", "1,234 files", "no files"."""
    return english.counted(count, word) if count else f"no {plural(word, 0)}"


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
