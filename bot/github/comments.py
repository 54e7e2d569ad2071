"""Comments and reactions: one marker comment per answer, edited in place however often a step is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import structlog

from bot.github import translate
from bot.github.wire import Reply
from bot.model.errors import FinalError, Finality
from bot.model.repository import CommentRef, Permission

log = structlog.get_logger("bot.github.comments")

_T = TypeVar("_T")

MAX_PAGES = 30
"""Pages looked through: 3,000 comments for a marker, or as many reactions."""
EYES, ROCKET, CONFUSED = "eyes", "rocket", "confused"


class Request(Protocol):
    """`GitHubClient.request`."""

    def __call__(self, method: str, path: str, what: str, *, body: Any = None) -> Awaitable[Reply]: ...


def marker(key: str) -> str:
    """The invisible first line that our comment is found by. `key` is ours: letters, digits, `:`, `.`, `-`."""
    return f"<!-- repo-radar:{key} -->"


class Comments:
    """Reads and writes the comments of issues and pull requests."""

    def __init__(self, request: Request, app_id: int | None) -> None:
        self._request = request
        self._app_id = app_id

    async def permission(self, owner: str, name: str, user: str) -> Permission:
        """What `user` may do; `author_association` hides private membership, so this asks. Strangers have NONE."""
        path = f"{_repository(owner, name)}/collaborators/{quote(user, safe='')}/permission"
        try:
            reply = await self._request("GET", path, f"the permission of {user}")
        except FinalError as error:
            if error.finality is Finality.GONE:
                return Permission.NONE
            raise
        answer = translate.mapping(reply.json())
        for field in ("role_name", "permission"):
            name_ = translate.text(answer.get(field)).upper()
            if name_ in Permission.__members__:
                return Permission[name_]
        return Permission.NONE

    async def get(self, owner: str, name: str, comment_id: int) -> CommentRef | None:
        """One comment as it stands now; None when it was deleted."""
        try:
            reply = await self._request("GET", _comment(owner, name, comment_id), "the comment")
        except FinalError as error:
            if error.finality is Finality.GONE:
                return None
            raise
        return translate.comment_ref(reply.json())

    async def react(self, owner: str, name: str, comment_id: int, content: str, *, instead_of: str = "") -> None:
        """Adds our reaction, once, however often it is asked; `instead_of` is one of ours that goes then.

        Contents: eyes, rocket, confused. Where the comment was deleted there is nobody to tell; where GitHub does not
        let us react (a locked conversation, a permission that was not given) the reply tells all the same.
        """
        path = f"{_comment(owner, name, comment_id)}/reactions"
        try:
            reply = await self._request("POST", path, "a reaction", body={"content": content})
        except FinalError as error:
            if error.finality in {Finality.GONE, Finality.CLOSED, Finality.FORBIDDEN}:
                log.info("no reaction", comment=comment_id, reason=error.message)
                return
            raise
        if not instead_of:
            return
        us = translate.mapping(translate.mapping(reply.json()).get("user")).get("id")
        async for item in self._items(f"{path}?content={instead_of}&per_page=100", "the reactions"):
            if us is not None and translate.mapping(item.get("user")).get("id") == us:
                reaction = translate.required_id(item, "a reaction")
                await _unless_gone(self._request("DELETE", f"{path}/{reaction}", "our reaction"))

    async def find(
        self, owner: str, name: str, issue_number: int, marker: str, *, since: datetime | None = None
    ) -> CommentRef | None:
        """Our own comment that begins with `marker`. `since`: it cannot be older than this."""
        path = f"{_repository(owner, name)}/issues/{issue_number}/comments?per_page=100"
        if since is not None:
            path = f"{path}&since={since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        async for item in self._items(path, "the comments"):
            comment = translate.comment_ref(item)
            if self._is_ours(comment) and comment.body.lstrip().startswith(marker):
                return comment
        return None

    async def _items(self, path: str, what: str) -> AsyncIterator[Mapping[str, Any]]:
        """What a list holds, over MAX_PAGES pages at most."""
        following: str | None = path
        for _ in range(MAX_PAGES):
            if following is None:
                return
            reply = await self._request("GET", following, what)
            for item in translate.items(reply.json()):
                yield item
            following = reply.next_link

    def _is_ours(self, comment: CommentRef) -> bool:
        if self._app_id is None or comment.app_id is None:
            return comment.author_is_bot
        return comment.app_id == self._app_id

    async def upsert(
        self,
        owner: str,
        name: str,
        issue_number: int,
        marker: str,
        body: str,
        *,
        comment_id: int | None = None,
        since: datetime | None = None,
    ) -> CommentRef:
        """Our comment with `marker` as first line and `body` below it: edited where it stands, else created.

        `comment_id` is the comment of an earlier call (spares the search; created anew when somebody deleted it).
        """
        text = f"{marker}\n{body}"
        known: CommentRef | None = None
        if comment_id is not None:
            edited = await _unless_gone(self._edit(owner, name, comment_id, text))
            if edited is not None:
                return edited
        else:
            known = await self.find(owner, name, issue_number, marker, since=since)
        if known is not None:
            if known.body == text:
                return known
            edited = await _unless_gone(self._edit(owner, name, known.id, text))
            if edited is not None:
                return edited
        path = f"{_repository(owner, name)}/issues/{issue_number}/comments"
        reply = await self._request("POST", path, "a comment", body={"body": text})
        return translate.comment_ref(reply.json())

    async def _edit(self, owner: str, name: str, comment_id: int, text: str) -> CommentRef:
        reply = await self._request("PATCH", _comment(owner, name, comment_id), "our comment", body={"body": text})
        return translate.comment_ref(reply.json())


async def _unless_gone(awaitable: Awaitable[_T]) -> _T | None:
    try:
        return await awaitable
    except FinalError as error:
        if error.finality is Finality.GONE:
            return None
        raise


def _repository(owner: str, name: str) -> str:
    return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"


def _comment(owner: str, name: str, comment_id: int) -> str:
    return f"{_repository(owner, name)}/issues/comments/{comment_id}"
