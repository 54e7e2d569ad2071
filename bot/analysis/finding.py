"""What one question answers: a state with what was seen, before weights, kinds and configuration have their say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.report import Effort, Evidence, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's answer. `share` is the part of the weight that is earned (None: by state).

    `action` is a short imperative for the action list; without it a finding is told but proposes nothing.
    `effort` overrides the rule's usual effort.
    """

    check: str
    state: State
    found: str
    action: str = ""
    next_step: str = ""
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    share: float | None = None
    effort: Effort | None = None


def passed(check: str, found: str, *evidence: Evidence) -> Finding:
    """All of the weight is earned."""
    return Finding(check=check, state=State.PASS, found=found, evidence=evidence)


def warned(
    check: str,
    found: str,
    *evidence: Evidence,
    action: str = "",
    next_step: str = "",
    share: float = 0.5,
    effort: Effort | None = None,
) -> Finding:
    """Part of the weight is earned: `share`, half unless told."""
    return Finding(
        check=check,
        state=State.WARN,
        found=found,
        evidence=evidence,
        action=action,
        next_step=next_step,
        share=share,
        effort=effort,
    )


def failed(
    check: str, found: str, *evidence: Evidence, action: str = "", next_step: str = "", effort: Effort | None = None
) -> Finding:
    """Nothing is earned."""
    return Finding(
        check=check, state=State.FAIL, found=found, evidence=evidence, action=action, next_step=next_step, effort=effort
    )


def unknown(check: str, reason: str, *, found: str = "Not known.") -> Finding:
    """Not permitted or not fetched: the score is left alone."""
    return Finding(check=check, state=State.UNKNOWN, found=found, reason=reason)


def not_applicable(check: str, reason: str, *evidence: Evidence) -> Finding:
    """The question makes no sense here: the score is left alone."""
    return Finding(check=check, state=State.NOT_APPLICABLE, found="Not applicable.", reason=reason, evidence=evidence)


def told(check: str, found: str, *evidence: Evidence) -> Finding:
    """A fact of a check that carries no weight."""
    return Finding(check=check, state=State.PASS, found=found, evidence=evidence)


def at(path: str, line: int | None = None, detail: str = "") -> Evidence:
    """Evidence in the tree."""
    return Evidence(path=path, line=line, detail=detail)


def api(field: str, detail: str = "") -> Evidence:
    """Evidence in GitHub's API."""
    return Evidence(field=field, detail=detail)
