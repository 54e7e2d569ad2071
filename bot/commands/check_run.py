"""What a check run shows, and whether it fails: neutral unless `.github/radar.yml` sets thresholds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from bot.commands.markdown import Links, fitted, one_line, prose, shortened
from bot.commands.replies import actions_block, changes_block, stack_block
from bot.commands.wording import STATE_SIGNS, score_words, signed, trend
from bot.model.english import counted
from bot.model.report import Check, Evidence, Report, State, Thresholds
from bot.model.repository import CheckAnnotation, CheckOutput

MAX_SUMMARY = 65_535
MAX_ANNOTATIONS = 200
"""Four requests of fifty; what goes beyond is told in the summary and stands on the page."""
NEUTRAL, SUCCESS, FAILURE = "neutral", "success", "failure"
_LEVELS = {State.FAIL: "warning", State.WARN: "notice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The conclusion of a check run, and each threshold that was missed, as a sentence."""

    conclusion: str
    reasons: tuple[str, ...] = ()


def verdict(report: Report, before: Report | None = None) -> Verdict:
    """Judges a report by the thresholds of the repository. `before` is the merge base's report of a pull request.

    A pull request is judged by the thresholds of its base: it cannot lower its own bar.
    """
    thresholds = (before or report).publish.thresholds
    if thresholds == Thresholds():
        return Verdict(conclusion=NEUTRAL)
    reasons = report.threshold_failures if before is None else tuple(_missed(report, before, thresholds))
    return Verdict(conclusion=FAILURE if reasons else SUCCESS, reasons=reasons)


def _missed(report: Report, before: Report, thresholds: Thresholds) -> Iterator[str]:
    if thresholds.score is not None and report.score is not None and report.score < thresholds.score:
        yield f"The score is {report.score}, below the threshold of {thresholds.score}."
    if thresholds.drop is not None and before.score is not None and report.score is not None:
        lost = before.score - report.score
        if lost > thresholds.drop:
            yield f"The change costs {counted(lost, 'point')}, more than the {thresholds.drop} allowed."
    scores = {group.group.value: group.score for group in report.groups}
    for group, lowest in sorted(thresholds.groups.items()):
        score = scores.get(group)
        if score is not None and score < lowest:
            yield f"The score for {group} is {score}, below the threshold of {lowest}."
    states = {check.id: check for check in report.checks if not check.component}
    for check_id in thresholds.fail_on:
        check = states.get(check_id)
        if check is not None and check.state is State.FAIL:
            yield f"{check.title}: {one_line(check.found)}"


def render_check(report: Report, links: Links) -> tuple[CheckOutput, str]:
    """What the check run of the default branch's HEAD shows, and its conclusion."""
    return branch_output(report, links), verdict(report).conclusion


def render_pull_request_check(before: Report, after: Report, links: Links) -> tuple[CheckOutput, str]:
    """What the check run of a pull request shows, and its conclusion. `before` is the merge base's report."""
    return pull_request_output(before, after, links), verdict(after, before).conclusion


def branch_output(report: Report, links: Links) -> CheckOutput:
    """The check run of the default branch's HEAD."""
    judged = verdict(report)
    sha = report.repository.head_sha
    annotations = tuple(_annotations(report, None))
    return CheckOutput(
        title=_title(report, judged),
        summary=fitted(
            [
                _reasons(judged),
                prose(report.summary, 1_000),
                changes_block(report.changes, links),
                actions_block(report, links, sha),
                stack_block(report),
                _left_out(len(annotations)),
            ],
            MAX_SUMMARY,
            ending=f"[The whole report]({links.page})",
        ),
        annotations=annotations[:MAX_ANNOTATIONS],
    )


