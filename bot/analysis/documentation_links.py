"""Finds the link of a README that leads to the project's own documentation elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.analysis.readme import Link, Readme

_LABELLED = re.compile(
    r"\[(?P<md>[^\[\]]{1,200})\]\((?P<md_url>https?://[^\s()]{1,500})|<a\b[^>]{0,300}?href=[\"'](?P<html_url>https?://[^\"']{1,500})[\"'][^>]{0,300}>(?P<html>[^<]{1,200})</a>"
    r"|`(?P<rst>[^`<]{1,200})\s<(?P<rst_url>https?://[^>`]{1,500})>`_"
)
_GENERAL = re.compile(
    r"(?:(?:the|full|our|its|online|official|complete|api|user|project|read|view|see|browse|check|visit|latest|more"
    r"|html|reference|this|here|out|and|examples?)\s+){0,5}(?:docs?|documentation|user(?:'s)? guides?|guides?|manual"
    r"|handbook|api reference|wiki)(?:\s+(?:here|site|website|page|online|to learn more))?[.!:]?",
    re.IGNORECASE,
)
"""A link's words that can only mean the documentation of the project that says them."""

_HOSTS = re.compile(
    r"(?:\A|\.)(?:docs?\.rs|pkg\.go\.dev|godoc\.org|hexdocs\.pm|readthedocs\.(?:io|org)|github\.io|gitlab\.io|gitbook\.io"
    r"|javadoc\.io|rubydoc\.info|swiftpackageindex\.com|pub\.dev|metacpan\.org|hackage\.haskell\.org|pages\.dev"
    r"|netlify\.app|vercel\.app)\Z|\A(?:docs?|guides?|wiki|manual|api|learn|developers?)\.",
    re.IGNORECASE,
)
_PATHS = re.compile(r"/(?:docs?|documentation|guides?|wiki|manual|reference|api)(?:/|\Z)", re.IGNORECASE)
_NO_PAGES = re.compile(r"/badge|badge\.|shields\.io|\.(?:svg|png|gif|jpe?g)(?:\?|\Z)", re.IGNORECASE)


def documentation_link(readme: Readme, names: Iterable[str]) -> Link | None:
    """The first link to the project's documentation; None where there is none.

    `names` are those of the project and its packages: a page of documents counts by its address where that holds one
    of them, since READMEs link to others' documents too. A link that just says "documentation" counts in any case.
    """
    letters = {name for name in map(_letters, names) if len(name) >= 3}
    for number, line in enumerate(readme.text.splitlines()[:5_000], 1):
        for match in _LABELLED.finditer(line[:5_000]):
            url = match["md_url"] or match["html_url"] or match["rst_url"]
            label = (match["md"] or match["html"] or match["rst"]).strip(" *_`")
            is_anothers = line[: match.start()].rstrip().lower().endswith(("'s", "’s"))
            if is_anothers or _NO_PAGES.search(url) or _is_contribution(url):
                continue
            if _GENERAL.fullmatch(label):
                return Link(url, number, False)
    return next((link for link in readme.links if not link.is_image and _is_page(link.target, letters)), None)


def _is_page(url: str, letters: set[str]) -> bool:
    """Whether an address is one of documents and names the project."""
    if not url.startswith(("http://", "https://")) or _NO_PAGES.search(url):
        return False
    parts = urlsplit(url) if "[" not in url else urlsplit("")
    is_named = any(name in _letters(f"{parts.netloc}{parts.path}") for name in letters)
    if not is_named or parts.netloc == "github.com":
        return is_named and "/wiki" in parts.path
    return bool(_HOSTS.search(parts.netloc) or _PATHS.search(parts.path))


def _is_contribution(url: str) -> bool:
    return "contribut" in url.lower()


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
