"""Writing settings into `.env`: mode 0600, other lines kept, all or nothing, and each value reads back as it was."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from bot.config import read_env
from bot.model.errors import UserError


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Set `values` in the file at `path`, which need not exist.

    Raises OSError where it cannot be written, UserError when what stands there cannot be read.
    """
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
    """`old` with `values` in their places, or added at the end. Raises UserError when `old` cannot be read."""
    kept = read_env(old)
    left = dict(values)
    parts = []
    for binding in parse_stream(io.StringIO(old)):
        if binding.key not in values:
            parts.append(binding.original.string)
        elif binding.key in left:
            parts.append(f"{_blank(binding)}{binding.key}={quoted(left.pop(binding.key))}\n")
    text = "".join(parts)
    if text and not text.endswith("\n"):
        text += "\n"
    text += "".join(f"{name}={quoted(value)}\n" for name, value in left.items())
    if read_env(text) != {**kept, **values}:
        raise UserError("The settings would not read back from .env as they are.", next_step="Write them in by hand.")
    return text


def quoted(value: str) -> str:
    """A value as it is read back: bare, in single quotes as shells and others read them too, or in double ones."""
    if re.fullmatch(r"[A-Za-z0-9_./:@%+,-]*", value):
        return value
    if not re.search(r"['\\\n\r]", value):
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _blank(binding: Binding) -> str:
    """The empty lines that stand before a setting."""
    text = binding.original.string
    return "\n" * text[: len(text) - len(text.lstrip())].count("\n")
