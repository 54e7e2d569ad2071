"""The licence of a repository (catalogue entry 4): texts first, then what manifests and GitHub say about them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from msgspec import Struct

from bot.analysis.licences import expressions
from bot.analysis.licences.names import is_for_a_part, is_reuse_text, is_root_licence
from bot.analysis.licences.texts import Identified, identify
from bot.analysis.manifests.nouns import DeclaredLicence, Inventory
from bot.model.report import Evidence, Licence
from bot.model.snapshot import Contents

MAX_FILES = 40
"""Licence files that are compared."""


class LicenceFinding(Struct, frozen=True, kw_only=True):
    """The licence, contradictions as (sentence, place), and licence files whose text is no licence that is known.

    `is_proprietary`: a manifest says in so many words that there is no open licence.
    """

    licence: Licence
    mismatches: tuple[tuple[str, Evidence], ...] = ()
    unrecognised: tuple[str, ...] = ()
    is_proprietary: bool = False


def find_licence(contents: Contents, inventory: Inventory, github: str | None) -> LicenceFinding:
    """The licence of the whole repository. `github` is the SPDX id of its `licenseInfo`, None or "NOASSERTION"
    unknown."""
    return find_in(contents.texts, inventory.declared_licences, github, [file.path for file in contents.files])


def find_in(
    texts: Mapping[str, str], declared: Iterable[DeclaredLicence], github: str | None, paths: Iterable[str] = ()
) -> LicenceFinding:
    """The same from plain values."""
    roots = sorted(path for path in texts if is_root_licence(path))[:MAX_FILES]
    reuse = sorted(path for path in texts if is_reuse_text(path))[:MAX_FILES]
    found = {path: identity for path in (*roots, *reuse) if (identity := _of_file(path, texts[path])) is not None}
    stated = sorted(declared, key=lambda one: (one.evidence.path.count("/"), one.evidence.path))
    at_root = [one for one in stated if "/" not in one.evidence.path]
    expression = _expression(roots, reuse, found, is_reuse=_uses_reuse(paths, texts))
    expression = _refined(expression, at_root or stated)
    unrecognised = tuple(path for path in roots if path not in found and not _is_stub(texts[path]))
    github_id = "" if github in {None, "", "NOASSERTION"} else str(github)
    licence = Licence(
        expression=expression or _from_words(at_root or stated) or ("" if unrecognised else github_id),
        files=tuple(_evidence(path, found.get(path)) for path in (*roots, *reuse)),
        declared=tuple(one.evidence for one in stated[:MAX_FILES]),
        github=github_id,
    )
    return LicenceFinding(
        licence=licence,
        mismatches=tuple(_mismatches(expression, at_root, github_id, licence.files)),
        unrecognised=unrecognised,
        is_proprietary=any(one.text.strip().lower() in expressions.PROPRIETARY for one in at_root),
    )


def _of_file(path: str, text: str) -> Identified | None:
    """By text; below LICENSES/ the name is an SPDX id by the REUSE specification, so it decides where the text
    cannot."""
    identity = identify(text)
    if identity is None and is_reuse_text(path):
        name = posixpath.basename(path)
        for stem in (name.removesuffix(".txt").removesuffix(".md"), name):
            expression = expressions.normalise(stem)
            if expression and "exception" not in stem.lower():
                return Identified(expression=expression, share=0.0, remark="by its name")
    return identity


def _is_stub(text: str) -> bool:
    """Whether a text is empty or the two lines that R packages keep beside the licence (year and holder)."""
    lines = [line for line in text.splitlines() if line.strip()]
    return all(line.upper().startswith(("YEAR:", "COPYRIGHT HOLDER:", "ORGANIZATION:")) for line in lines)


def _uses_reuse(paths: Iterable[str], texts: Mapping[str, str]) -> bool:
    known = frozenset(paths) | frozenset(texts)
    return "REUSE.toml" in known or ".reuse/dep5" in known


def _evidence(path: str, identity: Identified | None) -> Evidence:
    if identity is None:
        return Evidence(path=path, detail="no known licence text")
    return Evidence(path=path, detail=", ".join(filter(None, (identity.expression, identity.remark))))


def _expression(roots: list[str], reuse: list[str], found: Mapping[str, Identified], *, is_reuse: bool) -> str:
    """Root files are alternatives (LICENSE-MIT, LICENSE-APACHE), those for parts come on top.

    Files of LICENSES/ count where the root has none: by REUSE each covers some files (AND), else they are alternatives.
    """
    whole = [path for path in roots if path in found and not is_for_a_part(path)]
    parts = [found[path].expression for path in roots if path in found and is_for_a_part(path)]
    alternatives = _without_carriers([found[path].expression for path in whole])
    if not alternatives and not parts:
        texts = _without_carriers([found[path].expression for path in reuse if path in found])
        return expressions.joined(texts, "AND" if is_reuse else "OR") if texts else ""
    expression = expressions.joined(alternatives, "OR") if alternatives else ""
    extra = [part for part in parts if part not in alternatives]
    return expressions.joined([*([expression] if expression else []), *extra], "AND")


def _without_carriers(found: list[str]) -> list[str]:
    """Distinct expressions, shortest first: without a GPL text that only carries the LGPL beside it (LGPL-3.0 builds on
    GPL-3.0), and without a compound that only repeats the others ("licensed under either of …").
    """
    unique = sorted(dict.fromkeys(found), key=lambda one: (len(one), one))
    for lesser, carrier in (("LGPL-3.0", "GPL-3.0"), ("LGPL-2.1", "GPL-2.0"), ("LGPL-3.0", "GPL-2.0")):
        bases = {expressions.base_id(one) for one in unique}
        if lesser in bases:
            unique = [one for one in unique if expressions.base_id(one) != carrier]
    singles = {one for one in unique if " OR " not in one}
    kept = [one for one in unique if one in singles or not expressions.ids(one) & singles]
    compound = [one for one in unique if one not in kept]
    if compound and not frozenset().union(*(expressions.ids(one) for one in compound)) <= singles:
        return compound[:1]
    return kept


def _refined(expression: str, stated: list[DeclaredLicence]) -> str:
    """The manifest's own words where they agree with the texts: they know -or-later, and the order of alternatives."""
    if not expression or not stated:
        return expression
    words = expressions.normalise(stated[0].text)
    if not words or words in expressions.FAMILIES or not expressions.agree(expression, words):
        return expression
    return words if len(expressions.ids(words)) == len(expressions.ids(expression)) else expression


def _from_words(stated: list[DeclaredLicence]) -> str:
    return next(
        (words for one in stated if (words := expressions.normalise(one.text)) and words not in expressions.FAMILIES),
        "",
    )


def _mismatches(
    expression: str, at_root: list[DeclaredLicence], github: str, files: tuple[Evidence, ...]
) -> Iterable[tuple[str, Evidence]]:
    if not expression:
        return
    shown = ", ".join(evidence.path for evidence in files)
    for one in at_root:
        words = expressions.normalise(one.text)
        if words and not expressions.agree(words, expression):
            yield f"{one.evidence.path} declares {words}, but {shown} says {expression}.", one.evidence
        elif not words and one.text.strip().lower() in expressions.PROPRIETARY:
            yield f"{one.evidence.path} declares `{one.text}`, but {shown} says {expression}.", one.evidence
    if github and not expressions.names_part_of(github, expression):
        yield (
            f"GitHub shows {github}, but {shown} says {expression}.",
            Evidence(field="licenseInfo.spdxId", detail=github),
        )
