"""After a journey with everything in it, no secret, token or private content is in the log or the database."""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Callable

from tests.fakehub.gitstore import GitStore
from tests.journeys.bot_process import API_TOKEN, SECRET_KEY, eventually
from tests.journeys.conftest import Stage
from tests.samples.history import ADA, History

PRIVATE_LINE = "the-treasure-is-below-the-old-oak"
COMMENT_LINE = "between-you-and-me-4711"
LEAKED_KEY = "AKIA" + "Q3PWMXZKT7GHRVBD"  # split, so that no scanner takes this file for a leak
INBOX = ("deliveries", "delivery_bodies")


def test_nothing_secret_is_written_down(own_stage: Callable[..., Stage]) -> None:
    stage = own_stage(environment={"RADAR_LOG_LEVEL": "debug"})
    hub, bot = stage.hub, stage.bot

    def build(store: GitStore) -> None:
        history = History(hub.world.now())
        source = f'# {PRIVATE_LINE}\nkey = "{LEAKED_KEY}"\ntoken = "{LEAKED_KEY}"\n'
        history.commit(3, ADA, "Hide", {"README.md": "# Private\n", "treasure.py": source})
        history.write(store)

    repository = hub.add_repository("acme", "private", build, private=True)
    hub.grant(repository, "ada", "admin")
    for kind in ("error", "secondary", "unauthorized"):
        hub.faults.add(kind, "/tarball/", times=1)
    hub.install("acme")
    bot.wait_report(repository.full_name)
    issue = hub.open_issue(repository, "Secret", body=COMMENT_LINE)
    comment = hub.comment(repository, issue, f"{COMMENT_LINE}\n\n/radar refresh\n")
    eventually(lambda: any(r.content == "rocket" for r in comment.reactions), what="the answer")
    bot.api.get("/api/repos", headers={"authorization": "Bearer wrong-token-93"})
    bot.api.get(f"/repos/{repository.full_name}", params={"token": "query-token-21"})
    bot.wait_idle()
    bot.stop()

    secrets = {
        "private key": "".join(hub.app.private_key.splitlines()[1:3]),
        "private key line": hub.app.private_key.splitlines()[5],
        "webhook secret": hub.app.webhook_secret,
        "client secret": hub.app.client_secret,
        "API token": API_TOKEN,
        "session key": SECRET_KEY,
        "wrong token": "wrong-token-93",
        "token in a query": "query-token-21",
        "file content": PRIVATE_LINE,
        "leaked key": LEAKED_KEY,
        **{f"token {number}": value for number, value in enumerate(hub.world.tokens)},
    }
    log, database = bot.log(), dump(stage)
    for name, value in secrets.items():
        assert value not in log, f"{name} in the log"
        assert value not in database, f"{name} in the database"
    assert COMMENT_LINE not in log
    assert COMMENT_LINE not in dump(stage, without=INBOX), "a comment's text outside the inbox"
    assert not re.search(r"ghs_[0-9a-f]{20}|eyJ[\w-]{20,}\.eyJ", log + database)
    states = {check["id"]: check["state"] for check in bot_checks(database)}
    assert states["secrets"] == "fail", "the leaked key was not even seen"


def dump(stage: Stage, *, without: tuple[str, ...] = ()) -> str:
    """Every cell of every other table as text, compressed bodies unpacked."""
    parts: list[str] = []
    with sqlite3.connect(stage.bot.database) as connection:
        tables = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in set(tables) - set(without):
            for row in connection.execute(f'select * from "{table}"'):
                parts += [_text(cell) for cell in row]
    connection.close()
    return "\n".join(parts)


def _text(cell: object) -> str:
    if not isinstance(cell, bytes):
        return str(cell)
    try:
        return zlib.decompress(cell).decode(errors="replace")
    except zlib.error:
        return cell.decode(errors="replace")


def bot_checks(database: str) -> list[dict[str, str]]:
    """The checks of the stored report."""
    start = database.index('{"schema_version"')
    report = json.JSONDecoder().raw_decode(database[start:])[0]
    found: list[dict[str, str]] = report["checks"]
    return found
