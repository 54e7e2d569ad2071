"""What becomes of a delivery: a table from GitHub's event and action to our events, or the reason for none.

Pure. Nothing in a payload can raise: what is missing or odd makes the delivery `ignored`, with the reason.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from bot.events import catalog
from bot.events.payload import Account, Check, Comment, Payload, read_payload
from bot.model.event import OutgoingEvent, Trigger

COMMAND_WORD: Final = "/radar"
OUR_PULL: Final = re.compile(r"pull-(\d{1,18})-")
"""Begins the external id of a check run that functions/check_pull_request.py puts on a pull request."""
ANY: Final = "*"
MAX_NAMED: Final = 500
"""More added repositories than this are found by listing the installation."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The events a delivery became; with none, `reason` says why in a sentence for a person."""

    events: tuple[OutgoingEvent, ...] = ()
    reason: str = ""


class _Ignored(Exception):
    """Raised inside this file when a delivery asks for nothing."""


@dataclass(frozen=True, slots=True)
class _News:
    """One delivery, read."""

    event: str
    guid: str
    payload: Payload

    @property
    def change(self) -> str:
        return f"{self.event}.{self.payload.action}" if self.payload.action else self.event

    @property
    def installation_id(self) -> int:
        installation = self.payload.installation
        return _need(installation.id if installation else None, "installation.id")

    @property
    def repository_id(self) -> int:
        repository = self.payload.repository
        return _need(repository.id if repository else None, "repository.id")


def translate(event: str, guid: str, body: bytes, *, replays: int = 0) -> Translation:
    """The events of one delivery. `event` and `guid` are its headers, `body` its JSON.

    `replays` counts how often somebody asked for it again: each gets fresh event ids, which the engine has not seen.
    """
    try:
        news = _News(event, guid, read_payload(body))
        events = _rule(event, news.payload.action or "")(news)
    except _Ignored as ignored:
        return Translation(reason=str(ignored))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Translation(reason=f"The payload is not as GitHub documents it: {error}.")
    if replays:
        events = tuple(_again(one, replays) for one in events)
    return Translation(events=events)


def _again(event: OutgoingEvent, replays: int) -> OutgoingEvent:
    """The same event as news: with an id, and a batch, of its own; `data.replay` tells functions."""
    data: dict[str, Any] = {**event.data, "replay": replays}
    if data.get("batch_id"):
        data["batch_id"] = f"{data['batch_id']}-replay-{replays}"
    return dataclasses.replace(event, id=f"{event.id}:replay-{replays}", data=data)


_Rule = Callable[[_News], tuple[OutgoingEvent, ...]]


def _rule(event: str, action: str) -> _Rule:
    rule = RULES.get((event, action)) or RULES.get((event, ANY))
    if rule is not None:
        return rule
    if event in {name for name, _ in RULES}:
        raise _Ignored(f"Nothing follows from {event}.{action or '(no action)'}.")
    raise _Ignored(f"Nothing follows from the event {event}.")


T = TypeVar("T")


def _need(value: T | None, field: str) -> T:
    if value is None:
        raise _Ignored(f"The payload has no {field}.")
    return value


def _push(news: _News) -> tuple[OutgoingEvent, ...]:
    payload = news.payload
    ref = _need(payload.ref, "ref")
    branch = _need(payload.repository, "repository").default_branch or ""
    if ref.startswith("refs/tags/"):
        raise _Ignored("A push of a tag; only the default branch is watched.")
    if ref != f"refs/heads/{branch}":
        raise _Ignored(f"A push to {ref.removeprefix('refs/heads/')}; only the default branch ({branch}) is watched.")
    head_sha = _need(payload.after, "after")
    if payload.deleted or not head_sha.strip("0"):
        raise _Ignored("The default branch was deleted; there is no HEAD to look at.")
    repository = payload.repository
    pushed_at = repository.pushed_at if repository else None
    return (
        catalog.push_received(
            installation_id=news.installation_id,
            repository_id=news.repository_id,
            head_sha=head_sha,
            occurrence=f"{payload.before or ''}:{pushed_at or ''}",  # a forced push may come back to a SHA
            delivery=news.guid,
        ),
    )


def _installed(news: _News) -> tuple[OutgoingEvent, ...]:
    return (
        catalog.batch_requested(
            batch_id=catalog.install_batch_id(news.installation_id),
            installation_id=news.installation_id,
            trigger=Trigger.INSTALL,
            delivery=news.guid,
        ),
    )


