"""Is CODEOWNERS right, alive and complete? (catalogue entry 48)"""

from __future__ import annotations

from datetime import timedelta

from bot.analysis.activity import since
from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, unknown, warned
from bot.analysis.owners_file import OwnersFile, OwnersMatch
from bot.analysis.people import fold_people
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, listed, percent

LOW_SHARE = 0.5
MANY_PEOPLE = 3
REGULAR_COMMITS = 3


def judge(view: View) -> list[Finding]:
    """codeowners."""
    return [_codeowners(view)]


def regulars(view: View) -> int | None:
    """How many people made at least three commits in 90 days; None is unknown."""
    if view.facts.commits is None:
        return None
    recent = fold_people(since(view.facts.commits, view.now - timedelta(days=90)))
    return sum(person.commits >= REGULAR_COMMITS for person in recent)


def _codeowners(view: View) -> Finding:
    document = view.document("codeowners")
    if document is None:
        return _without_file(view)
    path = document.path
    if view.owners is None:
        return unknown("codeowners", f"`{path}` was not read as text")
    owners, match = view.owners
    if owners.errors:
        return _wrong_lines(path, owners)
    if not owners.rules:
        return warned(
            "codeowners",
            f"`{path}` has no rules.",
            at(path, 1),
            action="Fill in CODEOWNERS",
            next_step=f"Add `* @OWNER` to `{path}`.",
            share=0.1,
        )
    if match.dead and not view.is_partial:
        return _dead_rules(path, match)
    return _coverage(path, match)


def _without_file(view: View) -> Finding:
    people = regulars(view)
    if view.is_solo:
        return not_applicable("codeowners", "one person works here: there is nobody to choose from")
    if people is None:
        return unknown("codeowners", "there is no CODEOWNERS, and how many people work here is not known")
    if people < MANY_PEOPLE:
        return not_applicable(
            "codeowners",
            f"with {counted(people, 'regular committer')} in 90 days nobody needs a file to find a reviewer",
        )
    if path := next((path for path in ("OWNERS",) if path in view.tree.paths), ""):
        return passed("codeowners", f"`{path}` says who reviews and approves (for Prow and its like).", at(path, 1))
    return failed(
        "codeowners",
        f"{people} people commit regularly, and no CODEOWNERS says who reviews what.",
        api("history.author", f"{people} with at least {REGULAR_COMMITS} commits in 90 days"),
        action="Say who reviews what",
        next_step=(
            "Add `.github/CODEOWNERS`, beginning with `* @OWNER` and a line for each part that has its own people."
        ),
    )


def _wrong_lines(path: str, owners: OwnersFile) -> Finding:
    return warned(
        "codeowners",
        f"{capital(counted(len(owners.errors), 'error'))} in `{path}`: {owners.errors[0][1]}.",
        *(at(path, line, message) for line, message in owners.errors[:20]),
        action="Correct CODEOWNERS",
        next_step=(
            f"Correct {code([f'{path}:{line}' for line, _ in owners.errors], limit=3)}: GitHub skips these lines."
        ),
        share=0.4,
    )


def _dead_rules(path: str, match: OwnersMatch) -> Finding:
    return warned(
        "codeowners",
        f"{capital(counted(len(match.dead), 'rule'))} of `{path}` "
        f"{'matches' if len(match.dead) == 1 else 'match'} nothing any more: "
        f"{code([rule.pattern for rule in match.dead], limit=3)}; {percent(_share(match))} of the tree has an owner.",
        *(at(path, rule.line, f"{rule.pattern} matches no file") for rule in match.dead[:20]),
        action="Clear dead rules out of CODEOWNERS",
        next_step=f"Correct or delete {code([f'{path}:{rule.line}' for rule in match.dead], limit=3)}.",
        share=0.7,
    )


def _coverage(path: str, match: OwnersMatch) -> Finding:
    share = _share(match)
    where = at(path, 1, f"{match.owned:,} of {match.total:,} files")
    if share < LOW_SHARE:
        return warned(
            "codeowners",
            f"Only {percent(share)} of the tree has an owner.",
            where,
            action="Give the whole tree owners",
            next_step=f"Begin `{path}` with `* @OWNER`; later lines take precedence.",
        )
    names = sorted(match.patterns, key=lambda owner: (-match.patterns[owner], owner))
    return passed("codeowners", f"{percent(share)} of the tree has an owner ({listed(names, limit=3)}).", where)


def _share(match: OwnersMatch) -> float:
    return match.owned / match.total if match.total else 0.0
