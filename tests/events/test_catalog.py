"""Our events: the same news has the same id, other news another, and none carries more than ids and flags."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import catalog
from bot.events.catalog import EVENT_NAMES
from bot.model.event import OutgoingEvent, Trigger

Make = Callable[..., OutgoingEvent]

_CASES: dict[str, tuple[Make, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "push": (
        catalog.push_received,
        {"installation_id": 7, "repository_id": 42, "head_sha": "a", "occurrence": "1"},
        {"delivery": "another GUID", "installation_id": 8},
        {"repository_id": 43, "head_sha": "b", "occurrence": "2"},
    ),
    "refresh": (
        catalog.refresh_requested,
        {"installation_id": 7, "repository_id": 42, "trigger": Trigger.PUSH, "occurrence": "1", "head_sha": "a"},
        {"delivery": "another GUID", "force": True, "batch_id": "b", "command_id": "c"},
        {"repository_id": 43, "trigger": Trigger.API, "occurrence": "2", "head_sha": "b"},
    ),
    "batch": (
        catalog.batch_requested,
        {"batch_id": "b", "installation_id": 7, "trigger": Trigger.BATCH, "repositories": [(1, "R_1")]},
        {"owner": "octo", "force": True, "repositories": [(2, "R_2")], "delivery": "x"},
        {"batch_id": "c"},
    ),
    "command": (
        catalog.command_received,
        {"installation_id": 7, "repository_id": 42, "issue_number": 3, "comment_id": 9, "occurrence": "1"},
        {"delivery": "another GUID", "issue_number": 4, "is_pull_request": True},
        {"repository_id": 43, "comment_id": 10, "occurrence": "2"},
    ),
    "pull request": (
        catalog.pull_request_updated,
        {"installation_id": 7, "repository_id": 42, "number": 3, "head_sha": "a", "occurrence": "1"},
        {"delivery": "another GUID", "force": True},
        {"repository_id": 43, "number": 4, "head_sha": "b", "occurrence": "2"},
    ),
    "installation": (
        catalog.installation_changed,
        {"installation_id": 7, "change": "installation.created", "occurrence": "1"},
        {"delivery": "another GUID", "repository_ids": [1, 2]},
        {"installation_id": 8, "change": "installation.deleted", "occurrence": "2", "repository_id": 42},
    ),
    "revoked": (
        catalog.authorization_revoked,
        {"user_id": 1, "occurrence": "1"},
        {"delivery": "another GUID"},
        {"user_id": 2, "occurrence": "2"},
    ),
    "stored": (
        catalog.report_stored,
        {"installation_id": 7, "repository_id": 42, "report_id": 5, "occurrence": "1"},
        {"repository_id": 43},
        {"report_id": 6, "occurrence": "2"},
    ),
    "check runs": (
        catalog.check_runs_wanted,
        {"installation_id": 7, "occurrence": "1"},
        {},
        {"installation_id": 8, "occurrence": "2"},
    ),
}


@pytest.mark.parametrize("case", _CASES)
def test_the_same_news_has_the_same_id_however_it_came(case: str) -> None:
    make, told, otherwise, _ = _CASES[case]
    first = make(**told)
    for name, value in otherwise.items():
        assert make(**{**told, name: value}).id == first.id, name


@pytest.mark.parametrize("case", _CASES)
def test_other_news_has_another_id(case: str) -> None:
    make, told, _, other = _CASES[case]
    ids = {make(**told).id, *(make(**{**told, name: value}).id for name, value in other.items())}
    assert len(ids) == 1 + len(other)


@pytest.mark.parametrize("case", _CASES)
def test_the_data_is_plain_json_under_a_known_name(case: str) -> None:
    make, told, _, _ = _CASES[case]
    event = make(**told)
    assert event.name in EVENT_NAMES
    assert json.loads(json.dumps(event.data)) == event.data
    assert event.data.get("installation_id", 7) == 7


def test_every_event_has_a_case_and_a_name_of_its_own() -> None:
    assert {make(**told).name for make, told, _, _ in _CASES.values()} == set(EVENT_NAMES)
    assert len(set(EVENT_NAMES)) == len(EVENT_NAMES)


def test_events_of_one_occurrence_do_not_meet() -> None:
    ids = [make(**told).id for make, told, _, _ in _CASES.values()]
    assert len(set(ids)) == len(ids)


@given(st.lists(st.tuples(st.integers(1, 9), st.just("R"))))
def test_the_repositories_of_a_batch_stand_once_in_order(chosen: list[tuple[int, str]]) -> None:
    event = catalog.batch_requested(batch_id="b", installation_id=7, trigger=Trigger.API, repositories=chosen)
    assert event.data["repository_ids"] == sorted({id_ for id_, _ in chosen})
    assert len(event.data["node_ids"]) == len(event.data["repository_ids"])


_PARTS = st.text("0123456789abcdef-TZ", min_size=1, max_size=80)


@given(one=_PARTS, other=_PARTS, third=_PARTS, fourth=_PARTS)
def test_parts_of_an_id_never_run_into_each_other(one: str, other: str, third: str, fourth: str) -> None:
    left = catalog.push_received(installation_id=7, repository_id=1, head_sha=one, occurrence=other)
    right = catalog.push_received(installation_id=7, repository_id=1, head_sha=third, occurrence=fourth)
    assert (left.id == right.id) is ((one, other) == (third, fourth))


@pytest.mark.parametrize("occurrence", ["x" * 10_000, "x" * 160, "2026-11-24T08:00:00Z", ""])
def test_an_id_is_short_and_plain_whatever_it_is_made_of(occurrence: str) -> None:
    made = catalog.push_received(installation_id=7, repository_id=42, head_sha="a" * 40, occurrence=occurrence)
    assert len(made.id) <= 255
    assert made.id.isprintable()
