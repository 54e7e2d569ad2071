"""Writes a git history from a script: commits by named people at days before now, and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from tests.fakehub.gitstore import GitStore, Person, commit_record

ADA = Person("Ada Lovelace", "ada@example.test")
GRACE = Person("Grace Hopper", "grace@example.test")
LINUS = Person("Linus Pauling", "linus@example.test")
DEPENDABOT = Person("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
RENOVATE = Person("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com")


class History:
    """Collects commits, oldest first, and writes them at once. `days_ago` counts back from `now`."""

    def __init__(self, now: datetime, branch: str = "main") -> None:
        self.now = now
        self.branch = branch
        self._stream: list[bytes] = []

    def commit(
        self,
        days_ago: float,
        author: Person,
        message: str,
        files: Mapping[str, str | bytes | None],
        *,
        executables: Sequence[str] = (),
        symlinks: Mapping[str, str] | None = None,
    ) -> None:
        self._stream.append(
            commit_record(
                f"refs/heads/{self.branch}",
                files,
                message=message,
                author=author,
                at=self.now - timedelta(days=days_ago),
                executables=executables,
                symlinks=symlinks,
            )
        )

    def tag(self, name: str, days_ago: float, tagger: Person = ADA) -> None:
        """An annotated tag of the newest commit."""
        at = int((self.now - timedelta(days=days_ago)).timestamp())
        self._stream.append(
            f"tag {name}\nfrom refs/heads/{self.branch}\n"
            f"tagger {tagger.name} <{tagger.email}> {at} +0000\ndata {len(name)}\n{name}\n".encode()
        )

    def write(self, store: GitStore) -> None:
        store.write(b"".join(self._stream))


@cache
def mit_licence(holder: str) -> str:
    """The MIT licence; its text is this project's own."""
    text = (Path(__file__).resolve().parents[2] / "LICENSE").read_text()
    lines = [f"Copyright (c) 2024 {holder}" if line.startswith("Copyright") else line for line in text.splitlines()]
    return "\n".join(lines) + "\n"


@cache
def apache_licence() -> str:
    """The Apache 2.0 licence, as a dependency of ours ships it."""
    text = distribution("packaging").read_text("licenses/LICENSE.APACHE")
    if text is None:
        raise FileNotFoundError("the packaging distribution ships no licenses/LICENSE.APACHE here")
    return text
