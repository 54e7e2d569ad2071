"""What every test shares: the event loop's backend, a real PostgreSQL, and a single certificate to trust."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from tests.databases import postgresql_server

pytest.register_assert_rewrite("tests.analysis.manifests.cases")


def pytest_configure(config: pytest.Config) -> None:
    """Trust one authority instead of all.

    Each HTTP client reads them at its start, for 20 ms, and nothing here speaks TLS. Processes that tests start inherit
    it.
    """
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
    folder = tempfile.TemporaryDirectory(prefix="radar-authority-")
    config.add_cleanup(folder.cleanup)
    path = Path(folder.name) / "one.pem"
    path.write_text(first + end)
    os.environ["SSL_CERT_FILE"] = str(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys and the browser come last: they are slow, and Playwright's loop suffers no other beside it."""
    items.sort(key=lambda item: ("/browser/" in item.path.as_posix(), "/journeys/" in item.path.as_posix()))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The bot runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql_uri() -> Iterator[str]:
    """A PostgreSQL server of our own, started when the first test asks; see `tests.databases`."""
    with postgresql_server() as uri:
        yield uri
