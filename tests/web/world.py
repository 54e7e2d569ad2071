"""A small world for page tests: two installations, repositories with histories, deliveries, runs, batches, people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.analysis import compare
from bot.config import Settings
from bot.model.batch import ItemState
from bot.model.delivery import NewDelivery
from bot.model.errors import FinalError, Finality, UserError, WorldError
from bot.model.records import Run, RunState
from bot.model.report import Kind, Status
from bot.model.repository import InstallationRef, RepositoryRef
from bot.model.sign_in import AppCredentials, SignedIn, UserAccess
from bot.storage import batches, inbox, installations, refreshes, reports, repositories, runs
from bot.storage.database import Database
from bot.web import SecurityHeaders, application
from bot.web.deps import Web
from tests.web.sample_reports import rich_report, sha_of

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
API_TOKEN = "the-operator's-token"
PUBLIC_URL = "http://radar.test"

HARBOUR, KELP = 11, 12
"""Ids of the two installations."""

PUBLIC, PRIVATE, OTHER_PRIVATE, FAILED, FRESH = 101, 102, 201, 103, 104
"""Ids of repositories: harbour/tidemark, harbour/ledger, kelp/vault, harbour/driftwood, harbour/newborn."""

ADMIN_ID, WRITER_ID, READER_ID, OUTSIDER_ID = 1, 2, 3, 4

ACCESS = {
    ADMIN_ID: UserAccess({PUBLIC: "admin", PRIVATE: "admin", FAILED: "admin", FRESH: "admin"}, {HARBOUR: True}),
    WRITER_ID: UserAccess({PUBLIC: "write", PRIVATE: "write"}, {HARBOUR: False}),
    READER_ID: UserAccess({PRIVATE: "read"}, {HARBOUR: False}),
    OUTSIDER_ID: UserAccess({}, {}),
}
"""What GitHub shows four people: an administrator and a writer of harbour, a reader of its private one, an outsider."""


@dataclass
class FakeSignIn:
    """GitHub's OAuth: the code is the person's id; a person in `revoked` is refused."""

    revoked: set[int] = field(default_factory=set)
    asked: int = 0
    away: bool = False
    accesses: Mapping[int, UserAccess] = field(default_factory=lambda: ACCESS)
    exchanged: dict[str, str] = field(default_factory=dict)

    def authorize_url(self, *, state: str, code_challenge: str, redirect_uri: str) -> str:
        """Where GitHub asks the person."""
        return (
            f"https://github.com/login/oauth/authorize?state={state}&code_challenge={code_challenge}&to={redirect_uri}"
        )

    async def exchange(self, *, code: str, code_verifier: str, redirect_uri: str) -> SignedIn:
        """The person behind the code."""
        self.exchanged = {"code": code, "code_verifier": code_verifier, "redirect_uri": redirect_uri}
        if not code.isdigit() or int(code) not in self.accesses:
            raise FinalError(Finality.FORBIDDEN, "The code is wrong.")
        return SignedIn(int(code), f"person-{code}", f"ghu_{code}")

    async def access(self, token: str) -> UserAccess:
        """What the person sees."""
        self.asked += 1
        if self.away:
            raise WorldError("GitHub does not answer.")
        user_id = int(token.removeprefix("ghu_"))
        if user_id in self.revoked:
            raise FinalError(Finality.FORBIDDEN, "The token is revoked.")
        return self.accesses[user_id]


@dataclass
class FakeSetUp:
    """GitHub's manifest flow: the code is `good`."""

    applied: list[Settings] = field(default_factory=list)

    def manifest(self, *, public_url: str, name: str) -> dict[str, object]:
        """A manifest."""
        return {
            "name": name,
            "url": public_url,
            "hook_attributes": {"url": f"{public_url}/api/github/webhooks"},
            "default_permissions": {"contents": "read"},
            "default_events": ["push"],
        }

    def reasons(self) -> dict[str, str]:
        """Why what the manifest asks for."""
        return {"contents": "read the <files>", "push": "a push makes a new report"}

    async def convert(self, code: str) -> AppCredentials:
        """The credentials behind the code."""
        if code != "good":
            raise FinalError(Finality.GONE, "There is no such code.")
        return AppCredentials(
            app_id=77,
            slug="repo-radar",
            name="Repo Radar",
            html_url="https://github.com/apps/repo-radar",
            private_key="-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n",
            webhook_secret="a webhook secret",
            client_id="Iv1.abc",
            client_secret="a client secret",
        )

    async def prove(self, found: AppCredentials) -> AppCredentials:
        """GitHub knows every App but 404, and does not answer for 503."""
        if found.app_id == 404:
            raise UserError("GitHub does not take this private key for App ID 404.")
        if found.app_id == 503:
            raise WorldError("GitHub did not answer.")
        return replace(found, slug="radar", name="kelp's Radar", html_url="https://github.com/apps/radar")

    async def apply(self, settings: Settings) -> None:
        """Remember what was put to use."""
        self.applied.append(settings)


