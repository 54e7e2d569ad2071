"""A token has a rate, and ends with what its maker may do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.model.errors import WorldError
from bot.model.sign_in import UserAccess
from bot.storage import tokens
from bot.storage.makers import HEARD_FOR
from bot.web.access import RECHECK_S, SESSION_DAYS, TRUSTED_S
from tests.web.test_access import form_token
from tests.web.world import ACCESS, ADMIN_ID, HARBOUR, NOW, PUBLIC, World

pytestmark = pytest.mark.anyio


async def test_a_token_has_a_rate(world: World) -> None:
    world.web.settings = world.web.settings.model_copy(update={"radar_api_per_minute": 3})
    async with world.api() as api:
        answers = [await api.get("/api/repos") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["retry-after"]) > 0
    assert answers[3].headers["content-type"] == "application/problem+json"


ANSWERS = (
    ("GET", "/api/repos", b"", 200),
    ("GET", "/api/batches/batch-2/events", b"", 404),
    ("GET", "/api/repos?limit=0", b"", 400),
    ("GET", "/api/repos/nobody/nothing/intelligence", b"", 404),
    ("POST", "/api/webhooks", b'{"url":"http://x"}', 400),
    ("POST", "/api/webhooks", b"x" * 70_000, 413),
    ("POST", "/api/repos/harbour/tidemark/intelligence", b"{", 400),
)


async def test_every_answer_to_a_token_says_what_is_left_of_its_rate(world: World) -> None:
    async with world.web.db.write() as session:
        _, secret = await tokens.create(
            session, name="t", scope="write", installation_id=HARBOUR, created_by="test", now=NOW
        )
        _, reader = await tokens.create(
            session, name="t", scope="read", installation_id=HARBOUR, created_by="test", now=NOW
        )
    left = world.web.settings.radar_api_per_minute
    async with world.api(secret) as api:
        for method, path, body, status in ANSWERS:
            left -= 1
            sent = {"content-type": "application/json"} if body else {}
            answer = await api.request(method, path, content=body, headers=sent)
            assert (answer.status_code, answer.headers.get("x-ratelimit-remaining")) == (status, str(left)), path
    async with world.api(reader) as api:
        refused = await api.post("/api/webhooks")
        assert (refused.status_code, "x-ratelimit-remaining" in refused.headers) == (403, True)
    async with world.api("radar_wrong") as api:
        assert "x-ratelimit-limit" not in (await api.get("/api/repos")).headers


async def test_a_failure_of_ours_says_what_is_left_of_the_rate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_args: object, **_more: object) -> None:
        raise WorldError("The database does not answer.", retry_after_s=7)

    monkeypatch.setattr("bot.web.api_repositories.list_repositories", away)
    async with world.api() as api:
        answer = await api.get("/api/repos")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert int(answer.headers["x-ratelimit-remaining"]) > 0


async def made_by(world: World, user_id: int) -> str:
    """A token that a person made on the settings page."""
    async with world.person(user_id) as person:
        data = {"form_token": await form_token(person), "name": "ci", "scope": "write", "installation": str(HARBOUR)}
        page = (await person.post("/settings/tokens", data=data)).text
    (secret,) = re.findall(r'value="(radar_[\w-]+)"', page)
    return str(secret)


async def test_a_token_ends_with_its_makers_role(world: World) -> None:
    """GitHub is asked again when its last answer is minutes old, though the maker looks at no page."""
    async with world.api(await made_by(world, ADMIN_ID)) as api:
        assert (await api.get("/api/repos")).status_code == 200
        world.sign_in.accesses = {ADMIN_ID: UserAccess({PUBLIC: "admin"}, {HARBOUR: False})}
        assert (await api.get("/api/repos")).status_code == 200, "within minutes the last answer counts"
        world.now += timedelta(seconds=RECHECK_S + 1)
        refused = await api.get("/api/repos")
        assert (refused.status_code, refused.headers["www-authenticate"][:6]) == (401, "Bearer")
        assert "no longer administers" in refused.json()["detail"]
        world.sign_in.accesses = ACCESS
        world.now += timedelta(seconds=RECHECK_S + 1)
        assert (await api.get("/api/repos")).status_code == 200, "and it is back with the role"


async def test_a_token_ends_when_its_maker_revokes_the_app(world: World) -> None:
    async with world.api(await made_by(world, ADMIN_ID)) as api:
        world.sign_in.revoked = {ADMIN_ID}
        world.now += timedelta(seconds=RECHECK_S + 1)
        assert (await api.get("/api/repos")).status_code == 401


async def test_while_github_is_away_its_last_answer_counts_for_a_while(world: World) -> None:
    async with world.api(await made_by(world, ADMIN_ID)) as api:
        world.sign_in.away = True
        world.now += timedelta(seconds=RECHECK_S + 1)
        assert (await api.get("/api/repos")).status_code == 200
        world.now += timedelta(seconds=TRUSTED_S)
        assert (await api.get("/api/repos")).status_code == 503


async def test_a_maker_who_is_not_heard_of_for_a_month_vouches_for_nothing(world: World) -> None:
    async with world.api(await made_by(world, ADMIN_ID)) as api:
        world.now += timedelta(days=SESSION_DAYS + 1)
        assert (await api.get("/api/repos")).status_code == 200, "the sign-in is over, what GitHub said is not"
        world.now += HEARD_FOR
        assert (await api.get("/api/repos")).status_code == 401
