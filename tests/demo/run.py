"""Runs the demo: a fake GitHub, the bot as a process, the App installed on samples, this repository and yours."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
from rich.console import Console

from tests.demo import story
from tests.demo.acts import ADDRESSES, FOLDER
from tests.fakehub import FakeHub
from tests.fakehub.gitstore import GitError, GitStore, run_git
from tests.fakehub.world import Repository
from tests.journeys.bot_process import API_TOKEN, BotFailed, BotProcess, free_port
from tests.samples import SAMPLES, Sample

ROOT = Path(__file__).resolve().parents[2]
FAVOURITE_PORT = 8000
WATCH_EVERY_S = 1.0
GRADE_COLOURS = {"A": "green", "B": "green", "C": "yellow", "D": "red", "E": "red", "F": "red"}

console = Console(highlight=False, soft_wrap=True)


@dataclass(slots=True)
class Local:
    """A repository on this disk, and the commit of it that GitHub has."""

    path: Path
    repository: Repository
    head: str


@dataclass(slots=True)
class Demo:
    """What is running."""

    hub: FakeHub
    bot: BotProcess
    locals: list[Local] = field(default_factory=list)
    told: dict[str, tuple[str, str]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)


def run_demo(arguments: list[str]) -> int:
    """Until Ctrl-C. Exit code 0, or 2 for a path that is no git repository."""
    paths = [Path(argument).expanduser() for argument in arguments]
    for path in paths:
        if not _is_git(path):
            console.print(f"[red]{path} is no git repository.[/] Name git checkouts in REPOS, separated by spaces.")
            return 2
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    console.print("[bold]Repo Radar, on real repositories and without any account[/]\n")
    with FakeHub(FOLDER / "github") as hub:
        bot = BotProcess(hub, FOLDER, environment=_environment(), port=_port())
        demo = Demo(hub, bot)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, partial(_ask_to_stop, demo))
        try:
            _play(demo, paths)
        except BotFailed as error:
            console.print(f"[red]The bot did not start.[/] The end of {bot.log_path}:\n{error}", markup=True)
            return 1
        finally:
            ADDRESSES.unlink(missing_ok=True)
            if not sys.is_finalizing():
                console.print("\nStopping …", end=" ")
            bot.close()
            console.print(f"ended cleanly. The log is in {_short(bot.log_path)}.")
    return 0


def _short(path: Path) -> Path:
    """As a person in this folder would type it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _environment() -> dict[str, str]:
    return {
        "RADAR_LOG_FORMAT": "console",
        "RADAR_PUSH_SETTLE_S": "1",
        "RADAR_PUSH_SETTLE_MAX_S": "10",
        "RADAR_GITHUB_TIMEOUT_S": "30",
        "RADAR_INSTALLATION_CONCURRENCY": "6",
    }


def _port() -> int:
    """8000 where it is free."""
    try:
        httpx.get(f"http://127.0.0.1:{FAVOURITE_PORT}/", timeout=1, trust_env=False)
    except httpx.ConnectError:
        return FAVOURITE_PORT
    except httpx.HTTPError:
        return free_port()
    return free_port()


def _ask_to_stop(demo: Demo, number: int, frame: FrameType | None) -> None:
    demo.stop.set()


def _is_git(path: Path) -> bool:
    try:
        return path.is_dir() and bool(run_git(path, "rev-parse", "--git-dir"))
    except GitError:
        return False


def _play(demo: Demo, paths: list[Path]) -> None:
    hub, bot = demo.hub, demo.bot
    hub.service.signed_in = hub.user("you")
    console.print(f"  GitHub     a fake one with real git repositories, at {hub.url}")
    _fill(demo, paths)
    story.prepare(hub)
    bot.start()
    ADDRESSES.write_text(json.dumps({"github": hub.url, "bot": bot.url, "token": API_TOKEN}))
    console.print(f"  Bot        {bot.url}, embedded engine, SQLite in {_short(FOLDER)}/")
    console.print(
        "\n[bold]Installing the App[/] on two accounts; GitHub's webhooks tell the bot. Reports as they come:"
    )
    started = time.monotonic()
    hub.install("acme")
    hub.install("you")
    wanted = {r.full_name for r in hub.world.repositories.values()}
    while not demo.stop.is_set() and not wanted <= set(demo.told):
        _tell_reports(demo)
        demo.stop.wait(0.1)
        if time.monotonic() - started > 300:
            break
    if demo.stop.is_set():
        return
    console.print(f"  {len(demo.told)} repositories in {time.monotonic() - started:.1f} s.")
    console.print(
        "\n[bold]Three days go by[/] (dated back in the database): pushes, a comment, a pull request, noise …"
    )
    story.live(hub, bot, demo.stop.is_set)
    if demo.stop.is_set():
        return
    _tell_reports(demo)
    count = story.launch_fleet(hub)
    console.print(f"  … and now {story.FLEET} installs the App on {count} repositories: its batch runs as you look.")
    _say_what_to_do(demo)
    _watch(demo)


