"""Secrets that must be read again (a person's token, a subscription's key), encrypted with RADAR_SECRET_KEY."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from bot.model.errors import UserError


def seal(secret: str, key: str) -> str:
    """`secret` encrypted and authenticated (Fernet) under a key derived from `key`."""
    return _fernet(key).encrypt(secret.encode()).decode()


def unseal(sealed: str, key: str) -> str:
    """The secret again. Raises UserError where it was sealed with another RADAR_SECRET_KEY."""
    try:
        return _fernet(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UserError(
            "A stored secret cannot be read: it was sealed with another RADAR_SECRET_KEY.",
            next_step="Set RADAR_SECRET_KEY to a fixed value and enter the secret again.",
        ) from None


def _fernet(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"repo-radar sealed secrets\0" + key.encode()).digest()))
