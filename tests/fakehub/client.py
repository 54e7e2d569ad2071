"""A plain httpx client of the fake GitHub, signed as the App, an installation or a person, for tests."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import jwt

from tests.fakehub.hub import FakeHub
from tests.fakehub.world import Installation
from tests.patience import PATIENCE_S


def app_jwt(hub: FakeHub, *, age_s: float = 60, lifetime_s: float = 300, key: str = "", iss: str = "") -> str:
    """A JSON web token of the App, issued `age_s` ago."""
    now = time.time()
    claims = {"iat": int(now - age_s), "exp": int(now + lifetime_s), "iss": iss or str(hub.app.id)}
    return jwt.encode(claims, key or hub.app.private_key, algorithm="RS256")


def as_app(hub: FakeHub) -> httpx.Client:
    return _client(hub, f"Bearer {app_jwt(hub)}")


def as_installation(hub: FakeHub, installation: Installation, lifetime: timedelta = timedelta(hours=1)) -> httpx.Client:
    return _client(hub, f"token {hub.world.mint(installation, lifetime).value}")


def as_person(hub: FakeHub, login: str) -> httpx.Client:
    return _client(hub, f"token {hub.token_for(login).value}")


def as_stranger(hub: FakeHub) -> httpx.Client:
    return _client(hub, "")


def _client(hub: FakeHub, authorization: str) -> httpx.Client:
    headers = {"authorization": authorization} if authorization else {}
    return httpx.Client(base_url=hub.api_url, headers=headers, timeout=PATIENCE_S, trust_env=False)
