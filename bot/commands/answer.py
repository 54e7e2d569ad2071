"""The one comment that answers a comment: each of its commands as it stands now, rendered whole every time. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import replies
from bot.commands.markdown import Links, fitted, prose
from bot.commands.parser import Command, Verb, parse
from bot.commands.replies import RefreshState
from bot.model.batch import Batch, BatchStatus
from bot.model.records import CommandRecord, CommandState
from bot.model.report import Report


def render_command(
    record: CommandRecord,
    report: Report | None,
    links: Links,
    *,
    batch: Batch | None = None,
    refresh: RefreshState | None = None,
) -> str:
    """One command's section. `report` is the newest; `refresh` is for status, `batch` for batch.

    Of an unknown command, `record.argument` is the line as it was typed.
    """
    verb = Verb(record.command) if record.command in set(Verb) else Verb.UNKNOWN
    if verb is Verb.UNKNOWN:
        return replies.render_help(_unknown(record.argument))
    if verb is Verb.HELP:
        return replies.render_help()
    match record.state:
        case CommandState.REFUSED:
            return f"😕 `/radar {verb}` was refused: {prose(record.reason, 1_000)}"
        case CommandState.FAILED:
            return replies.render_failed(links, verb, record.reason)
        case CommandState.QUEUED:
            return replies.render_queued(links, verb)
        case CommandState.WORKING:
            return _working(verb, links, batch)
        case CommandState.DONE:
            return _done(record, verb, report, links, batch, refresh)


def _unknown(typed: str) -> Command:
    found = parse(typed)
    return found[0] if found else Command(verb=Verb.UNKNOWN, typed=typed)


def _working(verb: Verb, links: Links, batch: Batch | None) -> str:
    if verb is Verb.BATCH and batch is not None:
        finished = batch.done + batch.failed + batch.skipped
        of_all = f" of {batch.total:,}" if batch.listed else ""
        return f"⚙️ The batch is under way: {finished:,}{of_all} done. [Progress]({links.batch(batch.id)})"
    return replies.render_working(links, verb)


def _done(
    record: CommandRecord,
    verb: Verb,
    report: Report | None,
    links: Links,
    batch: Batch | None,
    refresh: RefreshState | None,
) -> str:
    if verb is Verb.BATCH:
        return _batch_done(links, batch)
    if verb is Verb.STATUS:
        return replies.render_status(refresh or RefreshState(state="completed" if report else ""), report, links)
    if report is None:
        return replies.render_no_report(links, refresh)
    if verb is Verb.EXPLAIN:
        return replies.render_explain(report, record.argument, links)
    note = f"🚀 Refreshed at {links.commit(report.repository.head_sha)}." if verb is Verb.REFRESH else ""
    return replies.render_report(report, links, note=note)


def _batch_done(links: Links, batch: Batch | None) -> str:
    if batch is None:
        return "🚀 The batch is queued. The dashboard shows its progress."
    if batch.status is BatchStatus.RUNNING:
        return replies.render_batch(links, batch.id, queued=batch.total if batch.listed else None)
    return replies.render_batch_done(
        links, batch.id, total=batch.total, done=batch.done, failed=batch.failed, skipped=batch.skipped
    )


def render_answer(parts: Sequence[str]) -> str:
    """The whole comment below its marker: the sections, and where help is. Fits into a comment."""
    return fitted(
        [part if index == 0 else f"---\n\n{part}" for index, part in enumerate(parts)],
        65_000,
        ending="<sub>Repo Radar · `/radar help`</sub>",
    )
