"""Small values that storage tests store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model.delivery import NewDelivery
from bot.model.report import (
    Action,
    Activity,
    Check,
    Effort,
    Group,
    Identity,
    Kind,
    LanguageLines,
    Licence,
    OfficialLanguage,
    Ownership,
    Package,
    Report,
    Scope,
    Size,
    State,
    Status,
    Structure,
    Technology,
)
from bot.model.repository import InstallationRef, RepositoryRef

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    """NOW and so many seconds."""
    return NOW + timedelta(seconds=seconds)


def delivery(guid: str, **changes: Any) -> NewDelivery:
    """A push."""
    values: dict[str, Any] = {"event": "push", "body": b"{}", "received_at": NOW, **changes}
    return NewDelivery(guid=guid, **values)


def installation(id_: int = 7, login: str = "octo", **changes: Any) -> InstallationRef:
    """An installation on an organisation."""
    return InstallationRef(id=id_, account_id=id_ * 10, account_login=login, **changes)


def repository(id_: int = 42, name: str = "hello", owner: str = "octo", **changes: Any) -> RepositoryRef:
    """A repository of a listing."""
    return RepositoryRef(id=id_, node_id=f"R_{id_}", owner=owner, name=name, **changes)


def check(id_: str, state: State) -> Check:
    """A check."""
    return Check(id=id_, number=1, group=Group.QUALITY, title=id_, state=state, found="seen")


def report(repository_id: int = 42, head_sha: str = "a" * 40, **changes: Any) -> Report:
    """A whole report."""
    values: dict[str, Any] = {
        "ruleset_version": "1",
        "config_digest": "c",
        "repository": Identity(id=repository_id, owner="octo", name="hello", head_sha=head_sha),
        "analyzed_at": NOW,
        "kind": Kind.LIBRARY,
        "licence": Licence(expression="MIT"),
        "summary": "A library.",
        "status": Status.ACTIVE,
        "status_reason": "a commit yesterday",
        "score": 80,
        "grade": "B",
        "coverage": 0.9,
        "size": Size(),
        "activity": Activity(),
        "ownership": Ownership(),
        "structure": Structure(),
        "tech_stack": (Technology(name="Flask", category="framework", evidence=()),),
        "packages": (
            Package(name="flask", ecosystem="pypi", requirement=">=3", scope=Scope.RUNTIME, purl="p", path="a"),
        ),
        "official_languages": (OfficialLanguage(name="Python", colour="", size_bytes=10, share=1.0),),
        "languages": (
            LanguageLines(name="Go", colour="", files=1, code=1, comment=0, blank=0, size_bytes=9, share=1.0),
        ),
        "checks": (check("good", State.PASS), check("bad", State.FAIL), check("dim", State.UNKNOWN)),
        "actions": (Action(title="Do it", instruction="now", effort=Effort.HOURS, check_id="bad", value=3.0),),
        **changes,
    }
    return Report(**values)
