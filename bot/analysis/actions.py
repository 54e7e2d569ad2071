"""What to do next, most valuable first: one action for each finding, findings with one remedy merged."""

from __future__ import annotations

from collections.abc import Sequence

from bot.analysis.finding import Finding
from bot.analysis.scoring import JUDGED, Tally, value_of
from bot.analysis.weights import BY_ID
from bot.model.report import Action, Check, Effort, State

MAX_ACTIONS = 25

MERGED: tuple[tuple[str, str, str], ...] = (
    ("ci", "ci-tests", "Run the tests on every pull request"),
    ("readme", "purpose", "Write a README that says what this is"),
)
"""(action kept, action merged into it, title of both): one piece of work that answers two failed checks."""

_EVEN_IF_ARCHIVED = frozenset({"secrets"})
"""A credential works whether or not the repository is read-only."""

_EFFORT_ORDER = {Effort.MINUTES: 0, Effort.HOURS: 1, Effort.DAYS: 2}


def make_actions(
    checked: Sequence[tuple[Check, Finding]], sums: Tally, *, is_archived: bool = False
) -> tuple[Action, ...]:
    """Actions by value, the quicker first where values are equal; of an archive only what it cannot wait for."""
    open_ones = {c.id: (c, f) for c, f in checked if c.state in JUDGED and c.state is not State.PASS and f.action}
    if is_archived:
        open_ones = {check: pair for check, pair in open_ones.items() if check in _EVEN_IF_ARCHIVED}
    titles: dict[str, str] = {}
    extra: dict[str, float] = {}
    for kept, merged, title in MERGED:
        both_fail = all(check in open_ones and open_ones[check][0].state is State.FAIL for check in (kept, merged))
        if both_fail:
            titles[kept] = title
            extra[kept] = value_of(open_ones.pop(merged)[0], sums)
    actions = [
        Action(
            title=titles.get(check.id, finding.action),
            instruction=finding.next_step,
            effort=finding.effort or BY_ID[check.id].effort,
            check_id=check.id,
            value=round(value_of(check, sums) + extra.get(check.id, 0.0), 1),
            evidence=check.evidence[:5],
        )
        for check, finding in open_ones.values()
    ]
    actions.sort(key=lambda a: (-a.value, _EFFORT_ORDER[a.effort], a.check_id))
    return tuple(actions[:MAX_ACTIONS])
