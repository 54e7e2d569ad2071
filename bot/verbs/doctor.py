"""`doctor`: looks at everything the bot needs, and says for each part how it is and what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import httpx
import structlog
from rich.console import Console
from rich.text import Text

from bot.config import Settings
from bot.github.app import GitHubApp
from bot.github.client import GitHubClient
from bot.github.manifest import is_behind, lacking, load_manifest
from bot.model.english import counted
from bot.model.errors import RadarError
from bot.model.repository import AppInfo
from bot.storage import inbox, outbox
from bot.storage.database import Database

WEAK_SECRET_CHARACTERS = 20
SKEW_ALLOWED_S = 30
LOOK_BACK = timedelta(hours=24)
PATIENCE_S = 10.0


SET_UP = "Open /setup (the address is printed by `serve`) to make the App, or set it by hand; see .env.example."
ELSEWHERE = {
    "database": "Look at the database's own log, and at DATABASE_URL.",
    "engine": "Look at the Inngest server's own log, and at the INNGEST settings.",
    "GitHub": "Check GITHUB_API_URL and that this machine reaches it (proxy, firewall), and githubstatus.com.",
}
"""What to do about trouble that does not say it itself, by part."""

log = structlog.get_logger("bot.verbs.doctor")


class Health(StrEnum):
    """How one part is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the examination. `next_step` is empty where there is nothing to do."""

    part: str
    health: Health
    detail: str
    next_step: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a part that cannot be looked at is a finding, not an error."""
    findings = [*examine_settings(settings)]
    examinations: tuple[tuple[str, Callable[[Settings], AsyncIterator[Finding]]], ...] = (
        ("database", examine_database),
        ("engine", examine_engine),
        ("GitHub", examine_app if settings.has_app else examine_token),
    )
    for part, examination in examinations:
        try:
            async for finding in examination(settings):
                findings.append(finding)  # noqa: PERF401 - one by one: those before an error count
        except RadarError as error:
            findings.append(Finding(part, Health.BAD, error.message, error.next_step or ELSEWHERE[part]))
        except Exception as error:  # whatever it is, the other parts are looked at
            log.exception("examination failed", part=part)
            findings.append(Finding(part, Health.BAD, f"cannot be looked at ({type(error).__name__})", ELSEWHERE[part]))
    return findings


def show(findings: list[Finding], console: Console) -> int:
    """Print the findings, a step for several of them once; the exit code: 0 when nothing is bad, else 1."""
    marks = {Health.GOOD: ("✓", "green"), Health.WARNING: ("!", "yellow"), Health.BAD: ("✗", "red")}
    width = max(len(one.part) for one in findings)
    told: dict[str, str] = {}
    for one in findings:
        mark, style = marks[one.health]
        line = Text.assemble((f"{mark} ", style), (one.part.ljust(width), "bold"), f"  {one.detail}")
        console.print(line, soft_wrap=True)
        if one.next_step:
            before = told.setdefault(one.next_step, one.part)
            step = one.next_step if before == one.part else f"As for {before}."
            console.print(Text(f"  {' ' * width}  → {step}", style=style), soft_wrap=True)
    bad = sum(one.health is Health.BAD for one in findings)
    warnings = sum(one.health is Health.WARNING for one in findings)
    console.print(
        f"\n{counted(bad, 'problem')}, {counted(warnings, 'warning')}." if bad or warnings else "\nAll is well."
    )
    return 1 if bad else 0


def examine_settings(settings: Settings) -> list[Finding]:
    """The App's credentials, addresses and secrets, without asking anybody. Pure."""
    return [
        _credentials(settings),
        _private_key(settings),
        _webhook_secret(settings),
        _public_url(settings),
        _sign_in(settings),
        _secret_key(settings),
    ]


def _credentials(settings: Settings) -> Finding:
    if settings.has_app:
        return Finding("credentials", Health.GOOD, f"GitHub App {settings.github_app_id}")
    if settings.has_token:
        return Finding("credentials", Health.GOOD, f"token mode for {settings.github_owner}")
    missing = ", ".join(settings.missing())
    return Finding(
        "credentials",
        Health.BAD,
        f"{missing} not set",
        SET_UP,
    )


def _private_key(settings: Settings) -> Finding:
    try:
        pem = settings.private_key_pem
    except RadarError as error:
        return Finding("private key", Health.BAD, error.message, error.next_step)
    if pem is None:
        if settings.has_token:
            return Finding("private key", Health.GOOD, "none given, none needed")
        return Finding("private key", Health.WARNING, "none given", SET_UP)
    return Finding("private key", Health.GOOD, "readable")


