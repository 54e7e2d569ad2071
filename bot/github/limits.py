"""What GitHub's refusals mean: status, headers and body in, one of our errors out. Pure.

Sources: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
and https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from bot.model.errors import FinalError, Finality, RadarError, WorldError
from bot.model.repository import RateBudget

SECONDARY_PAUSE_S = 60.0
"""GitHub's own advice for a secondary limit that names no time: at least one minute."""
NOT_READY_PAUSE_S = 3.0
MAX_PAUSE_S = 3700.0
"""A primary limit resets within the hour; whatever asks for longer is a broken clock or header."""
_SUSPENDED = ("suspended",)
_CLOSED = ("is locked", "commenting is disabled", "read-only")
"""A locked conversation (https://github.com/renovatebot/renovate/issues/6215), a full one, an archived repository."""
_CONTENT = "blocked from content creation"
_LIMITED = ("rate limit", "abuse detection", "too many requests", _CONTENT)


class RateLimited(WorldError):
    """GitHub asks us to wait, or would. `is_secondary`: it holds for REST and GraphQL alike, not for one resource.

    `is_content`: it holds for requests that create content, and reading goes on.
    """

    def __init__(self, message: str, *, retry_after_s: float, is_secondary: bool, is_content: bool = False) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.is_secondary = is_secondary
        self.is_content = is_content


class UnknownFields(FinalError):
    """This GitHub's schema lacks fields that the query asks for; `paths` lead to each."""

    def __init__(self, what: str, paths: Sequence[Sequence[str]]) -> None:
        named = ", ".join(".".join(path[-2:]) for path in paths)
        super().__init__(
            Finality.REFUSED,
            f"This GitHub does not know what {what} asks for ({named}).",
            next_step="GitHub Enterprise Server needs to be 3.10 or newer.",
        )
        self.paths = paths


class QueryTimedOut(WorldError):
    """A GraphQL query was too much for GitHub in one go; asking for less may work."""


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """GitHub's clock, from the Date header; None where it is absent or unreadable."""
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return None


def pause_s(headers: Mapping[str, str], *, now: datetime, default_s: float = SECONDARY_PAUSE_S) -> float:
    """Seconds to wait, at least 1: Retry-After (seconds or date), else the reset time by GitHub's own clock."""
    reference = server_time(headers) or now
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return _bounded(float(after))
    if after:
        try:
            return _bounded((parsedate_to_datetime(after).astimezone(UTC) - reference).total_seconds())
        except (ValueError, TypeError):
            return default_s
    reset = reset_time(headers)
    if reset is not None and headers.get("x-ratelimit-remaining", "").strip() == "0":
        return _bounded((reset - reference).total_seconds() + 1)
    return default_s


def _bounded(seconds: float) -> float:
    return min(max(seconds, 1.0), MAX_PAUSE_S)


def reset_time(headers: Mapping[str, str]) -> datetime | None:
    """When the primary limit starts anew; None where the header is absent or unreadable."""
    value = headers.get("x-ratelimit-reset", "").strip()
    if not (value.isascii() and value.isdigit()):
        return None
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def budget_of(headers: Mapping[str, str], installation_id: int | None, *, now: datetime) -> RateBudget | None:
    """What is left of the primary limit, the reset time moved onto our clock; None without the headers."""
    reset = reset_time(headers)
    try:
        limit, remaining = int(headers["x-ratelimit-limit"]), int(headers["x-ratelimit-remaining"])
    except (KeyError, ValueError):
        return None
    if reset is None:
        return None
    reference = server_time(headers)
    skew = now - reference if reference is not None else timedelta()
    return RateBudget(
        installation_id=installation_id,
        resource=headers.get("x-ratelimit-resource", "core"),
        limit=limit,
        remaining=remaining,
        resets_at=reset + skew,
    )


def message_of(body: bytes) -> str:
    """GitHub's own words in an error body; "" where it has none (a proxy's HTML, a cut-off body)."""
    try:
        decoded: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    message = decoded.get("message") if isinstance(decoded, dict) else None
    return message[:500] if isinstance(message, str) else ""


