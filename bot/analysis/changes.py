"""What differs from the previous report: score, checks, dependencies, technologies, languages, owners, licence."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model.report import Changes, MovedPackage, Package, Report, TurnedCheck

_Key = tuple[str, str, str]


def compare(previous: Report, current: Report) -> Changes:
    """`Changes` from `previous` to `current`. Scores are comparable only under one ruleset and configuration."""
    comparable = previous.ruleset_version == current.ruleset_version and previous.config_digest == current.config_digest
    added, removed, moved = _packages(previous.packages, current.packages)
    technologies = ({t.name for t in previous.tech_stack}, {t.name for t in current.tech_stack})
    languages = ({language.name for language in previous.languages}, {language.name for language in current.languages})
    owners = ({owner.name for owner in previous.ownership.owners}, {owner.name for owner in current.ownership.owners})
    return Changes(
        previous_head_sha=previous.repository.head_sha,
        previous_at=previous.analyzed_at,
        comparable=comparable,
        score_before=previous.score,
        score_after=current.score,
        grade_before=previous.grade,
        grade_after=current.grade,
        status_before=previous.status,
        status_after=current.status,
        checks=_checks(previous, current),
        packages_added=added,
        packages_removed=removed,
        packages_moved=moved,
        technologies_added=_more(*technologies),
        technologies_removed=_more(*reversed(technologies)),
        languages_added=_more(*languages),
        languages_removed=_more(*reversed(languages)),
        owners_added=_more(*owners),
        owners_removed=_more(*reversed(owners)),
        licence_before=previous.licence.expression,
        licence_after=current.licence.expression,
    )


def _more(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(after) - set(before)))


def _checks(previous: Report, current: Report) -> tuple[TurnedCheck, ...]:
    before = {(check.id, check.component): check.state for check in previous.checks}
    turned = []
    for check in current.checks:
        state = before.get((check.id, check.component))
        if state is not None and state is not check.state:
            title = f"{check.title} ({check.component})" if check.component else check.title
            turned.append(TurnedCheck(id=check.id, title=title, before=state, after=check.state))
    return tuple(turned)


def _packages(
    before: Iterable[Package], after: Iterable[Package]
) -> tuple[tuple[MovedPackage, ...], tuple[MovedPackage, ...], tuple[MovedPackage, ...]]:
    """(added, removed, moved) by ecosystem, name and manifest; moved is another requirement or locked version."""
    old, new = _by_key(before), _by_key(after)
    added, removed, moved = [], [], []
    for key in sorted(old.keys() | new.keys()):
        ecosystem, name, path = key
        was, now = old.get(key, ""), new.get(key, "")
        change = MovedPackage(name=name, ecosystem=ecosystem, before=was, after=now, path=path)
        if key not in old:
            added.append(change)
        elif key not in new:
            removed.append(change)
        elif was != now:
            moved.append(change)
    return tuple(added), tuple(removed), tuple(moved)


def _by_key(packages: Iterable[Package]) -> dict[_Key, str]:
    """Requirement and locked version of each package by ecosystem, name and manifest; several are joined."""
    found: dict[_Key, set[str]] = {}
    for package in packages:
        version = f"{package.requirement or '*'} ({package.locked})" if package.locked else package.requirement or "*"
        found.setdefault((package.ecosystem, package.name, package.path), set()).add(version)
    return {key: ", ".join(sorted(versions)) for key, versions in found.items()}
