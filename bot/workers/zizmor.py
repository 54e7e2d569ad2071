"""Runs zizmor, offline, over the workflows and actions of repositories: catalogue entry 40.

The files are given to it in a folder of memory (tmpfs) where the machine has one, and are gone when it ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

import msgspec

from bot.model.snapshot import WorkflowFinding

TIMEOUT_S = 30
MAX_FILES = 200
MAX_FINDINGS = 500
REMEMBERED = 32
"""Repositories whose findings a worker keeps."""

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


Files: TypeAlias = tuple[tuple[str, str], ...]
"""Paths and texts of one repository."""
Audit: TypeAlias = tuple[WorkflowFinding, ...] | NotMeasured

_seen: dict[Files, tuple[WorkflowFinding, ...]] = {}
"""The last answers, oldest first."""


def is_audited(path: str) -> bool:
    """Whether zizmor reads the file at `path`: a workflow, or an action's definition."""
    folder, _, name = path.rpartition("/")
    if not name.endswith(_SUFFIXES):
        return False
    return folder == ".github/workflows" or name in {"action.yml", "action.yaml"}


def audit_repositories(repositories: Sequence[Mapping[str, str]]) -> list[Audit]:
    """For each, given as texts by path, the findings by path and line, or why there are none to tell.

    One run does for all: zizmor takes 50 ms to start and 0.3 ms for a file. Workflows seldom change with a push, and
    an organisation's are often the same: the last answers are kept.
    """
    sets = [_audited(texts) for texts in repositories]
    unseen = [files for files in dict.fromkeys(sets) if files and files not in _seen]
    audits = dict(_seen) | dict(zip(unseen, _audit(unseen), strict=True))
    for files in unseen:
        if not isinstance(audit := audits[files], NotMeasured):
            _seen[files] = audit
    while len(_seen) > REMEMBERED:
        del _seen[next(iter(_seen))]
    return [audits[files] if files else () for files in sets]


def _audited(texts: Mapping[str, str]) -> Files:
    paths = sorted(path for path in texts if is_audited(path) and not _leaves(path))
    return tuple((path, texts[path]) for path in paths[:MAX_FILES])


def _audit(sets: Sequence[Files]) -> list[Audit]:
    """Each set's findings. Where one run for all fails, each has its own: one repository harms no other."""
    if not sets:
        return []
    try:
        return list[Audit](_findings_of(sets))
    except NotMeasured as reason:
        if len(sets) == 1:
            return [reason]
    return [audit for files in sets for audit in _audit([files])]


def _findings_of(sets: Sequence[Files]) -> list[tuple[WorkflowFinding, ...]]:
    places = [_places([path for path, _ in files]) for files in sets]
    try:
        with tempfile.TemporaryDirectory(prefix="radar-", dir=_MEMORY if _is_usable(_MEMORY) else None) as name:
            folder = Path(name)
            for number, files in enumerate(sets):
                for place, (_, text) in zip(places[number], files, strict=True):
                    target = folder / str(number) / place
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, encoding="utf-8", errors="replace")
            return _findings(_run(folder), folder, places)
    except OSError as error:
        raise NotMeasured(f"the workflows could not be handed to zizmor ({error.strerror})") from None


_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 2_000
"""Of what file systems take (255 and 4,096), with room for the folder."""


def _places(paths: Sequence[str]) -> dict[str, str]:
    """Where each file is laid for zizmor → its path; under another name where git takes one that no disk does."""
    folders = {str(folder) for path in paths for folder in PurePosixPath(path).parents}
    places: dict[str, str] = {}
    for number, path in enumerate(paths):
        encoded = path.encode("utf-8", "replace")
        fits = len(encoded) <= _MAX_PATH_BYTES and all(len(one) <= _MAX_NAME_BYTES for one in encoded.split(b"/"))
        place = str(PurePosixPath(path))
        if not fits or path in folders or place in places:
            place = f"renamed-{number}/{_short(path)}"
        places[place] = path
    return places


def _short(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return ".github/workflows/workflow.yml" if folder == ".github/workflows" else name


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


def _findings(body: bytes, folder: Path, places: Sequence[Mapping[str, str]]) -> list[tuple[WorkflowFinding, ...]]:
    try:
        rows = msgspec.json.decode(body, type=list[dict[str, Any]]) if body.strip() else []
    except msgspec.MsgspecError as error:
        raise NotMeasured(f"zizmor's answer was not understood: {error}") from None
    found: list[set[WorkflowFinding]] = [set() for _ in places]
    for row in rows:
        if not row.get("ignored"):
            number, finding = _finding(row, folder, places)
            found[number].add(finding)
    return [tuple(sorted(each, key=_order)[:MAX_FINDINGS]) for each in found]


def _order(finding: WorkflowFinding) -> tuple[str, int, str, str]:
    return finding.path, finding.line, finding.rule, finding.message


def _finding(row: dict[str, Any], folder: Path, places: Sequence[Mapping[str, str]]) -> tuple[int, WorkflowFinding]:
    """A finding, and the number of its set."""
    levels = row["determinations"]
    locations = row["locations"]
    place = next((each for each in locations if each["symbolic"]["kind"] == "Primary"), locations[0])
    number, *place_of_file = PurePosixPath(place["symbolic"]["key"]["Local"]["verbatim_path"]).relative_to(folder).parts
    finding = WorkflowFinding(
        rule=row["ident"],
        severity=levels["severity"].lower(),
        confidence=levels["confidence"].lower(),
        path=places[int(number)]["/".join(place_of_file)],
        line=place["concrete"]["location"]["start_point"]["row"] + 1,
        message=f"{row['desc']}: {place['symbolic']['annotation']}",
        url=row["url"],
    )
    return int(number), finding


def _leaves(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/") or "\0" in path


def _is_usable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)
