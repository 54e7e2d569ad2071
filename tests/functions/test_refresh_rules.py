"""What a refresh has to do, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from bot.analysis import RULESET_VERSION
from bot.functions.edge import RefreshRequest
from bot.functions.refresh_rules import (
    LAG_AT_MOST,
    READING_AT_MOST,
    holds,
    is_background,
    is_current,
    is_not_shown_yet,
    is_read_by_another,
    reserve_until,
)
from bot.model.records import StoredFacts
from bot.model.repository import RateBudget, RefreshStatus, Repository
from bot.model.snapshot import CommitFact, RepositoryFacts

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NEW, OLD = "b" * 40, "a" * 40


def request(**changes: Any) -> RefreshRequest:
    return structs.replace(RefreshRequest(installation_id=7, repository_id=1, trigger="batch"), **changes)


def repository(**changes: Any) -> Repository:
    given: dict[str, Any] = dict.fromkeys(Repository.__struct_fields__)
    given |= {"id": 1, "installation_id": 7, "owner": "octo", "name": "demo", "report_head_sha": "", "report_id": None}
    return Repository(**{**given, "refresh_status": RefreshStatus.QUEUED, **changes})


def facts(head_sha: str, *commits: str) -> RepositoryFacts:
    told = tuple(CommitFact(sha=sha, committed_at=NOW, author="ada") for sha in commits)
    return RepositoryFacts(id=1, owner="octo", name="demo", head_sha=head_sha, commits=told or None)


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ("install", True),
        ("batch", True),
        ("sweep", True),
        ("reconcile", True),
        ("push", False),
        ("command", False),
        ("api", False),
    ],
)
def test_what_lets_others_go_first(trigger: str, expected: bool) -> None:
    assert is_background(request(trigger=trigger)) is expected


@pytest.mark.parametrize(
    ("remaining", "resets_at", "expected"),
    [
        (1001, NOW + SECOND, None),
        (1000, NOW + SECOND, NOW + SECOND),
        (0, NOW + SECOND, NOW + SECOND),
        (0, NOW, None),
        (0, NOW - SECOND, None),
    ],
)
def test_the_reserve_is_left_until_the_limit_resets(
    remaining: int, resets_at: datetime, expected: datetime | None
) -> None:
    budget = RateBudget(installation_id=7, resource="core", limit=5000, remaining=remaining, resets_at=resets_at)
    assert reserve_until(budget, share=0.2, now=NOW) == expected


def test_nobody_waits_for_a_budget_that_is_not_known() -> None:
    assert reserve_until(None, share=0.2, now=NOW) is None


READ = {
    "refresh_status": RefreshStatus.PROCESSING,
    "refresh_run_id": "other",
    "refresh_started_at": NOW - READING_AT_MOST + SECOND,
}


@pytest.mark.parametrize(
    ("asked", "stored", "expected"),
    [
        ({}, READ, True),
        ({"trigger": "push"}, READ, False),
        ({"force": True}, READ, False),
        ({}, {**READ, "refresh_run_id": "ours"}, False),
        ({}, {**READ, "refresh_status": RefreshStatus.QUEUED}, False),
        ({}, {**READ, "refresh_started_at": None}, False),
        ({}, {**READ, "refresh_started_at": NOW - READING_AT_MOST}, False),
    ],
)
def test_background_work_leaves_alone_what_another_reads(
    asked: dict[str, Any], stored: dict[str, Any], expected: bool
) -> None:
    assert is_read_by_another(request(**asked), repository(**stored), "ours", now=NOW) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"batch_id": "b"}, True),
        ({"batch_id": "b", "head_sha": NEW}, True),
        ({"batch_id": "b", "head_sha": OLD}, False),
        ({}, False),
    ],
)
def test_a_batchs_facts_serve_its_own_refreshes(asked: dict[str, Any], expected: bool) -> None:
    kept = StoredFacts(facts=facts(NEW), fetched_at=NOW, api_requests=0.02)
    assert holds(kept, request(**asked)) is expected
    assert not holds(None, request(**asked))


@pytest.mark.parametrize(
    ("asked", "read", "reported", "age", "expected"),
    [
        (NEW, facts(OLD), OLD, 0 * SECOND, True),
        (NEW, facts(OLD), OLD, LAG_AT_MOST - SECOND, True),
        (NEW, facts(OLD), OLD, LAG_AT_MOST, False),
        (NEW, facts(NEW), OLD, 0 * SECOND, False),
        ("", facts(OLD), OLD, 0 * SECOND, False),
        (NEW, facts(""), "", 0 * SECOND, False),
        (NEW, facts(OLD), "", 0 * SECOND, False),
        (NEW, facts(OLD, OLD, NEW), OLD, 0 * SECOND, False),
        (NEW, facts(OLD, OLD), OLD, 0 * SECOND, True),
    ],
)
def test_a_commit_that_is_not_shown_yet_is_waited_for_a_moment(
    asked: str, read: RepositoryFacts, reported: str, age: timedelta, expected: bool
) -> None:
    stored = repository(report_head_sha=reported)
    assert is_not_shown_yet(request(head_sha=asked), stored, read, asked_at=NOW - age, now=NOW) is expected


REPORTED = {"report_id": 5, "report_head_sha": NEW, "report_ruleset": RULESET_VERSION}


@pytest.mark.parametrize(
    ("asked", "stored", "expected"),
    [
        ({}, REPORTED, True),
        ({"trigger": "push"}, REPORTED, True),
        ({"force": True}, REPORTED, False),
        ({"trigger": "sweep"}, REPORTED, False),
        ({"trigger": "command"}, REPORTED, False),
        ({}, {**REPORTED, "report_id": None}, False),
        ({}, {**REPORTED, "report_head_sha": OLD}, False),
        ({}, {**REPORTED, "report_ruleset": "0.1"}, False),
    ],
)
def test_a_report_of_this_head_and_ruleset_is_current(
    asked: dict[str, Any], stored: dict[str, Any], expected: bool
) -> None:
    assert is_current(request(**asked), repository(**stored), facts(NEW)) is expected
