"""Runs git on a local repository: read only, offline, and without the commands its configuration may name."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.model.errors import UserError

_SAFE_OPTIONS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false")
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


def read_objects(path: Path, names: Iterable[str]) -> Iterator[bytes]:
    """The content of each object of `names`, in their order; empty where it is missing (a partial clone)."""
    command = _command(path, "cat-file", "--batch")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("git cat-file has no pipes")
        pending: list[str] = []
        try:
            for name in names:
                pending.append(name)
                if len(pending) == _OBJECTS_AT_ONCE:
                    yield from _exchange(process, pending)
                    pending = []
            yield from _exchange(process, pending)
        finally:
            process.kill()


def _exchange(process: subprocess.Popen[bytes], names: list[str]) -> Iterator[bytes]:
    """Asks for a batch small enough for a pipe's buffer (64 KiB), then reads its answers: neither side can block."""
    requests, answers = process.stdin, process.stdout
    if requests is None or answers is None:
        raise RuntimeError("git cat-file has no pipes")
    requests.write("".join(f"{name}\n" for name in names).encode())
    requests.flush()
    for _ in names:
        head = answers.readline().split()
        if len(head) != 3 or not head[2].isdigit():
            yield b""
            continue
        content = answers.read(int(head[2]))
        answers.read(1)
        yield content


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
