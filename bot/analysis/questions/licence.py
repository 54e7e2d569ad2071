"""Under which licence may it be used, and do all places agree? (catalogue entry 4)"""

from __future__ import annotations

from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, warned
from bot.analysis.view import View
from bot.analysis.words import code, full_stop, sentence
from bot.model.report import Kind

_USUAL = {
    "npm": "MIT",
    "cargo": "MIT OR Apache-2.0",
    "pypi": "MIT or BSD-3-Clause",
    "golang": "MIT or Apache-2.0",
    "maven": "Apache-2.0",
}

_BY_KIND = {
    Kind.DOCS_SITE: "CC-BY-4.0 is usual for documents",
    Kind.DATA: "CC-BY-4.0 or CC0-1.0 is usual for data",
}


def judge(view: View) -> list[Finding]:
    """licence."""
    return [_licence(view)]


def _licence(view: View) -> Finding:
    licence = view.licence.licence
    if view.licence.mismatches:
        return _mismatch(view)
    known = [evidence for evidence in licence.files if evidence.path not in view.licence.unrecognised]
    if known and licence.expression:
        return passed("licence", f"{licence.expression}.", *licence.files, *licence.declared)
    if licence.files or view.licence.unrecognised:
        return _unrecognised([e.path for e in licence.files] or list(view.licence.unrecognised))
    if licence.expression and licence.declared:
        return warned(
            "licence",
            f"{licence.expression} by {code([e.path for e in licence.declared])}, but the licence's text is not "
            "in the tree.",
            *licence.declared,
            action="Add the licence's text",
            next_step=f"Add a `LICENSE` file with the text of {licence.expression}: most licences ask for it.",
            share=0.6,
        )
    if licence.github:
        return passed("licence", f"{licence.github}, as GitHub found.", api("licenseInfo", licence.github))
    if reason := _why_none_is_needed(view):
        return not_applicable("licence", reason)
    return failed(
        "licence",
        "There is no licence: no file states one, and no manifest does.",
        *([at(view.readme.path, detail="says nothing of a licence")] if view.readme else []),
        action="Add a licence",
        next_step=f"Add a `LICENSE` file with the text of the licence you choose ({_usual_choice(view)}).",
    )


def _mismatch(view: View) -> Finding:
    licence, mismatches = view.licence.licence, view.licence.mismatches
    places = code([evidence.path or evidence.field for _, evidence in mismatches])
    return warned(
        "licence",
        full_stop(mismatches[0][0]),
        *licence.files,
        *(evidence for _, evidence in mismatches),
        action="Make every place state the same licence",
        next_step=sentence(
            f"Change {places} to say `{licence.expression}`, or replace the licence file if that is the wrong one"
        ),
        share=0.6,
    )


def _unrecognised(paths: list[str]) -> Finding:
    return warned(
        "licence",
        f"{code(paths)} is there, but its text is no licence that is known by name.",
        *(at(path, 1) for path in paths),
        action="Use a licence's exact text",
        next_step=(
            f"Restore the unchanged text of the licence you mean in {code(paths[:1])}; put additions into another file."
        ),
    )


def _why_none_is_needed(view: View) -> str:
    """The reason why a repository can do without; "" where it cannot."""
    if view.facts.is_private:
        return "the repository is private: nobody outside needs permission"
    if view.has_code:
        return ""
    if view.is_tiny:
        return "there is nothing yet that anybody could use"
    return "it holds settings only" if view.kind.kind is Kind.CONFIGURATION else ""


def _usual_choice(view: View) -> str:
    usual = next((_USUAL[m.ecosystem] for m in view.inventory.manifests if m.ecosystem in _USUAL), "MIT or Apache-2.0")
    stack = "is usual for this stack" if view.inventory.manifests else "is the common choice for code"
    return _BY_KIND.get(view.kind.kind, f"{usual} {stack}")
