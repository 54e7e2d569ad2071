"""Learns of a repository that an event names before any listing did: a push or comment may overtake the install.

GitHub's deliveries come in any order, and a recovered one comes late; what is not stored, or stored as another
installation's (a transfer), is asked of GitHub first.
"""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

from bot.functions.deps import Deps
from bot.model.errors import FinalError, Finality
from bot.model.installation import TOKEN_INSTALLATION_ID, Installation, InstallationStatus
from bot.model.repository import InstallationRef, Repository, RepositoryRef
from bot.storage import installations, repositories
from bot.storage.database import Session

Stored: TypeAlias = tuple[Installation | None, Repository | None]


async def known_repository(deps: Deps, installation_id: int, repository_id: int) -> Repository:
    """The stored repository, stored now if it was not. Raises FinalError where it is no longer ours to look at."""
    stored = await deps.database.read_apart(partial(look, installation_id=installation_id, repository_id=repository_id))
    return await checked(deps, stored, installation_id, repository_id)


async def look(session: Session, *, installation_id: int, repository_id: int) -> Stored:
    """What is stored of both."""
    return await installations.get(session, installation_id), await repositories.get(session, repository_id)


async def checked(deps: Deps, stored: Stored, installation_id: int, repository_id: int) -> Repository:
    """As `known_repository`, for one who has looked already."""
    installation, repository = stored
    if installation is not None:
        _require_working(installation.status)
    if repository is None or installation is None or repository.installation_id != installation_id:
        repository = await _learn(deps, installation_id, repository_id)
    if repository is None or repository.removed_at is not None:
        raise FinalError(Finality.GONE, "The repository is gone, or the installation no longer covers it.")
    return repository


def owns(installation: Installation | InstallationRef, ref: RepositoryRef) -> bool:
    """Whether a repository is of the installation's account: a public one is shown to every installation that asks."""
    return installation.id == TOKEN_INSTALLATION_ID or installation.account_login.lower() == ref.owner.lower()


async def _learn(deps: Deps, installation_id: int, repository_id: int) -> Repository | None:
    asked_at = deps.clock()
    installation = await deps.app.installation(installation_id) if deps.app is not None else None
    ref = await deps.clients.for_installation(installation_id).repository_by_id(repository_id)
    if installation is not None and not owns(installation, ref):
        raise FinalError(Finality.GONE, f"{ref.full_name} belongs to another account than the installation by now.")
    async with deps.database.write() as session:
        if installation is not None:
            await installations.upsert(session, installation, now=asked_at)
        await repositories.upsert_many(session, installation_id, [ref], now=asked_at)
        return await repositories.get(session, repository_id)


def _require_working(status: InstallationStatus) -> None:
    if status is InstallationStatus.DELETED:
        raise FinalError(Finality.UNINSTALLED, "The App is no longer installed there.")
    if status is InstallationStatus.SUSPENDED:
        raise FinalError(
            Finality.SUSPENDED,
            "The installation is suspended.",
            next_step="Unsuspend it in the account's settings on GitHub.",
        )
