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
    def is_person(self) -> bool:
        """Whether a person sees what is public and what GitHub shows them beyond it."""
        return not self.is_trusted and self.user_id is not None and not self.beyond_public

    @property
    def is_trusted(self) -> bool:
        """Whether everything in this scope may be shown, security findings too."""
        return self.everything or self.installation_id is not None


SENSITIVE_CHECKS = ("secrets", "vulnerabilities")
"""What GitHub shows to people with write permission only: no list of strangers or readers tells of these."""

EVERYTHING = Scope(everything=True)
PUBLIC = Scope()


def visible(scope: Scope, *, granted: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Repositories that are still covered and that `scope` may see.

    `granted`: the same as `is_granted` in another way, where a list knows one that is quicker for it.
    """
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
    if granted is None:
        granted = is_granted(scope)
    return and_(present, or_(RepositoryRow.is_private.is_(False), granted))


def is_granted(scope: Scope) -> ColumnElement[bool]:
    """Repositories that GitHub shows the person, by a look at each one's grant."""
    row = UserRepositoryRow
    probe = select(1).where(row.user_id == scope.user_id, row.repository_id == RepositoryRow.id)
    return probe.correlate(RepositoryRow).exists()


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
