"""Which addresses a webhook of ours may be sent to: only the public internet, so that nobody reads our network by us.

An address is judged twice: when it is entered, and when a delivery connects, by the IP address it then has.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.model.errors import UserError

MAX_URL = 2_000
NEXT = "Use an https address that is reachable from the internet."


def check_webhook_url(url: str, *, allow_private: bool = False) -> str:
    """The host of `url`. Raises UserError for anything but an https address without credentials.

    With `allow_private` plain http and IP addresses of private networks are taken too.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        raise UserError("This is no address.", next_step=NEXT) from None
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url or not host:
        raise UserError("This is no address.", next_step=NEXT)
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise UserError("Webhooks go to https addresses only.", next_step=NEXT)
    if parts.username or parts.password:
        raise UserError("The address holds a user name or password.", next_step="The secret signs the deliveries.")
    if port == 0:
        raise UserError("This is no address.", next_step=NEXT)
    if not allow_private and (host == "localhost" or host.endswith((".localhost", ".local", ".internal"))):
        raise UserError(f"{host} is an address of a private network.", next_step=NEXT)
    literal = _literal(host)
    if literal is not None:
        check_addresses(host, [literal], allow_private=allow_private)
    return host


def check_addresses(host: str, addresses: Iterable[str], *, allow_private: bool = False) -> None:
    """Raises UserError when any IP address that `host` stands for is not of the public internet."""
    found = list(addresses)
    if not found:
        raise UserError(f"{host} has no address.", next_step="Check the name.")
    if allow_private:
        return
    for address in found:
        if not is_public(address):
            raise UserError(f"{host} is an address of a private network ({address}).", next_step=NEXT)


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet; IPv4 inside of IPv6 is looked at too."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _literal(host: str) -> str | None:
    """The IP address that `host` is in itself, in any spelling that a resolver takes ("0x7f.1", "2130706433")."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    parts = host.split(".")
    try:
        numbers = [int(part, 0) if not _is_octal(part) else int(part, 8) for part in parts]
    except ValueError:
        return None
    if not 1 <= len(numbers) <= 4 or any(number < 0 for number in numbers):
        return None
    *heads, last = numbers
    value = last
    for place, head in enumerate(heads):
        value += head << (8 * (3 - place))
    return str(ipaddress.IPv4Address(value)) if value < 2**32 else None


def _is_octal(part: str) -> bool:
    return len(part) > 1 and part.startswith("0") and part.isdigit()
