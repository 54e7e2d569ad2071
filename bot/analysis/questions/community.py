"""Do people find how to contribute, what changed, and where the documentation is? (catalogue entries 26 to 31)"""

from __future__ import annotations

import re

from bot.analysis.documentation_links import documentation_link
from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, told, unknown, warned
from bot.analysis.kinds import is_main
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, listed
from bot.model.report import Document, Evidence, Kind

_NAMES = {
    "contributing": "CONTRIBUTING", "code-of-conduct": "a code of conduct", "changelog": "a changelog",
    "support": "support", "governance": "governance", "roadmap": "a roadmap", "funding": "funding",
    "citation": "a citation", "agents": "instructions for agents",
}  # fmt: skip


def judge(view: View) -> list[Finding]:
    """contributing, code-of-conduct, changelog, templates, community-files, docs-site."""
    return [
        _contributing(view), _conduct(view), _changelog(view), _templates(view), _further(view), _docs_site(view),
    ]  # fmt: skip


def where_is(document: Document) -> Evidence:
    """The place of a document, with the organisation's marked as such."""
    detail = {"readme": "a section of the README", "organisation": "the organisation's fallback"}.get(
        document.source, ""
    )
    return at(document.path, document.line, detail)


def missing_elsewhere(view: View, check: str, what: str) -> Finding | None:
    """Unknown, where the organisation's `.github` could hold the document and was not asked."""
    if (
        view.facts.organisation_files is None
        and not view.is_local
        and "organisation_files" in view.facts.unknown_reasons
    ):
        return unknown(check, f"{what} is not in this tree, and {view.why_unknown('organisation_files')}")
    return None


def _said(document: Document) -> str:
    return {
        "readme": "The README has a section on it.",
        "organisation": f"The organisation's `{document.path}` applies.",
    }.get(document.source, f"`{document.path}`.")


def _contributing(view: View) -> Finding:
    if document := view.document("contributing"):
        return passed("contributing", _said(document), where_is(document))
    if view.is_solo and view.kind.kind is Kind.CONFIGURATION:
        return not_applicable("contributing", "it is somebody's own configuration")
    if view.facts.is_private and view.is_solo:
        return not_applicable("contributing", "the repository is private and has one author")
    what = "the commands that build, test and lint" if view.has_code else "how to propose a change"
    return missing_elsewhere(view, "contributing", "CONTRIBUTING") or failed(
        "contributing",
        "Nothing says how to contribute: no CONTRIBUTING, and no section of the README.",
        action="Say how to contribute",
        next_step=f"Add `CONTRIBUTING.md` with {what}, and what a pull request should bring.",
    )


def _conduct(view: View) -> Finding:
    if document := view.document("code-of-conduct"):
        return passed("code-of-conduct", _said(document), where_is(document))
    if view.facts.is_private:
        return not_applicable("code-of-conduct", "the repository is private: the organisation's own rules hold")
    if view.is_solo:
        return not_applicable("code-of-conduct", "one person works here; there is no community yet")
    return missing_elsewhere(view, "code-of-conduct", "a code of conduct") or failed(
        "code-of-conduct",
        "There is no code of conduct.",
        action="Add a code of conduct",
        next_step="Add `CODE_OF_CONDUCT.md` (GitHub offers the Contributor Covenant) with an address for reports.",
    )


def _changelog(view: View) -> Finding:
    document = view.document("changelog")
    if document:
        return passed("changelog", _said(document), where_is(document))
    if parts := _part_changelogs(view):
        return passed("changelog", f"One for each part: {code(parts, limit=3)}.", *(at(path) for path in parts[:10]))
    releases = view.facts.releases
    if releases and any(not release.is_tag for release in releases):
        return passed(
            "changelog",
            f"{capital(counted(len(releases), 'release'))} on GitHub tell what changed.",
            api("releases"),
        )
    if releases is not None and not releases:
        return not_applicable("changelog", "nothing has been released yet")
    if releases is None or view.is_local:
        return unknown("changelog", "there is none in the tree; whether GitHub's releases have notes is not known")
    return failed(
        "changelog",
        "There is neither a changelog nor a release with notes.",
        api("releases", f"{len(releases)} tags"),
        action="Keep a changelog",
        next_step="Publish the version tags as releases (GitHub can write the notes), or add `CHANGELOG.md`.",
    )


_CHANGELOGS = ("changelog.md", "changelog.rst", "changelog", "changes.md", "changes.rst", "changelog.txt", "history.md")


def _part_changelogs(view: View) -> list[str]:
    """Changelogs of the components of a monorepo, whose root has none."""
    folders = {component.path for component in view.components if component.path and is_main(component)}
    found = [path for path in view.tree.named(*_CHANGELOGS) if path.rpartition("/")[0] in folders]
    return found if len(found) * 2 >= len(folders) else []


