"""Pull requests: which commits a comparison looks at."""

from __future__ import annotations

from urllib.parse import quote

from bot.github import translate
from bot.github.comments import Request
from bot.model.errors import FinalError, Finality
from bot.model.repository import PullRequestRef

MAX_PAGES = 10
"""Pages of open pull requests looked through for a head: 1,000 of them."""


class Pulls:
    """Reads pull requests."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def open_with_head(self, owner: str, name: str, head_sha: str) -> list[int]:
        """Numbers of the open pull requests whose head is this commit, newest first.

        `GET /commits/{sha}/pulls` knows none from forks, whose commits are not in the base repository; the list of
        open ones does. A request for each hundred, the MAX_PAGES last updated.
        """
        path: str | None = (
            f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}/pulls"
            "?state=open&sort=updated&direction=desc&per_page=100"
        )
        found: list[int] = []
        for _ in range(MAX_PAGES):
            if path is None or found:
                break
            reply = await self._request("GET", path, "the open pull requests")
            for pull in translate.items(reply.json()):
                number = translate.number(pull.get("number"))
                if number is not None and translate.text(translate.mapping(pull.get("head")).get("sha")) == head_sha:
                    found.append(number)
            path = reply.next_link
        return found

    async def get(self, owner: str, name: str, number: int) -> PullRequestRef:
        """One pull request with its merge base. Two requests. A fork's head is read through the base repository.

        `merge_base_sha` is "" where GitHub finds none: histories without a common commit, or a commit not shown yet.
        """
        repository = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
        reply = await self._request("GET", f"{repository}/pulls/{number}", f"pull request {number}")
        pull = translate.mapping(reply.json())
        head, base = translate.mapping(pull.get("head")), translate.mapping(pull.get("base"))
        head_sha, base_sha = translate.text(head.get("sha")), translate.text(base.get("sha"))
        merge_base_sha = await self._merge_base(repository, base_sha, head_sha)
        head_repository = translate.mapping(head.get("repo"))
        return PullRequestRef(
            number=number,
            title=translate.text(pull.get("title")),
            state=translate.text(pull.get("state")),
            head_sha=head_sha,
            head_owner=translate.text(translate.mapping(head_repository.get("owner")).get("login")),
            head_name=translate.text(head_repository.get("name")),
            base_ref=translate.text(base.get("ref")),
            base_sha=base_sha,
            merge_base_sha=merge_base_sha,
            author=translate.text(translate.mapping(pull.get("user")).get("login")),
            is_draft=pull.get("draft") is True,
        )

    async def _merge_base(self, repository: str, base_sha: str, head_sha: str) -> str:
        try:
            compared = await self._request(
                "GET", f"{repository}/compare/{base_sha}...{head_sha}?per_page=1", "the merge base"
            )
        except FinalError as error:
            if error.finality is Finality.GONE:
                return ""
            raise
        return translate.text(translate.mapping(translate.mapping(compared.json()).get("merge_base_commit")).get("sha"))