def _fill(demo: Demo, paths: list[Path]) -> None:
    """Samples for the organization acme; this repository and the given ones for the user you."""
    hub = demo.hub
    hub.add_account("acme", "Organization")
    hub.add_account("you", "User")
    for sample in SAMPLES:
        source = partial(_build, sample, hub) if sample.build else None
        repository = hub.add_repository("acme", sample.name, source, **sample.facts)
        repository.permissions["you"] = "admin"
        hub.open_issue(repository, "Talk to Repo Radar here", "you", "Comment with `/radar report`.")
    mine = [path for path in (ROOT, *paths) if _is_git(path)]
    for path in mine:
        name = re.sub(r"[^A-Za-z0-9._-]", "-", "repo-radar" if path == ROOT else path.resolve().name)
        while hub.world.repository("you", name):
            name += "-again"
        repository = hub.add_repository("you", name, path)
        hub.open_issue(repository, "Talk to Repo Radar here", "you", "Comment with `/radar report`.")
        demo.locals.append(Local(path, repository, _head(path)))
    yours = ", ".join(local.repository.full_name for local in demo.locals)
    console.print(f"             {len(SAMPLES)} samples in acme/…" + (f"; and {yours}" if yours else ""))


def _build(sample: Sample, hub: FakeHub, store: GitStore) -> None:
    assert sample.build is not None
    sample.build(store, hub.world.now())


def _head(path: Path) -> str:
    try:
        return run_git(path, "rev-parse", "HEAD").decode().strip()
    except GitError:
        return ""


def _tell_reports(demo: Demo) -> None:
    """A line for each report that is new, or has failed."""
    rows = demo.bot.rows(
        "select owner || '/' || name as full_name, refresh_status, refresh_error, report_head_sha, grade, score,"
        " summary from repositories where removed_at is null and owner <> ? order by refresh_finished_at",
        story.FLEET,
    )
    for row in rows:
        state = (row["refresh_status"], row["report_head_sha"])
        if row["refresh_status"] not in {"completed", "failed"} or demo.told.get(row["full_name"]) == state:
            continue
        demo.told[row["full_name"]] = state
        console.print(_line(row), markup=True)


def _line(row: dict[str, Any]) -> str:
    name = f"{row['full_name']:<18}"
    if row["refresh_status"] == "failed":
        return f"  [red]✗[/] {name} {_plain(row['refresh_error'])}"
    grade = row["grade"] or "–"
    colour = GRADE_COLOURS.get(grade[:1], "default")
    score = "  –" if row["score"] is None else f"{row['score']:>3}"
    return f"  [green]✓[/] {name} [{colour}]{grade:<2}{score}[/]  {_plain(_first_sentence(row['summary']))}"


def _first_sentence(text: str) -> str:
    return text.split(". ", 1)[0].rstrip(".") + "."


def _plain(text: str) -> str:
    """Text of a repository, without rich's markup in it."""
    return " ".join(text.split()).replace("[", r"\[")


def _say_what_to_do(demo: Demo) -> None:
    short = _short(Path(sys.executable))
    found = re.search(r"Dashboard\s+(\S+)", demo.bot.log())
    console.print("\n[bold]Look[/]")
    console.print(f"  Dashboard  {found.group(1) if found else demo.bot.url}")
    console.print(f"  API        curl -H 'Authorization: Bearer {API_TOKEN}' {demo.bot.url}/api/repos")
    console.print("\n[bold]Do[/], from a second terminal in this folder")
    console.print(f"  {short} -m tests.demo push acme/teashop")
    console.print(f'  {short} -m tests.demo comment acme/teashop "/radar report"')
    if demo.locals:
        console.print("  … or commit in one of your repositories: it counts as a push.")
    console.print("\nCtrl-C ends the demo.\n")


def _watch(demo: Demo) -> None:
    """Tell what happens until the end; commits in local repositories become pushes."""
    seen = set(demo.hub.world.comments)
    while not demo.stop.wait(WATCH_EVERY_S):
        if demo.bot.process is not None and demo.bot.process.poll() is not None:
            console.print("[red]The bot has ended by itself.[/]")
            return
        for local in demo.locals:
            _follow(demo, local)
        _tell_reports(demo)
        for number in sorted(set(demo.hub.world.comments) - seen):
            seen.add(number)
            repository, issue, comment = demo.hub.world.comments[number]
            lines = [line for line in comment.body.splitlines() if line.strip() and not line.startswith("<!--")]
            where = f"{repository.full_name}#{issue.number} {comment.user.login}"
            console.print(f"  [cyan]✎[/] {where}: {_plain(lines[0] if lines else '')[:100]}")


def _follow(demo: Demo, local: Local) -> None:
    """A commit made on this disk is pushed to the fake GitHub."""
    head = _head(local.path)
    if not head or head == local.head:
        return
    local.head = head
    demo.hub.take_push(local.repository, local.path)
    console.print(f"  [cyan]↑[/] {local.repository.full_name} pushed {head[:7]}")
