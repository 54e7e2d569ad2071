"""Small sample repositories with real histories, made by script; dates are relative to the `now` given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakehub.gitstore import GitStore
from tests.samples.compiled import go_cli, java_app, rust_library
from tests.samples.javascript import monorepo, npm_app
from tests.samples.python import dual_licence, python_library
from tests.samples.small import docs_site, export_ignore, organisation_defaults, tiny


@dataclass(frozen=True, slots=True)
class Sample:
    """How to make one repository; `facts` are GitHub's, as fields of fakehub's Repository."""

    name: str
    build: Callable[[GitStore, datetime], None] | None
    facts: dict[str, Any] = field(default_factory=dict)


SAMPLES: tuple[Sample, ...] = (
    Sample("teashop", npm_app, {"description": "The web shop of a small tea importer", "licence": "MIT"}),
    Sample("tidemark", python_library, {"topics": ("tides", "astronomy"), "licence": "MIT"}),
    Sample("lantern", go_cli, {"description": "Shows which hosts are awake", "licence": "Apache-2.0", "stars": 42}),
    Sample("sundial", rust_library, {"licence": "MIT"}),
    Sample("orchard", java_app, {"private": True, "description": "Keeps the books of an orchard"}),
    Sample("herbs", monorepo, {"licence": "MIT"}),
    Sample("bread", docs_site, {"homepage": "https://bread.test"}),
    Sample("abacus", export_ignore, {"licence": "MIT"}),
    Sample("either", dual_licence, {"licence": "NOASSERTION"}),
    Sample("hello", tiny),
    Sample("blank", None),
    Sample(".github", organisation_defaults),
)
"""Every sample, by the name its repository gets."""
