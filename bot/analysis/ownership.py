"""Who carries the repository: owners of CODEOWNERS and the people of recent commits (catalogue entries 48 to 51)."""

from __future__ import annotations

from bot.analysis.people import bus_factor
from bot.analysis.questions.authors import FEW_COMMITS, recent_people, reviewed_share
from bot.analysis.view import View
from bot.model.report import Owner, Ownership

MAX_OWNERS = 30


def measure_ownership(view: View) -> Ownership:
    """`Ownership` as far as it is known."""
    match = view.owners[1] if view.owners else None
    people = recent_people(view)
    total = sum(person.commits for person in people or ())
    named = sorted((match.patterns if match else {}).items(), key=lambda item: (-item[1], item[0]))
    owners = [Owner(name=name, source="CODEOWNERS", patterns=count) for name, count in named[:MAX_OWNERS]]
    owners += [
        Owner(
            name=person.name,
            source="commits",
            commits=person.commits,
            share=round(person.commits / total, 4),
            last_commit_at=person.last_commit_at,
        )
        for person in (people or ())[:MAX_OWNERS]
    ]
    document = view.document("codeowners")
    return Ownership(
        codeowners_path=document.path if document else "",
        codeowners_coverage=round(match.owned / match.total, 4) if match and match.total else None,
        owners=tuple(owners),
        bus_factor=bus_factor(people) if people is not None and total >= FEW_COMMITS else None,
        reviewed_share=reviewed_share(view),
    )
