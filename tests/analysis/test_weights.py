"""The one table of weights keeps its promises."""

from __future__ import annotations

import pytest

from bot.analysis.kinds import NOT_FOR
from bot.analysis.questions import QUESTIONS
from bot.analysis.weights import BY_ID, CHORES_SHARE, CI_CHECK, CI_DEPENDENT, RULES, Rule
from bot.model.report import Group, Kind
from tests.analysis import builders


def test_ids_are_unique_and_kebab_case() -> None:
    assert len(BY_ID) == len(RULES)
    assert all(rule.id == rule.id.lower().replace("_", "-").replace(" ", "-") for rule in RULES)


def test_every_entry_of_the_catalogue_is_there_in_order() -> None:
    numbers = [rule.number for rule in RULES if rule.number]
    assert set(numbers) == set(range(1, 56))


def test_every_group_is_scored() -> None:
    assert {rule.group for rule in RULES if rule.weight or rule.group is Group.SIZE} == set(Group)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_why_and_where(rule: Rule) -> None:
    assert rule.why.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.looks_at
    assert 0 <= rule.weight <= 20


def test_ci_weighs_at_least_what_only_ci_can_cost() -> None:
    """(S + g) / (W + g + x) >= S / (W + g) for every S <= W as soon as g >= x."""
    cost = {check: BY_ID[check].weight for check in CI_DEPENDENT}
    assert BY_ID[CI_CHECK].weight >= sum(cost.values())
    assert BY_ID[CI_CHECK].weight * CHORES_SHARE >= cost["workflow-safety"] + cost["pinned"]


def test_ci_applies_to_every_kind_as_its_dependents_do() -> None:
    assert not {CI_CHECK, *CI_DEPENDENT} & NOT_FOR.keys()


def test_every_rule_is_answered_exactly_once() -> None:
    view = builders.view({"README.md": "# Demo\n"})
    answered = [finding.check for question in QUESTIONS for finding in question(view)]
    assert sorted(answered) == sorted(BY_ID)


def test_kinds_leave_out_known_checks_only() -> None:
    assert NOT_FOR.keys() <= BY_ID.keys()
    for check, (kinds, reason) in NOT_FOR.items():
        assert kinds < frozenset(Kind), check
        assert "{kind}" in reason, check
