"""The webhooks that the fake GitHub sends are valid by GitHub's published schemas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import jsonschema_rs
import pytest

from tests.contracts.conftest import Scene
from tests.contracts.published import NotPublishedHere, webhook_schema
from tests.fakehub.world import CheckRun, Repository

pytestmark = pytest.mark.npm


def _check_run(scene: Scene) -> CheckRun:
    body = {"name": "radar", "status": "completed", "conclusion": "neutral"}
    run = CheckRun(scene.hub.world.next_id(), scene.repository.git.head(), body, scene.hub.world.now())
    scene.repository.check_runs.append(run)
    scene.hub.world.check_runs[run.id] = (scene.repository, run)
    return run


def _pull_head(scene: Scene) -> str:
    assert scene.pull.pull is not None
    return scene.pull.pull.head_sha


def _another(scene: Scene, name: str) -> Repository:
    return scene.hub.add_repository("acme", name, {"a": "b"}, announce=False)


def _transfer(scene: Scene) -> None:
    scene.hub.install("globex", announce=False)
    moving = scene.hub.add_repository("initech", "stapler", {"a": "b"}, announce=False)
    scene.hub.transfer(moving, "globex")


DEEDS: dict[str, Callable[[Scene], object]] = {
    "installation$created": lambda s: s.hub.install("initrode"),
    "installation$suspend": lambda s: s.hub.suspend(s.hub.install("a1", announce=False)),
    "installation$unsuspend": lambda s: s.hub.unsuspend(s.hub.install("a2", announce=False)),
    "installation$deleted": lambda s: s.hub.uninstall(s.hub.install("a3", announce=False)),
    "installation$new_permissions_accepted": lambda s: s.hub.accept_permissions(
        s.hub.install("a4", announce=False), {"actions": "read"}
    ),
    "installation_repositories$added": lambda s: s.hub.cover(s.installation, s.repository),
    "installation_repositories$removed": lambda s: s.hub.uncover(
        s.hub.install("a5", announce=False), s.hub.add_repository("a5", "x", {"a": "b"}, announce=False)
    ),
    "installation_target$renamed": lambda s: s.hub.rename_account(s.hub.install("a6", announce=False).account, "a66"),
    "push$event": lambda s: s.hub.push(s.repository, message="More tea"),
    "issue_comment$created": lambda s: s.hub.comment(s.repository, s.issue, "/radar help"),
    "issue_comment$edited": lambda s: s.hub.edit_comment(s.comment, "/radar status"),
    "issue_comment$deleted": lambda s: s.hub.delete_comment(s.hub.comment(s.repository, s.issue, "x", announce=False)),
    "pull_request$opened": lambda s: s.hub.open_pull(s.repository, "Again", {"c": "d"}, branch="again"),
    "pull_request$synchronize": lambda s: s.hub.update_pull(s.repository, s.pull, {"e": "f"}),
    "check_run$rerequested": lambda s: s.hub.rerequest_check(s.repository, _check_run(s).id),
    "check_suite$rerequested": lambda s: s.hub.rerequest_suite(s.repository, _pull_head(s)),
    "repository$created": lambda s: s.hub.add_repository("acme", "new", {"a": "b"}),
    "repository$renamed": lambda s: s.hub.rename(_another(s, "ebb"), "flood"),
    "repository$transferred": _transfer,
    "repository$archived": lambda s: s.hub.archive(s.repository),
    "repository$unarchived": lambda s: s.hub.archive(s.repository, archived=False),
    "repository$privatized": lambda s: s.hub.set_private(s.repository, private=True),
    "repository$publicized": lambda s: s.hub.set_private(s.repository, private=False),
    "repository$edited": lambda s: s.hub.set_default_branch(_another(s, "slack"), "main"),
    "repository$deleted": lambda s: s.hub.delete(_another(s, "neap")),
}
"""What a person does, by the schema of the webhook that follows."""


@pytest.fixture(scope="module")
def definitions() -> Callable[[str], jsonschema_rs.Draft7Validator]:
    try:
        schema = webhook_schema()
    except NotPublishedHere as error:
        pytest.skip(str(error))

    def find(name: str) -> jsonschema_rs.Draft7Validator:
        whole = {"$ref": f"#/definitions/{name}", "definitions": schema["definitions"]}
        return jsonschema_rs.Draft7Validator(whole)

    return find


def _slips(validator: jsonschema_rs.Draft7Validator, payload: object) -> list[str]:
    """What is wrong; a further member is not, since the published schemas are older than GitHub's API."""
    return [
        f"{'/'.join(str(part) for part in error.instance_path)}: {error.message[:200]}"
        for error in validator.iter_errors(payload)
        if "dditional properties" not in error.message
    ]


@pytest.mark.parametrize("name", DEEDS)
def test_a_webhook(name: str, scene: Scene, definitions: Callable[[str], jsonschema_rs.Draft7Validator]) -> None:
    seen = len(scene.hub.world.deliveries)
    DEEDS[name](scene)
    sent = {
        f"{delivery.event}${delivery.action or 'event'}": delivery.payload
        for delivery in scene.hub.world.deliveries[seen:]
    }
    assert name in sent
    for each, payload in sent.items():
        assert _slips(definitions(each), payload) == [], each


def test_a_wrong_payload_would_be_seen(
    scene: Scene, definitions: Callable[[str], jsonschema_rs.Draft7Validator]
) -> None:
    scene.hub.push(scene.repository, at=scene.hub.world.now() - timedelta(hours=1))
    payload = dict(scene.hub.world.deliveries[-1].payload)
    payload["after"] = 7
    assert _slips(definitions("push$event"), payload)
