"""announce-report: tells subscribers that a report was updated, signed as GitHub signs, so that nobody need poll."""

from __future__ import annotations

from functools import partial
from typing import Any

import inngest
import msgspec
from msgspec import Struct

from bot.events.catalog import REPORT_STORED
from bot.functions.deps import Deps
from bot.functions.edge import read_data, step
from bot.functions.outgoing import post
from bot.intake.signature import sign
from bot.model.errors import FinalError, UserError
from bot.storage import reports, repositories, subscriptions
from bot.storage.sealed import unseal

EVENT = "report.updated"
RETRIES = 8


class StoredReportNews(Struct, frozen=True, kw_only=True):
    """Data of `report/stored`."""

    installation_id: int
    repository_id: int
    report_id: int


def build(client: inngest.Inngest, deps: Deps) -> inngest.Function[Any]:
    """The function, bound to its client and parts."""

    @client.create_function(
        fn_id="announce-report",
        name="Announce a report to subscribers",
        trigger=inngest.TriggerEvent(event=REPORT_STORED),
        retries=RETRIES,
        concurrency=[inngest.Concurrency(limit=20)],
    )
    async def announce(ctx: inngest.Context) -> dict[str, Any]:
        news = read_data(ctx.event, StoredReportNews)
        wanting = await ctx.step.run("subscribers", step(deps, partial(subscribers, deps, news.installation_id)))
        delivered = 0
        for subscription_id in wanting:
            try:
                error = await ctx.step.run(
                    f"deliver-{subscription_id}", partial(deliver, deps, news, subscription_id, ctx.run_id)
                )
            except inngest.StepError as failed:
                error = failed.message
            noted = partial(note, deps, subscription_id, error)
            await ctx.step.run(f"note-{subscription_id}", step(deps, noted))
            delivered += not error
        return {"outcome": "announced", "delivered": delivered, "failed": len(wanting) - delivered}

    return announce


async def subscribers(deps: Deps, installation_id: int) -> list[int]:
    """Who wants to hear of it."""
    async with deps.database.read() as session:
        return [one.id for one in await subscriptions.wanting(session, installation_id, deps.clock())]


async def deliver(deps: Deps, news: StoredReportNews, subscription_id: int, run_id: str) -> str:
    """Send it to one of them; "" when taken, else why it never will be. Raises WorldError for another try."""
    async with deps.database.read() as session:
        subscription = await subscriptions.get(session, subscription_id)
    if subscription is None or subscription.disabled_at is not None:
        return ""
    body = await message(deps, news)
    if body is None:
        return ""
    key = deps.settings.radar_secret_key
    try:
        secret = unseal(subscription.secret_sealed, key.get_secret_value() if key else "")
        headers = {
            "content-type": "application/json",
            "user-agent": "Repo-Radar",
            "x-radar-event": EVENT,
            "x-radar-delivery": f"{run_id}-{subscription_id}",
            "x-hub-signature-256": sign(secret.encode(), body),
        }
        await post(subscription.url, body, headers, allow_private=deps.settings.radar_private_webhooks)
    except (FinalError, UserError) as error:
        return str(error)
    return ""


async def message(deps: Deps, news: StoredReportNews) -> bytes | None:
    """The JSON that subscribers get; None when the report is gone by now."""
    async with deps.database.read() as session:
        repository = await repositories.get(session, news.repository_id)
        stored = await reports.get(session, news.report_id)
    if repository is None or stored is None or repository.removed_at is not None:
        return None
    report = stored.report
    page = f"{deps.settings.radar_public_url}/repos/{repository.full_name}"
    return msgspec.json.encode(
        {
            "event": EVENT,
            "repository": {
                "id": repository.id,
                "owner": repository.owner,
                "name": repository.name,
                "is_private": repository.is_private,
                "url": page,
            },
            "report": {
                "id": stored.summary.id,
                "head_sha": report.repository.head_sha,
                "analyzed_at": report.analyzed_at,
                "score": report.score,
                "grade": report.grade,
                "coverage": report.coverage,
                "status": report.status,
                "summary": report.summary,
                "url": f"{deps.settings.radar_public_url}/api/repos/{repository.full_name}/intelligence",
            },
            "changes": report.changes,
        },
        order="deterministic",
    )


async def note(deps: Deps, subscription_id: int, error: str) -> None:
    """Keep how it went; a subscription that fails again and again is disabled."""
    async with deps.database.write() as session:
        if error:
            await subscriptions.note_failed(session, subscription_id, error=error, now=deps.clock())
        else:
            await subscriptions.note_delivered(session, subscription_id)
