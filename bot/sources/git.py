"""Runs git on a local repository: read only, offline, and without the commands its configuration may name."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from bot.model.errors import UserError

_SAFE_SETTINGS = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false", "protocol.allow=never")
_SAFE_OPTIONS = tuple(word for setting in _SAFE_SETTINGS for word in ("-c", setting))
_TIMEOUT_S = 60
_OBJECTS_AT_ONCE = 256


def git(path: Path, *arguments: str) -> bytes:
    """What `git -C path arguments` prints. Raises UserError with git's own first line where it fails."""
    try:
        result = subprocess.run(
            _command(path, *arguments), capture_output=True, env=_environment(), timeout=_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        raise UserError("git is not installed.", next_step="Install it and try again.") from None
    except subprocess.TimeoutExpired:
        raise UserError(f"git {arguments[0]} took longer than {_TIMEOUT_S} s in {path}.") from None
    if result.returncode != 0:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UserError(f"git {arguments[0]} failed in {path}: {lines[0] if lines else 'no reason given'}")
    return result.stdout


def read_sizes(path: Path, names: Iterable[str]) -> Iterator[int | None]:
    """The size in bytes of each object of `names`, in their order; None where it is missing (a partial clone)."""
    for answer in _ask_objects(path, names, has_content=False):
        yield None if answer is None else answer[0]


def read_objects(path: Path, names: Iterable[str]) -> Iterator[bytes]:
    """The content of each object of `names`, in their order; empty where it is missing."""
    for answer in _ask_objects(path, names, has_content=True):
        yield b"" if answer is None else answer[1]


def _ask_objects(path: Path, names: Iterable[str], *, has_content: bool) -> Iterator[tuple[int, bytes] | None]:
    command = _command(path, "cat-file", "--batch" if has_content else "--batch-check")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("git cat-file has no pipes")
        try:
            remaining = iter(names)
            while pending := list(islice(remaining, _OBJECTS_AT_ONCE)):
                _request(process.stdin, pending)
                for _ in pending:
                    yield _answer(process.stdout, has_content=has_content)
        finally:
            process.kill()


def _request(requests: IO[bytes], names: list[str]) -> None:
    """Asks for as many as fit a pipe's buffer (64 KiB) many times over: neither side can block."""
    requests.write("".join(f"{name}\n" for name in names).encode())
    requests.flush()


def _answer(answers: IO[bytes], *, has_content: bool) -> tuple[int, bytes] | None:
    head = answers.readline().split()
    if len(head) != 3 or not head[2].isdigit():
        return None
    size = int(head[2])
    if not has_content:
        return size, b""
    content = answers.read(size)
    answers.read(1)
    return size, content


def _command(path: Path, *arguments: str) -> list[str]:
    return ["git", "-C", str(path), *_SAFE_OPTIONS, *arguments]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
