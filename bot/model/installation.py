"""One installation of the App on an account, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TOKEN_INSTALLATION_ID = 0
"""Stands for token mode, where there is no App."""


class InstallationStatus(StrEnum):
    """Whether we may work for it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """An installation as stored."""

    id: int
    account_id: int
    account_login: str
    account_type: str
    status: InstallationStatus
    repository_selection: str
    permissions: dict[str, str]
    events: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    reconciled_at: datetime | None