@dataclass
class World:
    """The app with what stands behind it."""

    web: Web
    app: Starlette
    sign_in: FakeSignIn
    set_up: FakeSetUp
    replayed: list[str]
    woken: list[bool]
    now: datetime = NOW

    def client(self, **more: Any) -> httpx.AsyncClient:
        """A browser or program that talks to the app."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=PUBLIC_URL, **more)

    def api(self, token: str = API_TOKEN) -> httpx.AsyncClient:
        """A program with a token."""
        return self.client(headers={"authorization": f"Bearer {token}"})

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[httpx.AsyncClient]:
        """A browser that came by the terminal's link."""
        async with self.client() as client:
            answer = await client.get(f"/sign-in/operator?token={self.web.operator_token}")
            assert answer.status_code == 303
            yield client

    @asynccontextmanager
    async def person(self, user_id: int) -> AsyncIterator[httpx.AsyncClient]:
        """A browser signed in with GitHub."""
        async with self.client() as client:
            away = await client.get("/sign-in/github?next=/repos")
            state = httpx.URL(away.headers["location"]).params["state"]
            answer = await client.get("/sign-in/github/callback", params={"state": state, "code": str(user_id)})
            assert answer.status_code == 303, answer.text
            yield client


def settings_for(database_url: str, **changes: Any) -> Settings:
    """Settings of a bot with an App."""
    values: dict[str, Any] = {
        "github_app_id": 1,
        "github_private_key": SecretStr("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"),
        "github_webhook_secret": SecretStr("hook"),
        "database_url": SecretStr(database_url),
        "radar_public_url": PUBLIC_URL,
        "radar_api_token": SecretStr(API_TOKEN),
        "radar_secret_key": SecretStr("a key for these tests"),
        **changes,
    }
    return Settings.model_validate(values)


def make_world(database: Database, tmp_path: Path, **changes: Any) -> World:
    """The app over an open database; its clock stands at `World.now`."""
    sign_in, set_up = FakeSignIn(), FakeSetUp()
    replayed: list[str] = []
    woken: list[bool] = []
    made: list[World] = []

    async def replay(guid: str) -> bool:
        replayed.append(guid)
        return True

    web = Web(
        settings=settings_for(database.url.render_as_string(), **changes),
        db=database,
        compare=compare,
        wake=lambda: woken.append(True),
        replay=replay,
        sign_in=sign_in,
        set_up=set_up,
        env_path=tmp_path / ".env",
        clock=lambda: made[0].now,
    )
    web.figures.patience_s = 30.0
    headers = Middleware(SecurityHeaders, github_web_url="https://github.com", is_https=False)
    app = application(web, middleware=[headers])
    made.append(World(web, app, sign_in, set_up, replayed, woken))
    return made[0]


def repository_ref(repository_id: int, owner: str, name: str, **changes: Any) -> RepositoryRef:
    """A repository as GitHub lists it."""
    values: dict[str, Any] = {
        "description": f"About {name}",
        "default_branch": "main",
        "head_sha": sha_of(f"{name} 1"),
        "pushed_at": NOW - timedelta(days=2),
        **changes,
    }
    return RepositoryRef(id=repository_id, node_id=f"R_{repository_id}", owner=owner, name=name, **values)


