"""The golden samples by the name of their file."""

from __future__ import annotations

from collections.abc import Callable

from bot.model.snapshot import Snapshot
from tests.analysis.golden import other_samples, python_samples

SAMPLES: dict[str, Callable[[], Snapshot]] = {
    "finished-library": python_samples.finished_library,
    "troubled-application": python_samples.troubled_application,
    "private-service": python_samples.private_service,
    "monorepo": other_samples.monorepo,
    "command-line-tool": other_samples.command_line_tool,
    "action": other_samples.action,
    "infrastructure": other_samples.infrastructure,
    "documentation": other_samples.documentation,
    "archived": other_samples.archived,
    "tiny": other_samples.tiny,
    "empty": other_samples.empty,
    "local-checkout": other_samples.local_checkout,
    "data-set": other_samples.generated_heap,
}
