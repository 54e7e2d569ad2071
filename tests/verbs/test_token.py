"""`token`: the secret is shown once, the list shows none, and what is revoked ends at once."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.config import Settings, load_settings
from bot.model.errors import UserError
from bot.storage import installations, tokens
from bot.storage.database import Database
from bot.verbs.token import create_token, list_tokens, revoke_token
from tests.storage.samples import NOW, installation

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    told: dict[str, Any] = {"database_url": f"sqlite:///{tmp_path}/radar.db", "_env_file": None}
    return load_settings(**told)


def _console() -> Console:
    return Console(file=io.StringIO(), width=200)


def _said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def _install(settings: Settings) -> None:
    database = Database(settings.database_url.get_secret_value())
    await database.migrate()
    async with database.write() as session:
        await installations.upsert(session, installation(7, "Acme"), now=NOW)
    await database.close()


async def _find(settings: Settings, plain: str) -> Any:
    database = Database(settings.database_url.get_secret_value())
    async with database.read() as session:
        found = await tokens.find(session, plain)
    await database.close()
    return found


async def test_the_secret_is_shown_once_and_works(settings: Settings) -> None:
    console, listed = _console(), _console()
    await create_token(settings, "CI", scope="write", account="", console=console)
    plain = _said(console).splitlines()[0]
    found = await _find(settings, plain)
    assert (found.name, found.scope, found.installation_id) == ("CI", "write", None)
    await list_tokens(settings, listed)
    assert plain not in _said(listed)
    assert "CI" in _said(listed)
    assert "everything" in _said(listed)
    assert "never" in _said(listed)


async def test_a_token_may_be_bound_to_one_account_in_any_case(settings: Settings) -> None:
    await _install(settings)
    console, listed = _console(), _console()
    await create_token(settings, "CI", scope="read", account="acme", console=console)
    assert (await _find(settings, _said(console).splitlines()[0])).installation_id == 7
    await list_tokens(settings, listed)
    assert "Acme" in _said(listed)


@pytest.mark.parametrize(
    ("scope", "account", "said"),
    [("read", "nobody", "Installed on: Acme."), ("admin", "", "Use read or write."), ("", "", "Use read or write.")],
)
async def test_a_slip_makes_no_token_and_says_what_to_write(
    settings: Settings, scope: str, account: str, said: str
) -> None:
    await _install(settings)
    console = _console()
    with pytest.raises(UserError, match=said):
        await create_token(settings, "x", scope=scope, account=account, console=console)
    await list_tokens(settings, console)
    assert "There are no tokens." in _said(console)


async def test_what_is_revoked_ends_at_once_and_stays_listed(settings: Settings) -> None:
    console, listed = _console(), _console()
    await create_token(settings, "[bold]CI", scope="read", account="", console=console)
    plain = _said(console).splitlines()[0]
    await revoke_token(settings, 1)
    assert await _find(settings, plain) is None
    await list_tokens(settings, listed)
    assert "revoked" in _said(listed)
    assert "[bold]CI" in _said(listed), "a name is shown as it is"
    for token_id in (1, 2):
        with pytest.raises(UserError, match="is in use"):
            await revoke_token(settings, token_id)
