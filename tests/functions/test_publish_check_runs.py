"""publish-check-runs: a batch's check runs trickle at GitHub's pace, each once, through refusals and restarts."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.analysis import RULESET_VERSION
from bot.functions.deps import Deps
from bot.functions.publish_check_runs import HEAD_START, Trickle
from bot.functions.publishing import publish_check_run
from bot.github import GitHubApp
from bot.model.report import Identity, Publish, Report
from bot.storage import batches, check_runs, installations, reports, repositories
from tests.fakehub.gitstore import GitStore, Person
from tests.fakehub.world import Repository
from tests.functions.conftest import World
from tests.storage.samples import report as sample_report

pytestmark = pytest.mark.anyio

ADA = Person("Ada Lovelace", "ada@example.test")


@dataclasses.dataclass
class Scene:
    """A bot of which each `deps()` is another process: it remembers nothing but the database."""

    world: World
    installation_id: int
    repositories: list[Repository]
    apps: list[GitHubApp]

    def seconds(self) -> float:
        """The time, for those who count seconds."""
        return self.world.now.timestamp()

    def deps(self) -> Deps:
        hub, world = self.world.hub, self.world
        app = GitHubApp(
            hub.app.id,
            hub.app.private_key,
            api_url=hub.api_url,
            graphql_url=f"{hub.url}/graphql",
            clock=lambda: world.now,
            monotonic=self.seconds,
        )
        self.apps.append(app)
        return dataclasses.replace(world.deps, app=app, clients=app)

    async def report(
        self, repository: Repository, *, score: int = 80, seconds: float = 0, switched_on: bool = True
    ) -> None:
        """A report of HEAD is there."""
        self.world.later(seconds=seconds)
        identity = Identity(id=repository.id, owner="acme", name=repository.name, head_sha=repository.git.head())
        made: Report = sample_report(
            repository.id,
            repository=identity,
            analyzed_at=self.world.now,
            score=score,
            ruleset_version=RULESET_VERSION,
            publish=Publish(check_run=switched_on),
        )
        async with self.world.bot.database.write() as session:
            await reports.complete(session, made, run_id="r", trigger="install", now=self.world.now)

    async def trickle(self, deps: Deps, *, rounds: int = 1000) -> str:
        """Rounds until the end, sleeping as told; how it ended."""
        trickle = Trickle(deps, self.installation_id, "run-1", asked_at=self.world.now)
        for number in range(rounds):
            done = await trickle.round(number)
            if "outcome" in done:
                return str(done["outcome"])
            self.world.later(seconds=done["wait_s"])
        return "not yet"

    def published(self) -> Counter[str]:
        """How many check runs each repository has."""
        return Counter(one.name for one in self.repositories for _ in one.check_runs)


Scenes = Callable[[int], Awaitable[Scene]]


@pytest.fixture
async def scene(world: World, tmp_path: Path) -> AsyncIterator[Scenes]:
    """Makes a scene of so many repositories, each with a report of its HEAD."""
    store = GitStore.create(tmp_path / "shared.git")
    store.commit({"a.py": "1\n"}, message="Begin", author=ADA, at=world.now)
    apps: list[GitHubApp] = []

    async def make(number: int) -> Scene:
        repositories = [world.hub.add_repository("acme", f"r{count:03}", store) for count in range(number)]
        installation = world.hub.install("acme")
        await world.store_installation(installation.id)
        found = Scene(world, installation.id, repositories, apps)
        for one in repositories:
            await found.report(one)
        return found

    yield make
    for app in apps:
        await app.aclose()


async def test_a_flood_is_paced_below_githubs_limit_and_nothing_is_lost_or_doubled(world: World, scene: Scenes) -> None:
    """150 check runs where GitHub takes 80 pieces of content a minute, and the bot is killed now and then."""
    found = await scene(150)
    ledger = world.hub.ledger
    ledger.content_per_minute, ledger.content_per_hour = 80, 500
    ledger.clock = found.seconds
    began = world.now
    # A new process each time, with an empty memory.
    ends = [await found.trickle(found.deps(), rounds=rounds) for rounds in (2, 2, 4, 1000)]
    assert ends == ["not yet", "not yet", "not yet", "published"]
    assert found.published() == dict.fromkeys((one.name for one in found.repositories), 1)
    assert ledger.content_hits == 0, "GitHub never had to refuse"
    assert 120 <= (world.now - began).total_seconds() <= 300, "56 in a minute"


async def test_an_hour_has_its_limit_too(world: World, scene: Scenes) -> None:
    found = await scene(30)
    found.world.bot.settings.radar_content_per_hour = 20
    ledger = world.hub.ledger
    ledger.content_per_hour, ledger.clock = 20, found.seconds
    began = world.now
    for rounds in (2, 1, 1000):
        end = await found.trickle(found.deps(), rounds=rounds)
    assert end == "published"
    assert set(found.published().values()) == {1}
    assert ledger.content_hits == 0
    assert 2 * 3600 < (world.now - began).total_seconds() < 2.2 * 3600


async def test_githubs_own_refusal_is_the_last_word(world: World, scene: Scenes) -> None:
    """Others create content too (people by the web, processes of ours): GitHub says so, and we wait."""
    found = await scene(5)
    ledger = world.hub.ledger
    ledger.content_per_minute, ledger.clock = 2, found.seconds
    assert await found.trickle(found.deps()) == "published"
    assert set(found.published().values()) == {1}
    assert 0 < ledger.content_hits <= 3, "one try for each refusal"


async def test_killed_between_github_and_the_database_it_is_found_not_doubled(world: World, scene: Scenes) -> None:
    found = await scene(1)
    (repository,) = found.repositories
    world.hub.faults.add("cut", "/check-runs$", method="POST", times=1)
    deps = found.deps()
    trickle = Trickle(deps, found.installation_id, "run-1", asked_at=world.now)
    await trickle.round(0)
    assert len(repository.check_runs) == 1, "it is there, and we do not know it"
    assert await found.trickle(found.deps()) == "published"
    assert found.published() == {"r000": 1}


async def test_what_says_nothing_new_is_not_published_again(world: World, scene: Scenes) -> None:
    found = await scene(2)
    same, other = found.repositories
    await found.trickle(found.deps())
    await found.report(same, seconds=60)
    await found.report(other, score=70)
    before = world.hub.ledger.billable
    assert await found.trickle(found.deps()) == "published"
    assert found.published() == {"r000": 1, "r001": 2}
    assert world.hub.ledger.billable - before == 1, "one request for the one that is news"
    assert await found.trickle(found.deps()) == "published"
    assert world.hub.ledger.billable - before == 1


async def test_a_newer_commit_has_its_own_and_the_older_report_is_not_told(world: World, scene: Scenes) -> None:
    found = await scene(1)
    (repository,) = found.repositories
    sha = world.hub.push(repository, {"b.py": "2\n"}, announce=False)
    await found.report(repository, seconds=5)
    assert await found.trickle(found.deps()) == "published"
    assert [one.head_sha for one in repository.check_runs] == [sha]


async def test_it_follows_the_batch(world: World, scene: Scenes) -> None:
    found = await scene(1)
    async with world.bot.database.write() as session:
        await batches.create(session, "b", installation_id=found.installation_id, trigger="install", now=world.now)
    deps, asked_at = found.deps(), world.now
    trickle = Trickle(deps, found.installation_id, "run-1", asked_at=asked_at)
    assert [await trickle.round(number) for number in range(3)] == [
        {"published": 0, "wait_s": wait} for wait in (2, 4, 8)
    ]
    world.now += HEAD_START
    assert (await trickle.round(3))["published"] == 1, "a long batch is followed while it goes on"
    assert (await trickle.round(4))["wait_s"] > 0, "and waited for"
    async with world.bot.database.write() as session:
        await batches.cancel(session, "b", reason="", now=world.now)
    assert await trickle.round(5) == {"published": 0, "outcome": "published"}


async def test_a_push_has_its_check_run_at_once_while_the_background_waits(world: World, scene: Scenes) -> None:
    found = await scene(70)
    ledger = world.hub.ledger
    ledger.content_per_minute, ledger.content_per_hour, ledger.clock = 80, 500, found.seconds
    deps = found.deps()
    trickle = Trickle(deps, found.installation_id, "run-1", asked_at=world.now)
    done = {"wait_s": 0}
    while not done["wait_s"]:
        done = await trickle.round(0)
    assert sum(found.published().values()) == 56
    pushed = next(one for one in found.repositories if not one.check_runs)
    github = deps.clients.for_installation(found.installation_id)
    assert (await publish_check_run(deps, github, pushed.id, "run-2"))["outcome"] == "published"
    issue = world.hub.open_issue(pushed, "Question")
    comment = world.hub.comment(pushed, issue, "/radar")
    for content in ("eyes", "rocket"):
        await github.comments.react("acme", pushed.name, comment.id, content)
    assert ledger.content_hits == 0


SKIPPED = ("archived", "off", "removed", "unpermitted", "suspended")


@pytest.mark.parametrize("case", SKIPPED)
async def test_where_none_is_wanted_or_allowed_none_is_tried(world: World, scene: Scenes, case: str) -> None:
    found = await scene(1)
    (repository,) = found.repositories
    (installation,) = world.hub.world.installations.values()
    if case == "archived":
        world.hub.archive(repository)
        await world.store_installation(installation.id)
    elif case == "off":
        await found.report(repository, seconds=1, switched_on=False)
    elif case == "removed":
        async with world.bot.database.write() as session:
            await repositories.remove(session, installation.id, [repository.id], reason="removed", now=world.now)
    else:
        if case == "unpermitted":
            installation.permissions["checks"] = "read"
        else:
            installation.suspended_at = world.now
        assert world.bot.app is not None
        async with world.bot.database.write() as session:
            await installations.upsert(session, await world.bot.app.installation(installation.id), now=world.now)
    before = world.hub.ledger.billable
    assert await found.trickle(found.deps(), rounds=20) != "not yet"
    assert (world.hub.ledger.billable, repository.check_runs) == (before, [])


async def test_one_that_github_refuses_holds_up_nobody(world: World, scene: Scenes) -> None:
    found = await scene(3)
    refused = found.repositories[1]
    refused.is_archived = True  # nobody told us
    broken = found.repositories[2]
    world.hub.faults.add("error", f"/{broken.name}/check-runs")
    assert await found.trickle(found.deps()) == "published"
    assert found.published() == {"r000": 1}
    async with world.bot.database.read() as session:
        known = {one.name: await check_runs.get(session, one.id) for one in (refused, broken)}
    assert ["read-only" in one.reason or "500" in one.reason for one in known.values() if one] == [True, True]
    world.hub.faults.clear()
    await found.report(broken, seconds=60)  # the next report is another chance
    await found.trickle(found.deps())
    assert found.published() == {"r000": 1, "r002": 1}


async def test_a_suspension_in_the_middle_ends_it(world: World, scene: Scenes) -> None:
    found = await scene(3)
    (installation,) = world.hub.world.installations.values()
    deps = found.deps()
    await deps.clients.for_installation(installation.id).repository("acme", "r000")  # has its token
    installation.suspended_at = world.now
    assert "suspended" in await found.trickle(deps)
    installation.suspended_at = None
    assert await found.trickle(found.deps()) == "published"
    assert set(found.published().values()) == {1}
    assert len(found.published()) == 3
