"""Posts to addresses that people gave us, without letting them reach what is ours: no private network, no redirect.

The name is resolved here and the connection goes to exactly the address that was judged, so that a name which answers
differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from bot.model.errors import FinalError, Finality, WorldError

TIMEOUT_S = 10.0
MAX_SHOWN = 200


async def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False) -> int:
    """The status of the answer, a 2xx. Raises FinalError for an address we do not go to, WorldError for any other
    answer or none."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FinalError(Finality.REFUSED, f"{url[:MAX_SHOWN]} is no http or https address.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = await _resolve(parts.hostname, port, allow_private=allow_private)
    shown = f"[{address}]" if ":" in address else address
    target = parts._replace(netloc=f"{shown}:{port}").geturl()
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            answer = await client.post(
                target,
                content=body,
                headers={**headers, "host": parts.netloc.rpartition("@")[2]},
                extensions={"sni_hostname": parts.hostname},
            )
    except httpx.HTTPError as error:
        raise WorldError(f"{parts.hostname} did not take it ({type(error).__name__}).") from error
    if not 200 <= answer.status_code < 300:
        raise WorldError(f"{parts.hostname} answered {answer.status_code}.")
    return answer.status_code


async def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    """One public address of `host`. Raises FinalError where one of its addresses is not public."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError) as error:
        raise WorldError(f"{host} cannot be found.") from error
    addresses = [str(one[4][0]) for one in found]
    if not allow_private and not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses):
        raise FinalError(
            Finality.REFUSED,
            f"{host} is not a public address.",
            next_step="Set RADAR_PRIVATE_WEBHOOKS=true if reports may go to your own network.",
        )
    return addresses[0]
