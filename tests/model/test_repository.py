"""Repositories as GitHub lists them, and what people may do with them."""

from __future__ import annotations

import pytest

from bot.model.repository import Permission, RefreshStatus, RepositoryRef


def test_the_full_name() -> None:
    assert RepositoryRef(id=1, node_id="R", owner="octo", name="hello").full_name == "octo/hello"


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        (Permission.NONE, Permission.READ),
        (Permission.READ, Permission.TRIAGE),
        (Permission.TRIAGE, Permission.WRITE),
        (Permission.WRITE, Permission.MAINTAIN),
        (Permission.MAINTAIN, Permission.ADMIN),
    ],
)
def test_permissions_rise(lower: Permission, higher: Permission) -> None:
    assert lower < higher


def test_what_was_never_asked_for_is_no_refresh() -> None:
    assert not RefreshStatus.NEVER
    assert all(status for status in RefreshStatus if status is not RefreshStatus.NEVER)
