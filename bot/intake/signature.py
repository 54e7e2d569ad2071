"""Whether GitHub (or somebody else who knows the secret) signed a delivery. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

PREFIX = b"sha256="


def verify(secrets: Sequence[bytes], body: bytes, header: bytes | str | None) -> bool:
    """Whether `header` (X-Hub-Signature-256) is the HMAC-SHA256 of the raw `body` under any of `secrets`.

    False without a secret, without a header, and for anything that is no such signature. The time taken does not
    tell which secret or how much of the signature was right.
    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    given = _hex_of(header)
    is_right = False
    for secret in secrets:
        expected = hmac.digest(secret, body, "sha256").hex().encode()
        is_right |= hmac.compare_digest(expected, given)
    return is_right


def sign(secret: bytes, body: bytes) -> str:
    """The header that `verify` accepts."""
    return PREFIX.decode() + hmac.digest(secret, body, "sha256").hex()


def _hex_of(header: bytes | str | None) -> bytes:
    if header is None:
        return b""
    raw = header.encode("utf-8", "replace") if isinstance(header, str) else header
    return raw[len(PREFIX) :] if raw.startswith(PREFIX) else b""
