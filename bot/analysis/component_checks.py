"""A few questions asked of each component of a repository that has several.

Their answers are told, not scored, so that the repository's own checks count once.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping

from bot.analysis.components import languages_tested_elsewhere
from bot.analysis.finding import at
from bot.analysis.kinds import is_main, reason_for
from bot.analysis.scoring import SHARE_BY_STATE
from bot.analysis.view import View, folders_above
from bot.analysis.weights import BY_ID
from bot.analysis.words import capital, counted, percent, sentence
from bot.model.report import Check, Component, Evidence, State

MAX_COMPONENTS = 200
MIN_CODE = 50


def judge_components(view: View) -> list[Check]:
    """tests, readme, licence and lockfile of each main component, where there are at least two."""
    parts = [component for component in view.components if is_main(component)]
    if len(parts) < 2:
        return []
    locks = {(lock.ecosystem, posixpath.dirname(lock.path)) for lock in view.inventory.lockfiles}
    inline: dict[str, str] = {}
    for file in view.contents.files:
        if file.has_inline_tests:
            for folder in folders_above(file.path):
                inline.setdefault(folder, file.path)
    elsewhere = languages_tested_elsewhere(view.components, view.contents.files)
    checks = []
    for component in parts[:MAX_COMPONENTS]:
        if component.path:
            checks += [
                _tests(component, inline, elsewhere),
                _readme(component, view),
                _licence(component, view),
                _lockfile(component, locks),
            ]
    return checks


def _told(
    check: str,
    component: Component,
    state: State,
    found: str,
    *,
    step: str = "",
    reason: str = "",
    evidence: tuple[Evidence, ...] = (),
) -> Check:
    rule = BY_ID[check]
    return Check(
        id=check,
        number=rule.number,
        group=rule.group,
        title=rule.title,
        state=state,
        found=found,
        why=rule.why,
        next_step=step,
        reason=reason,
        evidence=evidence or tuple(at(path) for path in component.manifests[:1]),
        share=SHARE_BY_STATE.get(state),
        component=component.path,
    )


def _tests(component: Component, inline: Mapping[str, str], elsewhere: Collection[str]) -> Check:
    total = component.code + component.test_code
    if component.has_tests:
        found = (
            f"{counted(component.test_code, 'line')} of tests, {percent(component.test_code / max(1, total))} of "
            "its code."
        )
        return _told("tests", component, State.PASS, capital(found))
    if inside := inline.get(component.path, ""):
        return _told(
            "tests", component, State.PASS, f"Tests stand beside the code, as in `{inside}`.", evidence=(at(inside),)
        )
    if reason := reason_for("tests", component.kind):
        return _told("tests", component, State.NOT_APPLICABLE, "Not applicable.", reason=sentence(reason))
    if component.code < MIN_CODE:
        return _told(
            "tests", component, State.NOT_APPLICABLE, "Not applicable.", reason="There is hardly any code to test."
        )
    if set(component.languages) & set(elsewhere):
        reason = "Tests stand apart from the code here, so it cannot be told whether they reach this part."
        return _told("tests", component, State.UNKNOWN, "Not known.", reason=reason)
    step = f"Write the first tests of `{component.path}`."
    return _told("tests", component, State.FAIL, f"No tests for {counted(component.code, 'line')} of code.", step=step)


def _readme(component: Component, view: View) -> Check:
    path = view.tree.has(*(f"{component.path}/readme{ending}" for ending in (".md", ".rst", ".txt", "", ".adoc")))
    if path:
        return _told("readme", component, State.PASS, f"`{path}`.", evidence=(at(path, 1),))
    step = f"Say in `{component.path}/README.md` what this part is for."
    return _told("readme", component, State.WARN, "It has no README of its own.", step=step)


def _licence(component: Component, view: View) -> Check:
    whole = view.licence.licence.expression
    own = component.licence
    if own and whole and _parts(own) != _parts(whole):
        return _told(
            "licence",
            component,
            State.WARN,
            f"{own}, where the repository says {whole}.",
            step="Make both say the same, or explain the difference in the README.",
        )
    if own or whole:
        return _told("licence", component, State.PASS, f"{own or whole}{'' if own else ', by the repository'}.")
    return _told("licence", component, State.FAIL, "No licence here or above.", step="Add a licence to the repository.")


def _parts(expression: str) -> frozenset[str]:
    """The licences that an expression names; Cargo's older `MIT/Apache-2.0` means OR."""
    return frozenset(expression.replace("/", " OR ").replace("(", "").replace(")", "").split()) - {"OR", "AND"}


_WITH_LOCKS = frozenset({"npm", "pypi", "cargo", "golang", "gem", "composer", "nuget"})


def _lockfile(component: Component, locks: set[tuple[str, str]]) -> Check:
    if component.ecosystem not in _WITH_LOCKS or not component.dependencies:
        return _told("lockfile", component, State.NOT_APPLICABLE, "Not applicable.", reason="There is nothing to lock.")
    folder = component.path
    while True:
        if (component.ecosystem, folder) in locks:
            return _told("lockfile", component, State.PASS, f"Locked in {f'`{folder}`' if folder else 'the root'}.")
        if not folder:
            break
        folder = posixpath.dirname(folder)
    return _told(
        "lockfile",
        component,
        State.WARN,
        "No lockfile here or above.",
        step="Commit the lockfile of its package manager.",
    )