def _webhook_secret(settings: Settings) -> Finding:
    found = settings.webhook_secrets
    if not found:
        if settings.has_token:
            return Finding("webhook secret", Health.GOOD, "none given, none needed")
        return Finding("webhook secret", Health.WARNING, "none given: every webhook is refused", SET_UP)
    if any(len(one) < WEAK_SECRET_CHARACTERS for one in found):
        return Finding(
            "webhook secret", Health.WARNING, "short enough to be guessed", "Use 32 random characters or more."
        )
    rotation = f"{len(found)} accepted (a rotation is under way)" if len(found) > 1 else "set"
    return Finding("webhook secret", Health.GOOD, rotation)


def _public_url(settings: Settings) -> Finding:
    url = settings.radar_public_url
    if settings.webhook_proxy_url:
        return Finding("public address", Health.GOOD, f"{url}; webhooks come by {settings.webhook_proxy_url}")
    if "localhost" in url or "127.0.0.1" in url:
        return Finding(
            "public address",
            Health.WARNING,
            f"{url} is this machine only; GitHub cannot deliver there",
            "Set RADAR_PUBLIC_URL to the address GitHub reaches, or use a webhook proxy while developing.",
        )
    if not url.startswith("https://"):
        return Finding("public address", Health.WARNING, f"{url} is not encrypted", "Put the bot behind HTTPS.")
    return Finding("public address", Health.GOOD, url)


def _sign_in(settings: Settings) -> Finding:
    if settings.has_sign_in:
        return Finding("sign-in", Health.GOOD, "with GitHub")
    return Finding(
        "sign-in",
        Health.WARNING,
        "only for the operator, by the link that `serve` prints",
        "Set GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET so that others can sign in with GitHub.",
    )


def _secret_key(settings: Settings) -> Finding:
    if settings.radar_secret_key is None:
        return Finding(
            "secret key",
            Health.WARNING,
            "random at each start: sign-ins and private badge links end with a restart",
            "Set RADAR_SECRET_KEY to 32 random characters or more.",
        )
    if len(settings.radar_secret_key.get_secret_value()) < WEAK_SECRET_CHARACTERS:
        return Finding(
            "secret key",
            Health.WARNING,
            f"shorter than {WEAK_SECRET_CHARACTERS} characters: badge links are signed by it and it can be guessed",
            "Set RADAR_SECRET_KEY to 32 random characters or more (`openssl rand -hex 32`).",
        )
    return Finding("secret key", Health.GOOD, "set")


async def examine_database(settings: Settings) -> AsyncIterator[Finding]:
    """Whether it answers, is current, and what waits in it."""
    database = Database(settings.database_url.get_secret_value())
    try:
        pending = await database.pending_revisions()
        if pending:
            yield Finding(
                "database",
                Health.WARNING,
                f"{database.name}: {counted(len(pending), 'migration')} to apply",
                "Run `python -m bot migrate`, or start the bot: it applies them.",
            )
            return
        yield Finding("database", Health.GOOD, database.name)
        async with database.read() as session:
            waiting = {
                "a delivery": await inbox.oldest_received_at(session),
                "an event": await outbox.oldest_waiting_at(session),
            }
        yield _inbox({what: since for what, since in waiting.items() if since is not None})
    finally:
        await database.close()


def _inbox(waiting: dict[str, datetime]) -> Finding:
    """What was accepted and has not reached the engine, by the oldest of each."""
    what, since = min(waiting.items(), key=lambda one: one[1], default=("", None))
    age_s = (datetime.now(UTC) - since).total_seconds() if since else 0.0
    if age_s <= 60:
        return Finding("inbox", Health.GOOD, "nothing waits")
    return Finding(
        "inbox",
        Health.WARNING,
        f"{what} has waited for {age_s / 60:.0f} minutes",
        "Start the bot, and look at the engine below.",
    )


async def examine_engine(settings: Settings) -> AsyncIterator[Finding]:
    """The embedded engine, or whether the Inngest server answers."""
    if not settings.uses_inngest_server:
        yield Finding("engine", Health.GOOD, "embedded: runs with the bot, in the same database")
        return
    base = settings.inngest_base_url or settings.inngest_event_api_base_url
    if base is None and settings.inngest_dev:
        base = settings.inngest_dev if settings.inngest_dev.startswith("http") else "http://localhost:8288"
    if base is None:
        if settings.inngest_event_key is None or settings.inngest_signing_key is None:
            yield Finding(
                "engine",
                Health.BAD,
                "Inngest Cloud needs both INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY",
                "Copy both from the environment's settings in Inngest.",
            )
            return
        yield Finding("engine", Health.GOOD, "Inngest Cloud; it calls /api/inngest of the public address")
        return
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            answer = await client.get(f"{base.rstrip('/')}/health")
    except httpx.HTTPError as error:
        yield Finding("engine", Health.BAD, f"{base} does not answer ({type(error).__name__})", "Start the server.")
        return
    if answer.status_code < 500:
        yield Finding("engine", Health.GOOD, f"{base} answers {answer.status_code}")
    else:
        yield Finding("engine", Health.BAD, f"{base} answers {answer.status_code}", ELSEWHERE["engine"])