def _added(news: _News) -> tuple[OutgoingEvent, ...]:
    added = sorted({(one.id, one.node_id or "") for one in news.payload.repositories_added or () if one.id})
    if not added:
        raise _Ignored("No repository was added.")
    is_named = len(added) <= MAX_NAMED and all(node_id for _, node_id in added)
    # What was taken out may be added again, and nothing else in the payload tells that: its times are the install's.
    occurrence = hashlib.sha256(news.guid.encode()).hexdigest()[:16]
    return (
        catalog.batch_requested(
            batch_id=f"added-{news.installation_id}-{occurrence}",
            installation_id=news.installation_id,
            trigger=Trigger.INSTALL,
            repositories=added if is_named else (),
            delivery=news.guid,
        ),
    )


def _removed(news: _News) -> tuple[OutgoingEvent, ...]:
    ids = [one.id for one in news.payload.repositories_removed or () if one.id is not None]
    if not ids:
        raise _Ignored("No repository was removed.")
    return (
        catalog.installation_changed(
            installation_id=news.installation_id,
            change=news.change,
            repository_ids=ids,
            occurrence=news.guid,
            delivery=news.guid,
        ),
    )


def _changed(news: _News) -> tuple[OutgoingEvent, ...]:
    """Lifecycle: what follows is idempotent, and the same change can happen again, so the GUID is the occurrence."""
    repository = news.payload.repository
    return (
        catalog.installation_changed(
            installation_id=news.installation_id,
            change=news.change,
            repository_id=(repository.id if repository else None) or 0,
            occurrence=news.guid,
            delivery=news.guid,
        ),
    )


def _repository_changed(news: _News) -> tuple[OutgoingEvent, ...]:
    _ = news.repository_id
    return _changed(news)


def _repository_edited(news: _News) -> tuple[OutgoingEvent, ...]:
    if news.payload.changes is None or news.payload.changes.default_branch is None:
        raise _Ignored("An edit of the repository that moved no default branch; the next report shows it.")
    return _repository_changed(news)


def _comment(news: _News) -> tuple[OutgoingEvent, ...]:
    comment = _need(news.payload.comment, "comment")
    if COMMAND_WORD not in _need(comment.body, "comment.body").casefold():
        raise _Ignored(f"A comment without {COMMAND_WORD}.")
    if comment.performed_via_github_app is not None or (comment.user and comment.user.type == "Bot"):
        raise _Ignored("A comment by a bot; only people give commands.")
    if news.payload.action == "edited" and news.payload.changes is not None and news.payload.changes.body is None:
        raise _Ignored("An edit that left the comment's text as it was.")
    if news.payload.action == "edited" and _is_edited_by_another(comment, news.payload.sender):
        raise _Ignored("An edit by somebody else; a comment's commands are carried out as its author's.")
    issue = _need(news.payload.issue, "issue")
    return (
        catalog.command_received(
            installation_id=news.installation_id,
            repository_id=news.repository_id,
            issue_number=_need(issue.number, "issue.number"),
            comment_id=_need(comment.id, "comment.id"),
            # GitHub's times have whole seconds; the text tells an edit apart that follows within one.
            occurrence=f"{comment.updated_at or news.guid}:{_digest(comment.body)}",
            is_pull_request=issue.pull_request is not None,
            delivery=news.guid,
        ),
    )


def _is_edited_by_another(comment: Comment, sender: Account | None) -> bool:
    """People with write permission can edit what others wrote, owners too; that lends them no other permission."""
    author_id, sender_id = comment.user and comment.user.id, sender and sender.id
    return author_id is not None and sender_id is not None and author_id != sender_id


def _digest(text: str | None) -> str:
    return hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _pull_request(news: _News) -> tuple[OutgoingEvent, ...]:
    pull = _need(news.payload.pull_request, "pull_request")
    return (
        catalog.pull_request_updated(
            installation_id=news.installation_id,
            repository_id=news.repository_id,
            number=_need(pull.number, "pull_request.number"),
            head_sha=_need(pull.head.sha if pull.head else None, "pull_request.head.sha"),
            occurrence=pull.updated_at or news.guid,
            delivery=news.guid,
        ),
    )