def _templates(view: View) -> Finding:
    issue, pull = view.document("issue-template"), view.document("pull-request-template")
    have = [document for document in (issue, pull) if document]
    evidence = [where_is(document) for document in have]
    if issue and pull:
        return passed("templates", "Templates for issues and for pull requests.", *evidence)
    if view.is_solo:
        return not_applicable("templates", "one person works here; nobody needs a form")
    if not have and (finding := missing_elsewhere(view, "templates", "a template")):
        return finding
    if view.facts.has_issues_enabled is False and pull:
        return passed("templates", "A template for pull requests; issues are switched off.", *evidence)
    missing = "pull requests" if issue else "issues"
    if have:
        return warned(
            "templates",
            f"There is a template for {'issues' if issue else 'pull requests'}, none for {missing}.",
            *evidence,
            action=f"Add a template for {missing}",
            next_step="Add `.github/pull_request_template.md` with what reviewers need to know."
            if issue
            else "Add `.github/ISSUE_TEMPLATE/bug.yml` that asks for version, steps and what was expected.",
            share=0.6,
        )
    return failed(
        "templates",
        "There are no templates for issues and pull requests.",
        action="Add templates for issues and pull requests",
        next_step=(
            "Add `.github/ISSUE_TEMPLATE/bug.yml` (version, steps, what was expected) and "
            "`.github/pull_request_template.md`."
        ),
    )


def _further(view: View) -> Finding:
    kinds = ("support", "governance", "roadmap", "funding", "citation", "agents")
    have = [document for kind in kinds if (document := view.document(kind))]
    if not have:
        return not_applicable("community-files", "there is none of them, and none is owed")
    names = listed([_NAMES[document.kind] for document in have], limit=8)
    return told("community-files", f"{capital(names)}.", *(where_is(document) for document in have))


_GENERATORS = (
    "mkdocs.yml", "mkdocs.yaml", "docs/conf.py", "doc/conf.py", "docs/source/conf.py", "doc/source/conf.py",
    "conf.py", "docusaurus.config.js", "docusaurus.config.ts", "docs/docusaurus.config.js",
    "website/docusaurus.config.js", ".readthedocs.yaml", ".readthedocs.yml", "readthedocs.yml", "book.toml",
    "docs/book.toml", "docs/_config.yml", "typedoc.json", "docs/.vitepress/config.ts", "docs/.vitepress/config.mts",
    "docs/.vitepress/config.js", "doxyfile", "docs/doxyfile", "antora.yml", "docs/antora.yml", "docs/make.jl",
    "_pkgdown.yml", "pkgdown/_pkgdown.yml", "docs/mkdocs.yml", "docs/package.json", "website/package.json",
    "site/package.json", ".yardopts", "zensical.toml",
)  # fmt: skip
_DOCS_HOST = re.compile(
    r"docs?\.|/docs?\b|readthedocs|\.github\.io|docs\.rs|pkg\.go\.dev|hexdocs|gitbook|documentation|wiki", re.IGNORECASE
)
_DOCUMENT_FOLDERS = ("docs/", "doc/", "documentation/", "guides/", "guide/", "book/", "website/", "site/", "manual/")


def _docs_site(view: View) -> Finding:
    if path := view.tree.has(*_GENERATORS):
        return passed("docs-site", f"`{path}` builds documentation.", at(path))
    pages = [
        f.path
        for f in view.contents.files
        if (f.path.lower().startswith(_DOCUMENT_FOLDERS) or ".docc/" in f.path)
        and f.path.lower().endswith((".md", ".rst", ".adoc", ".mdx", ".txt", ".html"))
    ]
    if len(pages) >= 3:
        return passed(
            "docs-site", f"{capital(counted(len(pages), 'page'))} under `{pages[0].split('/')[0]}/`.", at(pages[0])
        )
    for technology in view.technologies:
        if technology.category == "docs" and technology.evidence:
            return passed("docs-site", f"{technology.name} builds documentation.", technology.evidence[0])
    homepage = view.facts.homepage or ""
    if _DOCS_HOST.search(homepage):
        return passed("docs-site", f"The homepage {homepage} is its documentation.", api("homepageUrl", homepage))
    if view.readme:
        if link := documentation_link(view.readme, view.names):
            where = at(view.readme.path, link.line, link.target[:120])
            return passed("docs-site", "The README links to its documentation.", where)
        if view.readme.words >= 800 and view.kind.kind is not Kind.MONOREPO:
            return passed(
                "docs-site",
                f"The README is the documentation ({counted(view.readme.words, 'word')}).",
                at(view.readme.path, 1),
            )
    if view.size.code < 500:
        return not_applicable("docs-site", "it is small enough for its README to explain it")
    return warned(
        "docs-site",
        "There is no documentation beyond the README.",
        *([at(view.readme.path, 1, counted(view.readme.words, "word"))] if view.readme else []),
        action="Write documentation beyond the README",
        next_step=(
            "Add a `docs/` folder with a page each for the first steps, the concepts and the reference; a generator "
            "can publish it."
        ),
        share=0.3,
    )
