"""What repositories hold: tarballs, trees, commits, GraphQL; paging, renames, clocks."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import httpx
import pytest

from bot.github.queries import HEADS_QUERY, facts_query
from tests.fakehub import FakeHub
from tests.fakehub.client import as_installation
from tests.patience import PATIENCE_S


def names_of(archive: bytes) -> set[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name.partition("/")[2] for member in tar.getmembers() if member.isfile()}


def test_the_tarball_is_behind_a_redirect_and_obeys_export_ignore(hub: FakeHub) -> None:
    with as_installation(hub, hub.install("acme")) as client:
        sent = client.get(f"/repos/acme/hello/tarball/{hub.find('acme/hello').git.head()}")
        assert sent.status_code == 302
    archive = httpx.get(sent.headers["location"], timeout=PATIENCE_S)
    assert names_of(archive.content) == {"README.md", "src/main.py", ".gitattributes"}
    forged = sent.headers["location"].replace("token=", "token=0")
    assert httpx.get(forged, timeout=PATIENCE_S).status_code == 404


def test_the_tree_shows_what_the_tarball_hides(hub: FakeHub) -> None:
    with as_installation(hub, hub.install("acme")) as client:
        tree = client.get("/repos/acme/hello/git/trees/HEAD?recursive=1").json()
        hub.service.tree_limit = 2
        cut = client.get("/repos/acme/hello/git/trees/HEAD?recursive=1").json()
    assert "docs/guide.md" in {item["path"] for item in tree["tree"]}
    assert not tree["truncated"]
    assert cut["truncated"]
    assert len(cut["tree"]) == 2


def test_lists_are_paged_with_links(hub: FakeHub) -> None:
    for number in range(5):
        hub.add_repository("acme", f"r{number}")
    names: list[str] = []
    with as_installation(hub, hub.install("acme")) as client:
        address: str | None = "/installation/repositories?per_page=3"
        while address:
            page = client.get(address)
            names += [item["name"] for item in page.json()["repositories"]]
            address = page.links.get("next", {}).get("url")
    assert names == ["hello", "secret", "r0", "r1", "r2", "r3", "r4"]


def test_an_old_name_redirects_to_the_number(hub: FakeHub) -> None:
    repository = hub.find("acme/hello")
    hub.rename(repository, "goodbye")
    with as_installation(hub, hub.install("acme")) as client:
        moved = client.get("/repos/acme/hello/commits?per_page=1")
        assert moved.status_code == 301
        assert moved.headers["location"] == f"{hub.api_url}/repositories/{repository.id}/commits?per_page=1"
        assert client.get(moved.headers["location"]).status_code == 200


@pytest.mark.parametrize(("state", "status"), [("empty", 409), ("deleted", 404), ("blocked", 451)], ids=str)
def test_repositories_without_content(hub: FakeHub, state: str, status: int) -> None:
    repository = hub.add_repository("acme", "odd", None if state == "empty" else {"a": "b"})
    repository.deleted, repository.blocked = state == "deleted", state == "blocked"
    with as_installation(hub, hub.install("acme")) as client:
        assert client.get("/repos/acme/odd/commits").status_code == status


def ask(hub: FakeHub, client: httpx.Client, query: str, ids: list[str]) -> dict[str, Any]:
    address = hub.api_url.replace("/api/v3", "/api") + "/graphql"
    answer = client.post(address, json={"query": query, "variables": {"ids": ids}})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def test_graphql_tells_the_facts_of_git(hub: FakeHub) -> None:
    repository = hub.find("acme/hello")
    sha = hub.push(repository, {"go.mod": "module x\n", "main.go": "package main\n"}, message="Go\n\nWhy not.")
    hub.open_issue(repository, "Broken")
    with as_installation(hub, hub.install("acme")) as client:
        body = ask(hub, client, facts_query(), [repository.node_id])
    facts = body["data"]["nodes"][0]
    assert "errors" not in body
    assert facts["defaultBranchRef"]["target"]["oid"] == sha
    commits = facts["defaultBranchRef"]["target"]["history"]["nodes"]
    assert [commit["messageHeadline"] for commit in commits] == ["Go", "Begin"]
    assert commits[0]["author"]["user"] == {"login": "ada"}
    assert {edge["node"]["name"] for edge in facts["languages"]["edges"]} == {"Go", "Python"}
    assert facts["attributes"] == {"text": "docs export-ignore\n"}
    assert facts["openIssues"] == {"totalCount": 1}


def test_graphql_hides_what_the_caller_may_not_see(hub: FakeHub) -> None:
    secret = hub.add_repository("globex", "vault", {"a": "b"}, private=True)
    installation = hub.install("acme")
    del installation.permissions["vulnerability_alerts"]
    with as_installation(hub, installation) as client:
        unseen = ask(hub, client, HEADS_QUERY, [hub.find("acme/hello").node_id, secret.node_id, "nonsense"])
        partial = ask(hub, client, facts_query(), [hub.find("acme/hello").node_id])
    assert [node and node["name"] for node in unseen["data"]["nodes"]] == ["hello", None, None]
    assert [(error["type"], error["path"]) for error in unseen["errors"]] == [
        ("NOT_FOUND", ["nodes", 1]),
        ("NOT_FOUND", ["nodes", 2]),
    ]
    assert partial["data"]["nodes"][0]["vulnerabilityAlerts"] is None
    assert partial["errors"][0]["type"] == "FORBIDDEN"


def test_a_pushed_commit_may_show_late(hub: FakeHub) -> None:
    repository = hub.find("acme/hello")
    before = repository.git.head()
    sha = hub.push(repository, visible_after_s=3600)
    with as_installation(hub, hub.install("acme")) as client:
        facts = ask(hub, client, HEADS_QUERY, [repository.node_id])["data"]["nodes"][0]
        assert facts["defaultBranchRef"]["target"]["oid"] == before
        assert client.get(f"/repos/acme/hello/tarball/{sha}").status_code == 404
        repository.unseen.clear()
        assert client.get(f"/repos/acme/hello/tarball/{sha}").status_code == 302


def test_enterprise_serves_below_api_v3() -> None:
    with FakeHub(enterprise=True) as hub:
        repository = hub.add_repository("acme", "hello", {"a.py": "1\n"})
        with as_installation(hub, hub.install("acme")) as client:
            page = client.get("/installation/repositories?per_page=1").json()
            assert page["repositories"][0]["url"] == f"{hub.url}/api/v3/repos/acme/hello"
            assert ask(hub, client, HEADS_QUERY, [repository.node_id])["data"]["nodes"][0]["name"] == "hello"
