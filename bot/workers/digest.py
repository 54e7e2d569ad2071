"""The whole way from a stream of files to a report, in one process: read, digest, measure, think."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.analysis import analyze
from bot.analysis.contents import Collector
from bot.model.entry import ArchiveLimits, Entry
from bot.model.report import Report
from bot.model.snapshot import Contents, RepositoryFacts, Snapshot, WorkflowFinding
from bot.sources.checkout import read_checkout
from bot.workers.zizmor import NotMeasured, audit_workflows


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


def read_contents(facts: RepositoryFacts, stream: Stream, *, fingerprint_key: bytes = b"") -> Contents:
    """The tree of `stream` with complexity and zizmor's findings. Raises what reading raises."""
    collector = collect(facts, stream, fingerprint_key=fingerprint_key)
    findings: tuple[WorkflowFinding, ...] | None = None
    unmeasured = {}
    try:
        findings = audit_workflows(collector.texts)
    except NotMeasured as reason:
        unmeasured["workflow_findings"] = str(reason)
    return collector.finish(cut=stream.cut, workflow_findings=findings, unmeasured=unmeasured, clock=time.monotonic)


def analyze_stream(
    facts: RepositoryFacts,
    stream: Stream | None,
    *,
    now: datetime,
    previous: Report | None = None,
    fingerprint_key: bytes = b"",
) -> Report:
    """The report of one repository; `stream` is None where it is empty."""
    contents = None if stream is None else read_contents(facts, stream, fingerprint_key=fingerprint_key)
    return analyze(Snapshot(facts=facts, contents=contents), now=now, previous=previous)


def analyze_checkout(
    path: Path | str, *, now: datetime, previous: Report | None = None, limits: ArchiveLimits | None = None
) -> Report:
    """The report of a local git checkout, made in this process. Raises UserError where `path` is no repository."""
    facts, stream = read_checkout(path, limits)
    return analyze_stream(facts, None if facts.is_empty else stream, now=now, previous=previous)