def _pull_request_edited(news: _News) -> tuple[OutgoingEvent, ...]:
    if news.payload.changes is None or news.payload.changes.base is None:
        raise _Ignored("An edit of the pull request that left its base as it was.")
    return _pull_request(news)


def _check_run(news: _News) -> tuple[OutgoingEvent, ...]:
    return _rerequested(news, _need(news.payload.check_run, "check_run"))


def _check_suite(news: _News) -> tuple[OutgoingEvent, ...]:
    """A suite names no pull request of a fork: where it is not the default branch's, its head is looked for."""
    suite = _need(news.payload.check_suite, "check_suite")
    branch = news.payload.repository.default_branch if news.payload.repository else None
    if suite.pull_requests or (suite.head_branch and suite.head_branch == branch):
        return _rerequested(news, suite)
    return (_pull_again(news, 0, _need(suite.head_sha, "head_sha")),)


def _rerequested(news: _News, check: Check) -> tuple[OutgoingEvent, ...]:
    """Somebody pressed "Re-run": each press is news. A check of a pull request is judged there."""
    head_sha = _need(check.head_sha, "head_sha")
    ours = OUR_PULL.match(check.external_id or "")
    numbers = {pull.number for pull in check.pull_requests or () if pull.number is not None}
    if ours is not None:
        numbers = {int(ours[1])}
    if not numbers:
        return (
            catalog.refresh_requested(
                installation_id=news.installation_id,
                repository_id=news.repository_id,
                trigger=Trigger.COMMAND,
                head_sha=head_sha,
                force=True,
                occurrence=news.guid,
                delivery=news.guid,
            ),
        )
    return tuple(_pull_again(news, number, head_sha) for number in sorted(numbers))


def _pull_again(news: _News, number: int, head_sha: str) -> OutgoingEvent:
    return catalog.pull_request_updated(
        installation_id=news.installation_id,
        repository_id=news.repository_id,
        number=number,
        head_sha=head_sha,
        occurrence=news.guid,
        force=True,
        delivery=news.guid,
    )


def _revoked(news: _News) -> tuple[OutgoingEvent, ...]:
    sender = news.payload.sender
    user_id = _need(sender.id if sender else None, "sender.id")
    return (catalog.authorization_revoked(user_id=user_id, occurrence=news.guid, delivery=news.guid),)


def _because(reason: str) -> _Rule:
    def ignore(_news: _News) -> tuple[OutgoingEvent, ...]:
        raise _Ignored(reason)

    return ignore


RULES: Final[Mapping[tuple[str, str], _Rule]] = {
    ("push", ANY): _push,
    ("issue_comment", "created"): _comment,
    ("issue_comment", "edited"): _comment,
    ("issue_comment", "deleted"): _because("A deleted comment asks for nothing."),
    ("installation", "created"): _installed,
    ("installation", "deleted"): _changed,
    ("installation", "suspend"): _changed,
    ("installation", "unsuspend"): _changed,
    ("installation", "new_permissions_accepted"): _changed,
    ("installation_repositories", "added"): _added,
    ("installation_repositories", "removed"): _removed,
    ("installation_target", "renamed"): _changed,
    ("repository", "renamed"): _repository_changed,
    ("repository", "transferred"): _repository_changed,
    ("repository", "archived"): _repository_changed,
    ("repository", "unarchived"): _repository_changed,
    ("repository", "privatized"): _repository_changed,
    ("repository", "publicized"): _repository_changed,
    ("repository", "deleted"): _repository_changed,
    ("repository", "edited"): _repository_edited,
    ("repository", "created"): _because("A new repository is announced by installation_repositories.added."),
    ("public", ANY): _because("repository.publicized tells the same."),
    ("pull_request", "opened"): _pull_request,
    ("pull_request", "synchronize"): _pull_request,
    ("pull_request", "reopened"): _pull_request,
    ("pull_request", "edited"): _pull_request_edited,
    ("check_run", "rerequested"): _check_run,
    ("check_suite", "rerequested"): _check_suite,
    ("check_suite", "requested"): _because("The push or pull request behind it has a delivery of its own."),
    ("github_app_authorization", "revoked"): _revoked,
    ("ping", ANY): _because("GitHub's greeting: the webhook works."),
}
"""GitHub's (event, action) → what follows. `*` is any action, or none."""
