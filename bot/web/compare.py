"""What changed between any two reports of one repository, in the shape of `report.changes`.

`bot.analysis` makes the same comparison when a report is written; a page may not import it, and any two reports of
the history are asked for here.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.model.report import Changes, MovedPackage, Package, Report, State, TurnedCheck

PackageKey = tuple[str, str, str, str]


def compare_reports(before: Report, after: Report) -> Changes:
    """The difference from `before` to `after`; scores of different rulesets are not comparable."""
    technologies_before = {item.name for item in before.tech_stack}
    technologies_after = {item.name for item in after.tech_stack}
    languages_before = {item.name for item in before.languages}
    languages_after = {item.name for item in after.languages}
    owners_before = {item.name for item in before.ownership.owners}
    owners_after = {item.name for item in after.ownership.owners}
    added, removed, moved = _packages(before.packages, after.packages)
    return Changes(
        previous_head_sha=before.repository.head_sha,
        previous_at=before.analyzed_at,
        comparable=before.ruleset_version == after.ruleset_version,
        score_before=before.score,
        score_after=after.score,
        grade_before=before.grade,
        grade_after=after.grade,
        status_before=before.status,
        status_after=after.status,
        checks=_turned(before, after),
        packages_added=added,
        packages_removed=removed,
        packages_moved=moved,
        technologies_added=tuple(sorted(technologies_after - technologies_before)),
        technologies_removed=tuple(sorted(technologies_before - technologies_after)),
        languages_added=tuple(sorted(languages_after - languages_before)),
        languages_removed=tuple(sorted(languages_before - languages_after)),
        owners_added=tuple(sorted(owners_after - owners_before)),
        owners_removed=tuple(sorted(owners_before - owners_after)),
        licence_before=before.licence.expression,
        licence_after=after.licence.expression,
    )


def _turned(before: Report, after: Report) -> tuple[TurnedCheck, ...]:
    old: dict[tuple[str, str], State] = {(check.id, check.component): check.state for check in before.checks}
    return tuple(
        TurnedCheck(id=check.id, title=check.title, before=old[check.id, check.component], after=check.state)
        for check in after.checks
        if old.get((check.id, check.component), check.state) is not check.state
    )


def _packages(
    before: Iterable[Package], after: Iterable[Package]
) -> tuple[tuple[MovedPackage, ...], tuple[MovedPackage, ...], tuple[MovedPackage, ...]]:
    old, new = ({_key(package): package for package in side} for side in (before, after))
    added = tuple(_moved(new[key], "", new[key].requirement) for key in sorted(new.keys() - old.keys()))
    removed = tuple(_moved(old[key], old[key].requirement, "") for key in sorted(old.keys() - new.keys()))
    moved = tuple(
        _moved(new[key], old[key].requirement, new[key].requirement)
        for key in sorted(new.keys() & old.keys())
        if old[key].requirement != new[key].requirement
    )
    return added, removed, moved


def _key(package: Package) -> PackageKey:
    return package.ecosystem, package.name, package.path, package.scope.value


def _moved(package: Package, before: str, after: str) -> MovedPackage:
    return MovedPackage(name=package.name, ecosystem=package.ecosystem, before=before, after=after, path=package.path)
