"""What a batch costs GitHub: at most 1.1 billable requests a repository, 0.05 for one that has not changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.fakehub.gitstore import GitStore
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage
from tests.samples.small import export_ignore
from tests.samples.small import tiny as tiny_sample

SIZE = 100


def test_a_batch_with_export_ignore_stays_within_its_budget(own_stage: Callable[..., Stage], tmp_path: Path) -> None:
    """Half of the repositories hide files from their archive, and the hidden ones are in the report all the same."""
    stage = own_stage(environment={"RADAR_CHECK_RUNS": "false"})
    hub, bot, now = stage.hub, stage.bot, stage.hub.world.now()
    hiding, plain = GitStore.create(tmp_path / "hiding.git"), GitStore.create(tmp_path / "plain.git")
    export_ignore(hiding, now)
    tiny_sample(plain, now)
    for number in range(SIZE):
        hub.add_repository("acme", f"r{number:02}", hiding if number % 2 else plain)
    hub.ledger.clear()
    hub.install("acme")
    wait_for_batch(stage, "install")
    assert bot.scalar("select count(*) from reports") == SIZE
    assert hub.ledger.billable <= 1.1 * SIZE, hub.ledger.counts
    report = bot.report("acme/r01")["report"]
    assert {"changelog", "readme"} <= {document["kind"] for document in report["documents"]}
    files = bot.report("acme/r01")["report"]["size"]["files"]
    assert files == len([entry for entry in hiding.tree(hiding.head()).values() if entry.kind == "blob"])

    hub.ledger.clear()
    answer = bot.api.post("/api/batch/generate-remaining", json={"owner": "acme"})
    assert answer.status_code == 202
    eventually(partial(batch_is_over, stage, answer.json()["batch_id"]), what="the second batch")
    assert hub.ledger.billable <= 0.05 * SIZE + 1, hub.ledger.counts


def batch_is_over(stage: Stage, batch_id: str) -> bool:
    found = stage.bot.api.get(f"/api/batches/{batch_id}").json()
    return bool(found.get("status") == "completed")


def wait_for_batch(stage: Stage, trigger: str) -> None:
    sql = "select count(*) from batches where trigger = ? and status = 'completed'"
    eventually(lambda: stage.bot.scalar(sql, trigger) == 1, what=f"the {trigger} batch")
