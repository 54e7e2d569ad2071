"""The client of one installation, or of one personal token: what may be read and written, and how."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

import httpx

from bot.github import archive, translate
from bot.github.checks import Checks
from bot.github.comments import Comments
from bot.github.credentials import Credentials, FixedCredentials
from bot.github.gate import Gate
from bot.github.pace import DOCUMENTED, Urgency
from bot.github.pulls import Pulls
from bot.github.snapshot import SnapshotReader
from bot.github.wire import BudgetObserver, Reply, Wire
from bot.model.repository import RepositoryRef
from bot.model.snapshot import RepositoryFacts

TOKEN_INSTALLATION = 0
"""The installation id that stands for token mode."""


class GitHubClient:
    """Reads and writes as one installation. `owner` is only set in token mode.

    Everything raises WorldError (with `retry_after_s` where GitHub says when) or FinalError; see limits.py.
    """

    def __init__(
        self, wire: Wire, credentials: Credentials, gate: Gate, *, owner: str = "", app_id: int | None = None
    ) -> None:
        self._wire = wire
        self._credentials = credentials
        self._gate = gate
        self.owner = owner
        self.comments = Comments(self.request, app_id)
        self.checks = Checks(self.request, app_id)
        self.pulls = Pulls(self.request)
        self._reader = SnapshotReader(self.graphql, self.request)

    @classmethod
    def for_token(
        cls,
        token: str,
        owner: str,
        *,
        api_url: str = "https://api.github.com",
        graphql_url: str = "https://api.github.com/graphql",
        timeout_s: float = 30.0,
        concurrency: int = 90,
        on_budget: BudgetObserver | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> GitHubClient:
        """Token mode: one personal token reads the repositories of one owner. Close with `aclose`."""
        wire = Wire(
            api_url=api_url, graphql_url=graphql_url, timeout_s=timeout_s, on_budget=on_budget, transport=transport
        )
        gate = Gate(concurrency, content=DOCUMENTED)
        return cls(wire, FixedCredentials(token, TOKEN_INSTALLATION), gate, owner=owner)

    async def aclose(self) -> None:
        """Closes the connections; only for token mode, an installation's belong to its GitHubApp."""
        await self._wire.aclose()

    @property
    def installation_id(self) -> int:
        """Whose client this is; 0 in token mode."""
        return self._credentials.installation_id or TOKEN_INSTALLATION

    def require_content_room(self, urgency: Urgency) -> None:
        """Raises RateLimited where content would have to wait for long; asked before work that leads to some."""
        self._gate.require_content_room(urgency)

    async def request(self, method: str, path: str, what: str, *, body: Any = None) -> Reply:
        """One REST request, signed, counted and bounded."""
        return await self._wire.request(
            method, path, credentials=self._credentials, gate=self._gate, what=what, body=body
        )

    async def graphql(self, query: str, variables: dict[str, Any], what: str) -> Any:
        """One GraphQL request; the answer is a `wire.GraphQLReply`."""
        return await self._wire.graphql(query, variables, credentials=self._credentials, gate=self._gate, what=what)

    async def repositories(self) -> AsyncIterator[list[RepositoryRef]]:
        """Every repository that the installation covers (token mode: that the owner has), up to 100 at a time."""
        path: str | None = "/installation/repositories?per_page=100"
        if self.owner:
            path = await self._owned_path()
        while path:
            reply = await self.request("GET", path, "the list of repositories")
            decoded = reply.json()
            found = decoded.get("repositories") if isinstance(decoded, dict) else decoded
            yield [translate.repository_ref(item) for item in translate.items(found)]
            path = reply.next_link

    async def _owned_path(self) -> str:
        owner = quote(self.owner, safe="")
        account = translate.mapping((await self.request("GET", f"/users/{owner}", f"the owner {self.owner}")).json())
        if translate.text(account.get("type")) == "Organization":
            return f"/orgs/{owner}/repos?type=all&per_page=100"
        viewer = translate.mapping((await self.request("GET", "/user", "the token's user")).json())
        if translate.text(viewer.get("login")).lower() == self.owner.lower():
            return "/user/repos?affiliation=owner&per_page=100"
        return f"/users/{owner}/repos?type=owner&per_page=100"

    async def repository(self, owner: str, name: str) -> RepositoryRef:
        """One repository by name; renames are followed."""
        path = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
        return translate.repository_ref((await self.request("GET", path, f"{owner}/{name}")).json())

    async def repository_by_id(self, repository_id: int) -> RepositoryRef:
        """One repository by its id: the way to find it after a rename or transfer."""
        reply = await self.request("GET", f"/repositories/{repository_id}", f"repository {repository_id}")
        return translate.repository_ref(reply.json())

    async def heads(self, node_ids: Sequence[str]) -> list[RepositoryRef | None]:
        """Each repository with its `head_sha`, in the order asked; None where it is gone or not ours to see.

        One request for 50 repositories.
        """
        return await self._reader.heads(node_ids)

    async def facts(self, node_ids: Sequence[str], *, hidden_files: bool = True) -> list[RepositoryFacts | None]:
        """The facts of each repository, in the order asked; None where it is gone or not ours to see.

        One request for up to 50 repositories, halved where GitHub cannot answer in time; `hidden_files` adds two for
        the repositories among them whose .gitattributes hides files from archives.
        """
        return await self._reader.facts(node_ids, hidden_files=hidden_files)

    async def with_hidden_files(self, facts: RepositoryFacts) -> RepositoryFacts:
        """The facts with the files that archives of `facts.head_sha` hide, looked for whatever the facts query saw.

        For another commit than HEAD (a pull request's), or where the archive itself showed a folder's export-ignore.
        Two requests.
        """
        return await self._reader.hidden_files(facts)

    def archive(self, owner: str, name: str, sha: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The gzipped tarball of one commit as it arrives. One billable request.

        Raises WorldError while GitHub does not show the commit yet, FinalError(EMPTY) without commits.
        """
        return archive.stream(self._wire, self._credentials, self._gate, owner, name, sha)
