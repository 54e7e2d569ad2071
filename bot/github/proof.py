"""Whether an App's id and private key, typed by hand, are a pair that GitHub knows: asked before they are kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx

from bot.github.app import GitHubApp
from bot.model.errors import FinalError, UserError, WorldError
from bot.model.sign_in import AppCredentials

TIMEOUT_S = 10.0


async def prove(
    found: AppCredentials,
    *,
    api_url: str,
    graphql_url: str,
    timeout_s: float = TIMEOUT_S,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AppCredentials:
    """The same credentials with the App's name and address.

    Raises UserError for what GitHub does not take, WorldError when it does not answer. The webhook secret and the
    client's secret cannot be asked for: the first delivery and the first sign-in prove them.
    """
    try:
        async with (
            asyncio.timeout(timeout_s),
            GitHubApp(
                found.app_id,
                found.private_key,
                api_url=api_url,
                graphql_url=graphql_url,
                timeout_s=timeout_s,
                transport=transport,
            ) as app,
        ):
            info = await app.info()
    except TimeoutError as error:
        raise WorldError(f"GitHub did not answer within {timeout_s:.0f} s.") from error
    except FinalError as error:
        raise UserError(
            f"GitHub does not take this private key for App ID {found.app_id}: {error.message}",
            next_step="Compare the App ID under About on the App's page, and generate a new private key there.",
        ) from error
    if found.client_id and info.client_id and found.client_id != info.client_id:
        raise UserError(
            f"This Client ID is not that of {info.name}, which is {info.client_id}.",
            next_step="Copy it from the App's page, under About.",
        )
    return replace(found, slug=info.slug, name=info.name, html_url=info.html_url)
