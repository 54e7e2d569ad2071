"""Figures of activity; None is unknown."""

from __future__ import annotations

from bot.analysis.activity import latest_release, measure_activity
from tests.analysis.builders import NOW, commit, commits, facts, issue, local_facts, pull, release


def test_figures() -> None:
    activity = measure_activity(facts(), NOW)
    assert activity.human_commits_90_days == 14
    assert activity.bot_commits_90_days == 2
    assert activity.contributors_90_days == 2
    assert activity.latest_release == "v1.2.0"
    assert activity.median_days_between_releases == 130.0
    assert activity.median_first_response_hours == 5.0
    assert activity.pull_requests_opened_90_days == 6
    assert activity.ci_state == "success"


def test_unknown_stays_none() -> None:
    activity = measure_activity(local_facts(commits=None, releases=None), NOW)
    assert activity.human_commits_90_days is None
    assert activity.releases is None
    assert activity.median_first_response_hours is None
    assert activity.pull_requests_opened_90_days is None
    assert activity.weeks == ()


def test_weeks_begin_on_monday_and_have_no_gaps() -> None:
    weeks = measure_activity(facts(commits=(commit(0), commit(1), commit(8), commit(30, "x[bot]"))), NOW).weeks
    assert [(week.starts, week.human, week.bot) for week in weeks] == [
        ("2026-09-28", 0, 1),
        ("2026-10-05", 0, 0),
        ("2026-10-12", 0, 0),
        ("2026-10-19", 1, 0),
        ("2026-10-26", 1, 0),
        ("2026-11-02", 1, 0),
    ]


def test_a_week_that_the_page_cuts_is_left_out() -> None:
    told = facts(commits=(commit(0), commit(8), commit(30)), commits_truncated=True)
    assert measure_activity(told, NOW).weeks[0].starts == "2026-10-05"


def test_at_most_a_year_of_weeks() -> None:
    weeks = measure_activity(facts(commits=commits(("ada", 50, 2000, 1))), NOW).weeks
    assert len(weeks) == 53


def test_latest_release_prefers_what_is_no_prerelease() -> None:
    newest = latest_release([release("v1.0.0", 50), release("v2.0.0-rc1", 3, is_prerelease=True)])
    assert newest is not None
    assert newest.tag == "v1.0.0"
    only = latest_release([release("v2.0.0-rc1", 3, is_prerelease=True)])
    assert only is not None
    assert latest_release([]) is None


def test_bots_questions_do_not_count_as_answered_people() -> None:
    told = facts(issues=(), pull_requests=(pull(1, 9, by="x", is_bot=True, answered_h=1),))
    assert measure_activity(told, NOW).median_first_response_hours is None


def test_open_age_is_the_median_of_open_issues() -> None:
    told = facts(issues=(issue(1, 10), issue(2, 30), issue(3, 300, closed=200)))
    assert measure_activity(told, NOW).median_open_issue_age_days == 20.0
