"""Readiness tells which part is down."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from bot.metrics import Metrics
from bot.storage.database import Database
from bot.web.deps import PartStatus
from bot.web.health import readiness
from tests.web.world import World

pytestmark = pytest.mark.anyio

BUDGETS = {"radar_github_remaining", "radar_github_limit"}
"""There once GitHub has told them."""


async def test_readiness_tells_which_part_is_down(world: World) -> None:
    async def parts() -> list[PartStatus]:
        return [PartStatus("engine", ok=False, detail="the journal is locked")]

    world.web.parts = parts
    async with world.client() as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["engine"] == {"ok": False, "detail": "the journal is locked"}
        assert (await client.get("/healthz")).status_code == 200
        metrics = (await client.get("/metrics")).text
    assert 'radar_deliveries{state="ignored"} 1.0' in metrics
    assert [part.name for part in await readiness(world.web)] == ["database", "engine"]


async def test_what_only_delays_work_is_told_and_deliveries_come_in(world: World) -> None:
    async def parts() -> list[PartStatus]:
        return [PartStatus("engine", ok=False, detail="the server is away", is_needed=False)]

    world.web.parts = parts
    async with world.client() as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["parts"]["engine"] == {"ok": False, "detail": "the server is away"}


async def test_without_its_database_the_bot_can_be_scraped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world.client() as client:
        assert "radar_database_up 1.0" in (await client.get("/metrics")).text
        world.web.db = Database("postgresql://radar:pa55word@127.0.0.1:1/radar")
        metrics = await client.get("/metrics")
        ready = await client.get("/readyz")
    assert (metrics.status_code, "radar_database_up 0.0" in metrics.text) == (200, True)
    assert ready.json()["parts"]["database"] == {
        "ok": False,
        "detail": "The database cannot be reached: connection refused.",
    }
    await world.web.db.close()


async def test_figures_that_take_too_long_are_no_database_that_is_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.web.health.gauges", for_ever)
    monkeypatch.setattr("bot.web.health.FIGURES_S", 0.0)
    async with world.client() as client:
        metrics = (await client.get("/metrics")).text
    assert "radar_database_up 1.0" in metrics
    assert "radar_deliveries" not in metrics


async def test_no_metric_names_an_account_or_a_repository(world: World) -> None:
    async with world.client() as client:
        metrics = (await client.get("/metrics")).text
    assert "radar_runs{" in metrics
    for name in ("harbour", "kelp", "tidemark", "ledger", "vault", "maren", "guid-", "run-failed"):
        assert name not in metrics


async def test_every_metric_is_listed_in_the_document(world: World) -> None:
    """Those of the database and those that a process counts."""
    document = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    listed = set(re.findall(r"^\| `(radar_\w+)`", document, re.MULTILINE))
    async with world.client() as client:
        text = (await client.get("/metrics")).text + generate_latest(Metrics().registry).decode()
    exposed = set(re.findall(r"^# TYPE (radar_\w+) (?:counter|gauge|histogram)$", text, re.MULTILINE))
    beside = {name for name in exposed if name.endswith("_created")}  # the client library's own
    assert exposed - beside == listed - BUDGETS
