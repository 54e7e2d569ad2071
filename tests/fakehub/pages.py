"""The few pages of github.com that links in reports and comments lead to, so that the demo's links work."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakehub.gitstore import GitError
from tests.fakehub.world import Repository

if TYPE_CHECKING:
    from tests.fakehub.service import Service

STYLE = "body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}"


def page_routes(service: Service) -> list[Route]:
    """Repository, issue and file pages, public repositories only."""

    def find(request: Request) -> Repository | None:
        found = service.world.repository(request.path_params["owner"], request.path_params["repo"])
        return found if found is not None and not found.private else None

    def show(request: Request) -> Response:
        repository = find(request)
        if repository is None:
            return _page("Not found", "<p>404</p>", 404)
        items = "".join(
            f'<li><a href="/{repository.full_name}/issues/{issue.number}">#{issue.number} '
            f"{html.escape(issue.title)}</a></li>"
            for issue in repository.issues.values()
        )
        return _page(repository.full_name, f"<p>{html.escape(repository.description or '')}</p><ul>{items}</ul>")

    def issue(request: Request) -> Response:
        repository = find(request)
        found = repository.issues.get(int(request.path_params["number"])) if repository else None
        if found is None:
            return _page("Not found", "<p>404</p>", 404)
        comments = "".join(
            f"<h3>{html.escape(comment.user.login)}</h3><pre>{html.escape(comment.body)}</pre>"
            f"<p>{' '.join(reaction.content for reaction in comment.reactions)}</p>"
            for comment in found.comments
        )
        return _page(f"#{found.number} {found.title}", f"<pre>{html.escape(found.body)}</pre>{comments}")

    def blob(request: Request) -> Response:
        repository = find(request)
        try:
            sha = repository.git.resolve(request.path_params["ref"]) if repository else ""
            entry = repository.git.tree(sha).get(request.path_params["path"]) if repository and sha else None
        except GitError:
            entry = None
        if repository is None or entry is None or entry.kind != "blob":
            return _page("Not found", "<p>404</p>", 404)
        return PlainTextResponse(repository.git.blob(entry.oid))

    return [
        Route("/{owner}/{repo}", show),
        Route("/{owner}/{repo}/issues/{number:int}", issue),
        Route("/{owner}/{repo}/pull/{number:int}", issue),
        Route("/{owner}/{repo}/blob/{ref}/{path:path}", blob),
        Route("/{owner}/{repo}/raw/{ref}/{path:path}", blob),
    ]


def _page(title: str, body: str, status: int = 200) -> Response:
    safe = html.escape(title)
    return HTMLResponse(f"<!doctype html><title>{safe}</title><style>{STYLE}</style><h1>{safe}</h1>{body}", status)
