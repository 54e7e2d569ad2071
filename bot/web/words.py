"""How values read on a page: dates, numbers, names, and the link to the line at GitHub that a statement comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from bot.model.english import counted
from bot.model.report import Check, Evidence, Report

STATE_WORDS = {
    "pass": ("✓", "passes"),
    "warn": ("!", "could be better"),
    "fail": ("✕", "fails"),
    "unknown": ("?", "unknown"),
    "not_applicable": ("–", "does not apply"),
}

GROUP_TITLES = {
    "identity": "Identity",
    "tech-stack": "Tech stack",
    "size": "Size",
    "maintenance": "Maintenance",
    "community": "Community",
    "quality": "Quality",
    "security": "Security",
    "ownership": "Ownership",
    "structure": "Structure",
}

SHORT_FORMS = frozenset({"ai", "api", "ci", "cli", "cms", "orm", "ui", "css", "sdk", "readme", "codeowners"})

TRIGGER_WORDS = {
    "install": "the installation",
    "push": "a push",
    "command": "a comment",
    "api": "a request",
    "batch": "a batch",
    "sweep": "the schedule",
    "reconcile": "the daily comparison",
    "local": "a local run",
}

OUTCOMES = {
    "asked": "a refresh is asked for",
    "completed": "a new report",
    "current": "the report was current",
    "listed": "repositories listed",
    "continues": "more repositories follow",
    "compared": "compared with GitHub",
    "swept": "nothing was left behind",
    "recovered": "missed deliveries asked for",
    "answered": "a reply to the comment",
    "replied": "a reply to the comment",
    "published": "a check run",
    "announced": "subscribers told",
}
"""What a run came to, in words; outcomes that are sentences already stand for themselves."""

ECOSYSTEMS = {
    "githubactions": "GitHub Actions",
    "pypi": "PyPI",
    "npm": "npm",
    "golang": "Go",
    "cargo": "Cargo",
    "maven": "Maven",
    "composer": "Composer",
    "gem": "RubyGems",
    "nuget": "NuGet",
    "docker": "Docker",
    "pub": "pub",
    "hex": "Hex",
    "swift": "Swift",
    "terraform": "Terraform",
    "helm": "Helm",
}
CATEGORY_ORDER = (
    "language",
    "framework",
    "ui",
    "mobile",
    "ai",
    "game",
    "embedded",
    "cms",
    "data",
    "api",
    "database",
    "orm",
    "cache",
    "queue",
    "messaging",
    "search",
    "auth",
    "payment",
    "library",
    "runtime",
    "testing",
    "linting",
    "build",
    "package-manager",
    "ci",
    "release",
    "container",
    "infrastructure",
    "cloud",
    "hosting",
    "monitoring",
    "security",
    "docs",
)
"""What a person asks first about a stack; categories not named here follow, by name."""

_SPANS = (
    (31_536_000, "year"),
    (2_592_000, "month"),
    (604_800, "week"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
)
_CODE = re.compile(r"`([^`\n]{1,300})`")
_SHA = re.compile(r"[0-9a-f]{40}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})
_TAGS = {"p", "code", "pre", "em", "strong", "ul", "ol", "li", "a", "br", "blockquote"}


def ago(moment: datetime | None, now: datetime) -> str:
    """ "3 days ago", or "never"."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    for span, unit in _SPANS:
        if abs(seconds) >= span:
            number = int(abs(seconds) // span)
            text = f"{number} {unit}{'' if number == 1 else 's'}"
            return f"{text} ago" if seconds > 0 else f"in {text}"
    return "just now"


def when(moment: datetime | None, now: datetime) -> Markup:
    """A <time> that reads "3 days ago" and tells the exact moment on hover."""
    if moment is None:
        return Markup("never")
    exact = moment.isoformat()
    shown = f"{exact[:10]} {exact[11:16]} UTC"
    return Markup(f'<time datetime="{exact}" title="{shown}">{ago(moment, now)}</time>')  # noqa: S704 - digits, our words


def number(value: float | int | None) -> str:
    """12,345 or "–"."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if isinstance(value, int) or value == int(value) else f"{value:,.1f}"


def compact(value: int) -> str:
    """1.2k, 3.4M"""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return str(value)


def percent(share: float | None) -> str:
    """ "87 %" of a share from 0 to 1; small ones keep a decimal."""
    if share is None:
        return "–"
    points = share * 100
    return f"{points:.1f} %" if 0 < points < 1 else f"{points:.0f} %"


def size(size_bytes: int) -> str:
    """1.4 MB"""
    amount = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


def seconds(value: float | None) -> str:
    """ "340 ms", "2.1 s", "3 min"."""
    if value is None:
        return "–"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.0f} min"


def rest_words(checks: Sequence[Check]) -> str:
    """ "4 pass, 1 unknown, 2 do not apply": what a fold holds."""
    words = {
        "pass": ("pass", "pass"),
        "unknown": ("unknown", "unknown"),
        "not_applicable": ("does not apply", "do not apply"),
    }
    counts = {state: sum(check.state.value == state for check in checks) for state in words}
    return ", ".join(f"{count} {words[state][count != 1]}" for state, count in counts.items() if count)


def outcome_words(outcome: str) -> str:
    """What a completed run came to: "asked" → "a refresh is asked for"."""
    return OUTCOMES.get(outcome, outcome)


def ecosystem(name: str) -> str:
    """ "githubactions" → "GitHub Actions", as the registry writes itself."""
    return ECOSYSTEMS.get(name, name)


def short_sha(version: str) -> str:
    """A whole SHA as its first twelve digits and "…"; every other version as it is."""
    return f"{version[:12]}…" if _SHA.fullmatch(version) else version


def category_rank(category: str) -> tuple[int, str]:
    """Sorts categories of technologies as a person asks for them."""
    known = category in CATEGORY_ORDER
    return (CATEGORY_ORDER.index(category) if known else len(CATEGORY_ORDER), category)


def title(name: str) -> str:
    """ "command-line-tool" → "Command line tool"."""
    words = name.replace("-", " ").replace("_", " ")
    return words.upper() if words in SHORT_FORMS else words.capitalize()


def grade_class(grade: str) -> str:
    """The style of a grade: its first letter."""
    letter = grade[:1].lower()
    return f"grade-{letter}" if letter in {"a", "b", "c", "d", "e", "f"} else "grade-none"


def score_style(score: int) -> str:
    """The style of a score without a grade of its own, by the ruleset's table of grades."""
    return next(letter for lowest, letter in ((90, "a"), (80, "b"), (70, "c"), (55, "d"), (0, "f")) if score >= lowest)


def colour(value: str) -> str:
    """A colour that is safe in an attribute; grey for anything that is none."""
    return value if _COLOUR.fullmatch(value) else "#8b949e"


def web_link(value: str) -> str:
    """An http(s) address, else "" – for addresses that a repository's owner typed."""
    text = value.strip()
    if text and "://" not in text and re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/\S*)?", text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in {"http", "https"} and parts.netloc else ""


