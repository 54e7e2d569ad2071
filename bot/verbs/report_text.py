"""The report in a terminal: headline, what to do, what it is made of, every check with its evidence."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.logs import one_line
from bot.model.english import counted
from bot.model.report import Check, Evidence, Package, Report, Scope, State

MARKS = {
    State.PASS: ("✓", "green"),
    State.WARN: ("!", "yellow"),
    State.FAIL: ("✗", "red"),
    State.UNKNOWN: ("?", "cyan"),
    State.NOT_APPLICABLE: ("–", "dim"),
}
GRADE_STYLES = {"A": "bold green", "B": "green", "C": "yellow", "D": "dark_orange", "E": "red", "F": "bold red"}
SHOWN_PACKAGES = 15
BAR_CELLS = 30


def print_report(report: Report, console: Console) -> None:
    """Print the whole report; strings of the repository are shown as they are, never as markup."""
    console.print(_headline(report))
    sections = (
        ("What to do next", _actions(report)),
        ("Worth knowing", _insights(report)),
        ("What changed", _changes(report)),
        ("Languages", _languages(report)),
        ("Tech stack", _stack(report)),
        ("Dependencies", _packages(report)),
        ("Components", _components(report)),
        ("Owners", _owners(report)),
        ("Checks", _checks(report)),
    )
    for title, body in sections:
        if body is not None:
            console.print()
            console.print(Text(title, style="bold underline"))
            console.print(Padding(body, (0, 0, 0, 2)))
    for sentence in report.partial:
        console.print(Text(f"Partial: {one_line(sentence)}", style="yellow"))


def _headline(report: Report) -> RenderableType:
    repository = report.repository
    name = f"{repository.owner}/{repository.name}" if repository.owner else repository.name
    grade = Text(f" {report.grade or '–'} ", style=f"reverse {GRADE_STYLES.get(report.grade[:1], 'bold')}")
    score = "not judged" if report.score is None else f"{report.score} of 100"
    first = Text.assemble(
        grade, f"  {score}", f", {report.coverage:.0%} of the checks could be judged", f"  ·  {report.status.value}"
    )
    lines = [first, Text(""), Text(one_line(report.summary))]
    if report.status_reason.lower() not in report.summary.lower():
        lines.append(Text(one_line(report.status_reason), style="dim"))
    kind = one_line(f"{report.kind.value.replace('-', ' ')} · {report.licence.expression or 'no licence'}")
    title = Text(f"{one_line(name)}  {repository.head_sha[:12]}")
    return Panel(Group(*lines), title=title, title_align="left", subtitle=Text(kind), subtitle_align="left")


def _where(evidence: tuple[Evidence, ...], most: int = 2) -> str:
    shown = ", ".join(one_line(str(one)) for one in evidence[:most])
    return f"{shown} and {len(evidence) - most} more" if len(evidence) > most else shown


def _actions(report: Report) -> RenderableType | None:
    if not report.actions:
        return None
    table = Table.grid(padding=(0, 1))
    for number, action in enumerate(report.actions, 1):
        gain = f"+{action.value:.0f} in " if action.value >= 0.5 else ""
        what = Text.assemble((one_line(action.title), "bold"), "\n", one_line(action.instruction))
        if action.evidence:
            what.append(f"\n{_where(action.evidence)}", style="dim")
        table.add_row(f"{number}.", what, Text(f"{gain}{action.effort.value}", style="dim"))
    return table


def _insights(report: Report) -> RenderableType | None:
    if not report.insights:
        return None
    return Group(
        *(Text.assemble((one_line(one.title), "bold"), f"  {one_line(one.description)}") for one in report.insights)
    )


def _changes(report: Report) -> RenderableType | None:
    changes = report.changes
    if changes is None:
        return None
    lines = [f"Since {changes.previous_head_sha[:12]} ({changes.previous_at:%Y-%m-%d}):"]
    if changes.comparable and changes.score_before != changes.score_after:
        lines.append(f"score {changes.score_before} → {changes.score_after}")
    if changes.status_before != changes.status_after:
        lines.append(f"status {changes.status_before.value} → {changes.status_after.value}")
    lines += [f"{one.title}: {one.before.value} → {one.after.value}" for one in changes.checks]
    lines += [f"dependency added: {one.name} {one.after}" for one in changes.packages_added]
    lines += [f"dependency removed: {one.name}" for one in changes.packages_removed]
    lines += [f"dependency moved: {one.name} {one.before} → {one.after}" for one in changes.packages_moved]
    lines += [f"technology added: {name}" for name in changes.technologies_added]
    lines += [f"technology removed: {name}" for name in changes.technologies_removed]
    lines += [f"language added: {name}" for name in changes.languages_added]
    lines += [f"language removed: {name}" for name in changes.languages_removed]
    lines += [f"owner added: {name}" for name in changes.owners_added]
    lines += [f"owner removed: {name}" for name in changes.owners_removed]
    if len(lines) == 1:
        lines.append("nothing that the report looks at")
    return Text("\n".join(one_line(line) for line in lines))


def _languages(report: Report) -> RenderableType | None:
    if not report.languages:
        return None
    table = Table.grid(padding=(0, 2))
    for one in report.languages[:10]:
        bar = Text("█" * max(1, round(one.share * BAR_CELLS)), style=one.colour or "default")
        table.add_row(
            Text(one_line(one.name)), bar, f"{one.share:.1%}", counted(one.code, "line"), counted(one.files, "file")
        )
    return table


def _stack(report: Report) -> RenderableType | None:
    if not report.tech_stack:
        return None
    by_category: dict[str, list[str]] = {}
    for one in report.tech_stack:
        by_category.setdefault(one.category, []).append(f"{one.name} {one.version}".strip())
    table = Table.grid(padding=(0, 2))
    for category, names in by_category.items():
        table.add_row(Text(category, style="dim"), Text(one_line(", ".join(names))))
    return table


def _packages(report: Report) -> RenderableType | None:
    if not report.packages:
        return None
    table = Table.grid(padding=(0, 2))
    packages = _most_telling(report.packages)
    for one in packages[:SHOWN_PACKAGES]:
        place = f"{one.path}:{one.line}" if one.line else one.path
        table.add_row(
            Text(one_line(one.name)), Text(one_line(one.requirement)), one.scope.value, Text(one_line(place), "dim")
        )
    more = len(packages) - SHOWN_PACKAGES
    return Group(table, Text(f"and {more} more (--json has all)", style="dim")) if more > 0 else table


def _most_telling(packages: tuple[Package, ...]) -> list[Package]:
    """What it runs on first and its workflows last; what is declared alike in several places once."""
    ordered = sorted(packages, key=lambda one: (one.path.startswith(".github/"), one.scope is not Scope.RUNTIME))
    found: dict[tuple[str, str, str], Package] = {}
    for one in ordered:
        found.setdefault((one.ecosystem, one.name, one.requirement), one)
    return list(found.values())


def _components(report: Report) -> RenderableType | None:
    if len(report.components) < 2:
        return None
    table = Table.grid(padding=(0, 2))
    for one in report.components:
        table.add_row(
            Text(one_line(one.path or ".")),
            one.kind.value,
            Text(one_line(one.ecosystem)),
            counted(one.code, "line"),
            counted(one.dependencies, "dependency"),
        )
    return table


def _owners(report: Report) -> RenderableType | None:
    if not report.ownership.owners:
        return None
    shown = (
        f"{one.name} ({one.share:.0%} of recent commits)" if one.source == "commits" else f"{one.name} ({one.source})"
        for one in report.ownership.owners[:5]
    )
    return Text(one_line(", ".join(shown)))


def _checks(report: Report) -> RenderableType:
    parts: list[RenderableType] = []
    for group in report.groups:
        score = "–" if group.score is None else str(group.score)
        parts.append(Text(f"{group.group.value.replace('-', ' ')}  {score}", style="bold"))
        parts.extend(_check(one) for one in report.checks if one.group is group.group)
    return Group(*parts)


def _check(check: Check) -> RenderableType:
    mark, style = MARKS[check.state]
    said = check.reason if check.state in {State.UNKNOWN, State.NOT_APPLICABLE} else check.found
    title = f"{check.title} (`{check.component}`)" if check.component else check.title
    line = Text.assemble((f" {mark} ", style), one_line(title), (f"  {one_line(said)}", "dim"))
    if check.state in {State.WARN, State.FAIL} and check.evidence:
        line.append(f"  [{_where(check.evidence)}]", style="dim italic")
    return line
