"""Sign-in with GitHub: OAuth of the App's users (state, PKCE), and what a person can see of our installations."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.github import translate
from bot.github.credentials import FixedCredentials
from bot.github.gate import Gate
from bot.github.wire import Reply, Wire
from bot.model.errors import FinalError, Finality
from bot.model.sign_in import SignedIn, UserAccess

MAX_PAGES = 100
"""Pages of 100 repositories that one person's access is read over."""


def code_challenge(code_verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    digest = hashlib.sha256(code_verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class GitHubSignIn:
    """The OAuth client of one App. Close with `aclose`. Tokens are never logged and stand in no error."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        api_url: str = "https://api.github.com",
        web_url: str = "https://github.com",
        timeout_s: float = 30.0,
        concurrency: int = 20,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._web_url = web_url.rstrip("/")
        self._api = Wire(api_url=api_url, graphql_url=f"{api_url}/graphql", timeout_s=timeout_s, transport=transport)
        # The token exchange lives on the web root and wants plain JSON.
        self._web = Wire(
            api_url=self._web_url,
            graphql_url=f"{self._web_url}/graphql",
            timeout_s=timeout_s,
            accept="application/json",
            transport=transport,
        )
        self._concurrency = concurrency

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._api.aclose()
        await self._web.aclose()

    def authorize_url(self, *, state: str, code_challenge: str, redirect_uri: str) -> str:
        """Where the browser goes. `code_challenge` is the S256 one; servers without PKCE ignore it."""
        query = urlencode(
            {
                "client_id": self._client_id,
                "redirect_uri": redirect_uri,
                "state": state,
                "code_challenge": code_challenge,
                "code_challenge_method": "S256",
                "allow_signup": "false",
            }
        )
        return f"{self._web_url}/login/oauth/authorize?{query}"

    async def exchange(self, *, code: str, code_verifier: str, redirect_uri: str) -> SignedIn:
        """Who it is, and their token. Raises FinalError(FORBIDDEN) for a code that is used, old or not ours."""
        reply = await self._web.request(
            "POST",
            "/login/oauth/access_token",
            credentials=FixedCredentials(""),
            gate=Gate(1),
            what="the sign-in",
            body={
                "client_id": self._client_id,
                "client_secret": self._client_secret,
                "code": code,
                "code_verifier": code_verifier,
                "redirect_uri": redirect_uri,
            },
        )
        # GitHub answers 200 to a bad code, with an `error` in the body.
        token = translate.text(translate.mapping(reply.json()).get("access_token"))
        if not token:
            raise FinalError(
                Finality.FORBIDDEN, "GitHub did not accept the sign-in.", next_step="Sign in again; codes work once."
            )
        user = translate.mapping((await self._get(token, "/user", "who you are")).json())
        return SignedIn(translate.required_id(user, "a user"), translate.text(user.get("login")), token)

    async def access(self, token: str) -> UserAccess:
        """What the person sees of the App's installations. Raises FinalError(FORBIDDEN) for a revoked token."""
        repositories: dict[int, str] = {}
        installations: dict[int, bool] = {}
        user = translate.mapping((await self._get(token, "/user", "who you are")).json())
        login = translate.text(user.get("login"))
        async for item in self._pages(token, "/user/installations?per_page=100", "installations"):
            installation_id = translate.required_id(item, "an installation")
            account = translate.mapping(item.get("account"))
            installations[installation_id] = await self._administers(token, login, account)
            path = f"/user/installations/{installation_id}/repositories?per_page=100"
            async for repository in self._pages(token, path, "repositories"):
                level = _level(translate.mapping(repository.get("permissions")))
                repositories[translate.required_id(repository, "a repository")] = level
        return UserAccess(repositories=repositories, installations=installations)

    async def _administers(self, token: str, login: str, account: Mapping[str, Any]) -> bool:
        """Their own account, or an organisation that GitHub says they are an admin of."""
        account_login = translate.text(account.get("login"))
        if account_login.lower() == login.lower():
            return True
        if translate.text(account.get("type")) != "Organization":
            return False
        try:
            reply = await self._get(token, f"/user/memberships/orgs/{account_login}", "the membership")
        except FinalError:
            return False
        membership = translate.mapping(reply.json())
        return membership.get("role") == "admin" and membership.get("state") == "active"

    async def _pages(self, token: str, path: str, field: str) -> AsyncIterator[Mapping[str, Any]]:
        address: str | None = path
        for _ in range(MAX_PAGES):
            if address is None:
                return
            reply = await self._get(token, address, f"your {field}")
            for item in translate.items(translate.mapping(reply.json()).get(field)):
                yield item
            address = reply.next_link

    async def _get(self, token: str, path: str, what: str) -> Reply:
        return await self._api.request(
            "GET", path, credentials=FixedCredentials(token), gate=Gate(self._concurrency), what=what
        )


def _level(permissions: Mapping[str, Any]) -> str:
    if permissions.get("admin") is True:
        return "admin"
    return "write" if permissions.get("push") is True or permissions.get("maintain") is True else "read"
