"""Comments and reactions: one marker comment, whatever is tried how often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import respx

from bot.github import GitHubClient
from bot.github.comments import marker
from bot.model.errors import FinalError, Finality
from bot.model.repository import Permission

pytestmark = pytest.mark.anyio
API = "https://api.github.test"
MARK = marker("comment-5")
COMMENTS = "/repos/acme/hello/issues/3/comments"


def comment(number: int, body: str, *, app_id: int | None = 42, kind: str = "Bot") -> dict[str, Any]:
    app = {"id": app_id, "slug": "repo-radar"} if app_id else None
    return {"id": number, "body": body, "user": {"login": "x", "type": kind}, "performed_via_github_app": app}


async def upsert(client: GitHubClient, body: str = "done", **more: Any) -> int:
    return (await client.comments.upsert("acme", "hello", 3, MARK, body, **more)).id


async def test_the_first_time_creates_it(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(COMMENTS).respond(json=[])
    route = router.post(COMMENTS).respond(201, json=comment(9, "x"))
    assert await upsert(client) == 9
    assert msgspec.json.decode(route.calls.last.request.content) == {"body": f"{MARK}\ndone"}


async def test_a_retried_step_finds_what_it_created(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(COMMENTS).respond(json=[comment(9, f"{MARK}\ndone")])
    assert await upsert(client) == 9, "no POST and no PATCH is mocked: nothing is written"


async def test_a_new_text_is_edited_in_place(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(COMMENTS).respond(json=[comment(9, f"{MARK}\nqueued")])
    route = router.patch("/repos/acme/hello/issues/comments/9").respond(json=comment(9, "x"))
    assert await upsert(client) == 9
    assert route.call_count == 1


NOT_OURS = [
    ("a person who quotes the marker", comment(1, f"{MARK}\nfake", app_id=None, kind="User")),
    ("another App", comment(2, f"{MARK}\nfake", app_id=1)),
    ("another marker", comment(3, f"{marker('comment-6')}\nother")),
    ("the marker in the middle", comment(4, f"see {MARK}")),
]


@pytest.mark.parametrize(("name", "other"), NOT_OURS, ids=[case[0] for case in NOT_OURS])
async def test_comments_of_others_are_left_alone(
    client: GitHubClient, router: respx.MockRouter, name: str, other: dict[str, Any]
) -> None:
    router.get(COMMENTS).respond(json=[other])
    router.post(COMMENTS).respond(201, json=comment(9, "x"))
    assert await upsert(client) == 9


async def test_every_page_is_looked_through(client: GitHubClient, router: respx.MockRouter) -> None:
    following = {"link": f'<{API}{COMMENTS}?per_page=100&page=2>; rel="next"'}
    router.get(COMMENTS, params={"page": "2"}).respond(json=[comment(9, f"{MARK}\ndone")])
    router.get(COMMENTS).respond(json=[comment(1, "hello", app_id=None, kind="User")], headers=following)
    assert await upsert(client) == 9


async def test_older_comments_need_not_be_read(client: GitHubClient, router: respx.MockRouter) -> None:
    route = router.get(COMMENTS).respond(json=[comment(9, f"{MARK}\ndone")])
    await upsert(client, since=datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert route.calls.last.request.url.params["since"] == "2026-11-24T12:00:00Z"


async def test_a_known_comment_is_edited_without_a_search(client: GitHubClient, router: respx.MockRouter) -> None:
    router.patch("/repos/acme/hello/issues/comments/9").respond(json=comment(9, "x"))
    assert await upsert(client, comment_id=9) == 9


async def test_a_comment_that_somebody_deleted_is_made_anew(client: GitHubClient, router: respx.MockRouter) -> None:
    router.patch("/repos/acme/hello/issues/comments/9").respond(404)
    router.post(COMMENTS).respond(201, json=comment(10, "x"))
    assert await upsert(client, comment_id=9) == 10


async def test_a_locked_issue_is_final(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get(COMMENTS).respond(json=[])
    router.post(COMMENTS).respond(403, json={"message": "Unable to create comment because issue is locked."})
    with pytest.raises(FinalError, match="locked") as caught:
        await upsert(client)
    assert caught.value.finality is Finality.CLOSED
    assert caught.value.next_step == ""


PERMISSIONS = [
    ("admin", {"permission": "admin", "role_name": "admin"}, Permission.ADMIN),
    ("maintain", {"permission": "write", "role_name": "maintain"}, Permission.MAINTAIN),
    ("triage", {"permission": "read", "role_name": "triage"}, Permission.TRIAGE),
    ("a custom role", {"permission": "write", "role_name": "Release captain"}, Permission.WRITE),
    ("a stranger to a public repository", {"permission": "read", "role_name": "read"}, Permission.READ),
    ("none", {"permission": "none", "role_name": "none"}, Permission.NONE),
    ("an older server", {"permission": "write"}, Permission.WRITE),
    ("nonsense", {}, Permission.NONE),
]


@pytest.mark.parametrize(("name", "answer", "expected"), PERMISSIONS, ids=[case[0] for case in PERMISSIONS])
async def test_permission_is_what_github_says(
    client: GitHubClient, router: respx.MockRouter, name: str, answer: dict[str, str], expected: Permission
) -> None:
    router.get("/repos/acme/hello/collaborators/eve/permission").respond(json=answer)
    assert await client.comments.permission("acme", "hello", "eve") is expected


async def test_somebody_github_does_not_know_may_nothing(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get("/repos/acme/hello/collaborators/eve/permission").respond(404)
    assert await client.comments.permission("acme", "hello", "eve") is Permission.NONE


REACTIONS = "/repos/acme/hello/issues/comments/5/reactions"


def reaction(number: int, user: int) -> dict[str, Any]:
    return {"id": number, "user": {"id": user}}


async def test_a_reaction_is_one_request(client: GitHubClient, router: respx.MockRouter) -> None:
    route = router.post(REACTIONS).respond(201, json=reaction(77, 1))
    await client.comments.react("acme", "hello", 5, "eyes")
    assert msgspec.json.decode(route.calls.last.request.content) == {"content": "eyes"}


@pytest.mark.parametrize("answer", [204, 404], ids=["there", "gone meanwhile"])
async def test_of_the_reactions_that_go_only_ours_goes(
    client: GitHubClient, router: respx.MockRouter, answer: int
) -> None:
    following = {"link": f'<{API}{REACTIONS}?content=rocket&per_page=100&page=2>; rel="next"'}
    router.post(REACTIONS).respond(200, json=reaction(77, 1))
    router.get(REACTIONS, params={"page": "2"}).respond(json=[reaction(9, 1)])
    listed = router.get(REACTIONS, params={"content": "rocket"}).respond(json=[reaction(8, 2)], headers=following)
    gone = router.delete(f"{REACTIONS}/9").respond(answer)
    await client.comments.react("acme", "hello", 5, "confused", instead_of="rocket")
    assert listed.called
    assert gone.call_count == 1, "and no other DELETE is mocked"


async def test_where_github_does_not_say_who_we_are_nothing_goes(
    client: GitHubClient, router: respx.MockRouter
) -> None:
    router.post(REACTIONS).respond(201, json={"id": 77, "user": None})
    router.get(REACTIONS).respond(json=[{"id": 8, "user": None}])
    await client.comments.react("acme", "hello", 5, "confused", instead_of="rocket")


async def test_a_deleted_comment_is_none(client: GitHubClient, router: respx.MockRouter) -> None:
    router.get("/repos/acme/hello/issues/comments/5").respond(404)
    assert await client.comments.get("acme", "hello", 5) is None


@pytest.mark.parametrize(
    "message", ["Unable to create reaction because issue is locked.", "Resource not accessible by integration"]
)
async def test_a_reaction_that_is_not_permitted_stops_nothing(
    client: GitHubClient, router: respx.MockRouter, message: str
) -> None:
    refused = router.post("/repos/acme/hello/issues/comments/7/reactions").respond(403, json={"message": message})
    await client.comments.react("acme", "hello", 7, "rocket", instead_of="confused")
    assert refused.call_count == 1


async def test_a_reaction_that_is_wrong_is_told(client: GitHubClient, router: respx.MockRouter) -> None:
    router.post("/repos/acme/hello/issues/comments/7/reactions").respond(422, json={"message": "Validation Failed"})
    with pytest.raises(FinalError, match="Validation Failed"):
        await client.comments.react("acme", "hello", 7, "rocket")


async def test_a_deleted_comment_is_not_reacted_to(client: GitHubClient, router: respx.MockRouter) -> None:
    route = router.post(REACTIONS).respond(404, json={"message": "Not Found"})
    await client.comments.react("acme", "hello", 5, "confused", instead_of="rocket")
    assert route.call_count == 1
