"""`/badge/{owner}/{repo}.svg`: score, grade, status, language or licence as a picture or as shields.io's endpoint JSON.

Badges of public repositories are public. A private one needs `?key=`, which the report page gives. An unknown one
says "unknown", in the same words whether the repository is private, removed or was never here.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal, get_args

import msgspec
from itsdangerous import Signer
from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.storage.views_repositories import RepositoryItem, find_repository
from bot.storage.views_scope import EVERYTHING
from bot.web.deps import Web

Kind = Literal["score", "grade", "status", "languages", "licence"]
KINDS: tuple[Kind, ...] = get_args(Kind)

GREY = "#6e7781"
GRADE_COLOURS = {"a": "#1a7f4b", "b": "#4d7c0f", "c": "#a16207", "d": "#c2410c", "e": "#b42318", "f": "#b42318"}
STATUS_COLOURS = {"active": "#1a7f4b", "maintenance": "#0b6e63", "stale": "#a16207", "archived": GREY}
LABELS: dict[Kind, str] = {
    "score": "radar score",
    "grade": "radar grade",
    "status": "status",
    "languages": "language",
    "licence": "licence",
}

CACHE = "public, max-age=300, s-maxage=300, stale-while-revalidate=3600"
"""GitHub's image proxy keeps what it may for as long as `max-age` says."""

NARROW = frozenset("iljtfrI.,:;'|!()[] ")
WIDE = frozenset("mwMW@%")


class ShieldsEndpoint(msgspec.Struct, frozen=True, rename="camel"):
    """What shields.io reads from an endpoint."""

    label: str
    message: str
    color: str
    schema_version: int = 1
    cache_seconds: int = 300


def routes(web: Web) -> list[BaseRoute]:
    """The badge, as picture and as shields.io's JSON."""

    async def svg(request: Request) -> Response:
        kind, message, colour = await _badge(web, request)
        body = draw(LABELS[kind], message, colour).encode()
        return _answer(request, body, "image/svg+xml; charset=utf-8")

    async def shields(request: Request) -> Response:
        kind, message, colour = await _badge(web, request)
        return _answer(request, msgspec.json.encode(ShieldsEndpoint(LABELS[kind], message, colour)), "application/json")

    return [
        Route("/badge/{owner}/{repo}.svg", svg, methods=["GET"], name="badge"),
        Route("/badge/{owner}/{repo}.json", shields, methods=["GET"], name="badge_json"),
    ]


def badge_path(web: Web, found: RepositoryItem, kind: Kind, suffix: str = "svg") -> str:
    """The path of a repository's badge, signed for a private one."""
    query = [] if kind == "score" else [f"kind={kind}"]
    if found.is_private:
        query.append(f"key={badge_key(web, found.id)}")
    return f"/badge/{found.owner}/{found.name}.{suffix}" + (f"?{'&'.join(query)}" if query else "")


def badge_link(web: Web, found: RepositoryItem, kind: Kind) -> str:
    """The badge's address for a README."""
    return f"{web.settings.radar_public_url}{badge_path(web, found, kind)}"


def badge_key(web: Web, repository_id: int) -> str:
    """What opens a private repository's badge. It outlives a rename, not a change of RADAR_SECRET_KEY."""
    return Signer(web.secret_key, salt="radar badge").get_signature(str(repository_id)).decode()


def message_of(found: RepositoryItem, kind: Kind) -> tuple[str, str]:
    """(message, colour)"""
    if found.reported_at is None:
        waiting = found.refresh_status in {"queued", "processing"}
        return ("pending" if waiting else "no report"), GREY
    match kind:
        case "score":
            message = "not judged" if found.score is None else f"{found.score} / 100"
            return message, GRADE_COLOURS.get(found.grade[:1].lower(), GREY)
        case "grade":
            return found.grade or "not judged", GRADE_COLOURS.get(found.grade[:1].lower(), GREY)
        case "status":
            return found.status or "unknown", STATUS_COLOURS.get(found.status, GREY)
        case "languages":
            return found.language or "none", "#0b6e63" if found.language else GREY
        case _:
            return found.licence or "none", "#0b6e63" if found.licence else GREY


def draw(label: str, message: str, colour: str) -> str:
    """A flat badge in shields.io's proportions, self-contained."""
    left, right = _width(label) + 10, _width(message) + 10
    title = escape(f"{label}: {message}")
    texts = "".join(
        f'<text x="{x:.1f}" y="15" fill="#010101" fill-opacity=".3" textLength="{width:.1f}">{escape(text)}</text>'
        f'<text x="{x:.1f}" y="14" textLength="{width:.1f}">{escape(text)}</text>'
        for x, width, text in (
            (left / 2, left - 10, label),
            (left + right / 2, right - 10, message),
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:.0f}" height="20" role="img" '
        f'aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="r"><rect width="{left + right:.0f}" height="20" rx="3" fill="#fff"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left:.1f}" height="20" fill="#3d444d"/>'
        f'<rect x="{left:.1f}" width="{right:.1f}" height="20" fill="{escape(colour)}"/></g>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">'
        f"{texts}</g></svg>"
    )


async def _badge(web: Web, request: Request) -> tuple[Kind, str, str]:
    wanted = request.query_params.get("kind", "score")
    kind: Kind = next((known for known in KINDS if known == wanted), "score")
    params = request.path_params
    async with web.db.read() as session:
        found = await find_repository(session, EVERYTHING, params["owner"], params["repo"])
    if found is None or (found.is_private and not _opens(web, request, found.id)):
        return kind, "unknown", GREY
    return kind, *message_of(found, kind)


def _opens(web: Web, request: Request, repository_id: int) -> bool:
    key = request.query_params.get("key", "").encode()
    return hmac.compare_digest(key, badge_key(web, repository_id).encode())


def _answer(request: Request, body: bytes, media_type: str) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"cache-control": CACHE, "etag": etag, "access-control-allow-origin": "*"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _width(text: str) -> float:
    """About how wide Verdana 11 sets the text, in pixels."""
    return sum(4.0 if char in NARROW else 10.0 if char in WIDE else 7.2 for char in text)
