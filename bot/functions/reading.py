"""From a commit's archive to its report: one place for a refresh of HEAD and for both sides of a pull request."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.functions.deps import Deps
from bot.github.client import GitHubClient
from bot.model.report import Report
from bot.model.snapshot import RepositoryFacts

AHEAD_BYTES = 2_000_000
"""Of an archive, read before a worker is free for it."""


async def analyze_commit(deps: Deps, github: GitHubClient, read: RepositoryFacts, previous: bytes | None) -> Report:
    """The report of `read.head_sha`, compared with `previous` (an encoded report). Nothing is stored.

    An empty repository has no archive. Raises as `GitHubClient.archive` and `AnalysisPool.analyze` do.
    """
    now = deps.clock()
    if read.is_empty or not read.head_sha:
        outcome = await deps.pool.analyze(read, None, now=now, previous=previous)
    else:
        async with deps.archive_places, github.archive(read.owner, read.name, read.head_sha) as chunks:
            outcome = await deps.pool.analyze(read, await read_ahead(chunks), now=now, previous=previous)
    return outcome.report


async def read_ahead(chunks: AsyncIterator[bytes], size_bytes: int = AHEAD_BYTES) -> AsyncIterator[bytes]:
    """The same chunks, the first of them fetched already: a small archive is here before a worker is free."""
    ahead: list[bytes] = []
    held = 0
    async for chunk in chunks:
        ahead.append(chunk)
        held += len(chunk)
        if held >= size_bytes:
            break

    async def whole() -> AsyncIterator[bytes]:
        for chunk in ahead:
            yield chunk
        async for chunk in chunks:
            yield chunk

    return whole()
