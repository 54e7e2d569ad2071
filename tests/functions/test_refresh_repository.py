"""refresh-repository-intelligence, step by step: when it works, waits, skips or gives up, and what it stores."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import inngest
import pytest
from msgspec import structs

from bot.functions.edge import RefreshRequest
from bot.functions.refresh_repository import RETRIES, Refreshing, prepared, record_failure, told
from bot.model.batch import BatchStatus
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.installation import InstallationStatus
from bot.model.repository import InstallationRef, RateBudget, RefreshStatus
from bot.storage import batches, budgets, installations, reports
from tests.engine.worlds import Functions, embedded, send, until
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

FILES = {"README.md": "# hello\n\nSays hello to whoever asks.\n", "hello.py": "print('hello')\n"}


async def installed(world: World, **how: object) -> tuple[RefreshRequest, str]:
    """A request for the one repository of an installation, and its HEAD."""
    repository = world.hub.add_repository("acme", "hello", FILES)
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    request = RefreshRequest(installation_id=installation.id, repository_id=repository.id, **how)  # type: ignore[arg-type]
    return request, repository.git.head()


async def test_a_refresh_stores_the_report_of_head(world: World) -> None:
    request, head = await installed(world, trigger="api")
    refreshing = Refreshing(world.deps, request, "run-1")
    assert await refreshing.prepare() == {"outcome": "analyze", "head_sha": head}
    done = await refreshing.analyze()
    assert done["outcome"] == "completed"
    assert done["head_sha"] == head
    assert done["api_requests"] >= 2  # facts and archive; the token was minted for the listing
    stored = await world.repository(request.repository_id)
    assert stored.refresh_status is RefreshStatus.COMPLETED
    assert stored.report_head_sha == head
    assert stored.score == done["score"]


async def test_repeating_a_step_doubles_nothing(world: World) -> None:
    request, _ = await installed(world)
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    first, second = await refreshing.analyze(), await refreshing.analyze()
    assert first["report_id"] == second["report_id"]
    async with world.bot.database.read() as session:
        assert await reports.count(session, request.repository_id) == 1


async def test_a_current_report_is_left_alone_unless_forced(world: World) -> None:
    request, head = await installed(world, trigger="push")
    first = Refreshing(world.deps, request, "run-1")
    await first.prepare()
    await first.analyze()
    assert (await Refreshing(world.deps, request, "run-2").prepare())["outcome"] == "current"
    assert (await world.repository(request.repository_id)).refresh_status is RefreshStatus.COMPLETED
    forced = RefreshRequest(
        installation_id=request.installation_id, repository_id=request.repository_id, force=True, trigger="push"
    )
    assert await Refreshing(world.deps, forced, "run-3").prepare() == {"outcome": "analyze", "head_sha": head}


async def test_a_push_that_the_api_does_not_show_yet_is_waited_for(world: World) -> None:
    request, _ = await installed(world, trigger="push")
    first = Refreshing(world.deps, request, "run-1")
    await first.prepare()
    await first.analyze()
    unseen = RefreshRequest(
        installation_id=request.installation_id, repository_id=request.repository_id, head_sha="f" * 40, trigger="push"
    )
    with pytest.raises(WorldError, match="does not show ffffffffffff yet") as caught:
        await Refreshing(world.deps, unseen, "run-2").prepare()
    assert caught.value.retry_after_s == 2.0


async def test_a_push_that_comes_late_finds_its_repository_current(world: World) -> None:
    request, old = await installed(world, trigger="push")
    repository = world.hub.find("acme/hello")
    head = world.hub.push(repository, {"hello.py": "print('hello again')\n"})
    first = Refreshing(world.deps, request, "run-1")
    await first.prepare()
    await first.analyze()
    late = RefreshRequest(
        installation_id=request.installation_id, repository_id=request.repository_id, head_sha=old, trigger="push"
    )
    assert await Refreshing(world.deps, late, "run-2").prepare() == {"outcome": "current", "head_sha": head}


async def test_a_push_that_was_pushed_away_is_waited_for_only_a_moment(world: World) -> None:
    request, head = await installed(world, trigger="push")
    first = Refreshing(world.deps, request, "run-1")
    await first.prepare()
    await first.analyze()
    gone = RefreshRequest(
        installation_id=request.installation_id, repository_id=request.repository_id, head_sha="f" * 40, trigger="push"
    )
    refreshing = Refreshing(world.deps, gone, "run-2", asked_at=world.now)
    world.later(seconds=11)
    assert await refreshing.prepare() == {"outcome": "current", "head_sha": head}


async def test_a_push_that_overtakes_the_install_teaches_us_the_repository(world: World) -> None:
    repository = world.hub.add_repository("acme", "hello", FILES)
    installation = world.hub.install("acme")
    request = RefreshRequest(installation_id=installation.id, repository_id=repository.id, trigger="push")
    refreshing = Refreshing(world.deps, request, "run-1")
    assert (await refreshing.prepare())["outcome"] == "analyze"
    assert (await refreshing.analyze())["outcome"] == "completed"


@pytest.mark.parametrize(("trigger", "outcome"), [("batch", "wait"), ("sweep", "wait"), ("push", "analyze")])
async def test_background_work_leaves_a_reserve_of_the_rate_limit(world: World, trigger: str, outcome: str) -> None:
    request, _ = await installed(world, trigger=trigger)
    resets_at = world.now.replace(microsecond=0) + timedelta(minutes=5)
    budget = RateBudget(
        installation_id=request.installation_id, resource="core", limit=5000, remaining=400, resets_at=resets_at
    )
    async with world.bot.database.write() as session:
        await budgets.note(session, budget, now=world.now)
    plan = await Refreshing(world.deps, request, "run-1").prepare()
    assert plan["outcome"] == outcome
    if outcome == "wait":
        assert plan["until"] == resets_at.isoformat()


async def test_a_batch_spent_meanwhile_down_to_the_reserve_waits_before_the_archive(world: World) -> None:
    request, _ = await installed(world, trigger="batch")
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    resets_at = world.now.replace(microsecond=0) + timedelta(minutes=5)
    budget = RateBudget(
        installation_id=request.installation_id, resource="core", limit=5000, remaining=400, resets_at=resets_at
    )
    async with world.bot.database.write() as session:
        await budgets.note(session, budget, now=world.now)
    with pytest.raises(WorldError) as caught:
        await refreshing.analyze()
    assert caught.value.retry_after_s == (resets_at - world.now).total_seconds()
    assert world.hub.ledger.counts["archive"] == 0


@pytest.mark.parametrize(
    ("status", "finality"),
    [(InstallationStatus.SUSPENDED, Finality.SUSPENDED), (InstallationStatus.DELETED, Finality.UNINSTALLED)],
)
async def test_without_a_working_installation_the_refresh_gives_up(
    world: World, status: InstallationStatus, finality: Finality
) -> None:
    request, _ = await installed(world)
    async with world.bot.database.write() as session:
        if status is InstallationStatus.DELETED:
            await installations.delete(session, request.installation_id, now=world.now)
        else:
            ref = InstallationRef(
                id=request.installation_id, account_id=1, account_login="acme", suspended_at=world.now
            )
            await installations.upsert(session, ref, now=world.now)
    with pytest.raises(FinalError) as caught:
        await Refreshing(world.deps, request, "run-1").prepare()
    assert caught.value.finality is finality


async def test_a_repository_that_is_gone_is_removed(world: World) -> None:
    request, _ = await installed(world)
    world.hub.delete(world.hub.find("acme/hello"), announce=False)
    with pytest.raises(FinalError) as caught:
        await Refreshing(world.deps, request, "run-1").prepare()
    assert caught.value.finality is Finality.GONE
    assert (await world.repository(request.repository_id)).removed_at is not None


async def test_an_archive_that_always_breaks_off_ends_as_a_failure_that_says_so(world: World) -> None:
    request, _ = await installed(world)
    world.hub.faults.add("cut", "codeload|tar")
    refreshing = Refreshing(world.deps, request, "run-1")
    await refreshing.prepare()
    with pytest.raises(WorldError) as caught:
        await refreshing.analyze()
    event = inngest.Event(name="inngest/function.failed", data={"error": {"message": str(caught.value)}, "event": {}})
    await record_failure(world.deps, request, "run-1", event)
    stored = await world.repository(request.repository_id)
    assert stored.refresh_status is RefreshStatus.FAILED
    assert "archive" in stored.refresh_error.lower()
    assert stored.report_id is None


async def test_an_empty_repository_has_a_report_that_says_so(world: World) -> None:
    repository = world.hub.add_repository("acme", "empty", {})
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    request = RefreshRequest(installation_id=installation.id, repository_id=repository.id)
    refreshing = Refreshing(world.deps, request, "run-1")
    assert await refreshing.prepare() == {"outcome": "analyze", "head_sha": ""}
    assert (await refreshing.analyze())["outcome"] == "completed"


async def test_a_failure_is_told_on_the_repository_and_counted_for_its_batch(world: World) -> None:
    request, _ = await installed(world)
    batch = RefreshRequest(
        installation_id=request.installation_id, repository_id=request.repository_id, batch_id="batch-1"
    )
    async with world.bot.database.write() as session:
        await batches.create(session, "batch-1", installation_id=request.installation_id, trigger="api", now=world.now)
        await batches.add_items(session, "batch-1", [(request.repository_id, "acme/hello")], now=world.now)
        await batches.mark_listed(session, "batch-1", now=world.now)
    await Refreshing(world.deps, batch, "run-1").prepare()
    event = inngest.Event(
        name="inngest/function.failed", data={"error": {"message": "The archive expands beyond 2 GB."}, "event": {}}
    )
    for _ in range(2):
        await record_failure(world.deps, batch, "run-1", event)
    stored = await world.repository(request.repository_id)
    assert (stored.refresh_status, stored.refresh_error) == (RefreshStatus.FAILED, "The archive expands beyond 2 GB.")
    async with world.bot.database.read() as session:
        found = await batches.get(session, "batch-1")
    assert found is not None
    assert (found.status, found.failed, found.done) == (BatchStatus.COMPLETED, 1, 0)


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (FinalError(Finality.FORBIDDEN, "No.", next_step="Ask."), 1),
        (WorldError("No.", retry_after_s=1.0), RETRIES + 1),
        (WorldError("No."), RETRIES + 1),
        (ValueError("No."), RETRIES + 1),
    ],
    ids=["for good", "with a time", "for now", "ours"],
)
async def test_a_check_run_or_reply_that_fails_does_not_fail_the_report(
    world: World, tmp_path: Path, error: Exception, tries: int
) -> None:
    """As the SDK has it: it lets some errors of a step end the run, whoever waits for the step."""
    seen: list[str] = []

    async def refused() -> dict[str, Any]:
        seen.append("try")
        raise error

    def build(client: inngest.Inngest, prefix: str) -> Functions:
        @client.create_function(fn_id="tell", retries=RETRIES, trigger=inngest.TriggerEvent(event=f"{prefix}go"))
        async def tell(ctx: inngest.Context) -> None:
            seen.append(f"end: {await told(ctx, world.deps, 'publish', refused)}")

        return [tell]

    async with embedded(f"sqlite:///{tmp_path}/engine.db", build) as engine:
        await send(engine, "go")
        for number in range(1, tries + 1):
            await until(partial(lambda number: seen.count("try") == number, number))
            await engine.quiet()
            await engine.advance(3 * 3600)
        await until(lambda: seen[-1].startswith("end"))
        await engine.quiet()
    assert seen == ["try"] * tries + ["end: No."]


async def test_waiting_for_the_rate_limit_is_no_failed_attempt(world: World) -> None:
    """A large batch meets the reserve hour after hour; its runs sleep, and lose none of their attempts."""
    request, _ = await installed(world)
    background = structs.replace(request, trigger="batch")
    refreshing = Refreshing(world.deps, background, "run-1")
    hours = 12
    names: list[str] = []

    async def spent() -> None:
        budget = RateBudget(
            installation_id=request.installation_id,
            resource="core",
            limit=5000,
            remaining=500,
            resets_at=world.now + timedelta(hours=1),
        )
        async with world.bot.database.write() as session:
            await budgets.note(session, budget, now=world.now)

    class Steps:
        async def run(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
            assert name not in names
            names.append(name)
            return await work()

        async def sleep_until(self, name: str, until: datetime) -> None:
            assert name not in names
            names.append(name)
            assert (await world.repository(request.repository_id)).refresh_status is not RefreshStatus.PROCESSING
            world.now = until
            if len(names) < 2 * hours:
                await spent()  # the others of the batch were faster

    await spent()
    ctx = cast("inngest.Context", SimpleNamespace(step=Steps()))
    assert (await prepared(ctx, world.deps, refreshing))["outcome"] == "analyze"
    assert len(names) == 2 * hours + 1
