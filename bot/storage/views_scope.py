"""Whose eyes a list is read with: the SQL condition that leaves out what a viewer may not see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage.tables import RepositoryRow, UserInstallationRow, UserRepositoryRow


@dataclass(frozen=True)
class Scope:
    """What a viewer may see. Strangers (the default) see public repositories only.

    `everything`: the operator and unbounded API tokens. `installation_id`: a token bound to one installation.
    `user_id`: public repositories and those that GitHub shows this person; with `beyond_public` only private ones of
    these. `access` is a digest of what GitHub shows them: what was read for one is not shown for another.
    """

    everything: bool = False
    installation_id: int | None = None
    user_id: int | None = None
    beyond_public: bool = False
    access: str = ""

    @property
    def is_trusted(self) -> bool:
        """Whether everything in this scope may be shown, security findings too."""
        return self.everything or self.installation_id is not None


SENSITIVE_CHECKS = ("secrets", "vulnerabilities")
"""What GitHub shows to people with write permission only: no list of strangers or readers tells of these."""

EVERYTHING = Scope(everything=True)
PUBLIC = Scope()


def visible(scope: Scope) -> ColumnElement[bool]:
    """Repositories that are still covered and that `scope` may see."""
    present = RepositoryRow.removed_at.is_(None)
    if scope.everything:
        return present
    if scope.installation_id is not None:
        return and_(present, RepositoryRow.installation_id == scope.installation_id)
    if scope.user_id is None:
        return and_(present, RepositoryRow.is_private.is_(False))
    if scope.beyond_public:
        ids = select(UserRepositoryRow.repository_id).where(UserRepositoryRow.user_id == scope.user_id)
        return and_(present, RepositoryRow.is_private.is_(True), RepositoryRow.id.in_(ids))
    granted = (
        select(1)
        .where(UserRepositoryRow.user_id == scope.user_id, UserRepositoryRow.repository_id == RepositoryRow.id)
        .correlate(RepositoryRow)
        .exists()
    )
    return and_(present, or_(RepositoryRow.is_private.is_(False), granted))


def administered(
    scope: Scope, column: InstrumentedAttribute[int | None] | InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Rows of installations that `scope` administers, by their installation column: deliveries, batches, runs."""
    if scope.everything:
        return true()
    if scope.installation_id is not None:
        return column == scope.installation_id
    if scope.user_id is None:
        return false()
    mine = select(UserInstallationRow.installation_id).where(
        UserInstallationRow.user_id == scope.user_id, UserInstallationRow.is_admin.is_(True)
    )
    return column.in_(mine)
