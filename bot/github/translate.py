"""GitHub's JSON into our nouns, for the REST answers: listings, installations, deliveries. Pure.

A field that is absent or of another type becomes its default; what has no id is no object and raises WorldError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.model.errors import WorldError
from bot.model.repository import AppInfo, CommentRef, HookDelivery, InstallationRef, RepositoryRef


def text(value: Any) -> str:
    """`value` where it is a string, else ""."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """`value` where it is a whole number, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; [] for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Any) -> tuple[str, ...]:
    """The strings of a list; () for anything else."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def moment(value: Any) -> datetime | None:
    """An ISO 8601 time with zone, else None. A time without zone counts as UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def required_id(value: Mapping[str, Any], what: str) -> int:
    """The numeric `id`. Raises WorldError without one."""
    found = number(value.get("id"))
    if found is None:
        raise WorldError(f"GitHub's answer describes {what} without an id.")
    return found


def repository_ref(value: Any) -> RepositoryRef:
    """A repository of a REST answer. Raises WorldError without an id."""
    node = mapping(value)
    return RepositoryRef(
        id=required_id(node, "a repository"),
        node_id=text(node.get("node_id")),
        owner=text(mapping(node.get("owner")).get("login")),
        name=text(node.get("name")),
        description=text(node.get("description")),
        is_private=node.get("private") is True,
        is_fork=node.get("fork") is True,
        is_archived=node.get("archived") is True,
        is_disabled=node.get("disabled") is True,
        default_branch=text(node.get("default_branch")),
        pushed_at=moment(node.get("pushed_at")),
    )


def installation_ref(value: Any) -> InstallationRef:
    """An installation of a REST answer. Raises WorldError without an id."""
    node = mapping(value)
    account = mapping(node.get("account"))
    return InstallationRef(
        id=required_id(node, "an installation"),
        account_id=number(account.get("id")) or 0,
        account_login=text(account.get("login")) or text(account.get("slug")),
        account_type=text(account.get("type")) or text(node.get("target_type")) or "Organization",
        repository_selection=text(node.get("repository_selection")) or "all",
        permissions={name: text(level) for name, level in mapping(node.get("permissions")).items()},
        events=texts(node.get("events")),
        suspended_at=moment(node.get("suspended_at")),
    )


def hook_delivery(value: Any) -> HookDelivery:
    """A delivery of `GET /app/hook/deliveries`. Raises WorldError without an id."""
    node = mapping(value)
    return HookDelivery(
        id=required_id(node, "a delivery"),
        guid=text(node.get("guid")),
        event=text(node.get("event")),
        action=text(node.get("action")),
        delivered_at=moment(node.get("delivered_at")) or datetime.min.replace(tzinfo=UTC),
        status_code=number(node.get("status_code")) or 0,
        is_redelivery=node.get("redelivery") is True,
        installation_id=number(node.get("installation_id")),
        repository_id=number(node.get("repository_id")),
    )


def app_info(value: Any) -> AppInfo:
    """The answer of `GET /app`. Raises WorldError without an id."""
    node = mapping(value)
    return AppInfo(
        id=required_id(node, "the App"),
        slug=text(node.get("slug")),
        name=text(node.get("name")),
        owner=text(mapping(node.get("owner")).get("login")),
        html_url=text(node.get("html_url")),
        permissions={name: text(level) for name, level in mapping(node.get("permissions")).items()},
        events=texts(node.get("events")),
        client_id=text(node.get("client_id")),
    )


def comment_ref(value: Any) -> CommentRef:
    """An issue comment of a REST answer. Raises WorldError without an id."""
    node = mapping(value)
    user = mapping(node.get("user"))
    return CommentRef(
        id=required_id(node, "a comment"),
        body=text(node.get("body")),
        author=text(user.get("login")),
        author_is_bot=text(user.get("type")) == "Bot",
        url=text(node.get("html_url")),
        app_id=number(mapping(node.get("performed_via_github_app")).get("id")),
        updated_at=moment(node.get("updated_at")),
    )
