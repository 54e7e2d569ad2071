"""Foreign text into GitHub's Markdown, so that it says what it says and does nothing: no mention, link, HTML. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from bot.model.report import Evidence

MAX_COMMENT = 65_536
"""GitHub's limit for a comment, in characters."""
_BREAK = "\u200b"
"""A zero-width space: GitHub finds mentions and references in the rendered text, so an escape would not stop them."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~$&])")
_LINE_START = re.compile(r"^(?:[-=:]|\d{1,9}\.)")
_ADDRESS = re.compile(r"(://|\bwww\.|\bGH-(?=\d))", re.IGNORECASE)
_SHA = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b", re.IGNORECASE)


def one_line(text: str, limit: int = 10_000) -> str:
    """`text` without line breaks, control and direction characters, its blanks folded; cut at `limit`, with …."""
    return shortened(_folded(text[: 8 * limit + 64]), limit)


def _folded(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def plain(text: str, limit: int = 500) -> str:
    """A foreign string as inert inline Markdown of one line, cut at `limit` characters of its own."""
    inert = one_line(text, limit).replace("@", f"@{_BREAK}")
    inert = _ADDRESS.sub(lambda found: found[0] + _BREAK, inert)
    inert = _SHA.sub(lambda found: _BREAK.join(re.findall(".{1,6}", found[0])), inert)
    inert = _SPECIAL.sub(r"\\\1", inert).replace("\\#", f"\\#{_BREAK}")
    return _LINE_START.sub(_escaped_start, inert)


def prose(text: str, limit: int = 500) -> str:
    """A sentence of the report as inert Markdown: what it puts in backticks is shown as code.

    The sentence may carry a repository's strings. Wherever their backticks fall, both sides are inert.
    """
    pieces = one_line(text, limit).split("`")
    if len(pieces) % 2 == 0:  # a backtick without its partner is an ordinary character
        pieces[-2:] = ["`".join(pieces[-2:])]
    return "".join(
        code(piece) if index % 2 and piece.strip() else _inner(piece, at_start=index == 0)
        for index, piece in enumerate(pieces)
    )


def _inner(piece: str, *, at_start: bool) -> str:
    """One piece of prose with the blanks around it."""
    core = piece.strip()
    if not core:
        return " " if piece else ""
    before = " " if piece[0] == " " and not at_start else ""
    after = " " if piece[-1] == " " else ""
    return f"{before}{plain(core, len(core))}{after}"


def _escaped_start(found: re.Match[str]) -> str:
    mark = found[0]
    return f"{mark[:-1]}\\{mark[-1]}"


def shortened(text: str, limit: int) -> str:
    """`text`, or its first `limit` - 1 characters and an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def code(text: str, limit: int = 200) -> str:
    """A foreign string as inline code; GitHub looks for no mention or reference there."""
    content = one_line(text, limit)
    if not content:
        return "`` ``"
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if content[0] == "`" or content[-1] == "`" else ""
    return f"{fence}{pad}{content}{pad}{fence}"


def fenced(text: str, language: str = "") -> str:
    """A block of code that its content cannot end."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a reply points to. `web_url` is GitHub's web address, `public_url` the bot's own."""

    web_url: str
    public_url: str
    owner: str
    name: str

    @property
    def page(self) -> str:
        """The repository's page on the dashboard."""
        return f"{self.public_url}/repos/{quote(self.owner, safe='')}/{quote(self.name, safe='')}"

    @property
    def repository(self) -> str:
        """The repository on GitHub."""
        return f"{self.web_url}/{quote(self.owner, safe='')}/{quote(self.name, safe='')}"

    def batch(self, batch_id: str) -> str:
        """A batch's page on the dashboard."""
        return f"{self.public_url}/batches/{quote(batch_id, safe='')}"

    def commit(self, sha: str) -> str:
        """Markdown of a commit, linked."""
        return f"[{code(sha[:7])}]({self.repository}/commit/{quote(sha, safe='')})" if sha else "no commit"

    def place(self, evidence: Evidence, sha: str) -> str:
        """Markdown of one piece of evidence: a link to the line at that commit, or the API field."""
        if not evidence.path:
            return code(evidence.field or evidence.detail)
        shown = evidence.path if evidence.line is None else f"{evidence.path}:{evidence.line}"
        if not sha:
            return code(shown)
        anchor = f"#L{evidence.line}" if evidence.line is not None else ""
        # `plain=1` shows the source of a Markdown file, where a line anchor works.
        query = "?plain=1" if anchor and evidence.path.lower().endswith((".md", ".markdown")) else ""
        shared = f"{self.owner}/.github/"
        if evidence.path.startswith(shared):  # the organisation's own, in another repository
            path = quote(evidence.path.removeprefix(shared), safe="/")
            place = f"{self.web_url}/{quote(self.owner, safe='')}/.github/blob/HEAD/{path}"
        else:
            place = f"{self.repository}/blob/{quote(sha, safe='')}/{quote(evidence.path, safe='/')}"
        return f"[{code(shown)}]({place}{query}{anchor})"

    def places(self, evidence: Iterable[Evidence], sha: str, limit: int = 3) -> str:
        """Markdown of several, the first `limit` of them."""
        found = list(evidence)
        shown = [self.place(one, sha) for one in found[:limit]]
        if len(found) > limit:
            shown.append(f"and {len(found) - limit} more")
        return ", ".join(shown)


def fitted(parts: Iterable[str], limit: int = MAX_COMMENT, *, ending: str = "") -> str:
    """As many whole parts as fit, blocks apart; `ending` follows in any case, and says where the rest is."""
    text = ""
    left_out = False
    room = limit - len(ending) - 120
    for part in parts:
        if not part:
            continue
        joined = f"{text}\n\n{part}" if text else part
        if len(joined) > room:
            left_out = True
            continue
        text = joined
    if left_out:
        text = f"{text}\n\n_Shortened: GitHub takes {limit:,} characters at most._"
    return f"{text}\n\n{ending}" if ending else text
