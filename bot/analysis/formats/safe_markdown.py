"""Makes text from a repository harmless in Markdown: no mention, link, image, HTML or table becomes active."""

from __future__ import annotations

import re

_CODE_SPAN = re.compile(r"(`[^`\n]+`)")
_SPECIAL = re.compile(r"([\\\[\]*_|~#])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ISSUE = re.compile(r"#(?=\d)|\bGH-(?=\d)", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?i)\b(https?|ftp)://|\bwww\.")


def safe(text: str) -> str:
    """One line of prose. Code spans that we wrote stay code; everything else shows as the characters it is."""
    flat = _CONTROL.sub("", " ".join(text.split()))
    parts = _CODE_SPAN.split(flat)
    return "".join(part.replace("|", "\\|") if index % 2 else _escape(part) for index, part in enumerate(parts))


def code_span(text: str) -> str:
    """`text` as code, whatever it holds."""
    flat = _CONTROL.sub("", " ".join(text.split())).replace("`", "ˋ").replace("|", "\\|")
    return f"`{flat}`" if flat else ""


def _escape(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\1", text.replace("`", "ˋ"))
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # a zero-width space keeps mentions, references to issues and bare links from becoming active
    escaped = escaped.replace("@", "@\u200b")
    escaped = _ISSUE.sub("\\g<0>\u200b", escaped)
    return _BARE_LINK.sub(lambda match: f"{match.group(0)[:3]}\u200b{match.group(0)[3:]}", escaped)
