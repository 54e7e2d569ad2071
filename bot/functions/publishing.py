"""What goes back to GitHub: the reply to a comment's commands, and the check run on HEAD.

A reply is rendered whole from the database, under a marker made of the asking comment, and edited in place: doing it
again changes nothing. Everybody who can read the repository reads both, so they keep to themselves what GitHub shows
to people with write permission only.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.commands.answer import render_answer, render_command
from bot.commands.check_run import render_check
from bot.commands.markdown import Links
from bot.commands.parser import Command, Verb, parse
from bot.commands.replies import RefreshState
from bot.functions.deps import Deps
from bot.functions.turn import TurnTaken, turn
from bot.github.checks import requests_for
from bot.github.client import GitHubClient
from bot.github.comments import CONFUSED, ROCKET, marker
from bot.github.pace import Urgency
from bot.model.discretion import discreet
from bot.model.errors import FinalError, Finality
from bot.model.records import CommandRecord, CommandState, StoredReport
from bot.model.repository import CheckOutput, Repository
from bot.storage import batches, check_runs, commands, installations, reports, repositories
from bot.storage.check_runs import Begun

AMISS = "😕"
"""Begins the section of a command that cannot be answered as asked, such as one about a check that there is not."""
CHECK_NAME = "Repo Radar"
"""The check run's name, of HEAD and of pull requests."""


async def reply_to_command(deps: Deps, command_id: str, run_id: str, *, failure: str = "") -> dict[str, Any]:
    """The work that a command asked for has ended (`failure` says why it failed): bring its reply up to date."""
    async with deps.database.write() as session:
        record = await commands.get(session, command_id)
        if record is None:
            return {"outcome": "no such command"}
        state = CommandState.FAILED if failure else CommandState.DONE
        await commands.settle(session, command_id, state, reason=failure, now=deps.clock())
    return await refresh_reply(deps, record.repository_id, record.comment_id, run_id)


async def refresh_reply(deps: Deps, repository_id: int, comment_id: int, run_id: str) -> dict[str, Any]:
    """Render the reply to a comment from what is stored, and put it on GitHub; 🚀 or 😕 once nothing is open.

    The run that answers and the run that did the work come here, maybe at once: only one may make the comment, and
    no older state may overwrite a newer. Raises TurnTaken for the other.
    """
    async with turn(deps, f"the reply to comment {comment_id} of {repository_id}", run_id):
        return await _refresh_reply(deps, repository_id, comment_id)


async def _refresh_reply(deps: Deps, repository_id: int, comment_id: int) -> dict[str, Any]:
    async with deps.database.read() as session:
        repository = await repositories.get(session, repository_id)
        records = await commands.of_comment(session, repository_id, comment_id)
        stored = await reports.newest(session, repository_id)
        found = {one.id: await batches.get(session, batch_id_of(one)) for one in records}
    if repository is None or not records:
        return {"outcome": "nothing to reply to"}
    github = deps.clients.for_installation(repository.installation_id)
    asked = await _still_asked(github, repository, records)
    links = links_of(deps, repository)
    report = discreet(stored.report) if stored else None
    refresh = _refresh_state(repository)
    parts = [render_command(one, report, links, batch=found[one.id], refresh=refresh) for one in asked]
    outcome: dict[str, Any] = {"outcome": "replies are switched off in radar.yml"}
    if report is None or report.publish.comments:
        outcome = await _put_reply(deps, github, repository, records[0], render_answer(parts))
    if all(one.state not in {CommandState.QUEUED, CommandState.WORKING} for one in asked):
        is_done = all(one.state is CommandState.DONE and one.command != Verb.UNKNOWN for one in asked)
        is_well = is_done and not any(part.startswith(AMISS) for part in parts)
        ended_before = len(asked) < len(records) or len({one.run_id for one in records}) > 1
        await _react_to_the_end(github, repository, comment_id, is_well=is_well, ended_before=ended_before)
    return outcome


async def _put_reply(
    deps: Deps, github: GitHubClient, repository: Repository, first: CommandRecord, text: str
) -> dict[str, Any]:
    """The one comment that answers, made or edited. A conversation that is locked or gone by now takes none."""
    try:
        comment = await github.comments.upsert(
            repository.owner,
            repository.name,
            first.issue_number,
            marker(f"comment-{first.comment_id}"),
            text,
            comment_id=first.reply_comment_id,
        )
    except FinalError as error:
        if error.finality not in {Finality.CLOSED, Finality.GONE}:
            raise
        return {"outcome": error.message}
    async with deps.database.write() as session:
        await commands.set_reply(session, repository.id, first.comment_id, comment.id, now=deps.clock())
    return {"outcome": "replied", "reply": comment.id}


async def _still_asked(
    github: GitHubClient, repository: Repository, records: Sequence[CommandRecord]
) -> list[CommandRecord]:
    """The commands that the comment still holds: a slip that was mended leaves the reply. All, where none is left."""
    comment = await github.comments.get(repository.owner, repository.name, records[0].comment_id)
    held = {command_id for command_id, _ in identified(records[0].comment_id, comment.body if comment else "")}
    return [one for one in records if one.id in held] or list(records)


