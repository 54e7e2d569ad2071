"""Labels: what a row says of a grade, a state, a change; nothing that somebody else typed becomes HTML."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from markupsafe import Markup

from bot.storage.views_activity import BatchView
from bot.storage.views_work import InstallationItem
from bot.web import labels
from tests.web.world import NOW


@dataclass(frozen=True)
class Line:
    owner: str = "octo"
    name: str = "alpha"


def batch(**changes: object) -> BatchView:
    values = {
        "id": "b",
        "installation_id": 7,
        "owner": "",
        "trigger": "api",
        "forks": "all",
        "force": False,
        "status": "running",
        "error": "",
        "listed": True,
        "total": 8,
        "done": 4,
        "failed": 2,
        "skipped": 1,
        "api_requests": 1.0,
        "created_at": NOW,
        "finished_at": None,
    }
    return BatchView(**{**values, **changes})  # type: ignore[arg-type] # the values of each field


SAID = {
    "a grade": (labels.grade("B+"), '<span class="grade grade-b">B+</span>'),
    "no grade": (labels.grade(""), '<span class="grade grade-none">–</span>'),
    "a hostile grade": (labels.grade("<b>"), '<span class="grade grade-none">&lt;b&gt;</span>'),
    "a pill": (labels.pill("not_judged"), '<span class="pill not_judged">Not judged</span>'),
    "a hostile pill": (labels.pill('"><b>'), '<span class="pill &#34;&gt;&lt;b&gt;">&#34;&gt;&lt;b&gt;</span>'),
    "a rise": (
        labels.change(60, 64),
        '<span class="up nowrap">▲ 4<span class="visually-hidden"> points up</span></span>',
    ),
    "a fall": (
        labels.change(64, 60),
        '<span class="down nowrap">▼ 4<span class="visually-hidden"> points down</span></span>',
    ),
    "no change": (labels.change(64, 64), ""),
    "a first score": (labels.change(None, 64), ""),
    "a lost score": (labels.change(64, None), ""),
    "a repository": (
        labels.repo_link(Line()),
        '<a href="/repos/octo/alpha"><span class="muted">octo/</span><wbr>alpha</a>',
    ),
    "a hostile repository": (
        labels.repo_link(Line("a<", 'b"')),
        '<a href="/repos/a&lt;/b&#34;"><span class="muted">a&lt;/</span><wbr>b&#34;</a>',
    ),
    "a check's state": (
        labels.state("fail"),
        '<span class="state fail" aria-hidden="true">✕</span><span class="visually-hidden">fails: </span>',
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_a_label_says(name: str) -> None:
    made, expected = SAID[name]
    assert isinstance(made, Markup)
    assert made == expected


@pytest.mark.parametrize(
    ("status", "refresh_status", "expected"),
    [
        ("active", "completed", labels.pill("active")),
        ("active", "queued", labels.pill("queued")),
        ("active", "failed", labels.pill("failed")),
        ("", "", ""),
    ],
)
def test_a_repository_stands_by_its_refresh_while_that_matters(status: str, refresh_status: str, expected: str) -> None:
    assert labels.standing(status, refresh_status) == expected


def test_the_parts_of_a_batch_follow_each_other() -> None:
    drawn = labels.progress(batch(), "<so far>")
    assert 'aria-label="&lt;so far&gt;: 7 of 8"' in drawn
    assert '<rect class="fill-done" x="0" width="50.0"' in drawn
    assert '<rect class="fill-failed" x="50.0" width="25.0"' in drawn
    assert '<rect class="fill-skipped" x="75.0" width="12.5"' in drawn
    assert "0 of 0" in labels.progress(batch(total=0, done=0, failed=0, skipped=0))


@pytest.mark.parametrize(
    ("one", "expected"),
    [(batch(), "octo"), (batch(owner="kelp"), "kelp"), (batch(installation_id=9), "all accounts")],
)
def test_a_batch_is_for_an_account(one: BatchView, expected: str) -> None:
    accounts = [InstallationItem(8, "kelp", "User", "active"), InstallationItem(7, "octo", "User", "active")]
    assert labels.account_of(one, accounts) == expected
