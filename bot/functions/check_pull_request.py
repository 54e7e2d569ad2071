"""check-pull-request: tells on a pull request what it does to the repository's report.

Head and merge base are analysed by the same rules with the same facts, both now: a stored report of the merge base
knows fewer issues and older activity, and the change would be blamed for what happened since. Nothing of it is stored:
a pull request may never be merged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import inngest
import msgspec
from msgspec import Struct

from bot.analysis import RULESET_VERSION
from bot.commands.check_run import render_pull_request_check
from bot.events.catalog import PULL_REQUEST_UPDATED, refresh_requested
from bot.events.translate import OUR_PULL
from bot.functions.deps import Deps
from bot.functions.edge import paced, read_data, sent_at, step
from bot.functions.learning import known_repository
from bot.functions.publishing import CHECK_NAME, links_of
from bot.functions.reading import analyze_commit
from bot.github.client import GitHubClient
from bot.github.pace import Urgency
from bot.model.discretion import ALERTS, discreet
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.event import Trigger
from bot.model.report import Report, decode_report
from bot.model.repository import PullRequestRef, Repository
from bot.model.snapshot import RepositoryFacts
from bot.storage import installations, outbox

LAG_AT_MOST_S = 9.0
LAG_AT_MOST = timedelta(seconds=LAG_AT_MOST_S)
"""How long after its webhook GitHub's API may still show the commit before."""


class PullRequestUpdate(Struct, frozen=True, kw_only=True):
    """Data of `repo/pull_request.updated`. `number` 0 asks for whichever pull requests have this head."""

    installation_id: int
    repository_id: int
    number: int
    head_sha: str
    delivery: str = ""


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    @client.create_function(
        fn_id="check-pull-request",
        name="Check a pull request",
        trigger=inngest.TriggerEvent(event=PULL_REQUEST_UPDATED),
        retries=5,
        concurrency=[
            inngest.Concurrency(limit=5, key="string(event.data.installation_id)"),
            inngest.Concurrency(limit=deps.settings.radar_concurrency),
        ],
        priority=inngest.Priority(run="200"),
    )
    async def check(ctx: inngest.Context) -> dict[str, Any]:
        if not deps.settings.radar_check_runs:
            return {"outcome": "check runs are switched off"}
        update = read_data(ctx.event, PullRequestUpdate)
        if update.number:
            judged: dict[str, Any] = await paced(ctx, deps, "judge", partial(judge, deps, update, sent_at(ctx.event)))
            return judged
        numbers = await ctx.step.run("find", step(deps, partial(find, deps, update, ctx.run_id)))
        for number in numbers:
            one = msgspec.structs.replace(update, number=number)
            await paced(ctx, deps, f"judge-{number}", partial(judge, deps, one, sent_at(ctx.event)))
        return {"outcome": "published" if numbers else "asked for a refresh of HEAD", "pull_requests": numbers}

    return check


async def find(deps: Deps, update: PullRequestUpdate, run_id: str) -> list[int]:
    """The pull requests whose check was asked for by its commit only; where there is none, HEAD is refreshed.

    GitHub's "Re-run all checks" names no pull request of a fork; our own check run on that commit does.
    """
    repository = await known_repository(deps, update.installation_id, update.repository_id)
    github = deps.clients.for_installation(update.installation_id)
    ids = await github.checks.external_ids(repository.owner, repository.name, update.head_sha, CHECK_NAME)
    ours = {int(found[1]) for one in ids if (found := OUR_PULL.match(one))}
    if not ids:
        ours.update(await github.pulls.open_with_head(repository.owner, repository.name, update.head_sha))
    if not ours or any(not OUR_PULL.match(one) for one in ids):
        event = refresh_requested(
            installation_id=update.installation_id,
            repository_id=update.repository_id,
            trigger=Trigger.COMMAND,
            head_sha=update.head_sha,
            force=True,
            occurrence=run_id,
            delivery=update.delivery,
        )
        async with deps.database.write() as session:
            await outbox.add(session, [event], now=deps.clock())
        deps.wake_relay()
    return sorted(ours)


async def judge(deps: Deps, update: PullRequestUpdate, asked_at: datetime) -> dict[str, Any]:
    """Compare head and merge base, and put the check run on the head. Raises RateLimited where that has to wait.

    A webhook can arrive before the API shows its commit: for a moment another head may be the one before.
    """
    repository = await known_repository(deps, update.installation_id, update.repository_id)
    async with deps.database.read() as session:
        installation = await installations.get(session, update.installation_id)
    if installation is None or installation.permissions.get("checks") != "write":
        return {"outcome": "the App may not write check runs"}
    if repository.is_archived:
        return {"outcome": "archived: GitHub takes no check runs"}
    github = deps.clients.for_installation(update.installation_id)
    github.require_content_room(Urgency.CHECK)  # before the work that leads to content, not after
    pull = await github.pulls.get(repository.owner, repository.name, update.number)
    is_shown = pull.head_sha == update.head_sha and pull.merge_base_sha != ""
    if not is_shown and deps.clock() < asked_at + LAG_AT_MOST:
        raise WorldError(f"GitHub does not show {update.head_sha[:12]} yet.", retry_after_s=LAG_AT_MOST_S / 3)
    if pull.head_sha != update.head_sha:
        return {"outcome": "a newer commit is there, it has its own check"}
    if not pull.merge_base_sha:  # histories without a common commit are compared with the base itself
        pull = msgspec.structs.replace(pull, merge_base_sha=pull.base_sha)
    before, after = await _reports(deps, github, repository, pull)
    if not before.publish.check_run:
        return {"outcome": "switched off in radar.yml"}
    links = links_of(deps, repository)
    output, conclusion = render_pull_request_check(discreet(before, hide=ALERTS), discreet(after, hide=ALERTS), links)
    check_id = await github.checks.upsert(
        repository.owner,
        repository.name,
        head_sha=pull.head_sha,
        check_name=CHECK_NAME,
        external_id=f"pull-{update.number}-{pull.head_sha}-{pull.merge_base_sha}-{RULESET_VERSION}",
        output=output,
        conclusion=conclusion,
        details_url=links.page,
    )
    return {"outcome": "published", "check_run": check_id, "conclusion": conclusion}


async def _reports(
    deps: Deps, github: GitHubClient, repository: Repository, pull: PullRequestRef
) -> tuple[Report, Report]:
    """The reports of the merge base and of the head, the second compared with the first."""
    (facts,) = await github.facts([repository.node_id])
    if facts is None:
        raise FinalError(Finality.GONE, f"{repository.full_name} no longer exists, or the App may not see it.")
    before = await _analyze(deps, github, facts, pull.merge_base_sha, None)
    after = await _analyze(deps, github, facts, pull.head_sha, before)
    return decode_report(before), decode_report(after)


async def _analyze(deps: Deps, github: GitHubClient, facts: RepositoryFacts, sha: str, previous: bytes | None) -> bytes:
    """The encoded report of one commit: a fork's head is read through the repository that the pull request is for."""
    at = msgspec.structs.replace(facts, head_sha=sha)
    if facts.hidden_files and sha != facts.head_sha:
        at = await github.with_hidden_files(at)
    return await analyze_commit(deps, github, at, previous)