def failure(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime, what: str) -> RadarError:
    """The error that a response with this status stands for. `what` names the request for a person."""
    message = message_of(body)
    said = message.lower()
    if status in {403, 429} or (status == 422 and _any(said, _LIMITED)):
        limited = _limited(status, headers, said, now=now, what=what)
        if limited is not None:
            return limited
    if status >= 500 or status == 408:
        after = pause_s(headers, now=now) if "retry-after" in headers else None
        return WorldError(f"GitHub answered {status} to {what}.", retry_after_s=after)
    if status == 202:
        return WorldError(f"GitHub is still preparing {what}.", retry_after_s=NOT_READY_PAUSE_S)
    return _final(status, message, what)


def _limited(status: int, headers: Mapping[str, str], said: str, *, now: datetime, what: str) -> RateLimited | None:
    is_secondary = "secondary" in said or "abuse" in said or "temporarily blocked" in said
    is_spent = headers.get("x-ratelimit-remaining", "").strip() == "0"
    if not (is_secondary or is_spent or status == 429 or "retry-after" in headers or _any(said, _LIMITED)):
        return None
    after = pause_s(headers, now=now)
    if is_spent and not is_secondary and "retry-after" not in headers:
        text = f"GitHub's rate limit is spent; it resets in {round(after)} s."
        return RateLimited(text, retry_after_s=after, is_secondary=False)
    text = f"GitHub asks to slow down (secondary rate limit) at {what}; waiting {round(after)} s."
    return RateLimited(text, retry_after_s=after, is_secondary=True, is_content=_CONTENT in said)


def _final(status: int, message: str, what: str) -> FinalError:
    said = message.lower()
    quoted = f' GitHub says: "{message}"' if message else ""
    if status == 401:
        return FinalError(
            Finality.FORBIDDEN,
            f"GitHub does not accept the credentials for {what}.{quoted}",
            next_step="Check GITHUB_APP_ID with GITHUB_PRIVATE_KEY, or GITHUB_TOKEN, with `python -m bot doctor`.",
        )
    if status == 451 or (status == 403 and "blocked" in said):
        return FinalError(
            Finality.BLOCKED, f"GitHub blocks access to {what}.{quoted}", next_step="Its owner hears from GitHub why."
        )
    if status == 403 and _any(said, _SUSPENDED):
        return FinalError(
            Finality.SUSPENDED,
            "The installation is suspended.",
            next_step="Its owner can unsuspend it in GitHub's settings.",
        )
    if status == 403 and _any(said, _CLOSED):
        return FinalError(Finality.CLOSED, f"GitHub does not take {what} there.{quoted}")
    if status == 403:
        return FinalError(
            Finality.FORBIDDEN,
            f"GitHub does not permit {what}.{quoted}",
            next_step="Accept the App's new permissions on GitHub if it asks for them.",
        )
    if status in {404, 410}:
        return FinalError(Finality.GONE, f"GitHub does not know {what} (any more).")
    if status == 409 and "empty" in said:
        return FinalError(Finality.EMPTY, f"The repository has no commits yet ({what}).")
    return FinalError(Finality.REFUSED, f"GitHub refused {what} with status {status}.{quoted}")


def graphql_failure(
    errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str], *, now: datetime, what: str
) -> RadarError | None:
    """The error that a GraphQL answer stands for as a whole, or None where its errors concern single fields."""
    unknown = [_field_path(error) for error in errors if _is_unknown_field(error)]
    if unknown:
        return UnknownFields(what, unknown)
    for error in errors:
        kind, said = str(error.get("type", "")), str(error.get("message", "")).lower()
        if kind in {"RATE_LIMITED", "RATE_LIMIT"} or _any(said, _LIMITED):
            after = pause_s(headers, now=now)
            return RateLimited(
                f"GitHub's GraphQL rate limit is spent; waiting {round(after)} s.",
                retry_after_s=after,
                is_secondary="secondary" in said,
            )
        if kind in {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"} or _any(said, _TIMED_OUT):
            return QueryTimedOut(f"GitHub could not answer {what} in time.")
    return None


def _is_unknown_field(error: Mapping[str, Any]) -> bool:
    extensions = error.get("extensions")
    return isinstance(extensions, dict) and extensions.get("code") == "undefinedField"


def _field_path(error: Mapping[str, Any]) -> list[str]:
    path = error.get("path")
    return [part for part in path if isinstance(part, str)] if isinstance(path, list) else []


_TIMED_OUT = (
    "timeout",
    "timed out",
    "couldn't respond to your request in time",
    "something went wrong while executing",
)


def _any(text: str, words: Sequence[str]) -> bool:
    return any(word in text for word in words)
