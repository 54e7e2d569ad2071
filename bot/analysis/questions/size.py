"""How much is there, and in which languages? (catalogue entries 12, 13 and 14)"""

from __future__ import annotations

from bot.analysis.finding import Finding, api, at, not_applicable, told, unknown
from bot.analysis.view import View
from bot.analysis.words import counted, listed, percent
from bot.model.snapshot import FileClass


def judge(view: View) -> list[Finding]:
    """official-languages, languages, lines."""
    return [_official(view), _languages(view), _lines(view)]


def _official(view: View) -> Finding:
    official = view.facts.languages
    if official is None:
        return unknown("official-languages", view.why_unknown("languages"))
    total = sum(language.size_bytes for language in official)
    if not total:
        return not_applicable("official-languages", "GitHub counts no language here")
    shares = [f"{language.name} {percent(language.size_bytes / total)}" for language in official]
    return told("official-languages", f"{listed(shares, limit=4)}.", api("languages"))


def _languages(view: View) -> Finding:
    if not view.languages:
        return not_applicable("languages", "there is no first-party code")
    shares = [f"{language.name} {percent(language.share)}" for language in view.languages]
    files = {f.language: f.path for f in reversed(view.contents.files) if f.file_class is FileClass.SOURCE}
    evidence = [at(files[lang.name], None, lang.name) for lang in view.languages[:5] if lang.name in files]
    return told("languages", f"{listed(shares, limit=4)} of the lines of code.", *evidence)


def _lines(view: View) -> Finding:
    size = view.size
    if not size.code:
        return not_applicable("lines", "there is no first-party code")
    total = size.code + size.comment + size.blank
    found = (
        f"{counted(size.code, 'line')} of code, {size.comment:,} of comment and {size.blank:,} blank "
        f"in {counted(size.files, 'file')} of the tree."
    )
    largest = max(view.contents.files, key=lambda f: (f.code, f.path))
    return told("lines", found, at(largest.path, None, f"the largest, {largest.code:,} of {total:,} lines"))
