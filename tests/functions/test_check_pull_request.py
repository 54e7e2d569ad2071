"""check-pull-request: head is judged against the merge base, once, and nothing of it is stored."""

from __future__ import annotations

import pytest
from msgspec import structs

from bot.events.catalog import REFRESH_REQUESTED
from bot.functions.check_pull_request import LAG_AT_MOST, PullRequestUpdate, find, judge
from bot.functions.edge import RefreshRequest
from bot.functions.publishing import CHECK_NAME
from bot.functions.refresh_repository import Refreshing
from bot.github.limits import RateLimited
from bot.model.errors import FinalError, Finality, WorldError
from bot.storage import installations, outbox, reports, repositories
from tests.fakehub.world import Issue, Repository
from tests.functions.conftest import World

pytestmark = pytest.mark.anyio

FILES = {"README.md": "# hello\n\nSays hello.\n", "package.json": '{"name": "hello", "version": "1.0.0"}\n'}
CHANGE = {"package.json": '{"name": "hello", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}}\n'}


async def opened(world: World, files: dict[str, str] | None = None) -> tuple[PullRequestUpdate, Repository, Issue]:
    repository = world.hub.add_repository("acme", "hello", files or FILES)
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    issue = world.hub.open_pull(repository, "Pad", CHANGE)
    assert issue.pull is not None
    update = PullRequestUpdate(
        installation_id=installation.id,
        repository_id=repository.id,
        number=issue.number,
        head_sha=issue.pull.head_sha,
    )
    return update, repository, issue


def archives(world: World) -> int:
    """How many archives GitHub was asked for."""
    return world.hub.ledger.counts["archive"]


async def test_a_pull_request_gets_one_check_run_and_no_report(world: World) -> None:
    update, repository, _ = await opened(world)
    for _ in range(2):  # a step may run twice
        assert (await judge(world.deps, update, world.now))["outcome"] == "published"
    (run,) = repository.check_runs
    assert (run.head_sha, run.body["name"]) == (update.head_sha, CHECK_NAME)
    assert "left-pad 1.3.0" in run.body["output"]["summary"]
    async with world.bot.database.read() as session:
        assert await reports.count(session, repository.id) == 0, "a pull request may never be merged"


async def test_what_happened_since_the_last_report_is_not_the_changes_doing(world: World) -> None:
    """The stored report of the merge base knows no pull request yet; both sides are judged with the facts of now."""
    repository = world.hub.add_repository("acme", "hello", FILES)
    installation = world.hub.install("acme")
    await world.store_installation(installation.id)
    refreshing = Refreshing(
        world.deps, RefreshRequest(installation_id=installation.id, repository_id=repository.id), "run-1"
    )
    await refreshing.prepare()
    await refreshing.analyze()
    pulls = [world.hub.open_pull(repository, "Note", {f"{n}.txt": "x\n"}, branch=f"note-{n}") for n in range(4)]
    assert pulls[0].pull is not None
    update = PullRequestUpdate(
        installation_id=installation.id,
        repository_id=repository.id,
        number=pulls[0].number,
        head_sha=pulls[0].pull.head_sha,
    )
    await judge(world.deps, update, world.now)
    (run,) = repository.check_runs
    assert "nothing that the report looks at has changed" in run.body["output"]["summary"]
    assert run.body["output"]["title"].startswith("±0 points")


async def test_an_older_commit_is_left_to_the_newer_ones_check(world: World) -> None:
    update, repository, issue = await opened(world)
    world.hub.update_pull(repository, issue, {"index.js": "1\n"})
    asked_at = world.now
    with pytest.raises(WorldError, match="does not show") as caught:  # for a moment it may as well be an older one
        await judge(world.deps, update, asked_at)
    assert caught.value.retry_after_s == LAG_AT_MOST.total_seconds() / 3
    world.now += LAG_AT_MOST
    assert (await judge(world.deps, update, asked_at))["outcome"] == "a newer commit is there, it has its own check"
    assert repository.check_runs == []


async def test_the_merge_base_says_whether_it_wants_check_runs(world: World) -> None:
    update, repository, _ = await opened(world, FILES | {".github/radar.yml": "publish:\n  check_run: false\n"})
    assert (await judge(world.deps, update, world.now))["outcome"] == "switched off in radar.yml"
    assert repository.check_runs == []


