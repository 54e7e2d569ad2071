"""A bare git repository on disk, read and written through git itself; immutable answers are kept by SHA."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FIELD, RECORD = "\x1f", "\x1e"
LOG_FORMAT = FIELD.join(("%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B")) + RECORD

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The id git gives to a tree without entries."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or committed."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class GitCommit:
    """One commit; times carry their zone."""

    sha: str
    tree_sha: str
    parents: tuple[str, ...]
    author: Person
    authored_at: datetime
    committer: Person
    committed_at: datetime
    message: str

    @property
    def headline(self) -> str:
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a recursive listing; `kind` is blob, tree or commit (a submodule)."""

    path: str
    mode: str
    kind: str
    oid: str
    size: int


class GitError(Exception):
    """git refused; the text is its own."""


def run_git(directory: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """What `git` prints in `directory`. Raises GitError with its complaint."""
    done = subprocess.run(
        ["git", "-c", "gc.auto=0", "-c", "core.quotePath=false", *arguments],
        cwd=directory,
        input=stdin,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise GitError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


class GitStore:
    """A bare repository. Refs are read once and again after our own writes; everything else is kept by SHA."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._refs: dict[str, str] | None = None
        self._default: str | None = None
        self._commits: dict[tuple[str, int], tuple[GitCommit, ...]] = {}
        self._trees: dict[str, dict[str, TreeEntry]] = {}
        self._blobs: dict[str, bytes] = {}
        self._archives: dict[tuple[str, str], bytes] = {}
        self._counts: dict[str, int] = {}

    @classmethod
    def clone(cls, source: Path, destination: Path) -> GitStore:
        """A bare copy of a repository; the source is only read."""
        destination.parent.mkdir(parents=True, exist_ok=True)
        run_git(
            destination.parent, "clone", "--quiet", "--bare", "--no-hardlinks", str(source.resolve()), destination.name
        )
        return cls(destination)

    @classmethod
    def create(cls, destination: Path, branch: str = "main") -> GitStore:
        """A new repository without commits."""
        destination.mkdir(parents=True, exist_ok=True)
        run_git(destination, "init", "--quiet", "--bare", f"--initial-branch={branch}", ".")
        return cls(destination)

    def refs(self) -> dict[str, str]:
        """Full ref name to commit SHA (tags peeled)."""
        with self._lock:
            if self._refs is None:
                listing = run_git(
                    self.path, "for-each-ref", "--format=%(refname) %(objectname) %(*objectname)"
                ).decode()
                self._refs = {}
                for line in listing.splitlines():
                    name, sha, *peeled = line.split(" ")
                    self._refs[name] = peeled[0] if peeled and peeled[0] else sha
            return self._refs

    def forget_refs(self) -> None:
        """Somebody else wrote refs."""
        with self._lock:
            self._refs = None
            self._default = None

    @property
    def default_branch(self) -> str:
        with self._lock:
            if self._default is None:
                self._default = run_git(self.path, "symbolic-ref", "--short", "HEAD").decode().strip()
            return self._default

    def set_default_branch(self, branch: str) -> None:
        with self._lock:
            run_git(self.path, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
            self._default = branch

    def head(self, branch: str | None = None) -> str:
        """The branch's newest commit; "" where there is none."""
        return self.refs().get(f"refs/heads/{branch or self.default_branch}", "")

    def branches(self) -> dict[str, str]:
        return {n.removeprefix("refs/heads/"): s for n, s in self.refs().items() if n.startswith("refs/heads/")}

    def tags(self) -> dict[str, str]:
        return {n.removeprefix("refs/tags/"): s for n, s in self.refs().items() if n.startswith("refs/tags/")}

    def resolve(self, revision: str) -> str:
        """Commit SHA of a branch, tag, HEAD, SHA or short SHA; "" where there is none."""
        if revision in {"", "HEAD"}:
            return self.head()
        refs = self.refs()
        for name in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}", f"refs/{revision}"):
            if name in refs:
                return refs[name]
        try:
            return run_git(self.path, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
        except GitError:
            return ""

    def log(self, sha: str, limit: int) -> tuple[GitCommit, ...]:
        """The newest `limit` commits reachable from `sha`."""
        if not sha:
            return ()
        if (sha, limit) not in self._commits:
            text = run_git(self.path, "log", f"-n{limit}", f"--format={LOG_FORMAT}", sha).decode(errors="replace")
            records = (record.lstrip("\n") for record in text.split(RECORD))
            self._commits[sha, limit] = tuple(_read_commit(record) for record in records if record)
        return self._commits[sha, limit]

    def commit_of(self, sha: str) -> GitCommit | None:
        """One commit, or None."""
        try:
            found = self.log(sha, 1)
        except GitError:
            return None
        return found[0] if found else None

    def count(self, sha: str) -> int:
        """Number of commits reachable from `sha`."""
        if sha not in self._counts:
            self._counts[sha] = int(run_git(self.path, "rev-list", "--count", sha)) if sha else 0
        return self._counts[sha]

    def tree(self, sha: str) -> Mapping[str, TreeEntry]:
        """The recursive listing, trees too, by path. Raises GitError for an unknown SHA."""
        if sha not in self._trees:
            listing = run_git(self.path, "ls-tree", "-r", "-t", "-l", "-z", sha).decode(errors="replace")
            entries: dict[str, TreeEntry] = {}
            for line in listing.split("\0"):
                if not line:
                    continue
                facts, path = line.split("\t", 1)
                mode, kind, oid, size = facts.split()
                entries[path] = TreeEntry(path, mode, kind, oid, 0 if size == "-" else int(size))
            self._trees[sha] = entries
        return self._trees[sha]

    def blob(self, oid: str) -> bytes:
        if oid not in self._blobs:
            self._blobs[oid] = run_git(self.path, "cat-file", "blob", oid)
        return self._blobs[oid]

    def archive(self, sha: str, prefix: str) -> bytes:
        """The gzipped tarball, as `git archive` makes it (so it obeys export-ignore)."""
        if (sha, prefix) not in self._archives:
            arguments = ("archive", "--format=tar.gz", f"--prefix={prefix}/", sha)
            self._archives[sha, prefix] = run_git(self.path, *arguments)
        return self._archives[sha, prefix]

    def merge_base(self, base: str, head: str) -> str:
        """The best common ancestor; "" for unrelated histories."""
        try:
            return run_git(self.path, "merge-base", base, head).decode().strip()
        except GitError:
            return ""

    def between(self, base: str, head: str) -> tuple[GitCommit, ...]:
        """Commits reachable from head and not from base, newest first."""
        shas = run_git(self.path, "rev-list", f"{base}..{head}").decode().split()
        return tuple(commit for sha in shas if (commit := self.commit_of(sha)))

    def changed(self, base: str, head: str) -> tuple[tuple[str, str], ...]:
        """(status letter, path) of what differs between two commits; `base` "" is the empty tree."""
        text = run_git(self.path, "diff-tree", "-r", "-z", "--no-commit-id", "--name-status", base or EMPTY_TREE, head)
        parts = text.decode(errors="replace").split("\0")
        return tuple(zip(parts[0::2], parts[1::2], strict=False))

    def write(self, stream: bytes) -> None:
        """Apply a fast-import stream."""
        with self._lock:
            run_git(self.path, "fast-import", "--quiet", "--force", stdin=stream)
            self._refs = None

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        *,
        message: str,
        author: Person,
        at: datetime,
        branch: str | None = None,
        base: str | None = None,
    ) -> str:
        """A new commit on the branch (None deletes a file); its SHA. `base` starts a new branch there."""
        name = branch or self.default_branch
        parent = base or self.head(name)
        self.write(commit_record(f"refs/heads/{name}", files, message=message, author=author, at=at, parent=parent))
        return self.head(name)

    def delete_branch(self, branch: str) -> None:
        with self._lock:
            run_git(self.path, "update-ref", "-d", f"refs/heads/{branch}")
            self._refs = None


def commit_record(
    ref: str,
    files: Mapping[str, str | bytes | None],
    *,
    message: str,
    author: Person,
    at: datetime,
    parent: str = "",
    executables: Sequence[str] = (),
    symlinks: Mapping[str, str] | None = None,
) -> bytes:
    """One commit in git's fast-import language."""
    stamp = f"{author.name} <{author.email}> {int(at.timestamp())} +0000"
    body = message.encode()
    parts = [f"commit {ref}\nauthor {stamp}\ncommitter {stamp}\ndata {len(body)}\n".encode(), body, b"\n"]
    if parent:
        parts.append(f"from {parent}\n".encode())
    for path, content in files.items():
        quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        if content is None:
            parts.append(f"D {quoted}\n".encode())
            continue
        raw = content.encode() if isinstance(content, str) else content
        mode = "100755" if path in executables else "100644"
        parts += [f"M {mode} inline {quoted}\ndata {len(raw)}\n".encode(), raw, b"\n"]
    for path, target in (symlinks or {}).items():
        parts.append(f'M 120000 inline "{path}"\ndata {len(target.encode())}\n{target}\n'.encode())
    parts.append(b"\n")
    return b"".join(parts)


def _read_commit(record: str) -> GitCommit:
    sha, tree, parents, author, email, authored, committer, committer_email, committed, message = record.split(FIELD, 9)
    return GitCommit(
        sha=sha,
        tree_sha=tree,
        parents=tuple(parents.split()),
        author=Person(author, email),
        authored_at=datetime.fromisoformat(authored).astimezone(UTC),
        committer=Person(committer, committer_email),
        committed_at=datetime.fromisoformat(committed).astimezone(UTC),
        message=message.rstrip("\n"),
    )
