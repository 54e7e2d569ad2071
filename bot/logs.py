"""How log lines look: structured, one line each, without secrets and without control characters.

JSON for machines, coloured text in a terminal. Lines of uvicorn, Inngest's SDK and SQLAlchemy go the same way.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal

import structlog

SECRET_PATTERNS = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{20,}(?:_[A-Za-z0-9]+)?"  # GitHub's tokens: personal, OAuth, user, server, refresh
    r"|github_pat_[A-Za-z0-9_]{22,}"
    r"|v1\.[0-9a-f]{40}"  # older installation tokens
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"  # JSON web tokens
    r"|signkey-[a-z]+-[0-9a-f]{16,}"  # Inngest's signing keys
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?i:(?<=[?&]token=)|(?<=[?&]code=)|(?<=[?&]key=)|(?<=[?&]secret=)|(?<=_token=)|(?<=_secret=)|(?<=password=))"
    r"[^&\s\"']+"
    r"|(?i:(?<=bearer )|(?<=basic )|(?<=authorization: token ))[\w.~+/=-]{8,}"
)
URL_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s/@]+(?=@)")
SECRET_KEYS = frozenset({"token", "secret", "password", "authorization", "private_key", "signing_key", "cookie"})
SHORTEST_HIDDEN = 8
"""A shorter secret would be found in ordinary words."""
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
BUT_NEWLINES = re.compile(CONTROL.pattern.replace(r"\x0a", r"\x0b"))
MAX_VALUE_CHARS = 8000


class _Hidden:
    """The secrets of this process by their values, so that none is written whatever it stands in."""

    values: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None


def hide(secrets: Iterable[str]) -> None:
    """From now on these are replaced, too, each line of a secret of several lines by itself."""
    found = {line.strip() for secret in secrets for line in re.split(r"\n|\\n", secret)}
    _Hidden.values |= {line for line in found if len(line) >= SHORTEST_HIDDEN and not line.startswith("-----")}
    longest_first = sorted(_Hidden.values, key=len, reverse=True)
    _Hidden.pattern = re.compile("|".join(re.escape(value) for value in longest_first)) if longest_first else None


def redact(text: str) -> str:
    """`text` with our own secrets and whatever looks like a credential replaced."""
    if _Hidden.pattern is not None:
        text = _Hidden.pattern.sub("[redacted]", text)
    return SECRET_PATTERNS.sub("[redacted]", URL_PASSWORD.sub(r"\1[redacted]", text))


def one_line(text: str) -> str:
    """`text` without credentials, its control characters (newlines, terminal escapes, bidi marks) made visible."""
    return _visible(CONTROL, redact(text[: 2 * MAX_VALUE_CHARS])[:MAX_VALUE_CHARS])


def _visible(characters: re.Pattern[str], text: str) -> str:
    return characters.sub(lambda match: match.group().encode("unicode_escape").decode("ascii"), text)


def clean(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: every value of a line is safe to print. Tracebacks keep their newlines."""
    for key, value in event.items():
        if key in SECRET_KEYS:
            event[key] = "[redacted]"
        elif key == "exception":
            event[key] = _visible(BUT_NEWLINES, redact(str(value)))
        elif isinstance(value, str):
            event[key] = one_line(value)
        elif value is not None and not isinstance(value, bool | int | float):
            event[key] = one_line(str(value))
    return {key: value for key, value in event.items() if value is not None}


def configure_logs(form: Literal["auto", "json", "console"], level: str) -> None:
    """Send all logging through structlog to standard error. `auto`: console in a terminal, else JSON."""
    is_console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # rich's would print local variables, secrets too
        )
        if is_console
        else structlog.processors.JSONRenderer(sort_keys=True)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                clean,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    for name in ("httpx", "httpcore", "aiosqlite", "alembic", "uvicorn.access", "inngest", "markdown_it"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