async def fill(database: Database) -> None:
    """Everything that the tests look at."""
    async with database.write() as session:
        await installations.upsert(session, InstallationRef(id=HARBOUR, account_id=1, account_login="harbour"), now=NOW)
        await installations.upsert(session, InstallationRef(id=KELP, account_id=2, account_login="kelp"), now=NOW)
        listed = [
            repository_ref(PUBLIC, "harbour", "tidemark"),
            repository_ref(PRIVATE, "harbour", "ledger", is_private=True),
            repository_ref(FAILED, "harbour", "driftwood", is_fork=True),
            repository_ref(FRESH, "harbour", "newborn"),
        ]
        await repositories.upsert_many(session, HARBOUR, listed, is_full=True, now=NOW)
        other = [repository_ref(OTHER_PRIVATE, "kelp", "vault", is_private=True)]
        await repositories.upsert_many(session, KELP, other, is_full=True, now=NOW)
    await _reports(database)
    await _activity(database)


async def _reports(database: Database) -> None:
    for age, revision, score in ((20, "-2", 71), (12, "-1", 84), (1, "1", 78)):
        at = NOW - timedelta(days=age)
        made = rich_report(PUBLIC, "harbour", "tidemark", at, score=score, revision=revision)
        async with database.write() as session:
            await reports.complete(session, made, run_id=f"run-{revision}", trigger="push", now=at)
    ledger = rich_report(
        PRIVATE,
        "harbour",
        "ledger",
        NOW - timedelta(days=2),
        score=43,
        language="Go",
        status=Status.STALE,
        kind=Kind.APPLICATION,
        licence="Apache-2.0",
        is_private=True,
    )
    vault = rich_report(OTHER_PRIVATE, "kelp", "vault", NOW - timedelta(days=3), score=92, is_private=True)
    async with database.write() as session:
        await reports.complete(session, ledger, run_id="run-ledger", trigger="batch", now=NOW - timedelta(days=2))
        await reports.complete(session, vault, run_id="run-vault", trigger="batch", now=NOW - timedelta(days=3))
        await refreshes.queue(session, [FAILED], trigger="push", now=NOW - timedelta(hours=2))
        await refreshes.start(session, FAILED, run_id="run-failed", trigger="push", now=NOW - timedelta(hours=2))
        reason = "The archive holds a path outside of the repository. Nothing of it was read."
        await refreshes.fail(session, FAILED, run_id="run-failed", error=reason, now=NOW - timedelta(hours=1))


async def _activity(database: Database) -> None:
    async with database.write() as session:
        new = [
            NewDelivery(
                guid=f"guid-{index}",
                event=event,
                action=action,
                body=b'{"ref":"refs/heads/main","note":"<script>alert(1)</script>"}',
                received_at=NOW - timedelta(minutes=10 * index),
                installation_id=installation_id,
                repository_id=repository_id,
                repository_full_name=full_name,
                sender="maren-holt",
            )
            for index, (event, action, installation_id, repository_id, full_name) in enumerate(
                (
                    ("push", "", HARBOUR, PUBLIC, "harbour/tidemark"),
                    ("star", "created", HARBOUR, PUBLIC, "harbour/tidemark"),
                    ("push", "", KELP, OTHER_PRIVATE, "kelp/vault"),
                )
            )
        ]
        await inbox.store_many(session, new)
        await inbox.settle(
            session,
            sent={"guid-0": ["push:101:abc"]},
            ignored={"guid-1": "Nothing follows from a star."},
            failed={},
            now=NOW,
        )
        failed = Run(
            id="run-failed",
            function_id="refresh-repository-intelligence",
            started_at=NOW - timedelta(hours=2),
            event_id="push:101:abc",
            delivery_guid="guid-0",
            installation_id=HARBOUR,
            repository_id=FAILED,
            state=RunState.RUNNING,
        )
        await runs.start(session, failed)
        await runs.finish(session, "run-failed", RunState.FAILED, reason="The archive was refused.", now=NOW)
        await batches.create(
            session,
            "batch-1",
            installation_id=HARBOUR,
            trigger="install",
            owner="harbour",
            now=NOW - timedelta(hours=3),
        )
        await batches.add_items(
            session,
            "batch-1",
            [(PUBLIC, "harbour/tidemark"), (FAILED, "harbour/driftwood"), (FRESH, "harbour/newborn")],
            now=NOW,
        )
        await batches.mark_item(session, "batch-1", PUBLIC, ItemState.DONE, now=NOW)
        await batches.mark_item(
            session, "batch-1", FAILED, ItemState.FAILED, reason="The archive was refused.", now=NOW
        )
        await batches.create(session, "batch-2", installation_id=KELP, trigger="api", owner="kelp", now=NOW)