def identified(comment_id: int, body: str) -> list[tuple[str, Command]]:
    """The commands of a comment, each with its id; the same command twice in it is two."""
    seen: Counter[str] = Counter()
    found = []
    for command in parse(body):
        seen[command.key] += 1
        found.append((f"{comment_id}:{command.key[:80]}:{seen[command.key]}", command))
    return found


async def _react_to_the_end(
    github: GitHubClient, repository: Repository, comment_id: int, *, is_well: bool, ended_before: bool
) -> None:
    """🚀 or 😕; the other one goes where the comment had an end before, which takes an edit."""
    end, other_end = (ROCKET, CONFUSED) if is_well else (CONFUSED, ROCKET)
    await github.comments.react(
        repository.owner, repository.name, comment_id, end, instead_of=other_end if ended_before else ""
    )


def batch_id_of(record: CommandRecord) -> str:
    """The batch that a command asked for."""
    return f"command-{record.id}".replace(":", "-")


def links_of(deps: Deps, repository: Repository) -> Links:
    """Where a reply points."""
    return Links(
        web_url=deps.settings.github_web_url,
        public_url=deps.settings.radar_public_url,
        owner=repository.owner,
        name=repository.name,
    )


def _refresh_state(repository: Repository) -> RefreshState:
    return RefreshState(
        state=repository.refresh_status.value,
        error=repository.refresh_error,
        requested_at=repository.refresh_requested_at,
        started_at=repository.refresh_started_at,
        finished_at=repository.refresh_finished_at,
        report_head_sha=repository.report_head_sha,
        head_sha=repository.head_sha,
    )


async def publish_check_run(
    deps: Deps, github: GitHubClient, repository_id: int, run_id: str, *, is_background: bool = False
) -> dict[str, Any]:
    """Put the newest report's check run on its HEAD, where the repository wants one and the App may.

    In the background only what is news on that commit is told, and everybody else goes first. Raises RateLimited
    where the content has to wait, TurnTaken where another run is putting it up just now.
    """
    async with deps.database.read() as session:
        repository = await repositories.get(session, repository_id)
        stored = await reports.newest(session, repository_id)
        installation = await installations.get(session, github.installation_id)
        known = await check_runs.get(session, repository_id)
    if repository is None or repository.removed_at is not None or stored is None or not stored.summary.head_sha:
        return {"outcome": "nothing to publish"}
    if installation is None or installation.permissions.get("checks") != "write":
        return {"outcome": "the App may not write check runs"}
    report = stored.report
    output, conclusion = render_check(discreet(report), links_of(deps, repository))
    said = digest_of(output, conclusion)
    reason = "archived: GitHub takes no check runs" if repository.is_archived else ""
    if not report.publish.check_run:
        reason = "switched off in radar.yml"
    elif is_background and known is not None and (known.head_sha, known.said) == (stored.summary.head_sha, said):
        reason = "the check run there says the same"
    if reason:
        async with deps.database.write() as session:
            await check_runs.settle(session, repository_id, reported_at=report.analyzed_at, reason=reason)
        return {"outcome": reason}
    publication = _Publication(repository, stored, output, conclusion, said)
    urgency = Urgency.BACKGROUND if is_background else Urgency.CHECK
    outcome = await _publish(deps, github, publication, run_id, urgency)
    return {"outcome": outcome, "conclusion": conclusion}


@dataclass(frozen=True, slots=True)
class _Publication:
    """A check run that is to stand on HEAD."""

    repository: Repository
    stored: StoredReport
    output: CheckOutput
    conclusion: str
    said: str


async def _publish(deps: Deps, github: GitHubClient, one: _Publication, run_id: str, urgency: Urgency) -> str:
    """Noted before and after, so that whoever comes again finds it instead of putting up a second one."""
    summary, repository = one.stored.summary, one.repository
    external_id = f"report-{summary.id}-{summary.created_at:%Y%m%d%H%M%S%f}"
    github.require_content_room(urgency)
    async with deps.database.write() as session:
        begun = await check_runs.begin(
            session,
            repository.id,
            external_id=external_id,
            head_sha=summary.head_sha,
            reported_at=one.stored.report.analyzed_at,
            holder=run_id,
            now=deps.clock(),
        )
    if begun is Begun.TAKEN:
        raise TurnTaken("Another run is putting up this check run.", retry_after_s=30.0)
    if begun in {Begun.DONE, Begun.SUPERSEDED}:
        return "published before"
    check_id = await github.checks.upsert(
        repository.owner,
        repository.name,
        head_sha=summary.head_sha,
        check_name=CHECK_NAME,
        external_id=external_id,
        output=one.output,
        conclusion=one.conclusion,
        details_url=links_of(deps, repository).page,
        may_exist=begun is Begun.AGAIN,
        urgency=urgency,
    )
    async with deps.database.write() as session:
        await check_runs.published(
            session,
            repository.id,
            external_id=external_id,
            said=one.said,
            check_run_id=check_id,
            requests=requests_for(one.output),
            now=deps.clock(),
        )
    return "published"


def digest_of(output: CheckOutput, conclusion: str) -> str:
    """What makes a check run news on the same commit: its headline, conclusion and remarks on lines."""
    told = (output.title, conclusion, output.annotations)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
