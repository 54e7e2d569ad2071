"""Finds the documents that people look for: as a file, a section of the README, or in the organisation's `.github`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.analysis.readme import Readme
from bot.model.report import Document
from bot.model.snapshot import OrganisationFiles

_TEXT = r"(?:\.(?:md|markdown|mdown|mkd|rst|rest|txt|adoc|asciidoc|org|html|textile|pod|rdoc))?"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How one kind of document is recognised: file name, heading in the README, whether GitHub falls back."""

    kind: str
    name: re.Pattern[str]
    heading: re.Pattern[str] | None = None
    falls_back: bool = False
    folders: tuple[str, ...] = (".github", "", "docs")


def _name(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\Z", re.IGNORECASE)


def _says(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


WANTED: tuple[Wanted, ...] = (
    Wanted("readme", _name(rf"readme{_TEXT}")),
    Wanted(
        "contributing", _name(rf"contributing{_TEXT}|hacking{_TEXT}|development{_TEXT}"),
        _says(r"contribut|hacking|developing|development\b|how to help"), True,
    ),
    Wanted("code-of-conduct", _name(rf"code[-_ ]?of[-_ ]?conduct{_TEXT}"), _says(r"code of conduct"), True),
    Wanted(
        "changelog", _name(rf"(?:change[-_ ]?log|changes|history|news|release[-_ ]?notes|releases){_TEXT}"),
        _says(r"change ?log|release notes|release history|what['’]s new|version history"),
    ),
    Wanted(
        "security", _name(rf"security{_TEXT}|security[-_]contacts{_TEXT}"),
        _says(r"security(?: polic| contact| issue|\Z)|report(?:ing)? (?:a )?(?:security|vulnerab)|vulnerabilit"), True,
    ),
    Wanted(
        "support", _name(rf"support{_TEXT}"), _says(r"support\b(?!ed)|getting help|get help|questions|contact"), True
    ),
    Wanted("governance", _name(rf"governance{_TEXT}|maintainers{_TEXT}"), _says(r"governance|maintainers"), True),
    Wanted("roadmap", _name(rf"roadmap{_TEXT}"), _says(r"road ?map")),
    Wanted("funding", _name(r"funding\.ya?ml"), _says(r"sponsor|donat|backers|funding"), True, (".github",)),
    Wanted("citation", _name(r"citation\.cff|citation(?:\.bib|\.md)?"), _says(r"cit(?:e|ing|ation)\b")),
    Wanted("agents", _name(r"agents\.md|claude\.md|gemini\.md|copilot-instructions\.md|\.cursorrules")),
    Wanted("issue-template", _name(rf"issue_template{_TEXT}"), None, True),
    Wanted("pull-request-template", _name(rf"pull_request_template{_TEXT}"), None, True),
    Wanted("codeowners", _name(r"codeowners"), None, False, (".github", "", "docs", ".gitlab")),
)  # fmt: skip
"""In GitHub's own order of folders: `.github`, the root, `docs`."""

_TEMPLATE_FOLDERS = {
    ".github/issue_template": "issue-template",
    "issue_template": "issue-template",
    "docs/issue_template": "issue-template",
    ".github/pull_request_template": "pull-request-template",
    "pull_request_template": "pull-request-template",
    "docs/pull_request_template": "pull-request-template",
}
_TEMPLATE = re.compile(r"(?!config\.ya?ml\Z).+\.(?:md|ya?ml|txt)\Z", re.IGNORECASE)
_FORMAT_ORDER = (".md", ".markdown", ".rst", ".adoc", ".txt", "")


def find_files(paths: Iterable[str]) -> tuple[Document, ...]:
    """Documents that are files of the tree, in the order of `WANTED`; one for each kind, templates each."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    templates: list[Document] = []
    for path in paths:
        if path.count("/") > 2:
            continue
        folder, name = posixpath.split(path)
        kind = _TEMPLATE_FOLDERS.get(folder.lower())
        if kind and _TEMPLATE.match(name):
            templates.append(Document(kind=kind, path=path))
        for wanted in WANTED:
            if folder in wanted.folders and wanted.name.match(name):
                rank = (wanted.folders.index(folder), _format_rank(name), path)
                found.setdefault(wanted.kind, []).append(rank)
    # GitHub shows a README of .github only where the root has none and vice versa; people mean the root's
    if "readme" in found:
        found["readme"].sort(key=lambda rank: (rank[2].count("/"), rank))
    documents = [
        Document(kind=w.kind, path=min(found[w.kind])[2] if w.kind != "readme" else found["readme"][0][2])
        for w in WANTED
        if w.kind in found
    ]
    return tuple(sorted({*documents, *templates}, key=lambda d: (d.kind, d.path)))


def _format_rank(name: str) -> int:
    ending = posixpath.splitext(name.lower())[1]
    return _FORMAT_ORDER.index(ending) if ending in _FORMAT_ORDER else len(_FORMAT_ORDER)


def with_fallbacks(
    files: tuple[Document, ...], readme: Readme | None, organisation: OrganisationFiles | None
) -> tuple[Document, ...]:
    """`files` and, for kinds that have none, a section of the README or the organisation's file."""
    have = {document.kind for document in files}
    more = []
    shared = find_files(organisation.paths) if organisation else ()
    for wanted in WANTED:
        if wanted.kind in have:
            continue
        heading = readme.heading(wanted.heading) if readme and wanted.heading else None
        if heading and readme:
            more.append(Document(kind=wanted.kind, path=readme.path, source="readme", line=heading.line))
            continue
        if not wanted.falls_back or organisation is None:
            continue
        document = next((d for d in shared if d.kind == wanted.kind), None)
        if document:
            more.append(
                Document(kind=wanted.kind, path=f"{organisation.repository}/{document.path}", source="organisation")
            )
    return tuple(sorted([*files, *more], key=lambda d: (d.kind, d.path)))