def pull_request_output(before: Report, after: Report, links: Links) -> CheckOutput:
    """The check run of a pull request: what it does to the report. `after.changes` compares with `before`."""
    judged = verdict(after, before)
    annotations = tuple(_annotations(after, before))
    return CheckOutput(
        title=_pull_request_title(before, after, judged),
        summary=fitted(
            [
                _reasons(judged),
                changes_block(after.changes, links),
                _introduced(before, after, links),
                actions_block(_concerned(after), links, after.repository.head_sha),
                _left_out(len(annotations)),
            ],
            MAX_SUMMARY,
            ending=f"[The report of the default branch]({links.page})",
        ),
        annotations=annotations[:MAX_ANNOTATIONS],
    )


def _concerned(after: Report) -> Report:
    """The report with those actions only that follow from what the pull request turned."""
    turned = {check.id for check in after.changes.checks} if after.changes is not None else set()
    return replace(after, actions=tuple(action for action in after.actions if action.check_id in turned))


def _title(report: Report, judged: Verdict) -> str:
    change = trend(report.changes)
    title = f"{score_words(report)}{f' ({change})' if change else ''}"
    title = title[:1].upper() + title[1:]
    return f"{title}: {counted(len(judged.reasons), 'threshold')} missed" if judged.reasons else title


def _pull_request_title(before: Report, after: Report, judged: Verdict) -> str:
    if before.score is None or after.score is None:
        title = score_words(after)
    elif before.ruleset_version != after.ruleset_version:
        title = f"{score_words(after)} (the base was judged by other rules)"
    else:
        title = f"{signed(after.score - before.score)} points: {score_words(after)}"
    title = title[:1].upper() + title[1:]
    return f"{title}; {counted(len(judged.reasons), 'threshold')} missed" if judged.reasons else title


def _reasons(judged: Verdict) -> str:
    if not judged.reasons:
        return ""
    listed = "\n".join(f"- {prose(reason)}" for reason in judged.reasons)
    return f"**Thresholds of `.github/radar.yml` missed**\n\n{listed}"


def _left_out(found: int) -> str:
    if found <= MAX_ANNOTATIONS:
        return ""
    return f"_{found - MAX_ANNOTATIONS:,} more remarks on lines stand in the report._"


def _introduced(before: Report, after: Report, links: Links) -> str:
    """Findings of the head that the merge base does not have, check by check."""
    lines = []
    for check, evidence in _new_findings(before, after):
        places = links.places(evidence, after.repository.head_sha, 5)
        lines.append(f"- {STATE_SIGNS[check.state]} {prose(check.title)}: {places}")
    return "**New findings**\n\n" + "\n".join(lines) if lines else ""


def _new_findings(before: Report, after: Report) -> Iterator[tuple[Check, list[Evidence]]]:
    """Lines move when a file changes, so a finding is the same when file and detail are, as often as before."""
    known: dict[tuple[str, str, str], int] = {}
    for check in before.checks:
        for one in check.evidence:
            key = (check.id, one.path, one.detail)
            known[key] = known.get(key, 0) + 1
    for check in after.checks:
        if check.state not in _LEVELS:
            continue
        new = []
        for one in check.evidence:
            key = (check.id, one.path, one.detail)
            if known.get(key, 0):
                known[key] -= 1
            elif one.path:
                new.append(one)
        if new:
            yield check, new


def _annotations(report: Report, before: Report | None) -> Iterator[CheckAnnotation]:
    if before is not None:
        found = list(_new_findings(before, report))
    else:
        found = [(check, list(check.evidence)) for check in report.checks if check.state in _LEVELS]
    for check, evidence in sorted(found, key=lambda pair: (pair[0].state is not State.FAIL, -pair[0].weight)):
        for one in evidence:
            if one.path and one.line is not None:
                yield _annotation(check, one, one.line)


def _annotation(check: Check, evidence: Evidence, line: int) -> CheckAnnotation:
    said = [check.found if len(check.evidence) == 1 else "", evidence.detail, check.next_step]
    return CheckAnnotation(
        path=evidence.path,
        start_line=line,
        end_line=line,
        level=_LEVELS[check.state],
        title=one_line(check.title, 255),
        message=shortened("\n".join(one_line(part) for part in said if part) or check.title, 2_000),
    )
