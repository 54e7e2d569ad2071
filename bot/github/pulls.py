"""Pull requests: which commits a comparison looks at."""

from __future__ import annotations

from urllib.parse import quote

from bot.github import translate
from bot.github.comments import Request
from bot.model.repository import PullRequestRef


class Pulls:
    """Reads pull requests."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def get(self, owner: str, name: str, number: int) -> PullRequestRef:
        """One pull request with its merge base. Two requests. A fork's head is read through the base repository."""
        repository = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
        reply = await self._request("GET", f"{repository}/pulls/{number}", f"pull request {number}")
        pull = translate.mapping(reply.json())
        head, base = translate.mapping(pull.get("head")), translate.mapping(pull.get("base"))
        head_sha, base_sha = translate.text(head.get("sha")), translate.text(base.get("sha"))
        compared = await self._request(
            "GET", f"{repository}/compare/{base_sha}...{head_sha}?per_page=1", f"the merge base of {number}"
        )
        merge_base = translate.mapping(translate.mapping(compared.json()).get("merge_base_commit"))
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
            merge_base_sha=translate.text(merge_base.get("sha")) or base_sha,
            author=translate.text(translate.mapping(pull.get("user")).get("login")),
            is_draft=pull.get("draft") is True,
        )
