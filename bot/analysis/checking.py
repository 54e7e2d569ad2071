"""Turns findings into checks: the weights, the kind, the configuration and the empty repository have their say here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.analysis.config import RadarConfig
from bot.analysis.finding import Finding, at
from bot.analysis.kinds import reason_for
from bot.analysis.questions.maintenance import is_given_up
from bot.analysis.scoring import SHARE_BY_STATE
from bot.analysis.versions import version_of
from bot.analysis.view import View
from bot.analysis.weights import BY_ID, RULES
from bot.analysis.words import full_stop, sentence
from bot.model.report import Check, Evidence, Kind, State, Status

_MAX_EVIDENCE = 20

_FOR_THE_LIVING = frozenset(
    {
        "releases", "first-response", "pull-request-flow", "backlog-age", "ci-state", "dependency-updates",
        "contributing", "code-of-conduct", "templates", "branch-rules", "bus-factor", "top-owner", "reviewed",
        "codeowners", "static-analysis", "coverage", "fuzzing", "publishing", "signed-releases", "topics",
        "docs-site", "changelog", "pinned", "security-policy", "ci", "ci-tests", "lint", "complexity",
        "duplication", "debt", "layout", "tests", "vulnerabilities", "workflow-safety",
    }
)  # fmt: skip
"""Checks that ask for work which an archived repository cannot take."""

_FOR_THE_GROWN = frozenset(
    {
        "contributing", "code-of-conduct", "templates", "docs-site", "changelog", "releases", "publishing",
        "signed-releases", "ci", "ci-tests", "ci-state", "workflow-safety", "pinned", "lint", "coverage",
        "static-analysis", "fuzzing", "security-policy", "codeowners", "complexity", "duplication", "debt",
        "layout", "vendored", "branch-rules",
    }
)  # fmt: skip
"""Checks that would be filler for a repository of a few lines. `ci` and all that depends on it go together."""

_FOR_THE_PUBLISHED = frozenset({"releases", "changelog", "publishing", "signed-releases"})
"""Checks of what leaves the repository as a version."""


def make_checks(view: View, findings: Iterable[Finding]) -> list[tuple[Check, Finding]]:
    """One check a rule, in the order of the table, each with the finding it came from."""
    by_id = {finding.check: finding for finding in findings}
    made = []
    for rule in RULES:
        finding = _adjusted(view, by_id[rule.id])
        made.append((_check(finding), finding))
    return made


def _adjusted(view: View, finding: Finding) -> Finding:
    """The finding, or why it does not apply here."""
    check = finding.check
    if switched := view.config.off.get(check):
        where = at(view.config.path, switched.line, "switched off")
        return _off(check, f"switched off in `{view.config.path}`: {switched.reason}", (where,))
    if view.is_empty and BY_ID[check].weight:
        return _off(check, "the repository is empty")
    if view.is_tiny and check in _FOR_THE_GROWN:
        return _off(check, "there is hardly anything in the repository yet")
    if check in _FOR_THE_PUBLISHED and view.is_all_private:
        return _off(check, "all of its packages are private: nothing is published")
    if view.status.status is Status.ARCHIVED and check in _FOR_THE_LIVING:
        return _off(check, "the repository is archived: nobody can act on it")
    if check in _FOR_THE_LIVING and is_given_up(view):
        return _off(check, "it declares itself deprecated: nobody is meant to work on it any more")
    if check in _FOR_THE_PUBLISHED and view.kind.kind in _MAY_HAVE_VERSIONS and has_versions(view):
        return finding  # whatever its kind: people upgrade from one version to the next
    if finding.state is not State.NOT_APPLICABLE and BY_ID[check].weight and (why := reason_for(check, view.kind.kind)):
        # what is there all the same earns its points
        return finding if finding.state is State.PASS else _off(check, why)
    return finding


VERSIONS = 3
_MAY_HAVE_VERSIONS = frozenset({Kind.APPLICATION, Kind.INFRASTRUCTURE, Kind.UNKNOWN})
"""Kinds that are mostly deployed at HEAD; those that are released in versions are asked what is asked of a release."""


def has_versions(view: View) -> bool:
    """Whether it has been released in versions, several times."""
    tags = [release.tag for release in view.facts.releases or () if not release.is_prerelease]
    return sum(version_of(tag) is not None for tag in tags) >= VERSIONS


def _off(check: str, reason: str, evidence: tuple[Evidence, ...] = ()) -> Finding:
    return Finding(check=check, state=State.NOT_APPLICABLE, found="Not applicable.", reason=reason, evidence=evidence)


def _check(finding: Finding) -> Check:
    rule = BY_ID[finding.check]
    share = (
        finding.share
        if finding.state is State.WARN and finding.share is not None
        else SHARE_BY_STATE.get(finding.state)
    )
    return Check(
        id=rule.id,
        number=rule.number,
        group=rule.group,
        title=rule.title,
        state=finding.state,
        found=full_stop(finding.found),
        why=rule.why,
        next_step="" if finding.state is State.PASS else finding.next_step,
        reason=sentence(finding.reason),
        evidence=finding.evidence[:_MAX_EVIDENCE],
        weight=rule.weight,
        share=None if share is None else round(share, 4),
    )


def threshold_failures(
    checks: Sequence[Check],
    score: int | None,
    groups: dict[str, int | None],
    config: RadarConfig,
    score_before: int | None,
) -> tuple[str, ...]:
    """A sentence for each threshold of the configuration that is missed."""
    wanted = config.publish.thresholds
    failures = []
    if wanted.score is not None and score is not None and score < wanted.score:
        failures.append(f"The score is {score}; `{config.path}` asks for {wanted.score}.")
    if (
        wanted.drop is not None
        and score is not None
        and score_before is not None
        and score_before - score > wanted.drop
    ):
        failures.append(
            f"The score fell from {score_before} to {score}; `{config.path}` allows a drop of {wanted.drop}."
        )
    for group, lowest in wanted.groups.items():
        reached = groups.get(group)
        if reached is not None and reached < lowest:
            failures.append(f"The score of {group} is {reached}; `{config.path}` asks for {lowest}.")
    failures += [
        f"{check.title}: {check.found}"
        for check in checks
        if check.id in wanted.fail_on and check.state is State.FAIL and not check.component
    ]
    return tuple(failures)
