"""The demo's handle over HTTP: POST /_control/push, /comment, /install ... do what FakeHub's methods do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakehub.world import Json

if TYPE_CHECKING:
    from tests.fakehub.service import Service


def control_routes(service: Service) -> list[Route]:
    """One address for each thing that a person can do from the terminal."""

    async def act(request: Request) -> Response:
        try:
            wanted: Json = json.loads(await request.body() or b"{}")
            result = await run_in_threadpool(_act, service, str(request.path_params["action"]), wanted)
        except (KeyError, ValueError, TypeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        return JSONResponse(result)

    async def state(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(_state, service))

    return [Route("/_control/{action}", act, methods=["POST"]), Route("/_control", state)]


def _act(service: Service, action: str, wanted: Json) -> Any:
    hub = service.hub
    if hub is None:
        raise KeyError("no FakeHub drives this service")
    if action == "connect":
        hub.connect(wanted["url"])
        return {"ok": True}
    if action == "faults":
        hub.faults.clear()
        for rule in wanted.get("rules", []):
            hub.faults.add(**rule)
        return {"ok": True, "rules": len(hub.faults.rules)}
    repository = hub.find(wanted["repository"])
    if action == "push":
        sha = hub.push(repository, wanted.get("files"), message=wanted.get("message", "Say hello"))
        return {"ok": True, "sha": sha}
    if action == "comment":
        number = int(wanted.get("issue", 1))
        if number not in repository.issues:
            number = hub.open_issue(repository, "Talk to Repo Radar").number
        comment = hub.comment(repository, number, wanted["body"], wanted.get("user", "ada"))
        address = f"{hub.url}/{repository.full_name}/issues/{number}"
        return {"ok": True, "comment": comment.id, "read_it_at": address}
    if action == "rename":
        hub.rename(repository, wanted["name"])
        return {"ok": True, "full_name": repository.full_name}
    raise KeyError(f"{action}: known are connect, faults, push, comment, rename")


def _state(service: Service) -> Json:
    """What the demo and a curious person want to see."""
    comments = [
        {
            "id": comment.id,
            "repository": repository.full_name,
            "issue": issue.number,
            "user": comment.user.login,
            "via_app": comment.via_app,
            "reactions": [reaction.content for reaction in comment.reactions],
            "body": comment.body,
        }
        for repository, issue, comment in service.world.comments.values()
    ]
    deliveries = [
        {"guid": delivery.guid, "event": delivery.event, "action": delivery.action, "status": delivery.status_code}
        for delivery in service.world.deliveries[-100:]
    ]
    repositories = [
        {"full_name": r.full_name, "private": r.private, "head": r.git.head()}
        for r in service.world.repositories.values()
        if not r.deleted
    ]
    counts = dict(service.ledger.counts)
    return {"repositories": repositories, "comments": comments, "deliveries": deliveries, "requests": counts}
