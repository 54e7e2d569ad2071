"""Runs zizmor, offline, over the workflows and actions of a repository: catalogue entry 40.

The files are given to it in a folder of memory (tmpfs) where the machine has one, and are gone when it ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from bot.model.snapshot import WorkflowFinding

TIMEOUT_S = 30
MAX_FILES = 200
MAX_FINDINGS = 500
REMEMBERED = 32
"""Repositories' sets of workflows whose findings a worker keeps."""

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made inside
_OPTIONS = (
    "--offline",
    "--no-config",
    "--no-progress",
    "--no-exit-codes",
    "--quiet",
    "--collect=all",
    "--format=json-v1",
)
_SUFFIXES = (".yml", ".yaml")
_EXIT_CODES = frozenset({0, 3})  # 3: nothing to audit


class NotMeasured(Exception):
    """zizmor told nothing; the message is the reason for the report."""


def is_audited(path: str) -> bool:
    """Whether zizmor reads the file at `path`: a workflow, or an action's definition."""
    folder, _, name = path.rpartition("/")
    if not name.endswith(_SUFFIXES):
        return False
    return folder == ".github/workflows" or name in {"action.yml", "action.yaml"}


def audit_workflows(texts: Mapping[str, str]) -> tuple[WorkflowFinding, ...]:
    """The findings about those of `texts` that zizmor reads, by path and line. Raises NotMeasured."""
    audited = sorted(path for path in texts if is_audited(path) and not _leaves(path))[:MAX_FILES]
    if not audited:
        return ()
    return _audit(tuple((path, texts[path]) for path in audited))


@lru_cache(maxsize=REMEMBERED)
def _audit(files: tuple[tuple[str, str], ...]) -> tuple[WorkflowFinding, ...]:
    """Workflows seldom change with a push, and an organisation's are often the same: the last answers are kept."""
    with tempfile.TemporaryDirectory(prefix="radar-", dir=_MEMORY if _is_usable(_MEMORY) else None) as name:
        folder = Path(name)
        for path, text in files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", errors="replace")
        return _findings(_run(folder), folder)


def _run(folder: Path) -> bytes:
    binary = shutil.which(
        "zizmor", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if binary is None:
        raise NotMeasured("zizmor is not installed")
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "NO_COLOR": "1"}
    try:
        result = subprocess.run(
            [binary, *_OPTIONS, str(folder)],
            capture_output=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"zizmor took longer than {TIMEOUT_S} s") from None
    if result.returncode not in _EXIT_CODES:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NotMeasured(f"zizmor failed: {lines[0][:200] if lines else result.returncode}")
    return result.stdout


def _findings(body: bytes, folder: Path) -> tuple[WorkflowFinding, ...]:
    try:
        rows = msgspec.json.decode(body, type=list[dict[str, Any]]) if body.strip() else []
    except msgspec.MsgspecError as error:
        raise NotMeasured(f"zizmor's answer was not understood: {error}") from None
    found = {_finding(row, folder) for row in rows if not row.get("ignored")}
    return tuple(sorted(found, key=lambda fact: (fact.path, fact.line, fact.rule, fact.message)))[:MAX_FINDINGS]


def _finding(row: dict[str, Any], folder: Path) -> WorkflowFinding:
    levels = row["determinations"]
    places = row["locations"]
    place = next((each for each in places if each["symbolic"]["kind"] == "Primary"), places[0])
    path = PurePosixPath(place["symbolic"]["key"]["Local"]["verbatim_path"])
    return WorkflowFinding(
        rule=row["ident"],
        severity=levels["severity"].lower(),
        confidence=levels["confidence"].lower(),
        path=str(path.relative_to(folder)),
        line=place["concrete"]["location"]["start_point"]["row"] + 1,
        message=f"{row['desc']}: {place['symbolic']['annotation']}",
        url=row["url"],
    )


def _leaves(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/") or "\0" in path


def _is_usable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)
