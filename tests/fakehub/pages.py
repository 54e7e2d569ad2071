"""The few pages of github.com that links in reports and comments lead to, so that the demo's links work."""

from __future__ import annotations

import html
from datetime import datetime
from typing import TYPE_CHECKING

import nh3
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakehub.gitstore import GitError
from tests.fakehub.world import Repository

if TYPE_CHECKING:
    from tests.fakehub.service import Service

STYLE = """
body{font:14px/1.5 system-ui,sans-serif;color:#1f2328;max-width:58rem;margin:2rem auto;padding:0 1rem}
h1{font-weight:400;font-size:26px}a{color:#0969da;text-decoration:none}pre{white-space:pre-wrap}
.comment{border:1px solid #d1d9e0;border-radius:6px;margin:0 0 1rem}
.comment header{background:#f6f8fa;border-bottom:1px solid #d1d9e0;border-radius:6px 6px 0 0;padding:.5rem 1rem}
.comment header span{color:#59636e}.body{padding:1rem}.body>:first-child{margin-top:0}.body>:last-child{margin-bottom:0}
.body h3{font-size:1.25em;margin:1.2em 0 .6em}li{margin:.25em 0}details{margin:.5rem 0}summary{cursor:pointer}
code{background:#818b981f;border-radius:6px;padding:.15em .4em;font:85% ui-monospace,monospace}
table{border-collapse:collapse}th,td{border:1px solid #d1d9e0;padding:.35rem .8rem}tr:nth-child(2n){background:#f6f8fa}
.reaction{border:1px solid #d1d9e0;border-radius:99px;padding:.1rem .5rem;margin-left:1rem}footer{padding:0 0 .8rem}
"""
SIGNS = {"eyes": "👀", "rocket": "🚀", "confused": "😕"}
TAGS = nh3.ALLOWED_TAGS | {"details", "summary", "sub"}
_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


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
        said = [_comment(found.user.login, found.created_at, found.body, [])]
        for one in found.comments:
            signs = [SIGNS.get(reaction.content, reaction.content) for reaction in one.reactions]
            said.append(_comment(one.user.login, one.created_at, one.body, signs))
        return _page(f"{found.title} #{found.number}", "".join(said))

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


def _comment(login: str, at: datetime, body: str, signs: list[str]) -> str:
    """A comment in a frame, its Markdown as GitHub shows it."""
    shown = nh3.clean(_markdown.render(body), tags=TAGS)
    reactions = "".join(f'<span class="reaction">{html.escape(sign)} 1</span>' for sign in signs)
    return (
        f'<article class="comment"><header><b>{html.escape(login)}</b> <span>commented on {at:%-d %b}</span></header>'
        f'<div class="body">{shown}</div>{f"<footer>{reactions}</footer>" if reactions else ""}</article>'
    )


def _page(title: str, body: str, status: int = 200) -> Response:
    safe = html.escape(title)
    head = f'<meta charset="utf-8"><link rel="icon" href="data:,"><title>{safe}</title><style>{STYLE}</style>'
    return HTMLResponse(f'<!doctype html><html lang="en">{head}<h1>{safe}</h1>{body}', status)