async def test_an_app_that_may_not_write_checks_does_not_try(world: World) -> None:
    update, _, _ = await opened(world)
    (theirs,) = world.hub.world.installations.values()
    del theirs.permissions["checks"]
    assert world.bot.app is not None
    async with world.bot.database.write() as session:
        await installations.upsert(session, await world.bot.app.installation(theirs.id), now=world.now)
    assert (await judge(world.deps, update, world.now))["outcome"] == "the App may not write check runs"
    assert archives(world) == 0


async def test_a_removed_repository_is_the_last_word(world: World) -> None:
    update, repository, _ = await opened(world)
    (ours,) = world.hub.world.installations.values()
    async with world.bot.database.write() as session:
        await repositories.remove(session, ours.id, [repository.id], reason="uncovered", now=world.now)
    with pytest.raises(FinalError, match="no longer covers it") as caught:
        await judge(world.deps, update, world.now)
    assert caught.value.finality is Finality.GONE


async def asked_for_head(world: World) -> list[str]:
    """The commits that a refresh of HEAD was asked for."""
    async with world.bot.database.write() as session:
        events = [one.event for one in await outbox.claim(session, now=world.now, limit=100, lease_s=60)]
    return [one.data["head_sha"] for one in events if one.name == REFRESH_REQUESTED]


@pytest.mark.parametrize("is_judged", [True, False])
async def test_a_forks_pull_request_is_found_by_its_commit(world: World, is_judged: bool) -> None:
    update, repository, _ = await opened(world)
    issue = world.hub.open_pull(repository, "From afar", {"a.js": "1\n"}, user="eve", branch="far", from_fork=True)
    assert issue.pull is not None
    theirs = structs.replace(update, number=issue.number, head_sha=issue.pull.head_sha)
    if is_judged:  # its check run is there, and tells
        await judge(world.deps, theirs, world.now)
    assert await find(world.deps, structs.replace(theirs, number=0), "run-1") == [issue.number]
    assert await asked_for_head(world) == []
    assert (await judge(world.deps, theirs, world.now))["outcome"] == "published"
    assert [one.head_sha for one in repository.check_runs] == [issue.pull.head_sha]


async def test_a_commit_of_no_pull_request_refreshes_head(world: World) -> None:
    update, repository, _ = await opened(world)
    head = repository.git.head()
    assert await find(world.deps, structs.replace(update, number=0, head_sha=head), "run-1") == []
    assert await asked_for_head(world) == [head]


async def test_no_archive_is_read_for_a_check_run_that_would_have_to_wait(world: World) -> None:
    update, repository, _ = await opened(world)
    for number in range(68):  # what pushes and pull requests may create in a minute
        github = world.deps.clients.for_installation(update.installation_id)
        await github.checks.upsert(
            "acme", "hello", head_sha=update.head_sha, check_name="x", external_id=str(number), may_exist=False
        )
    with pytest.raises(RateLimited, match="paced"):
        await judge(world.deps, update, world.now)
    assert archives(world) == 0
    assert all(one.body["name"] == "x" for one in repository.check_runs)


async def test_an_archived_repository_is_left_alone(world: World) -> None:
    update, repository, _ = await opened(world)
    world.hub.archive(repository)
    await world.store_installation(update.installation_id)
    assert (await judge(world.deps, update, world.now))["outcome"].startswith("archived")
    assert archives(world) == 0


async def test_a_commit_that_github_shows_late_is_waited_for(world: World) -> None:
    """The webhook came first: the API still shows the head before."""
    update, repository, issue = await opened(world)
    assert issue.pull is not None
    before = issue.pull.head_sha
    sha = world.hub.update_pull(repository, issue, {"index.js": "1\n"})
    issue.pull.head_sha = before
    newer = structs.replace(update, head_sha=sha)
    with pytest.raises(WorldError, match="does not show"):
        await judge(world.deps, newer, world.now)
    issue.pull.head_sha = sha
    assert (await judge(world.deps, newer, world.now))["outcome"] == "published"
    assert [one.head_sha for one in repository.check_runs] == [sha]


async def test_histories_without_a_common_commit_are_compared_all_the_same(world: World) -> None:
    update, repository, _ = await opened(world)
    world.hub.faults.add("missing", "/compare/")
    asked_at = world.now
    with pytest.raises(WorldError, match="does not show"):
        await judge(world.deps, update, asked_at)
    world.now += LAG_AT_MOST
    assert (await judge(world.deps, update, asked_at))["outcome"] == "published"
    assert "left-pad 1.3.0" in repository.check_runs[0].body["output"]["summary"]
