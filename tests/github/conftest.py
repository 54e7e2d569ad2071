"""What the tests of the GitHub adapter share: a key, a clock, an App over respx."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.github import GitHubApp, GitHubClient
from tests.patience import PATIENCE_S

API = "https://api.github.test"
GRAPHQL = f"{API}/graphql"
APP_ID = 42
INSTALLATION_ID = 7


@pytest.fixture(scope="session")
def private_key_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=API, assert_all_called=False) as mock:
        yield mock


@pytest.fixture
async def app(router: respx.MockRouter, private_key_pem: str) -> AsyncIterator[GitHubApp]:
    """The App, with a token waiting for its installation."""
    router.post(f"/app/installations/{INSTALLATION_ID}/access_tokens", name="mint").respond(
        201, json={"token": "ghs_first", "expires_at": "2099-01-01T00:00:00Z"}
    )
    async with GitHubApp(APP_ID, private_key_pem, api_url=API, graphql_url=GRAPHQL, timeout_s=PATIENCE_S) as opened:
        yield opened


@pytest.fixture
def client(app: GitHubApp) -> GitHubClient:
    return app.for_installation(INSTALLATION_ID)
