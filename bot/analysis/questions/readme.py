"""Does the README explain what it is, how to install and how to use it, and do its links lead somewhere? (entry 25)"""

from __future__ import annotations

import posixpath
import re

from bot.analysis.documentation_links import documentation_link
from bot.analysis.finding import Finding, at, failed, not_applicable, passed, unknown, warned
from bot.analysis.kinds import NOUNS
from bot.analysis.readme import Link, Readme
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, listed
from bot.model.report import Evidence, Kind

_INSTALL = re.compile(
    r"\b(?:install|set[- ]?up|get(?:ting)? started|quick ?-?start|download|building|build from|how to (?:run"
    r"|build)|run(?:ning)?\b|requirements|deploy|prerequisites|add to your)",
    re.IGNORECASE,
)
_USAGE = re.compile(
    r"\b(?:us(?:age|e|ing)\b|example|quick ?-?start|get(?:ting)? started|tutorial|how (?:to|it works)|running"
    r"|commands?\b|api\b|features|documentation|docs\b|guide|demo|configur|options|inputs|playbook|what's inside"
    r"|screenshots?|overview|basics|synopsis)",
    re.IGNORECASE,
)
_INSTALL_COMMAND = re.compile(
    r"\b(?:(?:pip3?|pipx|uv|conda|mamba|poetry|pdm) (?:install|add|tool install|pip install)|uvx|npx|npm (?:i"
    r"|install|ci|init|create)|(?:pnpm|yarn|bun) (?:add|install|create|dlx)|cargo (?:add|install)"
    r"|go (?:get|install)|gem ['\"\w]|bundle (?:add|install)|composer (?:require|install|create-project)|dotnet "
    r"add|brew (?:install|tap)|apt(?:-get)? install|docker (?:run|pull|compose|build)|docker-compose|helm "
    r"(?:install|repo)"
    r"|git clone|make(?= (?:install|build|run|all|dev|up|start|-j)|\s*$)"
    r"|go run|cargo run|npm (?:start|run)|implementation[ (]|<dependency>"
    r"|\[(?:dev-)?dependencies\]|mix deps"
    r"|(?:\./)?bin/(?:setup|dev|rails|server)\b|rails (?:s|server)\b|php artisan|dotnet run|(?:\./)?(?:gradlew|mvnw)\b"
    r"|flutter pub|dart pub|swift package|curl |wget |nix |winget|scoop|choco|uses: )",
    re.IGNORECASE | re.MULTILINE,
)
_CONSOLES = frozenset({"", "text", "sh", "bash", "shell", "console", "shell-session", "zsh", "pycon"})
_PROMPT = re.compile(r"(?m)^\s*[$%] [a-z./][^\n]{1,200}")
"""A command that a reader can copy: it runs the thing, whatever it is called."""

_NO_INSTALL = frozenset({Kind.DOCS_SITE, Kind.DATA, Kind.CONFIGURATION, Kind.TEMPLATE, Kind.ACTION})
_NO_USAGE = frozenset({Kind.DOCS_SITE, Kind.CONFIGURATION})
_TINY_WORDS = 15
MAX_LINKS = 2_000


def judge(view: View) -> list[Finding]:
    """readme, readme-links."""
    return [_readme(view), _links(view)]


def _readme(view: View) -> Finding:
    readme = view.readme
    if readme is None:
        return _no_readme(view)
    where = at(readme.path, 1, counted(readme.words, "word"))
    if view.is_tiny and not view.has_code:
        found = f"{capital(counted(readme.words, 'word'))}, for a repository with little else."
        return passed("readme", found, where)
    wanted = _wanted(view, readme)
    missing = [what for what, place in wanted.items() if place is None]
    uses = says_how_to_use(readme) or _links_to_documents(view, readme)
    says_both = says_how_to_install(readme) and uses
    is_short = readme.words < view.config.readme_words and not says_both
    if missing or is_short:
        return _wanting(readme, where, missing, is_short)
    told = f", and says {listed(list(wanted))}" if wanted else ""
    places = [place for place in wanted.values() if place is not None]
    return passed("readme", f"{capital(counted(readme.words, 'word'))}{told}.", where, *dict.fromkeys(places))


def _no_readme(view: View) -> Finding:
    if document := view.document("readme"):
        return unknown("readme", f"`{document.path}` was not read as text")
    noun = NOUNS[view.kind.kind]
    return failed(
        "readme",
        "There is no README.",
        action="Write a README",
        next_step=f"Add `README.md` that says what this {noun} does, how to get it running, and one example.",
    )


def _wanted(view: View, readme: Readme) -> dict[str, Evidence | None]:
    """What a README of this kind should say, and where it does."""
    wanted: dict[str, Evidence | None] = {}
    if view.kind.kind not in _NO_INSTALL:
        wanted["how to install or run it"] = says_how_to_install(readme)
    if view.kind.kind not in _NO_USAGE:
        wanted["how to use it"] = says_how_to_use(readme) or _links_to_documents(view, readme)
    return wanted


