"""Our events: their names, their data, and how their ids are made of what happened.

The engine drops an event whose id it has seen within 24 hours. So an id must be the same for the same news, and
differ for other news; `occurrence` is what tells two alike apart (a batch, a run, a request, a time).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from bot.model.event import OutgoingEvent, Trigger

__all__ = [
    "AUTHORIZATION_REVOKED",
    "BATCH_REQUESTED",
    "CHECK_RUNS_WANTED",
    "COMMAND_RECEIVED",
    "EVENT_NAMES",
    "INSTALLATION_CHANGED",
    "PULL_REQUEST_UPDATED",
    "PUSH_RECEIVED",
    "REFRESH_REQUESTED",
    "REPORT_STORED",
    "OutgoingEvent",
    "Trigger",
    "authorization_revoked",
    "batch_requested",
    "check_runs_wanted",
    "command_received",
    "install_batch_id",
    "installation_changed",
    "pull_request_updated",
    "push_received",
    "refresh_requested",
    "report_stored",
]

PUSH_RECEIVED: Final = "repo/push.received"
REFRESH_REQUESTED: Final = "repo/refresh.requested"
BATCH_REQUESTED: Final = "repo/batch.requested"
COMMAND_RECEIVED: Final = "repo/command.received"
PULL_REQUEST_UPDATED: Final = "repo/pull_request.updated"
INSTALLATION_CHANGED: Final = "installation/changed"
AUTHORIZATION_REVOKED: Final = "user/authorization.revoked"
REPORT_STORED: Final = "report/stored"
CHECK_RUNS_WANTED: Final = "check_runs/wanted"

EVENT_NAMES: Final = (
    PUSH_RECEIVED,
    REFRESH_REQUESTED,
    BATCH_REQUESTED,
    COMMAND_RECEIVED,
    PULL_REQUEST_UPDATED,
    INSTALLATION_CHANGED,
    AUTHORIZATION_REVOKED,
    REPORT_STORED,
    CHECK_RUNS_WANTED,
)


def push_received(
    *, installation_id: int, repository_id: int, head_sha: str, occurrence: str = "", delivery: str = ""
) -> OutgoingEvent:
    """The default branch moved to `head_sha`. `occurrence`: the time of the push, for one that comes back to a SHA."""
    return OutgoingEvent(
        name=PUSH_RECEIVED,
        id=_id("push", repository_id, head_sha, occurrence),
        data={
            "installation_id": installation_id,
            "repository_id": repository_id,
            "head_sha": head_sha,
            "trigger": Trigger.PUSH.value,
            "delivery": delivery,
        },
    )


def refresh_requested(
    *,
    installation_id: int,
    repository_id: int,
    trigger: Trigger,
    occurrence: str,
    head_sha: str = "",
    force: bool = False,
    batch_id: str = "",
    delivery: str = "",
    command_id: str = "",
) -> OutgoingEvent:
    """A report is wanted. `head_sha` "" means the newest one. `occurrence` names the request (batch, run, push, …)."""
    return OutgoingEvent(
        name=REFRESH_REQUESTED,
        id=_id("refresh", repository_id, head_sha, trigger.value, occurrence),
        data={
            "installation_id": installation_id,
            "repository_id": repository_id,
            "head_sha": head_sha,
            "trigger": trigger.value,
            "force": force,
            "batch_id": batch_id,
            "delivery": delivery,
            "command_id": command_id,
        },
    )


def batch_requested(
    *,
    batch_id: str,
    installation_id: int,
    trigger: Trigger,
    repositories: Iterable[tuple[int, str]] = (),
    owner: str = "",
    forks: str = "all",
    force: bool = False,
    command_id: str = "",
    delivery: str = "",
) -> OutgoingEvent:
    """Many reports are wanted: of `repositories` (id, node id), or with none of the whole installation.

    One event a batch id.
    """
    chosen = sorted(set(repositories))
    return OutgoingEvent(
        name=BATCH_REQUESTED,
        id=_id("batch", batch_id),
        data={
            "batch_id": batch_id,
            "installation_id": installation_id,
            "repository_ids": [id_ for id_, _ in chosen],
            "node_ids": [node_id for _, node_id in chosen],
            "trigger": trigger.value,
            "owner": owner,
            "forks": forks,
            "force": force,
            "command_id": command_id,
            "delivery": delivery,
        },
    )


def install_batch_id(installation_id: int) -> str:
    """The batch that follows an install; one, though the webhook and the search at start may both find it."""
    return f"install-{installation_id}"


def command_received(
    *,
    installation_id: int,
    repository_id: int,
    issue_number: int,
    comment_id: int,
    occurrence: str,
    is_pull_request: bool = False,
    delivery: str = "",
) -> OutgoingEvent:
    """A comment that may hold commands. `occurrence`: when it was last edited."""
    return OutgoingEvent(
        name=COMMAND_RECEIVED,
        id=_id("command", repository_id, comment_id, occurrence),
        data={
            "installation_id": installation_id,
            "repository_id": repository_id,
            "issue_number": issue_number,
            "comment_id": comment_id,
            "is_pull_request": is_pull_request,
            "trigger": Trigger.COMMAND.value,
            "delivery": delivery,
        },
    )


def pull_request_updated(
    *,
    installation_id: int,
    repository_id: int,
    number: int,
    head_sha: str,
    occurrence: str,
    force: bool = False,
    delivery: str = "",
) -> OutgoingEvent:
    """A pull request has commits that its check run has yet to judge. `number` 0: whichever has this head."""
    return OutgoingEvent(
        name=PULL_REQUEST_UPDATED,
        id=_id("pull", repository_id, number, head_sha, occurrence),
        data={
            "installation_id": installation_id,
            "repository_id": repository_id,
            "number": number,
            "head_sha": head_sha,
            "force": force,
            "delivery": delivery,
        },
    )


def installation_changed(
    *,
    installation_id: int,
    change: str,
    occurrence: str,
    repository_id: int = 0,
    repository_ids: Iterable[int] = (),
    delivery: str = "",
) -> OutgoingEvent:
    """Something about an installation is different: `change` is GitHub's `event.action`.

    `repository_id` is the repository it is about (0: none); `repository_ids` those that left the installation.
    """
    return OutgoingEvent(
        name=INSTALLATION_CHANGED,
        id=_id("changed", change, installation_id, repository_id or "", occurrence),
        data={
            "installation_id": installation_id,
            "change": change,
            "repository_id": repository_id,
            "repository_ids": sorted(set(repository_ids)),
            "delivery": delivery,
        },
    )


def authorization_revoked(*, user_id: int, occurrence: str, delivery: str = "") -> OutgoingEvent:
    """A person took back the sign-in with GitHub: their sessions end."""
    return OutgoingEvent(
        name=AUTHORIZATION_REVOKED,
        id=_id("revoked", user_id, occurrence),
        data={"user_id": user_id, "delivery": delivery},
    )


def report_stored(*, installation_id: int, repository_id: int, report_id: int, occurrence: str) -> OutgoingEvent:
    """A report was stored and somebody has subscribed to hear of it. `occurrence` names the run that made it."""
    return OutgoingEvent(
        name=REPORT_STORED,
        id=_id("stored", report_id, occurrence),
        data={"installation_id": installation_id, "repository_id": repository_id, "report_id": report_id},
    )


def check_runs_wanted(*, installation_id: int, occurrence: str) -> OutgoingEvent:
    """Reports of an installation have yet to be told by check runs. `occurrence`: the batch, or the sweep's hour."""
    return OutgoingEvent(
        name=CHECK_RUNS_WANTED,
        id=_id("checks", installation_id, occurrence),
        data={"installation_id": installation_id},
    )


def _id(*parts: object) -> str:
    """Readable where it is short; a digest of the whole where it would pass the 255 characters that are kept."""
    text = ":".join(str(part) for part in parts if part not in {"", None})
    if len(text) <= 200:
        return text
    return f"{text[:130]}:{hashlib.sha256(text.encode()).hexdigest()}"
