"""Writing settings into `.env`: mode 0600, other lines kept, all or nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Set `values` in the file at `path`, which need not exist. Raises OSError where it cannot be written."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    text = merged(old, values)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def merged(old: str, values: Mapping[str, str]) -> str:
    """`old` with the lines of `values` replaced, or added at the end."""
    left = dict(values)
    lines = []
    skipping = ""
    for line in old.splitlines():
        if skipping:
            skipping = "" if _ends(line, skipping) else skipping
            continue
        match = _ASSIGNMENT.match(line)
        if match is None or match.group(1) not in values:
            lines.append(line)
            continue
        skipping = _open_quote(line[match.end() :].strip())
        name = match.group(1)
        if name in left:
            lines.append(f"{name}={quoted(left.pop(name))}")
    lines += [f"{name}={quoted(value)}" for name, value in left.items()]
    return "\n".join(lines) + "\n"


def quoted(value: str) -> str:
    """A value as python-dotenv and shells read it back: double quotes, newlines escaped."""
    if re.fullmatch(r"[A-Za-z0-9_./:@%+,-]*", value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _open_quote(rest: str) -> str:
    """The quote that a value of several lines begins with, if it does not end on its first line."""
    quote = rest[:1]
    return quote if quote in {'"', "'"} and not _ends(rest[1:], quote) else ""


def _ends(text: str, quote: str) -> bool:
    return re.search(rf"(?<!\\){quote}\s*(#.*)?$", text) is not None
