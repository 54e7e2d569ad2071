"""Posts to addresses that people gave us, without letting them reach what is ours: no private network, no redirect.
Of the answer only the status is read: a body that never ends costs nothing.

The name is resolved here and the connection goes to exactly the address that was judged, so that a name which answers
differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import httpx

from bot.model.errors import FinalError, Finality, WorldError
from bot.model.outward import is_public

TIMEOUT_S = 10.0
MAX_SHOWN = 200


async def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False) -> int:
    """The status of the answer, a 2xx. Raises FinalError for an address we do not go to, WorldError for any other
    answer or none."""
    parts, host, port = _parts_of(url)
    address = await _resolve(host, port, allow_private=allow_private)
    shown = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=f"{shown}:{port}").geturl()
    sent = {**headers, "host": parts.netloc.rpartition("@")[2]}
    client = httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)
    try:
        async with asyncio.timeout(TIMEOUT_S), client:
            asked = client.stream("POST", target, content=body, headers=sent, extensions={"sni_hostname": host})
            async with asked as answer:
                status = answer.status_code
    except (httpx.HTTPError, TimeoutError) as error:
        raise WorldError(f"{host} did not take it ({type(error).__name__}).") from error
    if not 200 <= status < 300:
        raise WorldError(f"{host} answered {status}.")
    return status


def _parts_of(url: str) -> tuple[SplitResult, str, int]:
    """The address taken apart, its host and port. Raises FinalError for what is none of the web."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host:
        raise FinalError(Finality.REFUSED, f"{url[:MAX_SHOWN]} is no http or https address.")
    return parts, host, port or (443 if parts.scheme == "https" else 80)


async def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    """One public address of `host`. Raises FinalError where one of its addresses is not public."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        raise WorldError(f"{host} cannot be found.") from error
    addresses = [str(one[4][0]) for one in found]
    if not allow_private and not all(is_public(one) for one in addresses):
        raise FinalError(
            Finality.REFUSED,
            f"{host} is not a public address.",
            next_step="Set RADAR_PRIVATE_WEBHOOKS=true if reports may go to your own network.",
        )
    return addresses[0]
