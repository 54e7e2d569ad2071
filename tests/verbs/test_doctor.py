"""The doctor: each examination against a GitHub, a database and an engine that have the trouble it looks for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.config import Settings, load_settings
from bot.model.event import OutgoingEvent
from bot.storage import inbox, outbox
from bot.storage.database import Database
from bot.verbs.doctor import Finding, Health, examine, examine_settings, show
from tests.fakehub import FakeHub
from tests.fakehub.catcher import Catcher
from tests.storage.samples import delivery

pytestmark = pytest.mark.anyio

PUBLIC_URL = "https://radar.example.com"
SECRET = "0123456789abcdef0123456789abcdef"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """A GitHub whose App delivers to PUBLIC_URL."""
    with FakeHub() as hub:
        hub.connect(f"{PUBLIC_URL}/api/github/webhooks")
        yield hub


def settings_with(folder: Path, **more: Any) -> Settings:
    values = {"database_url": f"sqlite:///{folder}/radar.db", "_env_file": None, "radar_public_url": PUBLIC_URL}
    return load_settings(**(values | more)).with_generated_secrets()


def app_settings(hub: FakeHub, folder: Path, **more: Any) -> Settings:
    values: dict[str, Any] = {name.lower(): value for name, value in hub.environment().items()}
    return settings_with(folder, **(values | more))


def part(findings: list[Finding], name: str) -> Finding:
    for one in findings:
        assert one.next_step or one.health is Health.GOOD, f"what is to do about {one}?"
    (found,) = [one for one in findings if one.part == name]
    return found


async def migrated(settings: Settings) -> Database:
    database = Database(settings.database_url.get_secret_value())
    await database.migrate()
    return database


async def test_all_is_well(hub: FakeHub, tmp_path: Path) -> None:
    hub.install("acme", announce=False)
    settings = app_settings(hub, tmp_path)
    await (await migrated(settings)).close()
    findings = await examine(settings)
    assert [one for one in findings if one.health is not Health.GOOD or one.next_step] == []
    assert {"credentials", "private key", "webhook secret", "database", "inbox", "engine", "GitHub", "clock"} <= {
        one.part for one in findings
    }
    assert part(findings, "installations").detail == "acme"


def ahead(hub: FakeHub) -> None:
    hub.world.skew = timedelta(seconds=-45)


def behind(hub: FakeHub) -> None:
    hub.world.skew = timedelta(seconds=45)


def within_reason(hub: FakeHub) -> None:
    hub.world.skew = timedelta(seconds=20)


def elsewhere(hub: FakeHub) -> None:
    hub.connect("https://old.example.com/hook")


def nowhere(hub: FakeHub) -> None:
    hub.connect("")


def less_allowed(hub: FakeHub) -> None:
    hub.app.permissions["checks"] = "read"


def not_subscribed(hub: FakeHub) -> None:
    hub.app.events.remove("push")


def suspended(hub: FakeHub) -> None:
    hub.suspend(next(iter(hub.world.installations.values())), announce=False)


def uninstalled(hub: FakeHub) -> None:
    hub.uninstall(next(iter(hub.world.installations.values())), announce=False)


def not_accepted(hub: FakeHub) -> None:
    next(iter(hub.world.installations.values())).permissions = {"metadata": "read", "contents": "read"}


GITHUB: dict[str, tuple[Callable[[FakeHub], None], str, Health, str, str]] = {
    "our clock is ahead": (ahead, "clock", Health.WARNING, "s ahead of GitHub's", "NTP"),
    "our clock is behind": (behind, "clock", Health.WARNING, "s behind GitHub's", "NTP"),
    "a clock within reason": (within_reason, "clock", Health.GOOD, "as GitHub's", ""),
    "webhooks go elsewhere": (
        elsewhere,
        "webhook",
        Health.WARNING,
        "GitHub delivers to https://old.example.com/hook",
        f"{PUBLIC_URL}/api/github/webhooks",
    ),
    "webhooks go nowhere": (nowhere, "webhook", Health.WARNING, "GitHub delivers to nowhere", "webhook URL"),
    "a permission is missing": (
        less_allowed,
        "app.yml",
        Health.WARNING,
        "Permission checks: write is asked for, the App has read.",
        "the App's settings",
    ),
    "an event is missing": (
        not_subscribed,
        "app.yml",
        Health.WARNING,
        "Event push: the App is not subscribed.",
        "the App's settings",
    ),
    "permissions are not accepted": (
        not_accepted,
        "installations",
        Health.WARNING,
        "have yet to be accepted: acme",
        "Installed GitHub Apps",
    ),
    "suspended": (suspended, "installations", Health.WARNING, "suspended: acme", "Unsuspend"),
    "not installed": (uninstalled, "installations", Health.WARNING, "none yet", "/installations/new"),
}


@pytest.mark.parametrize("case", GITHUB)
async def test_what_is_wrong_at_github_is_found(hub: FakeHub, tmp_path: Path, case: str) -> None:
    happen, name, health, detail, next_step = GITHUB[case]
    hub.install("acme", announce=False)
    happen(hub)
    found = part(await examine(app_settings(hub, tmp_path)), name)
    assert found.health is health
    assert detail in found.detail
    assert next_step in found.next_step


async def test_webhooks_that_come_by_a_proxy_are_as_they_should_be(hub: FakeHub, tmp_path: Path) -> None:
    hub.connect("https://smee.io/channel")
    settings = app_settings(
        hub, tmp_path, webhook_proxy_url="https://smee.io/channel", radar_public_url="http://localhost:8000"
    )
    findings = await examine(settings)
    assert part(findings, "webhook").health is part(findings, "public address").health is Health.GOOD


async def test_a_github_that_is_away_is_a_finding_with_what_to_look_at(hub: FakeHub, tmp_path: Path) -> None:
    for kind in ("bad-gateway", "error", "not-ready"):
        hub.faults.add(kind, "/app", times=1)
        found = part(await examine(app_settings(hub, tmp_path)), "GitHub")
        assert (found.health, "GITHUB_API_URL" in found.next_step) == (Health.BAD, True), kind
    away = part(await examine(app_settings(hub, tmp_path, github_api_url=NOWHERE)), "GitHub")
    assert away.health is Health.BAD


async def test_what_was_seen_before_the_trouble_is_told(hub: FakeHub, tmp_path: Path) -> None:
    hub.faults.add("error", "/app/hook/config")
    findings = await examine(app_settings(hub, tmp_path))
    assert [one.health for one in findings if one.part == "GitHub"] == [Health.GOOD, Health.BAD]
    assert [one for one in findings if one.part == "clock"]


async def test_an_error_of_ours_hides_no_other_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_database: Database) -> tuple[str, ...]:
        raise RuntimeError("pa55word")

    monkeypatch.setattr(Database, "pending_revisions", broken)
    findings = await examine(settings_with(tmp_path))
    found = part(findings, "database")
    assert (found.health, found.detail) == (Health.BAD, "cannot be looked at (RuntimeError)")
    assert part(findings, "engine").health is Health.GOOD


@pytest.mark.parametrize(
    ("status", "health", "detail"),
    [(202, Health.GOOD, "1 delivery within a day, none failed"), (401, Health.WARNING, "1 of the last 1 failed (401)")],
)
async def test_deliveries_that_failed_are_told(
    hub: FakeHub, tmp_path: Path, status: int, health: Health, detail: str
) -> None:
    with Catcher() as catcher:
        catcher.status = status
        hub.connect(catcher.url)
        hub.install("acme")
        hub.settle()
    found = part(await examine(app_settings(hub, tmp_path)), "deliveries")
    assert (found.health, found.detail) == (health, detail)


async def test_a_delivery_that_was_sent_again_is_mended(hub: FakeHub, tmp_path: Path) -> None:
    with Catcher() as catcher:
        catcher.status = 503
        hub.connect(catcher.url)
        hub.install("acme")
        hub.settle()
        catcher.status = 202
        (failed,) = hub.world.deliveries
        hub.service.redeliver(failed)
        hub.settle()
    found = part(await examine(app_settings(hub, tmp_path)), "deliveries")
    assert (found.health, found.detail) == (Health.GOOD, "1 delivery within a day, none failed")


async def test_an_event_that_waits_is_told(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    database = await migrated(settings)
    async with database.write() as session:
        long_ago = datetime.now(UTC) - timedelta(minutes=5)
        await inbox.store_many(session, [delivery("guid-1", received_at=long_ago + timedelta(minutes=1))])
        await outbox.add(session, [OutgoingEvent(name="n", id="i")], now=long_ago)
    await database.close()
    found = part(await examine(settings), "inbox")
    assert (found.health, found.detail) == (Health.WARNING, "an event has waited for 5 minutes")


async def test_an_app_that_github_does_not_know_is_a_finding_beside_the_others(hub: FakeHub, tmp_path: Path) -> None:
    findings = await examine(app_settings(hub, tmp_path, github_app_id=999_999))
    assert part(findings, "GitHub").health is Health.BAD
    assert part(findings, "engine").health is Health.GOOD


async def test_a_token_that_lists_is_good_and_one_that_does_not_is_bad(hub: FakeHub, tmp_path: Path) -> None:
    hub.add_repository("acme", "hello", {"a.py": "1\n"})
    token = hub.token_for("ada")
    values = {"github_owner": "acme", "github_api_url": hub.api_url, "github_web_url": hub.url}
    good = part(await examine(settings_with(tmp_path, github_token=token.value, **values)), "GitHub")
    assert (good.health, good.detail) == (Health.GOOD, "the token lists 1 repository and more")
    empty = settings_with(tmp_path, **(values | {"github_token": token.value, "github_owner": "nobody"}))
    assert part(await examine(empty), "GitHub").health is not Health.GOOD
    token.revoked = True
    bad = part(await examine(settings_with(tmp_path, github_token=token.value, **values)), "GitHub")
    assert bad.health is Health.BAD


async def test_a_database_is_told_with_what_waits_in_it(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    before = await examine(settings)
    assert part(before, "database").health is Health.WARNING
    assert "to apply" in part(before, "database").detail
    database = await migrated(settings)
    async with database.write() as session:
        long_ago = datetime.now(UTC) - timedelta(minutes=7)
        await inbox.store_many(session, [delivery("guid-1", received_at=long_ago)])
    await database.close()
    findings = await examine(settings)
    assert part(findings, "database").health is Health.GOOD
    assert part(findings, "database").detail == f"sqlite:///{tmp_path}/radar.db", "as DATABASE_URL has it"
    assert (part(findings, "inbox").health, part(findings, "inbox").detail) == (
        Health.WARNING,
        "a delivery has waited for 7 minutes",
    )


async def test_a_database_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    url = "postgresql://u:pa55word@127.0.0.1:9/radar"
    found = part(await examine(settings_with(tmp_path, database_url=url)), "database")
    assert found.health is Health.BAD
    assert found.detail == "The database at 127.0.0.1:9/radar cannot be reached: connection refused."
    assert "pa55word" not in repr(found)


ENGINES: dict[str, tuple[dict[str, str], Health, str]] = {
    "embedded": ({}, Health.GOOD, "embedded"),
    "a server that is away": ({"inngest_base_url": NOWHERE}, Health.BAD, f"{NOWHERE} does not answer"),
    "a development server that is away": ({"inngest_dev": NOWHERE}, Health.BAD, f"{NOWHERE} does not answer"),
    "the cloud with both keys": (
        {"inngest_event_key": "key", "inngest_signing_key": "signkey-prod-0a"},
        Health.GOOD,
        "Inngest Cloud",
    ),
    "the cloud without a signing key": ({"inngest_event_key": "key"}, Health.BAD, "INNGEST_SIGNING_KEY"),
}


@pytest.mark.parametrize("case", ENGINES)
async def test_the_engine(tmp_path: Path, case: str) -> None:
    values, health, detail = ENGINES[case]
    found = part(await examine(settings_with(tmp_path, **values)), "engine")
    assert found.health is health
    assert detail in found.detail


async def test_a_server_that_answers_is_good(hub: FakeHub, tmp_path: Path) -> None:
    found = part(await examine(settings_with(tmp_path, inngest_base_url=hub.url)), "engine")
    assert found.health is Health.GOOD
    assert found.detail.startswith(f"{hub.url} answers ")


SETTINGS: dict[str, tuple[dict[str, Any], str, Health, str]] = {
    "nothing set": ({}, "credentials", Health.BAD, "GITHUB_APP_ID, GITHUB_PRIVATE_KEY, GITHUB_WEBHOOK_SECRET not set"),
    "token mode": ({"github_token": "t", "github_owner": "acme"}, "credentials", Health.GOOD, "token mode for acme"),
    "a key that is none": ({"github_private_key": "hello!"}, "private key", Health.BAD, "is no private key"),
    "a key file that is not there": (
        {"github_private_key_path": "/nowhere.pem"},
        "private key",
        Health.BAD,
        "cannot be read",
    ),
    "no secret": ({}, "webhook secret", Health.WARNING, "every webhook is refused"),
    "a short secret": ({"github_webhook_secret": "radar"}, "webhook secret", Health.WARNING, "guessed"),
    "one of two is short": (
        {"github_webhook_secret": f"{SECRET},radar"},
        "webhook secret",
        Health.WARNING,
        "guessed",
    ),
    "a short key": ({"radar_secret_key": "correct-horse"}, "secret key", Health.WARNING, "guessed"),
    "a long key": ({"radar_secret_key": "0123456789abcdefghij"}, "secret key", Health.GOOD, "set"),
    "a rotation": ({"github_webhook_secret": f"{SECRET},{SECRET}x"}, "webhook secret", Health.GOOD, "2 accepted"),
    "this machine only": (
        {"radar_public_url": "http://localhost:8000"},
        "public address",
        Health.WARNING,
        "this machine only",
    ),
    "not encrypted": ({"radar_public_url": "http://radar.example.com"}, "public address", Health.WARNING, "encrypted"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_settings_are_judged_without_asking_anybody(tmp_path: Path, case: str) -> None:
    values, name, health, detail = SETTINGS[case]
    found = part(examine_settings(settings_with(tmp_path, **values)), name)
    assert found.health is health
    assert detail in found.detail


EXITS = {
    "nothing": ((Health.GOOD,), 0, "All is well."),
    "a warning": ((Health.GOOD, Health.WARNING), 0, "0 problems, 1 warning."),
    "a problem": ((Health.BAD, Health.WARNING, Health.WARNING), 1, "1 problem, 2 warnings."),
}


@pytest.mark.parametrize("case", EXITS)
def test_the_exit_code_tells_a_problem(case: str) -> None:
    healths, code, last = EXITS[case]
    into = io.StringIO()
    findings = [
        Finding("part", health, "has [red]x", "Do [this]." if health is Health.BAD else "") for health in healths
    ]
    assert show(findings, Console(file=into, width=120)) == code
    assert last in into.getvalue()
    assert "has [red]x" in into.getvalue(), "details are no markup"
    assert ("→ Do [this]." in into.getvalue()) is (Health.BAD in healths)


def test_one_step_for_several_parts_is_told_once() -> None:
    into = io.StringIO()
    findings = [Finding(part, Health.BAD, "not set", "Open /setup.") for part in ("credentials", "private key")]
    show(findings, Console(file=into, width=120))
    assert into.getvalue().count("Open /setup.") == 1
    assert "→ As for credentials." in into.getvalue()
