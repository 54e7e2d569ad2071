"""A repository's tarball as a stream: one billable request, never on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote

from bot.github import translate
from bot.github.credentials import Credentials
from bot.github.gate import Gate
from bot.github.wire import Wire
from bot.model.errors import FinalError, Finality, WorldError

NOT_VISIBLE_PAUSE_S = 2.0
"""A webhook can arrive before the API shows its commit; it takes seconds."""


@asynccontextmanager
async def stream(
    wire: Wire, credentials: Credentials, gate: Gate, owner: str, name: str, sha: str
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The gzipped tarball of `sha`. A 404 is looked into: gone, empty, or not visible yet."""
    path = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
    what = f"the archive of {owner}/{name}"
    if not sha:
        raise _empty(owner, name)
    opened = wire.stream(f"{path}/tarball/{quote(sha, safe='')}", credentials=credentials, gate=gate, what=what)
    async with AsyncExitStack() as stack:
        try:
            chunks = await stack.enter_async_context(opened)
        except FinalError as error:
            if error.finality is not Finality.GONE:
                raise
            reply = await wire.request("GET", path, credentials=credentials, gate=gate, what=f"{owner}/{name}")
            if translate.mapping(reply.json()).get("size") == 0:
                raise _empty(owner, name) from error
            raise WorldError(
                f"GitHub does not show commit {sha[:10]} of {owner}/{name} yet.", retry_after_s=NOT_VISIBLE_PAUSE_S
            ) from error
        yield chunks


def _empty(owner: str, name: str) -> FinalError:
    return FinalError(
        Finality.EMPTY, f"{owner}/{name} has no commits yet.", next_step="The first push to it makes a report."
    )
