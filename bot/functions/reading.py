"""From a commit's archive to its report: one place for a refresh of HEAD and for both sides of a pull request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial

from bot.functions.deps import Deps
from bot.github.client import GitHubClient
from bot.model.snapshot import RepositoryFacts

AHEAD_BYTES = 2_000_000
"""Of an archive, read before a worker is free for it."""


async def analyze_commit(
    deps: Deps,
    github: GitHubClient,
    read: RepositoryFacts,
    previous: bytes | None,
    *,
    cost: Callable[[], float] = lambda: 0.0,
    is_urgent: bool = True,
) -> bytes:
    """The encoded report of `read.head_sha`, compared with `previous`, one too. Nothing is stored.

    An empty repository has no archive. `cost` tells the API requests that it took, once the archive is open. What is
    not urgent lets others go first. Raises as `GitHubClient.archive` and `AnalysisPool.analyze` do.
    """
    analyze = partial(deps.pool.analyze, read, now=deps.clock(), previous=previous, is_urgent=is_urgent)
    if read.is_empty or not read.head_sha:
        return await analyze(archive=None, api_requests=cost())
    async with deps.archive_places.taken(is_urgent=is_urgent):
        async with github.archive(read.owner, read.name, read.head_sha) as chunks:
            archive = await read_ahead(chunks)
            if not isinstance(archive, bytes):
                return await analyze(archive=archive, api_requests=cost())
        return await analyze(archive=archive, api_requests=cost())


async def read_ahead(chunks: AsyncIterator[bytes], size_bytes: int = AHEAD_BYTES) -> bytes | AsyncIterator[bytes]:
    """All of a small archive, here before a worker is free; of a larger one the chunks, the first fetched already."""
    ahead: list[bytes] = []
    held = 0
    async for chunk in chunks:
        ahead.append(chunk)
        held += len(chunk)
        if held >= size_bytes:
            break
    else:
        return b"".join(ahead)

    async def whole() -> AsyncIterator[bytes]:
        for chunk in ahead:
            yield chunk
        async for chunk in chunks:
            yield chunk

    return whole()
