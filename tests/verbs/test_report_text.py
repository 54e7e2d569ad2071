"""The report in a terminal: what a golden report shows, and that nothing of a repository acts on the terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import msgspec
import pytest
from rich.console import Console

from bot.model.report import Check, Effort, Report, Scope, State
from bot.verbs.report_text import SHOWN_PACKAGES, print_report
from tests.web.sample_reports import rich_report, smaller

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def golden() -> Report:
    return rich_report(42, "acme", "tidemark", NOW)


def shown(report: Report, *, is_terminal: bool = False) -> str:
    """What is printed, 160 columns wide; with the escapes of styles where it goes to a terminal."""
    into = io.StringIO()
    print_report(report, Console(file=into, width=160, force_terminal=is_terminal, color_system="auto", _environ={}))
    return into.getvalue()


def sections(text: str) -> list[str]:
    titles = "What to do next,Worth knowing,What changed,Languages,Tech stack,Dependencies,Components,Owners,Checks"
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith(" ")]
    return [line for line in lines if line in titles.split(",")]


def test_a_whole_report_has_every_section_in_order() -> None:
    text = shown(golden())
    assert sections(text) == [
        "What to do next",
        "Worth knowing",
        "What changed",
        "Languages",
        "Tech stack",
        "Dependencies",
        "Components",
        "Owners",
        "Checks",
    ]
    for said in ("acme/tidemark", "78 of 100", "94% of the checks could be judged", "library · MIT", "81.0%", "✓"):
        assert said in text
    assert "\x1b" not in text, "no escapes where it goes into a file"


def test_sections_without_content_are_left_out() -> None:
    empty = smaller(
        golden(), actions=(), insights=(), changes=None, languages=(), tech_stack=(), packages=(), components=()
    )
    assert sections(shown(empty)) == ["Owners", "Checks"]


@pytest.mark.parametrize("reason", ["There were 12 human commits.", "Nobody has answered since May."])
def test_the_reason_of_a_status_is_said_once(reason: str) -> None:
    text = shown(smaller(golden(), summary="It is looked after: there were 12 human commits.", status_reason=reason))
    assert text.lower().count(reason.lower()) == 1


def test_what_is_not_judged_says_so() -> None:
    text = shown(smaller(golden(), score=None, grade="", partial=("The archive was cut.",)))
    assert "not judged" in text
    assert "None of 100" not in text
    assert "Partial: The archive was cut." in text


def test_what_it_runs_on_comes_before_its_workflows_and_once() -> None:
    one = golden().packages[0]
    action, library = (
        msgspec.structs.replace(one, name=name, path=path, scope=scope)
        for name, path, scope in (
            ("an/action", ".github/workflows/ci.yml", Scope.BUILD),
            ("a-library", "package.json", Scope.RUNTIME),
        )
    )
    text = shown(smaller(golden(), packages=(action, action, library)))
    assert text.index("a-library") < text.index("an/action")
    assert text.count("an/action") == 1


def test_a_gain_is_no_number_of_minutes() -> None:
    action = msgspec.structs.replace(golden().actions[0], value=4.2, effort=Effort.MINUTES)
    assert "+4 in minutes" in shown(smaller(golden(), actions=(action,)))
    assert "+0" not in shown(smaller(golden(), actions=(msgspec.structs.replace(action, value=0.2),)))


def test_a_check_of_a_component_names_it() -> None:
    check = msgspec.structs.replace(golden().checks[0], component="packages/a")
    assert f"{check.title} (`packages/a`)" in shown(smaller(golden(), checks=(check,)))


def test_many_packages_are_counted_not_listed() -> None:
    one = golden().packages[0]
    many = tuple(msgspec.structs.replace(one, name=f"package-{number}") for number in range(SHOWN_PACKAGES + 7))
    text = shown(smaller(golden(), packages=many))
    assert f"package-{SHOWN_PACKAGES - 1} " in text
    assert f"package-{SHOWN_PACKAGES} " not in text
    assert "and 7 more" in text


def hostile(text: str) -> dict[str, Report]:
    """The report with `text` in each place that a repository fills."""
    good = golden()
    assert good.changes is not None
    check, action, insight = good.checks[0], good.actions[0], good.insights[0]
    failed = msgspec.structs.replace(check, state=State.FAIL)
    evidence = (msgspec.structs.replace(good.licence.files[0], path=text),)

    def checked(one: Check) -> Report:
        return smaller(good, checks=(one,))

    return {
        "name": smaller(good, repository=msgspec.structs.replace(good.repository, name=text)),
        "summary": smaller(good, summary=text),
        "status": smaller(good, status_reason=text),
        "licence": smaller(good, licence=msgspec.structs.replace(good.licence, expression=text)),
        "action": smaller(good, actions=(msgspec.structs.replace(action, instruction=text),)),
        "action's place": smaller(good, actions=(msgspec.structs.replace(action, evidence=evidence),)),
        "insight": smaller(good, insights=(msgspec.structs.replace(insight, description=text),)),
        "change": smaller(good, changes=msgspec.structs.replace(good.changes, owners_added=(text,))),
        "language": smaller(good, languages=(msgspec.structs.replace(good.languages[0], name=text),)),
        "technology": smaller(good, tech_stack=(msgspec.structs.replace(good.tech_stack[0], version=text),)),
        "package": smaller(good, packages=(msgspec.structs.replace(good.packages[0], name=text),)),
        "requirement": smaller(good, packages=(msgspec.structs.replace(good.packages[0], requirement=text),)),
        "component": smaller(
            good, components=tuple(msgspec.structs.replace(one, path=text) for one in good.components[:2])
        ),
        "ecosystem": smaller(
            good, components=tuple(msgspec.structs.replace(one, ecosystem=text) for one in good.components[:2])
        ),
        "owner": smaller(
            good,
            ownership=msgspec.structs.replace(
                good.ownership, owners=(msgspec.structs.replace(good.ownership.owners[0], name=text),)
            ),
        ),
        "finding": checked(msgspec.structs.replace(check, found=text)),
        "finding's place": checked(msgspec.structs.replace(failed, evidence=evidence)),
        "what was cut": smaller(good, partial=(text,)),
    }


ATTACKS = {
    "markup": ("[red]x[/red]", "[red]x[/red]"),
    "markup that closes nothing": ("[/x]", "[/x]"),
    "an emoji's name": (":bomb:", ":bomb:"),
    "a terminal escape": ("\x1b[2Jx", "\\x1b[2Jx"),
    "a window's title": ("\x1b]0;x\x07", "\\x1b]0;x\\x07"),
    "a line of its own": ("x\r\nGrade A", "x\\r\\nGrade A"),
    "text that runs backwards": ("\u202ex", "\\u202ex"),
}


@pytest.mark.parametrize("place", hostile(""))
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_repository_says_is_shown_and_does_nothing(attack: str, place: str) -> None:
    text, literally = ATTACKS[attack]
    assert literally in shown(hostile(text)[place])


def test_styles_are_ours_alone() -> None:
    text = shown(hostile("\x1b[2J[red]x")["summary"], is_terminal=True)
    assert "\x1b[2J" not in text
    assert "\x1b[" in text, "a terminal gets colours"
