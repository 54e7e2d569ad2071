"""What becomes of each of GitHub's events, as a table of named cases, and that no payload can raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.events import catalog
from bot.events.translate import RULES, translate

SHA = "a" * 40
BASE: dict[str, Any] = {
    "installation": {"id": 7, "updated_at": "2026-11-01T00:00:00Z"},
    "repository": {"id": 42, "full_name": "octo/hello", "default_branch": "main", "pushed_at": 1790000000},
    "sender": {"id": 1, "login": "octocat", "type": "User"},
}
PUSH = {**BASE, "ref": "refs/heads/main", "before": "b" * 40, "after": SHA, "deleted": False}
COMMENT = {
    **BASE,
    "action": "created",
    "issue": {"number": 3},
    "comment": {"id": 99, "body": "/radar report", "updated_at": "2026-11-02T00:00:00Z", "user": {"type": "User"}},
}
PULL = {
    **BASE,
    "action": "opened",
    "pull_request": {"number": 5, "head": {"sha": SHA}, "updated_at": "2026-11-03T00:00:00Z"},
}


def with_(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**base, **changes}


def comment(**changes: Any) -> dict[str, Any]:
    return with_(COMMENT, comment={**COMMENT["comment"], **changes})


SENT: list[tuple[str, str, dict[str, Any], str, dict[str, Any]]] = [
    ("push to the default branch", "push", PUSH, catalog.PUSH_RECEIVED, {"repository_id": 42, "head_sha": SHA}),
    (
        "installed",
        "installation",
        with_(BASE, action="created"),
        catalog.BATCH_REQUESTED,
        {"batch_id": "install-7", "trigger": "install", "repository_ids": []},
    ),
    (
        "repositories added",
        "installation_repositories",
        with_(BASE, action="added", repositories_added=[{"id": 9, "node_id": "n"}, {"id": 8, "node_id": "e"}]),
        catalog.BATCH_REQUESTED,
        {"repository_ids": [8, 9], "node_ids": ["e", "n"], "installation_id": 7},
    ),
    (
        "more repositories added than an event names",
        "installation_repositories",
        with_(BASE, action="added", repositories_added=[{"id": n, "node_id": str(n)} for n in range(1, 502)]),
        catalog.BATCH_REQUESTED,
        {"repository_ids": [], "node_ids": []},
    ),
    (
        "repositories removed",
        "installation_repositories",
        with_(BASE, action="removed", repositories_removed=[{"id": 9}, {"id": 8}]),
        catalog.INSTALLATION_CHANGED,
        {"repository_ids": [8, 9], "change": "installation_repositories.removed"},
    ),
    ("command", "issue_comment", COMMENT, catalog.COMMAND_RECEIVED, {"comment_id": 99, "issue_number": 3}),
    ("command, other case", "issue_comment", comment(body="hm\r\n/RADAR"), catalog.COMMAND_RECEIVED, {}),
    (
        "command on a pull request",
        "issue_comment",
        with_(COMMENT, issue={"number": 3, "pull_request": {"url": "x"}}),
        catalog.COMMAND_RECEIVED,
        {"is_pull_request": True},
    ),
    (
        "command edited in",
        "issue_comment",
        with_(comment(user={"id": 1, "type": "User"}), action="edited", changes={"body": {"from": "before"}}),
        catalog.COMMAND_RECEIVED,
        {"comment_id": 99},
    ),
    ("pull request opened", "pull_request", PULL, catalog.PULL_REQUEST_UPDATED, {"number": 5, "head_sha": SHA}),
    (
        "pull request pushed to",
        "pull_request",
        with_(PULL, action="synchronize"),
        catalog.PULL_REQUEST_UPDATED,
        {"number": 5},
    ),
    (
        "pull request given another base",
        "pull_request",
        with_(PULL, action="edited", changes={"base": {"ref": {"from": "main"}}}),
        catalog.PULL_REQUEST_UPDATED,
        {"number": 5},
    ),
    (
        "check re-run on the branch",
        "check_run",
        with_(BASE, action="rerequested", check_run={"head_sha": SHA, "pull_requests": []}),
        catalog.REFRESH_REQUESTED,
        {"force": True, "head_sha": SHA, "trigger": "command"},
    ),
    (
        "our check re-run on a fork's pull request",
        "check_run",
        with_(
            BASE,
            action="rerequested",
            check_run={"head_sha": SHA, "external_id": f"pull-5-{SHA}", "pull_requests": []},
        ),
        catalog.PULL_REQUEST_UPDATED,
        {"force": True, "number": 5, "head_sha": SHA},
    ),
    (
        "checks re-run on a pull request",
        "check_suite",
        with_(BASE, action="rerequested", check_suite={"head_sha": SHA, "pull_requests": [{"number": 5}]}),
        catalog.PULL_REQUEST_UPDATED,
        {"force": True, "number": 5, "head_sha": SHA},
    ),
    (
        "checks re-run on the default branch",
        "check_suite",
        with_(BASE, action="rerequested", check_suite={"head_sha": SHA, "head_branch": "main", "pull_requests": []}),
        catalog.REFRESH_REQUESTED,
        {"force": True, "head_sha": SHA, "trigger": "command"},
    ),
    (
        "checks re-run on a fork's commit, which names no pull request",
        "check_suite",
        with_(BASE, action="rerequested", check_suite={"head_sha": SHA, "head_branch": None, "pull_requests": []}),
        catalog.PULL_REQUEST_UPDATED,
        {"force": True, "number": 0, "head_sha": SHA},
    ),
    (
        "default branch changed",
        "repository",
        with_(BASE, action="edited", changes={"default_branch": {"from": "master"}}),
        catalog.INSTALLATION_CHANGED,
        {"change": "repository.edited", "repository_id": 42},
    ),
    (
        "sign-in taken back",
        "github_app_authorization",
        {"action": "revoked", "sender": {"id": 1}},
        catalog.AUTHORIZATION_REVOKED,
        {"user_id": 1},
    ),
    *(
        (
            f"{event}.{action}",
            event,
            with_(BASE, action=action),
            catalog.INSTALLATION_CHANGED,
            {"change": f"{event}.{action}", "installation_id": 7},
        )
        for event, action in [
            ("installation", "deleted"),
            ("installation", "suspend"),
            ("installation", "unsuspend"),
            ("installation", "new_permissions_accepted"),
            ("installation_target", "renamed"),
            ("repository", "renamed"),
            ("repository", "transferred"),
            ("repository", "archived"),
            ("repository", "unarchived"),
            ("repository", "privatized"),
            ("repository", "publicized"),
            ("repository", "deleted"),
        ]
    ),
]


@pytest.mark.parametrize(("event", "payload", "name", "data"), [case[1:] for case in SENT], ids=[c[0] for c in SENT])
def test_becomes_an_event(event: str, payload: dict[str, Any], name: str, data: dict[str, Any]) -> None:
    translation = translate(event, "guid-1", json.dumps(payload).encode())
    assert translation.reason == ""
    (sent,) = translation.events
    assert sent.name == name
    assert {key: sent.data[key] for key in data} == data
    assert sent.data["delivery"] == "guid-1"


IGNORED: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "pull request given another title",
        "pull_request",
        with_(PULL, action="edited", changes={"title": {"from": "x"}}),
        "left its base",
    ),
    ("tag", "push", with_(PUSH, ref="refs/tags/v1"), "tag"),
    ("other branch", "push", with_(PUSH, ref="refs/heads/dev"), "push to dev"),
    ("branch deleted", "push", with_(PUSH, deleted=True), "deleted"),
    ("branch deleted, by SHA", "push", with_(PUSH, after="0" * 40), "deleted"),
    ("push without after", "push", with_(PUSH, after=None), "no after"),
    ("push without repository", "push", with_(PUSH, repository=None), "no repository"),
    ("push of no App", "push", with_(PUSH, installation=None), "no installation.id"),
    ("id of another type", "push", with_(PUSH, repository={"id": "42"}), "repository.id"),
    ("plain comment", "issue_comment", comment(body="hello"), "without /radar"),
    ("bot's comment", "issue_comment", comment(user={"type": "Bot"}), "by a bot"),
    ("App's comment", "issue_comment", comment(performed_via_github_app={"id": 1}), "by a bot"),
    (
        "comment edited by somebody else",
        "issue_comment",
        with_(comment(user={"id": 2, "type": "User"}), action="edited", changes={"body": {"from": "before"}}),
        "by somebody else",
    ),
    ("comment without body", "issue_comment", comment(body=None), "no comment.body"),
    ("edit elsewhere", "issue_comment", with_(COMMENT, action="edited", changes={}), "left the comment's text"),
    ("comment deleted", "issue_comment", with_(COMMENT, action="deleted"), "deleted comment"),
    ("comment without issue", "issue_comment", with_(COMMENT, issue=None), "no issue"),
    ("description edited", "repository", with_(BASE, action="edited", changes={"description": {}}), "default branch"),
    ("nothing added", "installation_repositories", with_(BASE, action="added", repositories_added=[]), "No repository"),
    ("ping", "ping", {"zen": "Design for failure."}, "greeting"),
    ("unknown event", "star", with_(BASE, action="created"), "event star"),
    ("unknown action", "repository", with_(BASE, action="exploded"), "repository.exploded"),
    ("no action", "repository", BASE, "repository.(no action)"),
]


@pytest.mark.parametrize(("event", "payload", "reason"), [case[1:] for case in IGNORED], ids=[c[0] for c in IGNORED])
def test_is_ignored_with_its_reason(event: str, payload: dict[str, Any], reason: str) -> None:
    translation = translate(event, "guid-1", json.dumps(payload).encode())
    assert translation.events == ()
    assert reason in translation.reason


def ids(event: str, payload: dict[str, Any], guid: str = "g", replays: int = 0) -> list[str]:
    return [one.id for one in translate(event, guid, json.dumps(payload).encode(), replays=replays).events]


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("push", PUSH),
        ("issue_comment", COMMENT),
        ("pull_request", PULL),
        ("installation", with_(BASE, action="created")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_news_under_another_guid_has_the_same_id(event: str, payload: dict[str, Any]) -> None:
    assert ids(event, payload, "one") == ids(event, payload, "two") != []


@pytest.mark.parametrize(
    ("event", "one", "other"),
    [
        ("push", PUSH, with_(PUSH, after="c" * 40)),
        ("push", PUSH, with_(PUSH, before="c" * 40)),
        ("push", PUSH, with_(PUSH, repository={**PUSH["repository"], "pushed_at": 1790000999})),
        ("push", PUSH, with_(PUSH, repository={**PUSH["repository"], "id": 43})),
        ("issue_comment", COMMENT, comment(updated_at="2026-11-02T00:00:01Z")),
        ("pull_request", PULL, with_(PULL, pull_request={**PULL["pull_request"], "head": {"sha": "d" * 40}})),
    ],
    ids=[
        "other SHA",
        "back to the SHA by force",
        "back to the SHA later",
        "other repository",
        "edited later",
        "new commits",
    ],
)
def test_other_news_has_another_id(event: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert ids(event, one) != ids(event, other)


def test_a_repository_that_was_taken_out_may_be_added_again() -> None:
    """GitHub's payloads of both say the same: the installation's times are those of the install."""
    added = with_(BASE, action="added", repositories_added=[{"id": 9}])
    assert ids("installation_repositories", added, "one") != ids("installation_repositories", added, "two")


def test_each_replay_is_news_and_has_a_batch_of_its_own() -> None:
    installed = with_(BASE, action="created")
    assert len({*ids("push", PUSH), *ids("push", PUSH, replays=1), *ids("push", PUSH, replays=2)}) == 3
    (event,) = translate("installation", "g", json.dumps(installed).encode(), replays=2).events
    assert (event.data["batch_id"], event.data["replay"]) == ("install-7-replay-2", 2)


def test_an_id_never_passes_what_the_outbox_keeps() -> None:
    event = catalog.refresh_requested(
        installation_id=1, repository_id=2, trigger=catalog.Trigger.API, occurrence="x" * 500, head_sha=SHA
    )
    other = catalog.refresh_requested(
        installation_id=1, repository_id=2, trigger=catalog.Trigger.API, occurrence="x" * 501, head_sha=SHA
    )
    assert len(event.id) <= 255
    assert event.id != other.id


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*BASE, "action", "ref", "after", "comment", "issue", "id", "body", "user", "head", "number"]
            ),
            children,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(rule=st.sampled_from(sorted(RULES)), payload=JSON, action=st.booleans())
def test_no_payload_raises(rule: tuple[str, str], payload: Any, action: bool) -> None:
    event, name = rule
    if action and isinstance(payload, dict):
        payload = {**payload, "action": name}
    translation = translate(event, "g", json.dumps(payload).encode())
    assert bool(translation.events) != bool(translation.reason)


@pytest.mark.parametrize("field", [b"action", b"ref", b"after"])
def test_text_that_is_not_utf_8_is_ignored_with_its_reason(field: bytes) -> None:
    assert "utf-8" in translate("push", "g", b'{"' + field + b'": "\xff"}').reason


@settings(deadline=None)
@given(body=st.binary(max_size=50))
def test_no_bytes_raise(body: bytes) -> None:
    assert translate("push", "g", body).reason


def test_events_carry_ids_only() -> None:
    secret = "do-not-carry"
    payload = with_(PUSH, head_commit={"message": secret}, repository={**PUSH["repository"], "description": secret})
    (event,) = translate("push", "g", json.dumps(payload).encode()).events
    assert secret not in json.dumps(event.data)