async def examine_app(settings: Settings) -> AsyncIterator[Finding]:
    """Whether GitHub knows the App, its clock, permissions, events, webhook and installations."""
    async with _app(settings) as app:
        info = await app.info()
        yield Finding(
            "GitHub", Health.GOOD, f"{settings.github_api_url} knows the App as {info.name} ({info.html_url})"
        )
        yield await _clock(app.server_time)
        missing = lacking(info, load_manifest())
        for sentence in missing:
            yield Finding("app.yml", Health.WARNING, sentence, f"Change it in the App's settings ({info.html_url}).")
        if not missing:
            yield Finding("app.yml", Health.GOOD, "the App has all its permissions and events")
        yield await _webhook(app, settings)
        yield await _deliveries(app)
        yield await _installations(app, info)


async def examine_token(settings: Settings) -> AsyncIterator[Finding]:
    """Whether GitHub takes the token of token mode."""
    if settings.github_token is None or not settings.github_owner:
        yield Finding("GitHub", Health.WARNING, "not asked: there are no credentials", SET_UP)
        return
    client = GitHubClient.for_token(
        settings.github_token.get_secret_value(),
        settings.github_owner,
        api_url=settings.github_api_url,
        graphql_url=settings.graphql_url,
        timeout_s=PATIENCE_S,
    )
    try:
        async for page in client.repositories():
            yield Finding("GitHub", Health.GOOD, f"the token lists {counted(len(page), 'repository')} and more")
            break
    finally:
        await client.aclose()


@asynccontextmanager
async def _app(settings: Settings) -> AsyncIterator[GitHubApp]:
    async with GitHubApp(
        settings.github_app_id or 0,
        settings.private_key_pem or "",
        api_url=settings.github_api_url,
        graphql_url=settings.graphql_url,
        timeout_s=PATIENCE_S,
    ) as app:
        yield app


async def _clock(server_time: Callable[[], Awaitable[datetime | None]]) -> Finding:
    theirs = await server_time()
    if theirs is None:
        return Finding(
            "clock", Health.WARNING, "GitHub did not tell its time", "See that a proxy leaves the header Date in place."
        )
    skew_s = (datetime.now(UTC) - theirs).total_seconds()
    if abs(skew_s) > SKEW_ALLOWED_S:
        way = "ahead of" if skew_s > 0 else "behind"
        return Finding(
            "clock", Health.WARNING, f"{abs(skew_s):.0f} s {way} GitHub's", "Let the machine keep its time (NTP)."
        )
    return Finding("clock", Health.GOOD, "as GitHub's")


async def _webhook(app: GitHubApp, settings: Settings) -> Finding:
    wanted = settings.webhook_proxy_url or f"{settings.radar_public_url}/api/github/webhooks"
    url = await app.hook_url()
    if url != wanted:
        return Finding(
            "webhook",
            Health.WARNING,
            f"GitHub delivers to {url or 'nowhere'}",
            f"Set the App's webhook URL to {wanted}, or RADAR_PUBLIC_URL to what it is.",
        )
    return Finding("webhook", Health.GOOD, url)


async def _deliveries(app: GitHubApp) -> Finding:
    since = datetime.now(UTC) - LOOK_BACK
    async for page in app.hook_deliveries():
        newest = {one.guid: one for one in reversed(page)}  # its newest attempt: one that was sent again is mended
        recent = [one for one in newest.values() if one.delivered_at >= since]
        failed = [one for one in recent if not 200 <= one.status_code < 300]
        if failed:
            codes = ", ".join(sorted({str(one.status_code or "no answer") for one in failed}))
            return Finding(
                "deliveries",
                Health.WARNING,
                f"{len(failed)} of the last {len(recent)} failed ({codes})",
                "401: compare the secrets. No answer: check the address. The bot asks for them again by itself.",
            )
        return Finding("deliveries", Health.GOOD, f"{counted(len(recent), 'delivery')} within a day, none failed")
    return Finding("deliveries", Health.GOOD, "none within a day")


async def _installations(app: GitHubApp, info: AppInfo) -> Finding:
    found = [one async for page in app.list_installations() for one in page]
    if not found:
        return Finding(
            "installations", Health.WARNING, "none yet", f"Install the App: {info.html_url}/installations/new"
        )
    suspended = [one.account_login for one in found if one.suspended_at is not None]
    if suspended:
        return Finding(
            "installations", Health.WARNING, f"suspended: {', '.join(suspended)}", "Unsuspend them on GitHub."
        )
    behind = [one.account_login for one in found if is_behind(one, info)]
    if behind:
        return Finding(
            "installations",
            Health.WARNING,
            f"the App's newer permissions have yet to be accepted: {', '.join(behind)}",
            "Accept them on GitHub, in the account's settings under Installed GitHub Apps.",
        )
    return Finding("installations", Health.GOOD, ", ".join(one.account_login for one in found[:10]))
