"""The whole way from streams of files to reports, in one process: read, digest, measure, think."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from bot.analysis import analyze
from bot.analysis.contents import Collector
from bot.model.entry import ArchiveLimits, Entry
from bot.model.report import Report
from bot.model.snapshot import Contents, RepositoryFacts, Snapshot
from bot.sources.checkout import read_checkout
from bot.workers.zizmor import Audit, NotMeasured, audit_repositories


class Stream(Protocol):
    """Files to iterate over once; afterwards `cut` tells what limits left out."""

    @property
    def cut(self) -> tuple[str, ...]:
        """Sentences."""

    def __iter__(self) -> Iterator[Entry]: ...


def collect(facts: RepositoryFacts, stream: Stream, *, fingerprint_key: bytes = b"") -> Collector:
    """The files of `stream`, digested but for complexity and workflows. Raises what reading raises."""
    collector = Collector(facts, fingerprint_key)
    for entry in stream:
        collector.add(entry)
    return collector


class Digest:
    """One repository on its way to a report: its files are digested as they come; None where it is empty.

    Raises what reading `stream` raises. `fingerprint_key` keys the hashes that stand for secrets.
    """

    def __init__(self, facts: RepositoryFacts, stream: Stream | None, *, fingerprint_key: bytes = b"") -> None:
        started = time.monotonic()
        self._facts = facts
        self._collector = None if stream is None else collect(facts, stream, fingerprint_key=fingerprint_key)
        self._cut = () if stream is None else stream.cut
        self.took_s = time.monotonic() - started
        """Seconds of work so far."""

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts that were kept, by path."""
        return {} if self._collector is None else self._collector.texts

    def contents(self, audit: Audit) -> Contents | None:
        """The tree with complexity and zizmor's findings."""
        if self._collector is None:
            return None
        finish = partial(self._collector.finish, cut=self._cut, clock=time.monotonic)
        if isinstance(audit, NotMeasured):
            return finish(unmeasured={"workflow_findings": str(audit)})
        return finish(workflow_findings=audit)

    def report(self, audit: Audit, *, now: datetime, previous: Report | None = None) -> Report:
        """What follows from all that, compared with `previous`."""
        started = time.monotonic()
        report = analyze(Snapshot(facts=self._facts, contents=self.contents(audit)), now=now, previous=previous)
        self.took_s += time.monotonic() - started
        return report


def audits_of(digests: Sequence[Digest]) -> list[Audit]:
    """What zizmor says of each, in one run; each bears its share of the time."""
    started = time.monotonic()
    audits = audit_repositories([digest.texts for digest in digests])
    took_s = time.monotonic() - started
    for digest in digests:
        digest.took_s += took_s / len(digests)
    return audits


def analyze_checkout(
    path: Path | str, *, now: datetime, previous: Report | None = None, limits: ArchiveLimits | None = None
) -> Report:
    """The report of a local git checkout, made in this process. Raises UserError where `path` is no repository."""
    facts, stream = read_checkout(path, limits)
    digest = Digest(facts, None if facts.is_empty else stream)
    (audit,) = audits_of([digest])
    return digest.report(audit, now=now, previous=previous)