def _links_to_documents(view: View, readme: Readme) -> Evidence | None:
    link = documentation_link(readme, view.names)
    return at(readme.path, link.line, link.target[:80]) if link else None


def _wanting(readme: Readme, where: Evidence, missing: list[str], is_short: bool) -> Finding:
    words = counted(readme.words, "word")
    if readme.words < _TINY_WORDS and missing:
        return warned(
            "readme",
            f"The README has {words}, and does not say {listed(missing, last='or')}.",
            where,
            action="Write the README",
            next_step=f"Say in `{readme.path}` {listed(['what this is', *missing])}.",
            share=0.2,
        )
    flaws = [f"is short ({words})"] if is_short else []
    flaws += [f"does not say {listed(missing, last='or')}"] if missing else []
    step = f"Add a section to `{readme.path}` that says {listed(missing)}, with a command or example to copy."
    return warned(
        "readme",
        f"The README {listed(flaws)}.",
        where,
        action=f"Say in the README {listed(missing)}" if missing else "Say more in the README",
        next_step=step if missing else f"Say in `{readme.path}` for whom it is, and what one gains by it.",
        share=max(0.4, 1 - 0.25 * len(missing) - (0.2 if is_short else 0)),
    )


def says_how_to_install(readme: Readme) -> Evidence | None:
    """The section or the command that tells how to get it; None where there is none."""
    if heading := readme.heading(_INSTALL):
        return at(readme.path, heading.line, heading.text[:80])
    for block in readme.blocks:
        if match := _INSTALL_COMMAND.search(block.text[:5_000]):
            return at(readme.path, block.line, match.group(0).strip())
    for block in readme.blocks:
        if block.language in _CONSOLES and (match := _PROMPT.search(block.text[:5_000])):
            return at(readme.path, block.line, match.group(0).strip()[:80])
    for number, line in enumerate(readme.text.splitlines()[:2_000], 1):
        if "`" in line and (match := _INSTALL_COMMAND.search(line[:1_000])):
            return at(readme.path, number, match.group(0).strip())
    return None


def says_how_to_use(readme: Readme) -> Evidence | None:
    """The section or the code that shows it at work; None where there is none."""
    if heading := readme.heading(_USAGE):
        return at(readme.path, heading.line, heading.text[:80])
    for block in readme.blocks:
        if block.text.strip() and not _INSTALL_COMMAND.search(block.text[:5_000]):
            return at(readme.path, block.line, "an example")
    return None


def _links(view: View) -> Finding:
    readme = view.readme
    if readme is None:
        return not_applicable("readme-links", "there is no README")
    relative = [link for link in readme.links[:MAX_LINKS] if link.relative_path]
    if not relative:
        return not_applicable("readme-links", "the README has no links into the tree")
    broken = [link for link in relative if not leads_somewhere(link, readme.path, view)]
    if not broken:
        return passed(
            "readme-links",
            f"{capital(counted(len(relative), 'relative link'))} and images, all lead somewhere.",
            at(readme.path, relative[0].line),
        )
    if view.is_partial:
        return unknown("readme-links", "the tree could not be read whole, so a missing target may exist")
    images = sum(link.is_image for link in broken)
    what = listed(
        [
            *([counted(images, "image")] if images else []),
            *([counted(len(broken) - images, "link")] if len(broken) > images else []),
        ]
    )
    targets = [link.target for link in broken]
    places = list(dict.fromkeys(f"{readme.path}:{link.line}" for link in broken))
    evidence = [at(readme.path, link.line, f"{link.target[:120]} is not in the tree") for link in broken[:20]]
    return failed(
        "readme-links",
        f"{what} of the README {'leads' if len(broken) == 1 else 'lead'} nowhere: {code(targets, limit=3)}.",
        *evidence,
        action="Mend the README's broken link" if what == "1 link" else f"Mend {what} of the README",
        next_step=f"Correct or remove {code(places, limit=4)}.",
    )


def leads_somewhere(link: Link, readme_path: str, view: View) -> bool:
    """Whether a relative link's target is a file or folder of the tree, or a page of GitHub beside it."""
    path = link.relative_path
    base = "" if path.startswith("/") else posixpath.dirname(readme_path)
    target = posixpath.normpath(posixpath.join(base, path.lstrip("/")))
    if target == "." or target.startswith(".."):
        return True  # the root, or a page of GitHub such as ../../issues
    if target in view.tree.paths or target in view.tree.folders:
        return True
    return _is_beyond(target, view)


def _is_beyond(target: str, view: View) -> bool:
    """Whether the path runs through a symbolic link or a submodule, whose content is not in the tree."""
    modules = view.text(".gitmodules")
    folder = target
    while folder:
        if modules and re.search(rf"(?m)^\s*path\s*=\s*{re.escape(folder)}\s*$", modules):
            return True
        if folder in view.links:
            return True
        folder = posixpath.dirname(folder)
    return False
