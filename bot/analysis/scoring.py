"""How checks become scores, coverage and a grade, and what each finding would be worth if it were fixed.

The score is the share of judged weight that was earned. Unknown and not applicable checks are left out of it;
coverage is the share of applicable weight that could be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.model.report import Check, Group, GroupScore, State

GRADES: tuple[tuple[int, str], ...] = ((90, "A"), (80, "B"), (70, "C"), (55, "D"), (40, "E"), (0, "F"))
"""The lowest score of each grade, best first."""

NO_GRADE = ""
"""The grade of a repository where nothing could be judged."""

JUDGED = (State.PASS, State.WARN, State.FAIL)
SHARE_BY_STATE = {State.PASS: 1.0, State.WARN: 0.5, State.FAIL: 0.0}


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over checks: `earned` of `judged` weight, out of `applicable`."""

    earned: float
    judged: int
    applicable: int

    @property
    def score(self) -> int | None:
        """0 to 100, halves rounded up; None where nothing was judged."""
        return int(100 * self.earned / self.judged + 0.5) if self.judged else None

    @property
    def coverage(self) -> float:
        """Share of the applicable weight that could be judged, to four places; 0 where nothing applies."""
        return round(self.judged / self.applicable, 4) if self.applicable else 0.0


def tally(checks: Iterable[Check]) -> Tally:
    """Sums the weights of `checks`."""
    earned, judged, applicable = 0.0, 0, 0
    for check in checks:
        if check.state is State.NOT_APPLICABLE:
            continue
        applicable += check.weight
        if check.state in JUDGED:
            judged += check.weight
            earned += check.weight * share_of(check)
    return Tally(earned, judged, applicable)


def share_of(check: Check) -> float:
    """The part of its weight that a judged check earns."""
    return SHARE_BY_STATE[check.state] if check.share is None else check.share


def grade_of(score: int | None) -> str:
    """The grade by the table."""
    if score is None:
        return NO_GRADE
    return next(grade for lowest, grade in GRADES if score >= lowest)


def group_scores(checks: Sequence[Check]) -> tuple[GroupScore, ...]:
    """One score a group, in the catalogue's order; groups without any check are left out."""
    return tuple(
        _group_score(group, members) for group in Group if (members := [c for c in checks if c.group is group])
    )


def _group_score(group: Group, checks: Sequence[Check]) -> GroupScore:
    sums = tally(checks)
    states = [check.state for check in checks]
    return GroupScore(
        group=group,
        score=sums.score,
        coverage=sums.coverage,
        passed=states.count(State.PASS),
        warned=states.count(State.WARN),
        failed=states.count(State.FAIL),
        unknown=states.count(State.UNKNOWN),
        not_applicable=states.count(State.NOT_APPLICABLE),
    )


def value_of(check: Check, sums: Tally) -> float:
    """Points of the overall score that fixing `check` would bring, to one place."""
    if check.state not in JUDGED or not sums.judged:
        return 0.0
    return round(100 * check.weight * (1 - share_of(check)) / sums.judged, 1)
