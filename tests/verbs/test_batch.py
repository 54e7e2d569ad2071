"""`batch`: whom it asks, what it prints when it has ended, and that the same command goes on."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.config import Settings, load_settings
from bot.model.batch import ItemState
from bot.model.errors import UserError
from bot.storage import batches, installations, repositories
from bot.storage.database import Database
from bot.verbs import batch as verb
from bot.verbs.batch import conclude, run_batch
from tests.databases import migrated
from tests.fakehub import FakeHub
from tests.storage.samples import NOW, installation, repository

pytestmark = pytest.mark.anyio


def settings_with(folder: Path, **values: Any) -> Settings:
    return load_settings(
        **({"database_url": f"sqlite:///{folder}/radar.db", "_env_file": None, "radar_workers": 1} | values)
    )


def terminal() -> tuple[Console, io.StringIO]:
    into = io.StringIO()
    return Console(file=into, width=160), into


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """With an installation on octo that covers two repositories."""
    async with migrated(f"sqlite:///{tmp_path}/radar.db") as database:
        async with database.write() as session:
            await installations.upsert(session, installation(), now=NOW)
            await repositories.upsert_many(session, 7, [repository(41, "good"), repository(42, "bad")], now=NOW)
        yield database


SLIPS: dict[str, tuple[dict[str, str], str, str]] = {
    "nobody to ask as": ({}, "nobody to ask GitHub as", "GITHUB_TOKEN"),
    "a token without an owner": ({"github_token": "t"}, "nobody to ask GitHub as", "GITHUB_OWNER"),
    "an Inngest server": (
        {"inngest_base_url": "http://127.0.0.1:9"},
        "the running bot does the work",
        "POST /api/batch",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
async def test_a_slip_says_what_to_do(tmp_path: Path, case: str) -> None:
    values, message, next_step = SLIPS[case]
    with pytest.raises(UserError, match=message) as caught:
        await run_batch(settings_with(tmp_path, **values), None, forks="all", force=False, console=terminal()[0])
    assert next_step in caught.value.next_step


async def test_an_owner_is_analysed_with_a_token_and_not_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "LOOK_EVERY_S", 0.02)
    with FakeHub() as hub:
        hub.add_repository("acme", "good", {"README.md": "# good\n"})
        hub.add_repository("acme", "blocked", {"README.md": "# bad\n"}, blocked=True)
        settings = settings_with(
            tmp_path, github_token=hub.token_for("ada").value, github_api_url=hub.api_url, github_web_url=hub.url
        )
        said = []
        for _ in range(2):
            console, into = terminal()
            assert await run_batch(settings, "acme", forks="all", force=False, console=console) == 1
            said.append(into.getvalue())
    assert "acme: 1 analysed, 0 were current or excluded, 1 failed" in said[0]
    assert "acme/blocked" in said[0]
    assert "acme: 0 analysed, 1 were current or excluded, 1 failed" in said[1]


async def test_an_owner_without_the_app_is_told_where_it_is_installed(tmp_path: Path) -> None:
    with FakeHub() as hub:
        hub.install("acme", announce=False)
        names: dict[str, Any] = {name.lower(): value for name, value in hub.environment().items()}
        with pytest.raises(UserError, match="not installed on other") as caught:
            await run_batch(settings_with(tmp_path, **names), "other", forks="all", force=False, console=terminal()[0])
    assert caught.value.next_step == "Installed on: acme."


REASONS = {
    "plain": ("It is gone.", "It is gone."),
    "brackets": ("No file [/etc] in [red]it", "No file [/etc] in [red]it"),
    "an escape": ("\x1b[2Jgone", "\\x1b[2Jgone"),
}


@pytest.mark.parametrize("case", REASONS)
async def test_reasons_are_shown_as_they_are(database: Database, case: str) -> None:
    reason, shown = REASONS[case]
    async with database.write() as session:
        await batches.create(
            session, "b", installation_id=7, owner="octo", trigger="batch", forks="all", force=False, now=NOW
        )
        await batches.add_items(session, "b", [(41, "octo/good"), (42, "octo/bad")], now=NOW)
        await batches.mark_listed(session, "b", now=NOW)
        await batches.mark_item(session, "b", 41, ItemState.DONE, now=NOW)
        await batches.mark_item(session, "b", 42, ItemState.FAILED, reason=reason, now=NOW)
    async with database.read() as session:
        ended = await batches.get(session, "b")
    assert ended is not None
    console, into = terminal()
    assert await conclude(database, [ended], console) == 1
    assert "octo: 1 analysed, 0 were current or excluded, 1 failed (0 API requests)." in into.getvalue()
    assert "octo/bad" in into.getvalue()
    assert "octo/good" not in into.getvalue()
    assert shown in into.getvalue()


async def test_a_batch_that_failed_itself_says_why(database: Database) -> None:
    async with database.write() as session:
        await batches.create(
            session, "b", installation_id=7, owner="octo", trigger="batch", forks="all", force=False, now=NOW
        )
        await batches.fail(session, "b", error="The listing [1] broke off.", now=NOW)
        ended = await batches.get(session, "b")
    assert ended is not None
    console, into = terminal()
    assert await conclude(database, [ended], console) == 1
    assert "The batch itself failed: The listing [1] broke off." in into.getvalue()
