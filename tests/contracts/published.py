"""GitHub's published schemas and examples, fetched by `npm pack` once into `.cache/npm`."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "npm"
FETCH_TIMEOUT_S = 120
VERSIONS = {
    "@octokit/graphql-schema": "15.26.1",
    "@octokit/webhooks-schemas": "7.6.1",
    "@octokit/webhooks-examples": "7.6.1",
}
"""What we compare with; raise one, then run `python -m tests.contracts.schema_subset`."""


class NotPublishedHere(Exception):
    """The package cannot be had on this machine; the text says why."""


@cache
def package(name: str) -> Path:
    """The folder of an unpacked npm package, fetched when it is not in the cache. Raises NotPublishedHere."""
    versioned = f"{name}@{VERSIONS[name]}"
    folder = CACHE / "unpacked" / versioned.replace("/", "+")
    if (folder / "package.json").is_file():
        return folder
    if shutil.which("npm") is None:
        raise NotPublishedHere(f"npm is not on this machine, so {name} cannot be compared with")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as fresh:
        with tarfile.open(_packed(versioned, Path(fresh))) as tar:
            for member in tar.getmembers():
                member.name = member.name.removeprefix("package/")
                tar.extract(member, Path(fresh) / "whole", filter="data")
        with suppress(OSError):  # another process was quicker
            (Path(fresh) / "whole").rename(folder)
    return folder


def _packed(versioned: str, folder: Path) -> Path:
    """The package's archive, brought into the folder."""
    command = ["npm", "pack", versioned, "--silent"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise NotPublishedHere(f"npm did not bring {versioned} within {FETCH_TIMEOUT_S} s") from None
    if done.returncode != 0:
        raise NotPublishedHere(f"npm cannot bring {versioned}: {done.stderr.strip()[-200:]}")
    return folder / done.stdout.strip().splitlines()[-1]


@cache
def graphql_schema_text() -> str:
    """GitHub's whole GraphQL schema (SDL)."""
    return (package("@octokit/graphql-schema") / "schema.graphql").read_text()


@cache
def webhook_schema() -> dict[str, Any]:
    """JSON Schema of every webhook; `definitions` holds one for each event and action."""
    found: dict[str, Any] = json.loads((package("@octokit/webhooks-schemas") / "schema.json").read_text())
    return found


@cache
def webhook_examples() -> list[tuple[str, dict[str, Any]]]:
    """(event, payload) of every published example."""
    events = json.loads((package("@octokit/webhooks-examples") / "api.github.com" / "index.json").read_text())
    return [(event["name"], example) for event in events for example in event["examples"]]
