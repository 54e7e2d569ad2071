"""A report to reply with, every text in it given by the test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.commands.markdown import Links
from bot.model.report import (
    Action,
    Activity,
    Changes,
    Check,
    Effort,
    Evidence,
    Group,
    GroupScore,
    Identity,
    Insight,
    Kind,
    LanguageLines,
    Licence,
    MovedPackage,
    Ownership,
    Package,
    Report,
    Scope,
    Size,
    State,
    Status,
    Structure,
    Technology,
    TurnedCheck,
)

SHA = "0123456789abcdef0123456789abcdef01234567"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MakeReport = Callable[..., Report]


@pytest.fixture(scope="session")
def links() -> Links:
    return Links(web_url="https://github.test", public_url="https://radar.example.com", owner="acme", name="hello")


@pytest.fixture(scope="session")
def make_report() -> MakeReport:
    return report


def report(text: str = "Says so.", *, checks: tuple[Check, ...] | None = None, many: int = 1) -> Report:
    """A report whose every free text is `text`; `many` repeats its lists."""
    evidence = (Evidence(path=text.replace("\x00", "") or "a.py", line=3), Evidence(field="api.field", detail=text))
    check = Check(
        id="ci", number=32, group=Group.QUALITY, title=text, state=State.FAIL, found=text, why=text, next_step=text,
        evidence=evidence, weight=5, share=0.0,
    )  # fmt: skip
    unknown = Check(
        id="alerts", number=43, group=Group.SECURITY, title=text, state=State.UNKNOWN, found="", reason=text
    )
    moved = MovedPackage(name=text, ecosystem="pypi", before=text, after=text, path=text)
    return Report(
        ruleset_version="1",
        config_digest="",
        repository=Identity(id=1, owner="acme", name="hello", head_sha=SHA, description=text),
        analyzed_at=NOW,
        kind=Kind.LIBRARY,
        licence=Licence(expression=text),
        summary=text,
        status=Status.ACTIVE,
        status_reason=text,
        score=78,
        grade="B",
        coverage=0.9,
        groups=(
            GroupScore(
                group=Group.QUALITY, score=50, coverage=1.0, passed=0, warned=0, failed=1, unknown=0, not_applicable=0
            ),
        ),
        insights=(Insight(title=text, description=text, evidence=evidence),) * many,
        actions=(Action(title=text, instruction=text, effort=Effort.MINUTES, value=3.0, evidence=evidence),) * many,
        tech_stack=(Technology(name=text, category=text, evidence=evidence, version=text),) * many,
        packages=(
            Package(name=text, ecosystem="pypi", requirement=text, scope=Scope.RUNTIME, purl="", path=text),
        ) * many,
        languages=(
            LanguageLines(name=text, colour="", files=1, code=1, comment=0, blank=0, size_bytes=1, share=1.0),
        ),
        size=Size(),
        checks=(check, unknown) * many if checks is None else checks,
        activity=Activity(),
        ownership=Ownership(),
        structure=Structure(),
        changes=Changes(
            previous_head_sha=SHA, previous_at=NOW, comparable=True, score_before=75, score_after=78,
            grade_before="B", grade_after="B", status_before=Status.STALE, status_after=Status.ACTIVE,
            checks=(TurnedCheck(id="ci", title=text, before=State.PASS, after=State.FAIL),) * many,
            packages_added=(moved,) * many, technologies_added=(text,) * many, owners_removed=(text,),
            licence_before="", licence_after=text,
        ),
        partial=(text,),
    )  # fmt: skip
