"""The page templates: one Jinja2 environment, autoescaping always, undefined names are errors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from bot.web import charts, choices, labels, words

HERE = Path(__file__).parent


@cache
def static_version() -> str:
    """Changes with the style sheet or the script, so that browsers may keep them for a year."""
    digest = hashlib.sha256()
    for path in sorted((HERE / "static").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def environment() -> Environment:
    """The environment with the filters of `words` and the drawings of `charts`."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(words.FILTERS)
    made.filters["chosen"] = choices.chosen
    made.globals.update(words.GLOBALS)
    made.globals.update(charts.GLOBALS)
    made.globals.update(labels.GLOBALS)
    made.globals["OPTIONS"] = choices.OPTIONS
    made.globals["static_version"] = static_version()
    made.globals.update({"viewer": None, "form_token": "", "active": "", "setup_needed": False, "back": ""})
    return made


def render(
    template: str, context: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """The page. Pages depend on who asks, so no shared cache may keep them."""
    body = environment().get_template(template).render(context)
    return HTMLResponse(body, status, {"cache-control": "private, no-cache", "vary": "cookie", **(headers or {})})
