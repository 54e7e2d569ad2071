"""Bad input, each through the real process: the status of the contract, nothing lost, nothing half stored."""

from __future__ import annotations

import hashlib
import hmac
import json
import select
import socket
import uuid
from typing import Any

import httpx
import pytest

from tests.fakehub.hostile import ARCHIVES
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage
from tests.patience import PATIENCE_S

PING = json.dumps({"zen": "Keep it logically awesome.", "hook_id": 1}).encode()
MEBIBYTE = 1024 * 1024


def post(stage: Stage, body: bytes, event: str = "ping", /, **changes: str | None) -> httpx.Response:
    """A delivery by hand; `changes` replace headers (None leaves one out), underscores for dashes."""
    headers: dict[str, str | None] = dict(stage.hub.service.webhook_headers(event, str(uuid.uuid4()), body))
    for name, value in changes.items():
        key = next((known for known in headers if known.lower() == name.replace("_", "-")), name.replace("_", "-"))
        headers[key] = value
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items() if value is not None]
    return httpx.post(stage.bot.webhook_url, content=body, headers=raw, timeout=PATIENCE_S, trust_env=False)


def stored(stage: Stage, guid: str) -> dict[str, Any]:
    rows = stage.bot.rows("select state, reason from deliveries where guid = ?", guid)
    return rows[0] if rows else {}


def sha1(stage: Stage, body: bytes) -> str:
    return "sha1=" + hmac.new(stage.hub.app.webhook_secret.encode(), body, hashlib.sha1).hexdigest()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("wrong signature", {"x_hub_signature_256": "sha256=" + "0" * 64}),
        ("no signature", {"x_hub_signature_256": None}),
        ("signature that is not ASCII", {"x_hub_signature_256": "sha256=" + "é" * 64}),
        ("only SHA-1", {"x_hub_signature_256": None}),
        ("SHA-1 where SHA-256 belongs", {"x_hub_signature_256": "sha1=" + "0" * 40}),
        ("empty signature", {"x_hub_signature_256": ""}),
    ],
)
def test_bad_signatures_are_401_and_leave_nothing(stage: Stage, name: str, changes: dict[str, str | None]) -> None:
    guid = str(uuid.uuid4())
    assert post(stage, PING, x_github_delivery=guid, **changes).status_code == 401, name
    assert stored(stage, guid) == {}


MALFORMED = {
    "nothing": b"",
    "half an object": b"{",
    "a list": b"[1, 2]",
    "no Unicode": b"\xff\xfe",
    "nested without end": b'{"a":' * 5000,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_json_is_400(stage: Stage, name: str) -> None:
    assert post(stage, MALFORMED[name]).status_code == 400


@pytest.mark.parametrize("missing", ["x_github_event", "x_github_delivery"])
def test_a_delivery_without_its_name_is_400(stage: Stage, missing: str) -> None:
    assert post(stage, PING, **{missing: None}).status_code == 400


def test_another_content_type_is_415(stage: Stage) -> None:
    assert post(stage, PING, content_type="text/plain").status_code == 415


def test_an_unknown_event_is_stored_and_ignored_with_its_reason(stage: Stage) -> None:
    guid = str(uuid.uuid4())
    assert post(stage, b'{"action":"sung"}', "carol", x_github_delivery=guid).status_code == 202
    row = eventually(lambda: stored(stage, guid).get("state") == "ignored" and stored(stage, guid), what="ignored")
    assert isinstance(row, dict)
    assert row["reason"]


def test_a_known_event_in_an_unknown_shape_is_ignored_with_its_reason(stage: Stage) -> None:
    guid = str(uuid.uuid4())
    body = b'{"ref": 7, "repository": "none", "installation": null}'
    assert post(stage, body, "push", x_github_delivery=guid).status_code == 202
    eventually(lambda: stored(stage, guid).get("state") == "ignored", what="ignored")
    assert stored(stage, guid)["reason"]


def test_a_repeated_guid_is_202_and_nothing_more(stage: Stage) -> None:
    guid = str(uuid.uuid4())
    answers = [post(stage, PING, x_github_delivery=guid).status_code for _ in range(3)]
    assert answers == [202, 202, 202]
    assert stage.bot.scalar("select count(*) from deliveries where guid = ?", guid) == 1


def test_form_encoded_deliveries_are_taken_as_github_sends_them(stage: Stage) -> None:
    guid = str(uuid.uuid4())
    body = httpx.QueryParams({"payload": '{"zen": "é & ="}'})
    raw = str(body).encode()
    answer = post(stage, raw, x_github_delivery=guid, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 202
    assert stored(stage, guid)["state"] in {"received", "ignored"}


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with its length told", "in chunks"])
def test_a_body_over_25_mib_is_refused_while_reading(stage: Stage, is_chunked: bool) -> None:
    """The answer is there before the 60 MiB announced were sent."""
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {60 * MEBIBYTE}"
    head = f"POST /api/github/webhooks HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n{length}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in _headers(stage).items()) + "\r\n"
    block = b" " * 65536
    piece = f"{len(block):x}\r\n".encode() + block + b"\r\n" if is_chunked else block
    sent = 0
    with socket.create_connection(("127.0.0.1", stage.bot.port), timeout=PATIENCE_S) as connection:
        connection.sendall(head.encode())
        while sent < 60 * MEBIBYTE:
            readable, writable, _ = select.select([connection], [connection], [], 10)
            if readable or not writable:
                break
            try:
                sent += connection.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert sent < 40 * MEBIBYTE


def _headers(stage: Stage) -> dict[str, str]:
    headers = stage.hub.service.webhook_headers("push", str(uuid.uuid4()), b"")
    return {name: value for name, value in headers.items() if name not in {"Content-Type", "Accept"}}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_archive_gives_a_clear_report_or_failure(stage: Stage, name: str) -> None:
    login = stage.account()
    archive, expectation = ARCHIVES[name]
    repository = stage.hub.add_repository(login, "hostile", {"README.md": "# Hostile\n"})
    repository.archive = archive()
    stage.hub.install(login)
    report = stage.bot.wait_ended(repository.full_name)
    assert report["status"] == expectation, report.get("error")
    if expectation == "failed":
        assert len(report["error"]) > 20
        assert "Traceback" not in report["error"]
    assert "root:" not in json.dumps(report)


def test_an_empty_repository_has_a_short_honest_report(stage: Stage) -> None:
    login = stage.account()
    stage.hub.add_repository(login, "empty")
    stage.hub.install(login)
    report = stage.bot.wait_report(f"{login}/empty")
    assert report["report"]["languages"] == []
    assert "empty" in report["summary"].lower()


def test_a_deleted_repository_ends_its_refresh(stage: Stage) -> None:
    repository = stage.installed(name="doomed")
    stage.hub.push(repository, announce=False)
    stage.hub.delete(repository, announce=False)
    answer = stage.bot.api.post(f"/api/repos/{repository.full_name}/intelligence")
    assert answer.status_code == 202
    gone = eventually(
        lambda: stage.bot.rows("select removed_at from repositories where id = ?", repository.id)[0]["removed_at"],
        what="the repository is marked as gone",
    )
    assert gone


def test_an_unknown_repository_is_404(stage: Stage) -> None:
    for method in ("GET", "POST"):
        answer = stage.bot.api.request(method, "/api/repos/nobody/nothing/intelligence")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")
