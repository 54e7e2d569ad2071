"""What a person does from a second terminal, told to a running demo: `push OWNER/NAME`, `comment OWNER/NAME TEXT`."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import httpx

from tests.patience import PATIENCE_S

FOLDER = Path(os.environ.get("DEMO_FOLDER") or Path(__file__).resolve().parents[2] / ".demo")
ADDRESSES = FOLDER / "addresses.json"
"""Where the running demo can be reached; there only while it runs."""

LINES_SHOWN = 24


def act(arguments: list[str]) -> int:
    """Do it, wait for what it brings, print that."""
    if not ADDRESSES.exists():
        print("No demo is running here: start one with `make demo`, and leave it running.")
        return 2
    addresses = json.loads(ADDRESSES.read_text())
    with (
        httpx.Client(base_url=addresses["github"], timeout=PATIENCE_S, trust_env=False) as github,
        httpx.Client(
            base_url=addresses["bot"],
            timeout=PATIENCE_S,
            trust_env=False,
            headers={"authorization": f"Bearer {addresses['token']}"},
        ) as bot,
    ):
        try:
            return ACTS[arguments[0]](arguments[1:], github, bot)
        except httpx.TransportError:
            print("The demo does not answer any more: start it again with `make demo`.")
            return 2


def _told(github: httpx.Client, action: str, body: dict[str, Any]) -> dict[str, Any] | None:
    answer = github.post(f"/_control/{action}", json=body)
    told: dict[str, Any] = answer.json()
    if answer.status_code != 200:
        print(f"That did not work: {told.get('error')}.")
        return None
    return told


def _push(arguments: list[str], github: httpx.Client, bot: httpx.Client) -> int:
    """`push OWNER/NAME [MESSAGE]`: a commit, and the report that follows."""
    if not arguments:
        print("Say where: python -m tests.demo push acme/teashop")
        return 2
    name = arguments[0]
    started = time.monotonic()
    told = _told(github, "push", {"repository": name, "message": " ".join(arguments[1:]) or "Say hello"})
    if told is None:
        return 2
    print(f"Pushed {told['sha'][:7]} to {name}; GitHub sent its webhook. Waiting for the report …")
    while time.monotonic() - started < PATIENCE_S:
        report = bot.get(f"/api/repos/{name}/intelligence").json()
        if report.get("status") == "completed" and report.get("head_sha") == told["sha"]:
            seconds = time.monotonic() - started
            print(f"Report of {told['sha'][:7]} after {seconds:.1f} s: {report['grade']} {report['score']}")
            print(f"  {report['summary']}")
            return 0
        time.sleep(0.2)
    print("No report yet; the dashboard's deliveries page tells what became of the push.")
    return 1


def _comment(arguments: list[str], github: httpx.Client, bot: httpx.Client) -> int:
    """`comment OWNER/NAME TEXT`: an issue comment, and the bot's reply."""
    if len(arguments) < 2:
        print('Say where and what: python -m tests.demo comment acme/teashop "/radar report"')
        return 2
    name, text = arguments[0], " ".join(arguments[1:])
    started = time.monotonic()
    told = _told(github, "comment", {"repository": name, "body": text, "user": "you"})
    if told is None:
        return 2
    print(f"Commented on {name}#1: {text}")
    last = ""
    while time.monotonic() - started < PATIENCE_S:
        state = github.get("/_control").json()
        mine = next(each for each in state["comments"] if each["id"] == told["comment"])
        replies = [c for c in state["comments"] if c["via_app"] and c["id"] > told["comment"]]
        reactions = " ".join(mine["reactions"])
        if reactions != last:
            print(f"  Repo Radar reacts: {reactions}")
            last = reactions
        if replies and {"rocket", "confused"} & set(mine["reactions"]):
            lines = [line for line in replies[-1]["body"].splitlines() if not line.startswith("<!--")]
            print("\n".join(f"  │ {line}" for line in lines[:LINES_SHOWN]))
            if len(lines) > LINES_SHOWN:
                print(f"  │ … {len(lines) - LINES_SHOWN} more lines")
            print(f"  Read it whole at {told['read_it_at']}")
            return 0
        time.sleep(0.1)
    print("No reply yet; the dashboard's deliveries page tells what became of the comment.")
    return 1


ACTS = {"push": _push, "comment": _comment}
