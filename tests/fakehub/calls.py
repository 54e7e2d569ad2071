"""One API call as its handler sees it: who asks, what they may do, the JSON shapes, and GitHub's errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakehub.shapes import Shapes
from tests.fakehub.world import LEVELS, Account, Installation, Json, Repository, Token, World

if TYPE_CHECKING:
    from tests.fakehub.service import Service

DOCS = "https://docs.github.test/rest"
ACCESS = ("none", "read", "write", "admin")


class ApiError(Exception):
    """An answer other than 2xx, in GitHub's shape."""

    def __init__(self, status: int, message: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, **more, "documentation_url": DOCS, "status": str(status)}
        self.headers = headers or {}


class Moved(Exception):
    """The repository has another name now."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository.full_name)
        self.repository = repository


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request it is: the App (JWT), an installation, a person, or nobody."""

    is_app: bool = False
    token: Token | None = None

    @property
    def installation(self) -> Installation | None:
        return self.token.installation if self.token else None

    @property
    def user(self) -> Account | None:
        return self.token.user if self.token else None

    @property
    def principal(self) -> str:
        if self.is_app:
            return "app"
        if self.installation is not None:
            return f"installation:{self.installation.id}"
        return f"user:{self.user.login}" if self.user else "anonymous"

    def sees(self, world: World, repository: Repository) -> bool:
        """Whether the repository exists for this caller at all."""
        if repository.deleted:
            return False
        if not repository.private:
            return True
        if self.installation is not None:
            allowed = self.token.repository_ids if self.token else None
            return world.covers(self.installation, repository) and (allowed is None or repository.id in allowed)
        return self.user is not None and world.permission(repository, self.user) != "none"

    def level(self, world: World, repository: Repository, area: str) -> str:
        """none, read, write or admin in an area such as `issues`."""
        if self.installation is not None:
            if not world.covers(self.installation, repository):
                return "none" if repository.private else "read"
            granted = (self.token.permissions if self.token else None) or self.installation.permissions
            return granted.get(area, "none")
        if self.user is None:
            return "none" if repository.private else "read"
        rank = LEVELS.index(world.permission(repository, self.user))
        return "admin" if rank == 5 else "write" if rank >= 3 else "read" if rank else "none"


@dataclass(slots=True)
class Call:
    """A request with its context."""

    service: Service
    request: Request
    caller: Caller
    shapes: Shapes
    body: Json = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.service.world

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        try:
            return int(self.path(name))
        except ValueError:
            raise ApiError(404, "Not Found") from None

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def repository(self, area: str = "metadata", level: str = "read") -> Repository:
        """The repository of the path. Raises 404, 451, 403, or Moved for an old name."""
        if "id" in self.request.path_params:
            found = self.world.repositories.get(self.number("id"))
        else:
            owner, name = self.path("owner"), self.path("repo")
            found = self.world.repository(owner, name)
            moved = self.world.old_names.get(f"{owner}/{name}".lower())
            if found is None and moved is not None:
                target = self.world.repositories[moved]
                if self.caller.sees(self.world, target):
                    raise Moved(target)
        if found is None or not self.caller.sees(self.world, found):
            raise ApiError(404, "Not Found")
        if found.blocked:
            raise ApiError(451, "Repository access blocked", block={"reason": "dmca", "created_at": None})
        have = self.caller.level(self.world, found, area)
        if ACCESS.index(have) < ACCESS.index(level):
            raise ApiError(403, "Resource not accessible by integration")
        if found.is_archived and level != "read" and self.request.method != "GET":
            raise ApiError(403, "Repository was archived so is read-only.")
        return found

    def require_app(self) -> None:
        if not self.caller.is_app:
            raise ApiError(401, "A JSON web token could not be decoded")

    def page(self, items: Sequence[Any]) -> tuple[list[Any], dict[str, str]]:
        """The page that the query asks for, with its Link header."""
        size = min(100, max(1, int(self.query("per_page", "30"))))
        number = max(1, int(self.query("page", "1")))
        last = max(1, -(-len(items) // size))
        links = []
        if number < last:
            links += [("next", number + 1), ("last", last)]
        if number > 1:
            links += [("prev", number - 1), ("first", 1)]
        text = ", ".join(f'<{self.address(page=str(to))}>; rel="{rel}"' for rel, to in links)
        chosen = list(items[(number - 1) * size : number * size])
        return chosen, {"Link": text} if text else {}

    def address(self, **changes: str) -> str:
        """This request's own address with other query parameters."""
        root = self.shapes.api
        query = urlencode({**self.request.query_params, **changes})
        inner = self.request.url.path.removeprefix(str(self.request.scope.get("root_path", "")))
        return f"{root}{inner}?{query}"


Handler = Callable[[Call], Response]


def read_form(raw: bytes) -> dict[str, str]:
    """A form as browsers send it, each name once."""
    return dict(parse_qsl(raw.decode(), keep_blank_values=True))


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON as GitHub sends it."""
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/json; charset=utf-8")


def endpoint(service: Service, method: str, path: str, handler: Handler) -> Route:
    """A route around a handler; handlers run in threads because git is asked in them."""

    async def handle(request: Request) -> Response:
        raw = await request.body()
        shapes = service.shapes(str(request.scope.get("root_path", "")))
        call = Call(service, request, request.scope["state"]["caller"], shapes)
        try:
            if raw and "form" in request.headers.get("content-type", ""):
                call.body = dict(read_form(raw))
            elif raw:
                call.body = json.loads(raw)
        except ValueError:
            return answer({"message": "Problems parsing JSON", "documentation_url": DOCS}, 400)
        try:
            return await run_in_threadpool(handler, call)
        except ApiError as error:
            return answer(error.body, error.status, error.headers)
        except Moved as moved:
            old = f"/repos/{call.path('owner')}/{call.path('repo')}"
            rest = request.url.path.split(old, 1)[1]
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(
                f"{shapes.api}/repositories/{moved.repository.id}{rest}{query}",
                status_code=301 if method == "GET" else 307,
            )

    return Route(path, handle, methods=[method])


def both(path: str) -> tuple[str, str]:
    """A repository path by name and by id."""
    return "/repos/{owner}/{repo}" + path, "/repositories/{id:int}" + path
