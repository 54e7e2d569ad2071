"""`/healthz` (the process answers), `/readyz` (which part works), `/metrics` (Prometheus)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client import Gauge as PrometheusGauge
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.model.errors import RadarError
from bot.storage.views_gauges import Gauge, gauges
from bot.web.deps import PartStatus, Web

PATIENCE_S = 3.0
FIGURES_S = 5.0
"""How long the database's figures may take after that; Prometheus waits for ten seconds in all."""

log = structlog.get_logger("bot.web.health")


def routes(web: Web) -> list[BaseRoute]:
    """For load balancers and monitoring; none of them shows anything of a repository."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        parts = await readiness(web)
        ready = all(part.ok or not part.is_needed for part in parts)
        body = {"ready": ready, "parts": {part.name: {"ok": part.ok, "detail": part.detail} for part in parts}}
        return Response(msgspec.json.encode(body), 200 if ready else 503, media_type="application/json")

    async def metrics(_request: Request) -> Response:
        body = generate_latest(web.registry) + exposition(await _gauges(web))
        return Response(body, headers={"content-type": CONTENT_TYPE_LATEST})

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def exposition(found: list[Gauge]) -> bytes:
    """Figures of the database in Prometheus' text form."""
    registry = CollectorRegistry()
    made: dict[str, PrometheusGauge] = {}
    for one in found:
        if one.name not in made:
            made[one.name] = PrometheusGauge(one.name, one.help, list(one.labels), registry=registry)
        gauge = made[one.name]
        (gauge.labels(**one.labels) if one.labels else gauge).set(one.value)
    return generate_latest(registry)


async def _gauges(web: Web) -> list[Gauge]:
    """The database's figures; without it, that it is away, so that the rest can be scraped all the same.

    Where only the figures take too long, they are missing: a large inbox is no database that is down.
    """
    up = Gauge("radar_database_up", "Whether the database answers", 1.0)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await web.db.connect()
    except (TimeoutError, RadarError):
        return [replace(up, value=0.0)]
    try:
        async with asyncio.timeout(FIGURES_S), web.db.read() as session:
            return [up, *await gauges(session, web.clock())]
    except RadarError:
        return [replace(up, value=0.0)]
    except TimeoutError:
        log.warning("the database's figures took too long for a scrape", patience_s=FIGURES_S)
        return [up]


async def readiness(web: Web) -> list[PartStatus]:
    """The database, then the parts that the composition root reports."""
    found = [await _database(web)]
    if web.parts is not None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                found += await web.parts()
        except TimeoutError:
            found.append(PartStatus("engine", ok=False, detail=f"no answer in {PATIENCE_S:.0f} s"))
    return found


async def _database(web: Web) -> PartStatus:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await web.db.connect()
    except TimeoutError:
        return PartStatus("database", ok=False, detail=f"no answer in {PATIENCE_S:.0f} s")
    except RadarError as error:
        return PartStatus("database", ok=False, detail=str(error))
    return PartStatus("database", ok=True)
