"""When support of a runtime's release line ends, as its maintainers publish it; only lines that repositories pin.

Sources: devguide.python.org/versions, github.com/nodejs/release, ruby-lang.org/en/downloads/branches,
php.net/supported-versions.php, dotnet.microsoft.com/platform/support/policy. Add a line when one is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.model.report import Runtime

ENDS: dict[str, dict[str, date]] = {
    "Python": {
        "2.7": date(2020, 1, 1), "3.5": date(2020, 9, 30), "3.6": date(2021, 12, 23), "3.7": date(2023, 6, 27),
        "3.8": date(2024, 10, 7), "3.9": date(2025, 10, 31), "3.10": date(2026, 10, 31), "3.11": date(2027, 10, 31),
        "3.12": date(2028, 10, 31), "3.13": date(2029, 10, 31),
    },
    "Node.js": {
        "10": date(2021, 4, 30), "12": date(2022, 4, 30), "14": date(2023, 4, 30), "16": date(2023, 9, 11),
        "18": date(2025, 4, 30), "20": date(2026, 4, 30), "22": date(2027, 4, 30), "24": date(2028, 4, 30),
    },
    "Ruby": {
        "2.6": date(2022, 4, 12), "2.7": date(2023, 3, 31), "3.0": date(2024, 4, 23), "3.1": date(2025, 3, 26),
        "3.2": date(2026, 3, 31), "3.3": date(2027, 3, 31),
    },
    "PHP": {
        "7.3": date(2021, 12, 6), "7.4": date(2022, 11, 28), "8.0": date(2023, 11, 26), "8.1": date(2025, 12, 31),
        "8.2": date(2026, 12, 31), "8.3": date(2027, 12, 31), "8.4": date(2028, 12, 31),
    },
    ".NET": {
        "3.1": date(2022, 12, 13), "5.0": date(2022, 5, 10), "6.0": date(2024, 11, 12), "7.0": date(2024, 5, 14),
        "8.0": date(2026, 11, 10), "9.0": date(2026, 11, 10), "10.0": date(2028, 11, 14),
    },
}  # fmt: skip
"""Runtime → release line → the last day with fixes."""

_EXACT = re.compile(r"\s*(?:v|node|lts/|net)?=?(\d+)(?:\.(\d+))?(?:\.\d+)?(?:[-.](?:x|\*|\w+))*\s*\Z", re.IGNORECASE)
_MINOR_LINES = frozenset({"Python", "Ruby", "PHP", ".NET"})


@dataclass(frozen=True, slots=True)
class Ended:
    """A pinned release line whose support is over."""

    runtime: Runtime
    line: str
    on: date


def ended(runtimes: Iterable[Runtime], today: date) -> tuple[Ended, ...]:
    """The runtimes that are pinned to a release line without support, the longest past first.

    Ranges promise more than one line and are left alone, as is what a test matrix of a workflow names.
    """
    found = []
    for runtime in runtimes:
        line = line_of(runtime)
        on = ENDS.get(runtime.name, {}).get(line)
        if on is not None and on < today and not runtime.evidence.path.startswith(".github/"):
            found.append(Ended(runtime, line, on))
    return tuple(sorted(found, key=lambda end: (end.on, end.runtime.name, str(end.runtime.evidence))))


def line_of(runtime: Runtime) -> str:
    """The release line that an exact requirement names ("3.9", "18"); "" for ranges and words."""
    match = _EXACT.match(runtime.requirement[:60])
    if match is None:
        return ""
    major, minor = match.group(1), match.group(2)
    if runtime.name not in _MINOR_LINES:
        return major
    return f"{major}.{minor}" if minor is not None else ""
