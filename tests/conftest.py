"""What every test shares: the event loop's backend, a real PostgreSQL, and a single certificate to trust."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, settings

from tests.databases import postgresql_server
from tests.patience import be_patient

pytest.register_assert_rewrite("tests.analysis.manifests.cases")
# The first text that hypothesis draws in a fresh clone builds its table of Unicode: seconds on a busy machine.
settings.register_profile("searching", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples at each run; `--hypothesis-profile searching` looks for others.
settings.register_profile("unhurried", settings.get_profile("searching"), derandomize=True)
settings.load_profile("unhurried")

ROOT = Path(__file__).parent
LONG_FIRST = (
    *("functions/", "test_cli.py", "engine/test_crash.py", "intake/", "storage/", "web/", "engine/", "verbs/"),
    *("journeys/test_recovery.py", "browser/", "journeys/test_token_mode.py", "journeys/test_github_trouble.py"),
    *("journeys/test_demo.py", "journeys/test_setup.py", "journeys/test_lifecycle.py", "journeys/test_stopping.py"),
    *("journeys/test_fairness.py", "journeys/test_main_job.py", "journeys/test_database_away.py"),
)
"""Two processes share the files in this order: small ones at the end let both end at the same time."""


def pytest_configure(config: pytest.Config) -> None:
    """Trust one authority instead of all, and be patient.

    Each HTTP client reads them at its start, for 20 ms, and nothing here speaks TLS. Processes that tests start inherit
    it.
    """
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
    folder = tempfile.TemporaryDirectory(prefix="radar-authority-")
    config.add_cleanup(folder.cleanup)
    path = Path(folder.name) / "one.pem"
    path.write_text(first + end)
    os.environ["SSL_CERT_FILE"] = str(path)
    be_patient()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys and the browser come last; among each other, and among the rest, what takes long comes first."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> tuple[bool, int]:
    path = item.path.relative_to(ROOT).as_posix()
    places = (number for number, prefix in enumerate(LONG_FIRST) if path.startswith(prefix))
    return path.startswith(("browser/", "journeys/")), next(places, len(LONG_FIRST))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The bot runs on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql_uri() -> Iterator[str]:
    """A PostgreSQL server of our own, started when the first test asks; see `tests.databases`."""
    with postgresql_server() as uri:
        yield uri
