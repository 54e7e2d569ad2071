"""What every test shares: the event loop's backend, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import postgresql_server

pytest.register_assert_rewrite("tests.analysis.manifests.cases")


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
