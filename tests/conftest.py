"""What every test shares: the event loop's backend."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The bot runs on asyncio."""
    return "asyncio"
