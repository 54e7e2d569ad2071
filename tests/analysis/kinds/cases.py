"""A repository and the kind it is to be taken for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.model.report import Kind
from tests.analysis.builders import facts, report


@dataclass(frozen=True)
class Case:
    """`changes` are of the facts; the description says nothing unless it is one of them."""

    files: Mapping[str, str | bytes]
    kind: Kind
    changes: Mapping[str, Any] = field(default_factory=dict)

    def is_found(self) -> bool:
        """Whether the report says this kind, with evidence unless none was found."""
        made = report(dict(self.files), facts(**{"description": "Something", **self.changes}))
        assert bool(made.kind_evidence) is (self.kind is not Kind.UNKNOWN)
        return made.kind is self.kind
