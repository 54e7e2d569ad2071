"""How the fake GitHub is told to fail: rules that match requests, with a rate or a number of times."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "error",  # 500 with an HTML page, as GitHub's front end gives
    "bad-gateway",  # 502 JSON
    "primary",  # 403 (GraphQL: 200 with RATE_LIMITED), remaining 0
    "secondary",  # 429 with Retry-After
    "abuse",  # 403 with Retry-After: the older face of the secondary limit
    "hang",  # never answers
    "drop",  # closes the connection without an answer
    "cut",  # ends the body in the middle
    "missing",  # 404
    "blocked",  # 451
    "not-ready",  # 202 without content
    "unauthorized",  # 401 although the token is good
    "timeout",  # GraphQL: 200 with GitHub's time-out error
    "slow",  # answers as it should, after retry_after_s
    "held",  # answers as it should once the rule is taken away
]


@dataclass(slots=True)
class Fault:
    """One rule. `times` None is for ever; `more_than_ids` matches GraphQL queries that name more node ids."""

    kind: Kind
    path: re.Pattern[str]
    method: str = ""
    rate: float = 1.0
    times: int | None = None
    retry_after_s: float = 1.0
    more_than_ids: int | None = None
    hits: int = 0


@dataclass(slots=True)
class Faults:
    """The rules in force, first match wins. Random with a fixed seed, so that a run can be repeated."""

    rules: list[Fault] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(20261124))

    def add(
        self,
        kind: Kind,
        path: str = "",
        *,
        method: str = "",
        rate: float = 1.0,
        times: int | None = None,
        retry_after_s: float = 1.0,
        more_than_ids: int | None = None,
    ) -> Fault:
        """Fail requests whose path matches the regular expression; the rule, to read its `hits`."""
        rule = Fault(kind, re.compile(path), method, rate, times, retry_after_s, more_than_ids)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()

    def pick(self, method: str, path: str, ids: int) -> Fault | None:
        """The fault for this request, or None."""
        for rule in self.rules:
            if rule.times is not None and rule.hits >= rule.times:
                continue
            if rule.method and rule.method != method:
                continue
            if not rule.path.search(path) or (rule.more_than_ids is not None and ids <= rule.more_than_ids):
                continue
            if rule.rate < 1.0 and self.chance.random() >= rule.rate:
                continue
            rule.hits += 1
            return rule
        return None
