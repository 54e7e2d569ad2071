"""The command line: serve, analyze, batch, doctor, migrate, replay, token.

Exit codes: 0 done, 1 the world's trouble or something found wrong, 2 a slip in what was typed or set.
"""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import UTC, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.config import Settings, load_settings
from bot.logs import configure_logs, hide
from bot.model.errors import RadarError, UserError

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console()
err = Console(stderr=True)

REPOSITORY_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")


class Forks(StrEnum):
    """Which forks `batch` takes; the contract's three words, of which two say the same."""

    ALL = "all"
    WITH_FORKS = "with-forks"
    WITHOUT_FORKS = "without-forks"


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    WRITE = "write"


class Format(StrEnum):
    """How `analyze` writes the report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"


def main() -> int:
    """Run the command line; the exit code. Errors of ours are one clear line, never a traceback."""
    try:
        cli()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 1
    except RadarError as error:
        err.print(Text.assemble(("Error: ", "bold red"), str(error)), soft_wrap=True)
        return 2 if isinstance(error, UserError) else 1
    return 0


def _show_version(is_asked: bool) -> None:
    if is_asked:
        from bot.analysis import RULESET_VERSION

        out.print(f"Repo Radar {metadata.version('repo-radar')}, ruleset {RULESET_VERSION}", highlight=False)
        raise typer.Exit


@cli.callback()
def begin(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Repo Radar: a current, evidence-backed report for every repository."""


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Listen address; default: HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Listen port; default: PORT.")] = None,
) -> None:
    """Serve webhooks, dashboard and API, and work on what comes in."""
    from bot.verbs.serve import serve_forever

    overrides = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    raise typer.Exit(serve_forever(_settings(**overrides), out))


@cli.command()
def analyze(
    target: Annotated[str, typer.Argument(help="A local git checkout, or OWNER/NAME on GitHub.")],
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON; the same as --format json.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write the report.")] = Format.TEXT,
    against: Annotated[
        Path | None, typer.Option(help="An earlier report (JSON) to compare with.", dir_okay=False)
    ] = None,
) -> None:
    """Analyse one repository and print its report."""
    from bot.verbs.analyze import analyze_local, analyze_remote, read_report, write_report

    settings = _settings()
    previous = read_report(against) if against else None
    now = datetime.now(UTC)
    if not Path(target).exists() and REPOSITORY_NAME.fullmatch(target) and not target.startswith("."):
        report = asyncio.run(analyze_remote(settings, target, now=now, previous=previous))
    else:
        report = analyze_local(settings, Path(target), now=now, previous=previous)
    write_report(report, "json" if as_json else form.value, out)


@cli.command()
def batch(
    owner: Annotated[str | None, typer.Argument(help="Whose repositories; default: GITHUB_OWNER.")] = None,
    forks: Annotated[Forks, typer.Option(help="Whether forks are analysed too.")] = Forks.ALL,
    force: Annotated[bool, typer.Option("--force", help="Analyse again what has a current report.")] = False,
) -> None:
    """Analyse every repository of an owner (token mode) or of the App's installations, with progress; resumable."""
    from bot.verbs.batch import run_batch

    raise typer.Exit(asyncio.run(run_batch(_settings(), owner, forks=forks.value, force=force, console=out)))


@cli.command()
def doctor() -> None:
    """Check settings, key, secret, database, engine, GitHub and the App, and say what to do about each."""
    from bot.verbs.doctor import examine, show

    findings = asyncio.run(examine(_settings()))
    raise typer.Exit(show(findings, out))


@cli.command()
def migrate() -> None:
    """Bring the database's schema to the newest revision (serve does so too)."""
    from bot.storage.database import Database

    async def run(settings: Settings) -> tuple[str, ...]:
        database = Database(settings.database_url.get_secret_value())
        try:
            pending = await database.pending_revisions()
            await database.migrate()
        finally:
            await database.close()
        return pending

    applied = asyncio.run(run(_settings()))
    out.print(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")


@cli.command()
def replay(
    guid: Annotated[str | None, typer.Argument(help="The delivery's GUID; without it the newest are listed.")] = None,
) -> None:
    """Have one stored webhook delivery handled again, as if it had just come in."""
    from bot.verbs.replay import list_deliveries, replay_delivery

    settings = _settings()
    if guid is None:
        asyncio.run(list_deliveries(settings, out))
        return
    asyncio.run(replay_delivery(settings, guid))
    out.print(f"Delivery {guid} will be handled again by the running server, at once.", highlight=False)


token = typer.Typer(help="Bearer tokens of the API: make, list, revoke.", no_args_is_help=True)
cli.add_typer(token, name="token")


@token.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[Scope, typer.Option(help="read, or write: to queue work too.")] = Scope.READ,
    account: Annotated[str, typer.Option(help="Whose repositories it sees; default: all.")] = "",
) -> None:
    """Make a token and show its secret, once."""
    from bot.verbs import token as verb

    asyncio.run(verb.create_token(_settings(), name, scope=scope.value, account=account, console=out))


@token.command("list")
def list_tokens() -> None:
    """Show all tokens, without their secrets."""
    from bot.verbs import token as verb

    asyncio.run(verb.list_tokens(_settings(), out))


@token.command("revoke")
def revoke_token(token_id: Annotated[int, typer.Argument(help="Its id; see `token list`.")]) -> None:
    """End a token at once."""
    from bot.verbs import token as verb

    asyncio.run(verb.revoke_token(_settings(), token_id))
    out.print(f"Token {token_id} is revoked.")


def _settings(**overrides: object) -> Settings:
    settings = load_settings(**overrides)
    configure_logs(settings.radar_log_format, settings.radar_log_level)
    hide(settings.secret_values())
    return settings


if __name__ == "__main__":
    sys.exit(main())
