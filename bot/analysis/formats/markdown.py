"""The whole report as Markdown that reads well on GitHub and in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from bot.analysis.formats.safe_markdown import code_span, safe
from bot.analysis.words import counted, listed, percent
from bot.model.report import Check, Evidence, Group, Report, Scope, State

STATE_MARKS = {
    State.PASS: "✅",
    State.WARN: "⚠️",
    State.FAIL: "❌",
    State.UNKNOWN: "❔",
    State.NOT_APPLICABLE: "➖",
}
GROUP_TITLES = {
    Group.IDENTITY: "Identity",
    Group.STACK: "Tech stack",
    Group.SIZE: "Size and languages",
    Group.MAINTENANCE: "Maintenance",
    Group.COMMUNITY: "Community and documents",
    Group.QUALITY: "CI, tests and release",
    Group.SECURITY: "Security and supply chain",
    Group.OWNERSHIP: "Ownership",
    Group.STRUCTURE: "Structure",
}
_MAX_EVIDENCE = 5


def to_markdown(report: Report) -> str:
    """The report, most important first; ends with a newline."""
    sections = [
        _head(report),
        _changes(report),
        _actions(report),
        _insights(report),
        _stack(report),
        _languages(report),
        _components(report),
        _dependencies(report),
        _activity(report),
        _structure(report),
        _checks(report),
        _foot(report),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(report: Report) -> str:
    name = f"{report.repository.owner}/{report.repository.name}".strip("/")
    score = f"{report.score} of 100, grade {report.grade}" if report.score is not None else "no score"
    status = f"{report.status.value}{', stable' if report.is_stable else ''}"
    rows = [
        ("Score", f"**{score}** ({percent(report.coverage)} of what applies could be judged)"),
        ("Status", f"{safe(status)}: {safe(report.status_reason)}"),
        ("Kind", safe(report.kind.value)),
        ("Licence", safe(report.licence.expression or "none found")),
    ]
    if report.repository.purpose:
        rows.insert(0, ("Purpose", safe(report.repository.purpose)))
    table = "\n".join(["| | |", "|---|---|", *(f"| {title} | {text} |" for title, text in rows)])
    partial = "".join(f"\n\n> ⚠️ Partial: {safe(text)}" for text in report.partial)
    return f"# {safe(name)}\n\n{safe(report.summary)}\n\n{table}{partial}"


def _changes(report: Report) -> str:
    changes = report.changes
    if changes is None:
        return ""
    lines = []
    if changes.comparable and changes.score_before is not None and changes.score_after is not None:
        step = changes.score_after - changes.score_before
        if step:
            lines.append(f"Score {changes.score_before} → {changes.score_after} ({step:+d}).")
    elif not changes.comparable:
        lines.append("Scores are not compared: the ruleset or the configuration changed.")
    if changes.status_before is not changes.status_after:
        lines.append(f"Status {changes.status_before.value} → {changes.status_after.value}.")
    if changes.licence_before != changes.licence_after:
        lines.append(f"Licence {safe(changes.licence_before or 'none')} → {safe(changes.licence_after or 'none')}.")
    lines += [f"{STATE_MARKS[turn.before]} → {STATE_MARKS[turn.after]} {safe(turn.title)}" for turn in changes.checks]
    for title, packages in (
        ("Dependencies added", changes.packages_added),
        ("Dependencies removed", changes.packages_removed),
        ("Dependencies moved", changes.packages_moved),
    ):
        if packages:
            names = [code_span(f"{p.name} {' → '.join(v for v in (p.before, p.after) if v)}".strip()) for p in packages]
            lines.append(f"{title}: {listed(names, limit=12)}.")
    for title, changed in (
        ("Technologies added", changes.technologies_added),
        ("Technologies removed", changes.technologies_removed),
        ("Languages added", changes.languages_added),
        ("Languages removed", changes.languages_removed),
        ("Owners added", changes.owners_added),
        ("Owners removed", changes.owners_removed),
    ):
        if changed:
            lines.append(f"{title}: {listed([safe(name) for name in changed], limit=12)}.")
    since = f"since {code_span(changes.previous_head_sha[:7])} " if changes.previous_head_sha else ""
    heading = f"## What changed {since}({changes.previous_at:%Y-%m-%d})"
    return f"{heading}\n\n" + ("\n".join(f"- {line}" for line in lines) if lines else "Nothing that the report shows.")


def _actions(report: Report) -> str:
    if not report.actions:
        return ""
    lines = []
    for number, action in enumerate(report.actions, 1):
        worth = f"+{action.value:g} {'point' if action.value == 1 else 'points'}, " if action.value else ""
        where = _places(report, action.evidence)
        lines.append(
            f"{number}. **{safe(action.title)}** ({worth}{action.effort.value}) {safe(action.instruction)}"
            + (f" {where}" if where else "")
        )
    return "## What to do next\n\n" + "\n".join(lines)


def _insights(report: Report) -> str:
    if not report.insights:
        return ""
    lines = [
        f"- **{safe(i.title)}.** {safe(i.description)}"
        + (f" {where}" if (where := _places(report, i.evidence)) else "")
        for i in report.insights
    ]
    return "## Insights\n\n" + "\n".join(lines)


def _stack(report: Report) -> str:
    if not report.tech_stack:
        return ""
    categories: dict[str, list[str]] = {}
    for technology in report.tech_stack:
        version = f" {technology.version}" if technology.version else ""
        categories.setdefault(technology.category, []).append(safe(f"{technology.name}{version}"))
    lines = [f"- **{safe(category)}**: {', '.join(names)}" for category, names in categories.items()]
    return "## Tech stack\n\n" + "\n".join(lines)


def _languages(report: Report) -> str:
    if not report.languages and not report.official_languages:
        return ""
    parts = ["## Languages"]
    if report.official_languages:
        shares = [f"{safe(o.name)} {percent(o.share)}" for o in report.official_languages[:8]]
        parts.append(f"By GitHub: {', '.join(shares)}.")
    if report.languages:
        rows = [
            f"| {safe(row.name)} | {row.files:,} | {row.code:,} | {row.comment:,} | {row.blank:,} | "
            f"{percent(row.share)} |"
            for row in report.languages[:15]
        ]
        head = "| Language | Files | Code | Comment | Blank | Share |\n|---|---:|---:|---:|---:|---:|"
        parts.append("\n".join([head, *rows]))
    return "\n\n".join(parts)


def _components(report: Report) -> str:
    if len(report.components) < 2:
        return ""
    rows = [
        f"| {code_span(c.path or '.')} | {safe(c.name)} | {safe(c.ecosystem)} | {safe(listed(c.languages, limit=3))} "
        f"| {c.code:,} | {c.test_code:,} | {c.dependencies:,} |"
        for c in report.components[:50]
    ]
    head = (
        "| Component | Name | Ecosystem | Languages | Code | Tests | Dependencies |\n|---|---|---|---|---:|---:|---:|"
    )
    return "## Components\n\n" + "\n".join([head, *rows])


def _dependencies(report: Report) -> str:
    if not report.packages:
        return ""
    scopes = {scope: sum(p.scope is scope for p in report.packages) for scope in Scope}
    told = listed([f"{count:,} {scope.value}" for scope, count in scopes.items() if count])
    rows = [
        f"| {code_span(p.name)} | {safe(p.ecosystem)} | {code_span(p.requirement) or 'any'} | {code_span(p.locked)} "
        f"| {p.scope.value} | {_place(report, Evidence(path=p.path, line=p.line))} |"
        for p in report.packages[:200]
    ]
    more = f"\n\n{len(report.packages) - 200:,} more are in the JSON." if len(report.packages) > 200 else ""
    head = "| Package | Ecosystem | Requirement | Locked | Scope | Declared |\n|---|---|---|---|---|---|"
    summary = f"<summary>{counted(len(report.packages), 'direct dependency')} ({told})</summary>"
    body = "\n".join([head, *rows])
    return f"## Dependencies\n\n<details>{summary}\n\n{body}{more}\n\n</details>"


def _activity(report: Report) -> str:
    activity = report.activity
    facts = [
        ("Human commits in 90 days", activity.human_commits_90_days),
        ("Commits by bots in 90 days", activity.bot_commits_90_days),
        ("People in 90 days", activity.contributors_90_days),
        ("Releases", activity.releases),
        ("Latest release", activity.latest_release),
        ("Open issues", activity.open_issues),
        ("Open pull requests", activity.open_pull_requests),
        ("Median hours to the first response", activity.median_first_response_hours),
        ("Bus factor", report.ownership.bus_factor),
    ]
    lines = [
        f"- {title}: {safe(f'{value:,}' if isinstance(value, int) else str(value))}"
        for title, value in facts
        if value not in {None, ""}
    ]
    if report.ownership.owners:
        people = [safe(o.name) + (f" ({percent(o.share)})" if o.commits else "") for o in report.ownership.owners[:8]]
        lines.append(f"- Owners: {', '.join(people)}")
    return "## Activity and ownership\n\n" + "\n".join(lines) if lines else ""


def _structure(report: Report) -> str:
    structure = report.structure
    lines = [
        f"- {code_span(f.name)} has complexity {f.complexity}: {_place(report, Evidence(path=f.path, line=f.line))}"
        for f in structure.hot_functions[:5]
    ]
    lines += [
        f"- {code_span(f.path)} has {f.code:,} lines of {safe(f.language or 'code')}"
        for f in structure.largest_files[:3]
    ]
    return "## Hot spots\n\n" + "\n".join(lines) if lines else ""


def _checks(report: Report) -> str:
    parts = ["## Checks"]
    scores = {group.group: group for group in report.groups}
    for group in Group:
        checks = [check for check in report.checks if check.group is group and not check.component]
        if not checks:
            continue
        score = scores[group].score if group in scores else None
        title = f"### {GROUP_TITLES[group]}{f': {score} of 100' if score is not None else ''}"
        parts.append("\n".join([title, "", *(line for check in checks for line in _check_lines(report, check))]))
    components = [check for check in report.checks if check.component]
    if components:
        parts.append("### By component")
        parts.append(
            "\n".join(
                f"- {STATE_MARKS[c.state]} {code_span(c.component)} {safe(c.title)}: "
                f"{safe(c.found if not c.reason else c.reason)}"
                for c in components
            )
        )
    return "\n\n".join(parts)


def _check_lines(report: Report, check: Check) -> Iterator[str]:
    text = check.reason if check.state in {State.UNKNOWN, State.NOT_APPLICABLE} else check.found
    weight = f" (weight {check.weight})" if check.weight else ""
    where = _places(report, check.evidence)
    yield f"- {STATE_MARKS[check.state]} **{safe(check.title)}** {code_span(check.id)}{weight}: {safe(text)}" + (
        f" {where}" if where else ""
    )
    if check.state in {State.WARN, State.FAIL} and check.next_step:
        yield f"  - {safe(check.why)} {safe(check.next_step)}"


def _foot(report: Report) -> str:
    sha = code_span(report.repository.head_sha[:12]) if report.repository.head_sha else "an unknown commit"
    return f"Repo Radar, ruleset {report.ruleset_version}, at {sha} on {report.analyzed_at:%Y-%m-%d %H:%M} UTC."


def _places(report: Report, evidence: Iterable[Evidence]) -> str:
    """Up to five places, with links where there is a page to link to."""
    items = [_place(report, one) for one in evidence]
    shown = [item for item in dict.fromkeys(items) if item][:_MAX_EVIDENCE]
    return f"({', '.join(shown)})" if shown else ""


def _place(report: Report, evidence: Evidence) -> str:
    if not evidence.path:
        return code_span(evidence.field)
    label = code_span(f"{evidence.path}:{evidence.line}" if evidence.line else evidence.path)
    url = report.repository.url
    if not url.startswith("https://") or not report.repository.head_sha:
        return label
    line = f"#L{evidence.line}" if evidence.line else ""
    return f"[{label}]({url}/blob/{report.repository.head_sha}/{quote(evidence.path)}{line})"
