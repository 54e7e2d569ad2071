"""`analyze`: one repository's report, of a local checkout or of GitHub, as text, JSON, Markdown or SARIF."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console

from bot.analysis.formats.markdown import to_markdown
from bot.analysis.formats.sarif import to_sarif
from bot.config import Settings
from bot.github.client import GitHubClient
from bot.github.counting import count_requests
from bot.model.errors import UserError
from bot.model.report import Report, decode_report, encode_report
from bot.parts import analysis_pool
from bot.verbs.report_text import print_report
from bot.workers.digest import analyze_checkout


def analyze_local(settings: Settings, path: Path, *, now: datetime, previous: Report | None) -> Report:
    """The report of a checkout; what only GitHub knows is unknown. Raises UserError where there is no repository."""
    return analyze_checkout(path, now=now, previous=previous, limits=settings.archive_limits)


async def analyze_remote(settings: Settings, full_name: str, *, now: datetime, previous: Report | None) -> Report:
    """The report of a repository on GitHub, read with GITHUB_TOKEN. Raises UserError without one."""
    if settings.github_token is None:
        raise UserError(
            f"There is no folder {full_name} here, and to read it from GitHub a token is needed.",
            next_step="Set GITHUB_TOKEN, or give the path of a checkout.",
        )
    owner, name = full_name.split("/", 1)
    github = GitHubClient.for_token(
        settings.github_token.get_secret_value(),
        owner,
        api_url=settings.github_api_url,
        graphql_url=settings.graphql_url,
        timeout_s=settings.radar_github_timeout_s,
    )
    before = encode_report(previous) if previous else None
    try:
        with count_requests() as counter:
            ref = await github.repository(owner, name)
            (facts,) = await github.facts([ref.node_id])
            if facts is None:
                raise UserError(f"The token may not see {full_name}.")
            async with analysis_pool(settings, size=1) as pool:
                if facts.is_empty:
                    body = await pool.analyze(facts, None, now=now, previous=before)
                else:
                    async with github.archive(facts.owner, facts.name, facts.head_sha) as chunks:
                        body = await pool.analyze(facts, chunks, now=now, previous=before)
    finally:
        await github.aclose()
    return msgspec.structs.replace(decode_report(body), api_requests=float(counter.value))


def read_report(path: Path) -> Report:
    """An earlier report, as `--json` wrote it. Raises UserError when it is none."""
    try:
        return decode_report(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from error
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UserError(
            f"{path} is no report of Repo Radar ({error}).", next_step="Write one with: analyze PATH --json > FILE."
        ) from error


def write_report(report: Report, form: str, console: Console) -> None:
    """Print the report to standard output."""
    if form == "json":
        sys.stdout.write(encode_report(report).decode() + "\n")
    elif form == "markdown":
        sys.stdout.write(to_markdown(report))
    elif form == "sarif":
        sys.stdout.write(to_sarif(report))
    else:
        print_report(report, console)
