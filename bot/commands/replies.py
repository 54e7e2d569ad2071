"""What the bot answers in an issue or pull request: Markdown that people want to read, and that pings nobody. Pure.

Every string that comes from a repository or a person passes `markdown.plain` or `markdown.code`. No reply is longer
than GitHub takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from bot.commands.markdown import Links, code, fitted, plain, prose
from bot.commands.parser import Command, Verb
from bot.commands.permissions import NEEDED
from bot.commands.wording import (
    STATE_SIGNS,
    STATE_WORDS,
    STATUS_WORDS,
    moved_words,
    score_words,
    trend,
)
from bot.model.english import counted, percent
from bot.model.report import Changes, Check, Package, Report, State, Technology
from bot.model.repository import Permission

TOP_ACTIONS = 5
TOP_LANGUAGES = 6
MAX_LISTED = 20
MAX_PACKAGES = 100

WHAT_IT_DOES: tuple[tuple[str, Verb, str], ...] = (
    ("`/radar` or `/radar report`", Verb.REPORT, "shows the newest report here"),
    ("`/radar refresh`", Verb.REFRESH, "analyses the newest commit again and shows the report"),
    ("`/radar status`", Verb.STATUS, "tells whether a report is queued, being made or done"),
    ("`/radar explain CHECK`", Verb.EXPLAIN, "what one check found, why it matters, what to do"),
    ("`/radar batch`", Verb.BATCH, "refreshes every repository of this installation that has no current report"),
    ("`/radar help`", Verb.HELP, "shows this table"),
)
WHO_MAY = {
    Permission.NONE: "everybody",
    Permission.READ: "readers",
    Permission.TRIAGE: "triage access",
    Permission.WRITE: "write access",
    Permission.MAINTAIN: "maintain access",
    Permission.ADMIN: "admins",
}
HELP_TABLE = "\n".join(
    (
        "| Comment | What it does | Who may |",
        "| --- | --- | --- |",
        *(f"| {comment} | {deed} | {WHO_MAY[NEEDED[verb]]} |" for comment, verb, deed in WHAT_IT_DOES),
    )
)

STATUS_SENTENCES = {
    "": "No report has been asked for yet.",
    "queued": "⏳ A refresh is queued.",
    "processing": "⚙️ A refresh is under way.",
    "completed": "✅ The last refresh is done.",
    "failed": "❌ The last refresh failed.",
}


_UNDER_WAY = frozenset({"queued", "processing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshState:
    """How the refresh of one repository stands, for `/radar status`. `state` as in the contract, "" if never asked."""

    state: str
    error: str = ""
    requested_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    report_head_sha: str = ""
    head_sha: str = ""


def render_report(report: Report, links: Links, *, note: str = "") -> str:
    """The report as a comment. `note` is a sentence of ours above it, in Markdown."""
    sha = report.repository.head_sha
    return fitted(
        [
            note,
            _headline(report, links),
            prose(report.summary, 1_000),
            changes_block(report.changes, links),
            actions_block(report, links, sha),
            stack_block(report),
            _folded("Checks", _checks(report, links, sha)),
            _folded("Scores by group", _groups(report)),
            _folded("Dependencies", _packages(report)),
            _folded("What else stands out", _insights(report, links, sha)),
            _limits(report),
        ],
        ending=_footer(links, report),
    )


def _headline(report: Report, links: Links) -> str:
    name = f"{report.repository.owner}/{report.repository.name}"
    parts = [f"### [{plain(name)}]({links.page}): {STATUS_WORDS[report.status]}, {score_words(report)}"]
    change = trend(report.changes)
    facts = [f"**{change}**"] if change else []
    facts.append(f"{percent(report.coverage)} of the checks could be judged")
    facts.append(f"at {links.commit(report.repository.head_sha)}")
    if report.is_stable:
        facts.insert(0, "stable")
    parts.append(" · ".join(facts))
    if report.status_reason.lower() not in report.summary.lower():
        parts.append(f"_{prose(report.status_reason)}_")
    return "\n\n".join(parts)


def changes_block(changes: Changes | None, links: Links) -> str:
    """What changed since the previous report; "" without one."""
    if changes is None:
        return ""
    lines = list(_change_lines(changes))
    since = links.commit(changes.previous_head_sha)
    if not lines:
        return f"**Since {since}** nothing that the report looks at has changed."
    return f"**What changed since {since}**\n\n" + "\n".join(f"- {line}" for line in lines[:MAX_LISTED])


def _change_lines(changes: Changes) -> Iterator[str]:
    if changes.status_before != changes.status_after:
        yield f"now {STATUS_WORDS[changes.status_after]}, was {STATUS_WORDS[changes.status_before]}"
    for turned in changes.checks:
        before, after = STATE_WORDS[turned.before], STATE_WORDS[turned.after]
        yield f"{STATE_SIGNS[turned.after]} {prose(turned.title)}: {before} → {after}"
    for word, packages in (
        ("added", changes.packages_added),
        ("removed", changes.packages_removed),
        ("moved", changes.packages_moved),
    ):
        if packages:
            shown = ", ".join(code(moved_words(package)) for package in packages[:8])
            rest = f" and {len(packages) - 8} more" if len(packages) > 8 else ""
            yield f"{counted(len(packages), 'dependency')} {word}: {shown}{rest}"
    for label, gone, come in (
        ("technologies", changes.technologies_removed, changes.technologies_added),
        ("languages", changes.languages_removed, changes.languages_added),
        ("owners", changes.owners_removed, changes.owners_added),
    ):
        moved = [f"+ {plain(name, 80)}" for name in come] + [f"− {plain(name, 80)}" for name in gone]
        if moved:
            yield f"{label}: {', '.join(moved[:10])}"
    if changes.licence_before != changes.licence_after:
        yield f"licence: {plain(changes.licence_before) or 'none'} → {plain(changes.licence_after) or 'none'}"


def actions_block(report: Report, links: Links, sha: str) -> str:
    """The actions that are worth most, with links to their lines; "" without any."""
    if not report.actions:
        return ""
    lines = []
    for number, action in enumerate(report.actions[:TOP_ACTIONS], start=1):
        value = f", +{counted(round(action.value), 'point')}" if action.value >= 0.5 else ""
        line = f"{number}. **{prose(action.title)}** ({action.effort}{value})<br>{prose(action.instruction, 600)}"
        if action.evidence:
            line += f" {links.places(action.evidence, sha)}"
        lines.append(line)
    return "**What to do next**\n\n" + "\n".join(lines)


def stack_block(report: Report) -> str:
    """Stack, languages and licence, a line each."""
    lines = []
    if report.tech_stack:
        lines.append(f"**Stack** {_technologies(report.tech_stack)}")
    languages = report.official_languages or report.languages
    if languages:
        shown = ", ".join(f"{plain(one.name, 60)} {percent(one.share)}" for one in languages[:TOP_LANGUAGES])
        lines.append(f"**Languages** {shown}")
    licence = plain(report.licence.expression) or "none found"
    lines.append(f"**Licence** {licence}")
    return "<br>\n".join(lines)


def _technologies(technologies: Sequence[Technology]) -> str:
    categories: dict[str, list[str]] = {}
    for technology in technologies:
        version = f" {technology.version}" if technology.version else ""
        categories.setdefault(technology.category, []).append(plain(f"{technology.name}{version}", 60))
    shown = [f"{plain(name, 40)}: {', '.join(names[:8])}" for name, names in list(categories.items())[:10]]
    return " · ".join(shown)


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>" if body else ""


def _checks(report: Report, links: Links, sha: str) -> str:
    rank = {State.FAIL: 0, State.WARN: 1, State.UNKNOWN: 2, State.PASS: 3, State.NOT_APPLICABLE: 4}
    ordered = sorted(report.checks, key=lambda check: (rank[check.state], -check.weight, check.number))
    return "\n".join(_check_line(check, links, sha) for check in ordered)


def _check_line(check: Check, links: Links, sha: str) -> str:
    is_judged = check.state not in {State.UNKNOWN, State.NOT_APPLICABLE}
    said = prose(check.found if is_judged or not check.reason else check.reason, 240)
    line = f"- {STATE_SIGNS[check.state]} **{prose(check.title, 100)}** ({code(check.id)}) {said}"
    if check.evidence and check.state in {State.WARN, State.FAIL}:
        line += f" {links.places(check.evidence, sha)}"
    return line


def _groups(report: Report) -> str:
    if not report.groups:
        return ""
    rows = ["| Group | Score | Judged | Fails | Warnings |", "| --- | ---: | ---: | ---: | ---: |"]
    rows += [
        f"| {group.group.replace('-', ' ').capitalize()} | {'none' if group.score is None else group.score} "
        f"| {percent(group.coverage)} "
        f"| {group.failed} | {group.warned} |"
        for group in report.groups
    ]
    return "\n".join(rows)


def _packages(report: Report) -> str:
    if not report.packages:
        return ""
    lines = [_package_line(package) for package in report.packages[:MAX_PACKAGES]]
    if len(report.packages) > MAX_PACKAGES:
        lines.append(f"- and {len(report.packages) - MAX_PACKAGES:,} more")
    return "\n".join(lines)


def _package_line(package: Package) -> str:
    requirement = f" {package.requirement}" if package.requirement else ""
    return f"- {code(package.name + requirement)} ({plain(package.ecosystem, 30)}, {package.scope})"


def _insights(report: Report, links: Links, sha: str) -> str:
    lines = []
    for insight in report.insights:
        line = f"- **{prose(insight.title)}** {prose(insight.description, 600)}"
        if insight.evidence:
            line += f" {links.places(insight.evidence, sha)}"
        lines.append(line)
    return "\n".join(lines)


def _limits(report: Report) -> str:
    if not report.partial:
        return ""
    return "⚠️ **Not everything was read.** " + " ".join(prose(sentence) for sentence in report.partial[:5])


def _footer(links: Links, report: Report) -> str:
    return (
        f"[The whole report]({links.page}) · ruleset {plain(report.ruleset_version, 40)} · "
        f"{report.analyzed_at:%Y-%m-%d %H:%M} UTC"
    )


def render_queued(links: Links, verb: Verb, *, ahead: int = 0) -> str:
    """A command was accepted and waits for its turn."""
    place = f" {counted(ahead, 'refresh')} ahead of it." if ahead else ""
    return f"⏳ `/radar {verb}` is queued.{place} This comment changes when it is done. [Details]({links.page})"


def render_working(links: Links, verb: Verb, head_sha: str = "") -> str:
    """The work has begun."""
    at = f" of {links.commit(head_sha)}" if head_sha else ""
    return f"⚙️ `/radar {verb}` is under way: reading and analysing the repository{at}. [Details]({links.page})"


def render_failed(links: Links, verb: Verb, reason: str, next_step: str = "") -> str:
    """The work came to nothing, with the reason and what to do."""
    step = prose(next_step, 1_000) or f"`/radar {verb}` tries again once that has passed or is put right."
    return f"😕 `/radar {verb}` did not work: {prose(reason, 1_000)}\n\n{step} [Details]({links.page})"


def render_status(state: RefreshState, report: Report | None, links: Links) -> str:
    """How things stand, without the report itself."""
    is_behind = report is not None and state.head_sha not in {"", report.repository.head_sha}
    lines = [STATUS_SENTENCES.get(state.state, plain(state.state))]
    if report is not None and not is_behind and state.state in {"", "completed"}:
        lines = ["✅ The report is up to date."]
    if state.state == "failed" and state.error:
        lines.append(f"Reason: {prose(state.error, 1_000)} `/radar refresh` tries again.")
    stamps = (("asked for", state.requested_at), ("started", state.started_at), ("finished", state.finished_at))
    told = [f"{word} {at:%Y-%m-%d %H:%M} UTC" for word, at in stamps if at is not None]
    if told:
        sentence = ", ".join(told)
        lines.append(f"{sentence[:1].upper()}{sentence[1:]}.")
    if report is not None:
        lines.append(f"Newest report: {score_words(report)}, at {links.commit(report.repository.head_sha)}.")
        if is_behind:
            step = "" if state.state in _UNDER_WAY else " `/radar refresh` analyses it."
            lines.append(f"The default branch is at {links.commit(state.head_sha)} by now.{step}")
    elif state.state in {"", "completed"}:
        lines.append("There is no report yet; `/radar refresh` makes one.")
    return "\n\n".join([*lines, f"[Details]({links.page})"])


def render_no_report(links: Links, refresh: RefreshState | None = None) -> str:
    """A report was asked for before there was one; `refresh` tells why."""
    state = refresh.state if refresh else ""
    if state in _UNDER_WAY:
        said = f"There is no report yet. {STATUS_SENTENCES[state]} Ask again in a minute."
    elif refresh and refresh.error:
        said = f"There is no report: {prose(refresh.error, 1_000)} `/radar refresh` tries again."
    else:
        said = "There is no report yet. `/radar refresh` makes one."
    return f"{said} [Details]({links.page})"


def render_explain(report: Report, check_id: str, links: Links) -> str:
    """One check in full, by its id; an unknown id gets those that come near."""
    wanted = check_id.lower()
    found = [check for check in report.checks if check.id.lower() == wanted or str(check.number) == wanted]
    if not found:
        return _unknown_check(report, check_id)
    return fitted([_explained(check, report, links) for check in found], ending=f"[The whole report]({links.page})")


def _explained(check: Check, report: Report, links: Links) -> str:
    where = f" in {code(check.component)}" if check.component else ""
    parts = [f"### {STATE_SIGNS[check.state]} {prose(check.title)}{where}: {STATE_WORDS[check.state]}"]
    if check.found:
        parts.append(f"**Found** {prose(check.found, 2_000)}")
    if check.reason:
        parts.append(f"**Why {STATE_WORDS[check.state]}** {prose(check.reason, 1_000)}")
    if check.why:
        parts.append(f"**Why it matters** {prose(check.why, 2_000)}")
    if check.next_step:
        parts.append(f"**What to do** {prose(check.next_step, 2_000)}")
    if check.evidence:
        places = "\n".join(
            f"- {links.place(one, report.repository.head_sha)}{f' {prose(one.detail)}' if one.detail else ''}"
            for one in check.evidence[:MAX_LISTED]
        )
        parts.append(f"**Evidence**\n\n{places}")
    weight = "told, not scored" if check.weight == 0 else f"weight {check.weight} in {check.group}"
    parts.append(f"{code(check.id)} · {weight}")
    return "\n\n".join(parts)


def _unknown_check(report: Report, check_id: str) -> str:
    ids = sorted({check.id for check in report.checks})
    near = get_close_matches(check_id.lower(), ids, n=3, cutoff=0.4)
    meant = f" Did you mean {' or '.join(code(f'/radar explain {one}') for one in near)}?" if near else ""
    listed = ", ".join(code(one) for one in ids[:100])
    return f"😕 There is no check {code(check_id, 80)}.{meant}\n\n{_folded('All checks', listed)}"


def render_batch(links: Links, batch_id: str, *, queued: int | None = None) -> str:
    """A batch was started; `queued` repositories, or not counted yet."""
    if queued == 0:
        return f"✅ Every repository of this installation has a current report. [Details]({links.batch(batch_id)})"
    number = "The repositories" if queued is None else counted(queued, "repository").capitalize()
    verb = "is" if queued == 1 else "are"
    return (
        f"⏳ {number} of this installation without a current report {verb} queued. [Progress]({links.batch(batch_id)})"
    )


def render_batch_done(links: Links, batch_id: str, *, total: int, done: int, failed: int, skipped: int) -> str:
    """A batch came to its end."""
    if total == 0:
        return render_batch(links, batch_id, queued=0)
    sign = "🚀" if failed == 0 else "⚠️"
    return (
        f"{sign} Batch finished: {counted(done, 'report')} made, {failed:,} failed, {skipped:,} skipped of {total:,}. "
        f"[Details]({links.batch(batch_id)})"
    )


def render_help(unknown: Command | None = None) -> str:
    """The table of commands, after a word about the one that was not understood."""
    if unknown is None:
        return HELP_TABLE
    meant = f" Did you mean `{unknown.suggestion}`?" if unknown.suggestion else ""
    return f"😕 I do not know {code(unknown.typed, 100)}.{meant}\n\n{HELP_TABLE}"
