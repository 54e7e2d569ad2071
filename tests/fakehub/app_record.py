"""The App as it is registered on the fake GitHub: its ids, key pair, webhook and OAuth credentials."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakehub.world import DEFAULT_EVENTS, DEFAULT_PERMISSIONS, Account


@functools.cache
def key_pair() -> tuple[str, str]:
    """(private, public) PEM of a fresh RSA key, PKCS#1 as GitHub hands it out; made once a process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@dataclass(eq=False, slots=True)
class AppRecord:
    """One registration. `bot` is the account that the App comments as."""

    id: int
    slug: str
    name: str
    owner: Account
    bot: Account
    created_at: datetime
    private_key: str = field(default_factory=lambda: key_pair()[0], repr=False)
    public_key: str = field(default_factory=lambda: key_pair()[1], repr=False)
    webhook_secret: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    webhook_url: str = ""
    client_id: str = field(default_factory=lambda: f"Iv23li{secrets.token_hex(7)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    permissions: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_PERMISSIONS))
    events: list[str] = field(default_factory=lambda: list(DEFAULT_EVENTS))
