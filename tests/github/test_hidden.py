"""Files that archives hide, and what reading costs, against a GitHub over HTTP."""

from __future__ import annotations

import io
import tarfile
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.github import GitHubApp, GitHubClient, count_requests
from bot.model.snapshot import RepositoryFacts
from tests.fakehub import FakeHub

pytestmark = pytest.mark.anyio
IGNORE = "/.github export-ignore\n/tests export-ignore\n.gitattributes export-ignore\nCONTRIBUTING.md export-ignore\n"
FILES = {
    ".gitattributes": IGNORE,
    ".github/workflows/ci.yml": "on: push\n",
    "tests/test_a.py": "assert True\n",
    "CONTRIBUTING.md": "# Contributing\n",
    "README.md": "# Hello\n",
    "src/a.py": "a = 1\n",
}
HIDDEN = {".gitattributes", ".github/workflows/ci.yml", "tests/test_a.py", "CONTRIBUTING.md"}


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub() as running:
        yield running


@pytest.fixture
async def client(hub: FakeHub) -> AsyncIterator[GitHubClient]:
    installation = hub.install("acme", announce=False)
    app = GitHubApp(hub.app.id, hub.app.private_key, api_url=hub.api_url, graphql_url=f"{hub.api_url}/graphql")
    async with app:
        yield app.for_installation(installation.id)


async def facts_of_all(client: GitHubClient) -> dict[str, RepositoryFacts]:
    listed = [one async for page in client.repositories() for one in page]
    found = await client.facts([one.node_id for one in listed])
    return {one.name: one for one in found if one is not None}


async def archived(client: GitHubClient, facts: RepositoryFacts) -> set[str]:
    async with client.archive(facts.owner, facts.name, facts.head_sha) as chunks:
        body = b"".join([chunk async for chunk in chunks])
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return {member.name.partition("/")[2] for member in archive if member.isfile()}


async def test_archive_and_hidden_files_make_the_whole_tree(hub: FakeHub, client: GitHubClient) -> None:
    hub.add_repository("acme", "plain", {"README.md": "# x\n"}, announce=False)
    hub.add_repository("acme", "hiding", FILES, announce=False)
    found = await facts_of_all(client)
    assert found["plain"].hidden_files == ()
    hiding = found["hiding"]
    assert {one.path for one in hiding.hidden_files} == HIDDEN
    assert await archived(client, hiding) == set(FILES) - HIDDEN
    texts = {one.path: one.text for one in hiding.hidden_files}
    assert texts[".github/workflows/ci.yml"] == "on: push\n"
    assert texts["CONTRIBUTING.md"] == "# Contributing\n"
    assert texts["tests/test_a.py"] is None, "listed, not read"
    assert not hiding.hidden_files_truncated


async def test_a_folders_own_attributes_hide_too(hub: FakeHub, client: GitHubClient) -> None:
    files = {"docs/.gitattributes": "internal export-ignore\n", "docs/internal/plan.md": "x\n", "docs/a.md": "a\n"}
    hub.add_repository("acme", "nested", files, announce=False)
    nested = (await facts_of_all(client))["nested"]
    assert {one.path for one in nested.hidden_files} == {"docs/internal/plan.md"}
    assert await archived(client, nested) == {"docs/.gitattributes", "docs/a.md"}


async def test_deep_folders_and_rules_found_on_the_way(hub: FakeHub, client: GitHubClient) -> None:
    deep = "a/b/c/d/e/f/g/h"
    files = {
        ".gitattributes": "/x export-ignore\n",
        "x/y.txt": "x\n",
        "lib/.gitattributes": "package.json export-ignore\n",
        "lib/package.json": "{}\n",
        f"{deep}/.gitattributes": "secret.md export-ignore\n",
        f"{deep}/secret.md": "s\n",
        f"{deep}/shown.md": "s\n",
    }
    hub.add_repository("acme", "deep", files, announce=False)
    facts = (await facts_of_all(client))["deep"]
    hidden = {one.path: one.text for one in facts.hidden_files}
    assert set(hidden) == {"x/y.txt", "lib/package.json", f"{deep}/secret.md"}
    assert hidden["lib/package.json"] == "{}\n", "read although only its folder's .gitattributes tells of it"
    assert await archived(client, facts) == set(files) - set(hidden)


async def test_a_listing_that_takes_too_long_falls_back_to_rest(hub: FakeHub, client: GitHubClient) -> None:
    hub.add_repository("acme", "hiding", FILES, announce=False)
    listed = [one async for page in client.repositories() for one in page]
    plain = await client.facts([one.node_id for one in listed], hidden_files=False)
    assert plain[0] is not None
    hub.faults.add("timeout", "graphql", times=1)
    completed = await client.with_hidden_files(plain[0])
    assert {one.path for one in completed.hidden_files} == HIDDEN


async def test_an_empty_repository_has_facts(hub: FakeHub, client: GitHubClient) -> None:
    hub.add_repository("acme", "empty", None, announce=False)
    found = await facts_of_all(client)
    assert found["empty"].is_empty
    assert found["empty"].head_sha == ""


async def test_a_batch_costs_at_most_eleven_requests_for_ten_repositories(hub: FakeHub, client: GitHubClient) -> None:
    plain = hub.add_repository("acme", "plain", {"README.md": "# x\n", "a.py": "x = 1\n"}, announce=False)
    hiding = hub.add_repository("acme", "hiding", FILES, announce=False)
    for number in range(48):
        hub.add_repository("acme", f"r{number}", (hiding if number % 2 else plain).git, announce=False)
    hub.ledger.counts.clear()
    with count_requests() as counter:
        found = await facts_of_all(client)
        await archived(client, found["hiding"])
    assert len(found) == 50
    assert sum(len(one.hidden_files) for one in found.values()) == 25 * len(HIDDEN)
    assert counter.value == hub.ledger.billable
    besides_archives = hub.ledger.billable - hub.ledger.counts["archive"]
    assert (besides_archives + len(found)) / len(found) <= 1.1, hub.ledger.counts
