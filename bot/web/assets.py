"""`/static/`: the style sheet, the script and the icon; their address holds their version, so browsers keep them."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.templates import static_version

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def routes() -> list[BaseRoute]:
    """Files are read once, at start: there are three."""
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in TYPES}

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise HTTPException(404)
        fresh = request.query_params.get("v") == static_version()
        keep = "public, max-age=31536000, immutable" if fresh else "public, max-age=300"
        return Response(files[name], headers={"cache-control": keep}, media_type=TYPES[Path(name).suffix])

    async def favicon(_request: Request) -> Response:
        return RedirectResponse("/static/radar.svg", status_code=301)

    return [
        Route("/static/{name}", static, methods=["GET"], name="static"),
        Route("/favicon.ico", favicon, methods=["GET"]),
    ]
