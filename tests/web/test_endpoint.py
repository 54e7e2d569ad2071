"""Every call of the API: what it takes, how it pages, what it does not send again."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from sqlalchemy import insert

from bot.storage.tables import RepositoryPackageRow
from tests.web.world import World

pytestmark = pytest.mark.anyio


BAD_BODIES = (
    ("no JSON", b"{", "application/json", 400),
    ("an unknown field", b'{"ownre":"x"}', "application/json", 400),
    ("a wrong type", b'{"force":"yes"}', "application/json", 400),
    ("a wrong word", b'{"forks":"some"}', "application/json", 400),
    ("no object", b"[]", "application/json", 400),
    ("no UTF-8", b'{"owner":"\xff"}', "application/json", 400),
    ("a NUL", b'{"owner":"a\\u0000b"}', "application/json", 400),
    ("a form", b"force=true", "application/x-www-form-urlencoded", 415),
    ("70 kB", b'{"owner":"' + b"a" * 70_000 + b'"}', "application/json", 413),
)


@pytest.mark.parametrize(
    ("body", "kind", "status"), [case[1:] for case in BAD_BODIES], ids=[case[0] for case in BAD_BODIES]
)
async def test_a_body_that_is_not_as_it_should_be(world: World, body: bytes, kind: str, status: int) -> None:
    async with world.api() as api:
        answer = await api.post("/api/batch/generate-remaining", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert not world.woken


BAD_QUERIES = (
    "limit=0",
    "limit=201",
    "limit=x",
    "sort=size",
    "colour=red",
    "cursor=rubbish",
    "cursor=WyJuYW1lIiwxLDFd",
    "status=lively",
    "q=%00",
    "limit=1&limit=2",
    f"q={'a' * 256}",
)


@pytest.mark.parametrize("query", BAD_QUERIES)
async def test_a_query_that_is_not_as_it_should_be(world: World, query: str) -> None:
    async with world.api() as api:
        answer = await api.get(f"/api/repos?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/api/repos/harbour/tidemark/history", "reports"),
        ("/api/batches", "batches"),
        ("/api/batches/batch-1/items", "items"),
        ("/api/deliveries", "deliveries"),
        ("/api/technologies/NumPy", "uses"),
        ("/api/dependencies/pypi/numpy", "uses"),
    ],
)
async def test_every_list_is_paged_the_same_way(world: World, path: str, key: str) -> None:
    async with world.api() as api:
        whole = (await api.get(path)).json()[key]
        found = []
        url = f"{path}?limit=1"
        while url:
            answer = await api.get(url)
            found += answer.json()[key]
            url = answer.links.get("next", {}).get("url", "")
    assert found == whole
    assert len(whole) > 1


async def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    async with world.api() as api:
        first = await api.get("/api/repos")
        again = await api.get("/api/repos", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        await api.post("/api/repos/harbour/newborn/intelligence")
        after = await api.get("/api/repos", headers={"if-none-match": first.headers["etag"]})
        assert after.status_code == 200


async def test_an_unknown_address_under_api_is_a_problem(world: World) -> None:
    async with world.api() as api:
        for answer in (await api.get("/api/nothing"), await api.delete("/api/repos")):
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(
    ("sent", "status"),
    [("{tag}", 304), ("{strong}", 304), ("*", 304), ('"other", {tag}', 304), ('"other"', 200), ("", 200), ("W/", 200)],
)
async def test_whoever_has_the_answer_is_told_so(world: World, sent: str, status: int) -> None:
    async with world.api() as api:
        tag = (await api.get("/api/repos")).headers["etag"]
        known = sent.format(tag=tag, strong=tag.removeprefix("W/"))
        again = await api.get("/api/repos", headers={"if-none-match": known})
        assert (again.status_code, again.headers["etag"]) == (status, tag)
        assert bool(again.content) is (status == 200)
        head = await api.head("/api/repos", headers={"if-none-match": known})
        assert (head.status_code, head.content) == (status, b"")


@pytest.mark.parametrize("name", ["日本語", "a>b", 'q"uote', "per%cent", "sl/ash", "spa ce"])
async def test_the_next_page_of_any_name_can_be_followed(world: World, name: str) -> None:
    async with world.web.db.write() as session:
        rows = [
            {"repository_id": number, "ecosystem": "npm", "name": name, "scope": "runtime"} for number in (101, 102)
        ]
        await session.execute(insert(RepositoryPackageRow), rows)
    async with world.api() as api:
        first = await api.get(f"/api/dependencies/npm/{quote(name)}?limit=1")
        assert first.status_code == 200
        url, _, rel = first.headers["link"].partition(";")
        assert (rel.strip(), url[0], url[-1], url.count("<"), url.count(">")) == ('rel="next"', "<", ">", 1, 1)
        second = await api.get(url[1:-1])
    assert [use["name"] for use in (*first.json()["uses"], *second.json()["uses"])] == ["tidemark", "ledger"]
