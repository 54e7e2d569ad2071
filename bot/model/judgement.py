"""What is judged: checks with their states, evidence and scores, and what is worth doing about them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
Points = Annotated[int, Meta(ge=0, le=100)]


class State(StrEnum):
    """What a check found. Neither of the last two moves the score."""

    PASS = "pass"  # noqa: S105 - a state, not a password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Group(StrEnum):
    """The chapters of the catalogue that are scored."""

    IDENTITY = "identity"
    STACK = "tech-stack"
    SIZE = "size"
    MAINTENANCE = "maintenance"
    COMMUNITY = "community"
    QUALITY = "quality"
    SECURITY = "security"
    OWNERSHIP = "ownership"
    STRUCTURE = "structure"


class Effort(StrEnum):
    """How long the next step takes a person who knows the repository."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a statement comes from: a place in the tree, or a field of GitHub's API.

    Exactly one of `path` and `field` is set; `line` counts from 1 and only goes with `path`.
    """

    path: str = ""
    line: int | None = None
    field: str = ""
    detail: str = ""

    def __str__(self) -> str:
        where = self.path or self.field
        if self.line is not None:
            where = f"{where}:{self.line}"
        return f"{where} ({self.detail})" if self.detail else where


class Check(Struct, frozen=True, kw_only=True):
    """One question of the catalogue and its answer.

    `found` says what was seen, `why` why it matters, `next_step` what to do (empty when it passes).
    `reason` explains unknown and not applicable. `weight` 0 means told, not scored.
    `share` is how much of the weight is earned, 0 to 1 (None when the state does not count).
    """

    id: str
    number: Count
    group: Group
    title: str
    state: State
    found: str
    why: str = ""
    next_step: str = ""
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    weight: Count = 0
    share: Share | None = None
    component: str = ""


class GroupScore(Struct, frozen=True, kw_only=True):
    """One group's score; None where none of its checks could be judged."""

    group: Group
    score: Points | None
    coverage: Share
    passed: Count
    warned: Count
    failed: Count
    unknown: Count
    not_applicable: Count


class Insight(Struct, frozen=True, kw_only=True):
    """Something worth knowing about the repository."""

    title: str
    description: str
    evidence: tuple[Evidence, ...] = ()


class Action(Struct, frozen=True, kw_only=True):
    """Something worth doing; `value` is the points of the overall score it would bring."""

    title: str
    instruction: str
    effort: Effort
    check_id: str = ""
    value: float = 0.0
    evidence: tuple[Evidence, ...] = ()
