"""Comments, reactions, check runs, and the webhooks that tell of them."""

from __future__ import annotations

import hashlib
import hmac
import json

from tests.fakehub import FakeHub
from tests.fakehub.catcher import Catcher
from tests.fakehub.client import as_app, as_installation


def test_the_app_comments_edits_and_reacts(hub: FakeHub) -> None:
    repository = hub.find("acme/hello")
    comment = hub.comment(repository, hub.open_issue(repository, "Hi"), "/radar report")
    with as_installation(hub, hub.install("acme")) as client:
        root = "/repos/acme/hello/issues"
        first = client.post(f"{root}/comments/{comment.id}/reactions", json={"content": "eyes"})
        again = client.post(f"{root}/comments/{comment.id}/reactions", json={"content": "eyes"})
        reply = client.post(f"{root}/1/comments", json={"body": "Working"}).json()
        edited = client.patch(f"{root}/comments/{reply['id']}", json={"body": "Done"}).json()
        too_long = client.patch(f"{root}/comments/{reply['id']}", json={"body": "x" * 65537})
        foreign = client.patch(f"{root}/comments/{comment.id}", json={"body": "mine"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert edited["body"] == "Done"
    assert edited["user"]["login"] == "repo-radar[bot]"
    assert (too_long.status_code, foreign.status_code) == (422, 403)
    assert repository.issues[1].comments[1].edits == ["Working"]


def test_check_runs_take_fifty_annotations_a_request(hub: FakeHub) -> None:
    repository = hub.find("acme/hello")
    sha = repository.git.head()
    notes = [{"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}] * 51
    output = {"title": "t", "summary": "s", "annotations": notes}
    with as_installation(hub, hub.install("acme")) as client:
        root = "/repos/acme/hello/check-runs"
        body = {"name": "radar", "head_sha": sha, "output": output}
        assert client.post(root, json=body).status_code == 422
        output["annotations"] = notes[:50]
        number = client.post(root, json=body).json()["id"]
        output["annotations"] = notes[:5]
        done = {"status": "completed", "conclusion": "neutral", "output": output}
        run = client.patch(f"{root}/{number}", json=done).json()
        listed = client.get(f"/repos/acme/hello/commits/{sha}/check-runs?check_name=radar").json()
    assert (run["status"], run["conclusion"], run["output"]["annotations_count"]) == ("completed", "neutral", 55)
    assert listed["total_count"] == 1


def test_webhooks_are_signed_and_recorded(hub: FakeHub, catcher: Catcher) -> None:
    hub.connect(catcher.url)
    hub.install("acme")
    sha = hub.push(hub.find("acme/hello"), message="News")
    hub.settle()
    assert {headers["x-github-event"] for headers, _ in catcher.caught} == {"installation", "push"}
    for headers, body in catcher.caught:
        expected = hmac.new(hub.app.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
        assert headers["x-hub-signature-256"] == f"sha256={expected}"
    push = next(json.loads(body) for headers, body in catcher.caught if headers["x-github-event"] == "push")
    assert (push["after"], push["head_commit"]["added"]) == (sha, ["NEWS.md"])
    assert [delivery.status for delivery in hub.world.deliveries] == ["OK", "OK"]


def test_failed_deliveries_can_be_sent_again(hub: FakeHub, catcher: Catcher) -> None:
    hub.install("acme")  # nobody listens yet
    hub.connect(catcher.url)
    with as_app(hub) as client:
        (failed,) = client.get("/app/hook/deliveries").json()
        assert failed["status_code"] == 502
        whole = client.get(f"/app/hook/deliveries/{failed['id']}").json()
        assert whole["request"]["payload"]["action"] == "created"
        assert client.post(f"/app/hook/deliveries/{failed['id']}/attempts").status_code == 202
        hub.settle()
        newest = client.get("/app/hook/deliveries?per_page=1")
        second = client.get(newest.links["next"]["url"])
    assert newest.json()[0]["guid"] == failed["guid"]
    assert newest.json()[0]["redelivery"]
    assert newest.json()[0]["status_code"] == 202
    assert second.json()[0]["id"] == failed["id"]
    assert "next" not in second.links


def test_nobody_hears_of_repositories_outside_the_installation(hub: FakeHub, catcher: Catcher) -> None:
    hub.connect(catcher.url)
    installation = hub.install("acme", [hub.find("acme/hello")], announce=False)
    hub.push(hub.find("acme/secret"))
    hub.suspend(installation, announce=False)
    hub.push(hub.find("acme/hello"))
    hub.settle()
    assert catcher.caught == []