def blob_link(github_web_url: str, report: Report, path: str, line: int | None = None) -> str:
    """The place at GitHub at the very commit that was analysed."""
    found = report.repository
    if not path or not found.head_sha or found.id == 0:
        return ""
    fragment = ""
    if line is not None:
        plain = "?plain=1" if path.lower().endswith((".md", ".rst", ".adoc", ".org")) else ""
        fragment = f"{plain}#L{line}"
    shared = f"{found.owner}/.github/"
    if path.startswith(shared):  # the organisation's own document, in another repository
        return f"{github_web_url}/{quote(found.owner)}/.github/blob/HEAD/{quote(path.removeprefix(shared))}{fragment}"
    kind = "tree" if path.endswith("/") else "blob"
    where = f"{quote(found.owner)}/{quote(found.name)}/{kind}/{found.head_sha}/{quote(path.rstrip('/'))}"
    return f"{github_web_url}/{where}{fragment}"


def evidence(item: Evidence, github_web_url: str, report: Report) -> Markup:
    """Where a statement comes from: a link to the line, or the name of the API's field."""
    detail = Markup(' <span class="muted">{}</span>').format(item.detail) if item.detail else Markup("")
    if not item.path:
        return Markup('<code class="field" title="GitHub API">{}</code>').format(item.field) + detail
    label = f"{item.path}:{item.line}" if item.line is not None else item.path
    link = blob_link(github_web_url, report, item.path, item.line)
    if not link:
        return Markup("<code>{}</code>").format(label) + detail
    return Markup('<a href="{}"><code>{}</code></a>').format(link, label) + detail


def codes(text: str) -> Markup:
    """Plain text in which `this` is code, as our own sentences write it; everything else stays text."""
    if "`" not in text:
        return escape(text)
    parts = _CODE.split(text)
    made = "".join(
        f"<code>{escape(part)}</code>" if place % 2 else str(escape(part)) for place, part in enumerate(parts)
    )
    return Markup(made)  # noqa: S704 - every part is escaped


def prose(text: str) -> Markup:
    """Text that may hold a little Markdown, made safe: no HTML of its own, no images, links only to the web."""
    clean = nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="nofollow noopener ugc",
    )
    return Markup(clean.strip())  # noqa: S704 - nh3 has just cleaned it


def with_query(query: dict[str, Any], **changes: Any) -> str:
    """The address's query with some values changed; empty ones are left out."""
    merged = {name: value for name, value in {**query, **changes}.items() if value not in {"", None}}
    return f"?{urlencode(merged)}" if merged else "?"


FILTERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "when": when,
    "number": number,
    "compact": compact,
    "percent": percent,
    "size": size,
    "seconds": seconds,
    "counted": counted,
    "title_words": title,
    "outcome_words": outcome_words,
    "ecosystem": ecosystem,
    "short_sha": short_sha,
    "grade_class": grade_class,
    "score_style": score_style,
    "colour": colour,
    "web_link": web_link,
    "codes": codes,
    "rest_words": rest_words,
    "prose": prose,
}

GLOBALS: dict[str, Any] = {
    "STATE_WORDS": STATE_WORDS,
    "GROUP_TITLES": GROUP_TITLES,
    "TRIGGER_WORDS": TRIGGER_WORDS,
    "evidence": evidence,
    "blob_link": blob_link,
    "with_query": with_query,
}
