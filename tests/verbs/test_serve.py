"""`serve`: what an operator is told at the start, and how a start that fails ends."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from bot.app import Radar
from bot.config import load_settings
from bot.model.errors import UserError
from bot.verbs.serve import OVERTIME, announce, claim, serve_forever

ROOT = Path(__file__).parents[2]


class Announced:
    """As much of a started Radar as is announced."""

    class Web:
        """The links, and where the data is."""

        operator_link = "http://localhost:8000/sign-in/operator?token=secret"
        setup_link = "http://localhost:8000/setup?code=code"

        class db:
            """The database's name, with brackets as a folder may have."""

            name = "sqlite:////data[1]/radar.db"

    def __init__(self, folder: Path, *made: str, **values: Any) -> None:
        settings = load_settings(**({"_env_file": None, "database_url": f"sqlite:///{folder}/radar.db"} | values))
        self.settings = settings.with_generated_secrets()
        self.made = frozenset(made)
        self.web = self.Web


def said(radar: Announced, host: str = "127.0.0.1") -> str:
    into = io.StringIO()
    announce(cast("Radar", radar), host, 8000, Console(file=into, width=200))
    return into.getvalue()


WORDS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "nothing set": ({}, ("no App yet: GITHUB_APP_ID, GITHUB_PRIVATE_KEY, GITHUB_WEBHOOK_SECRET", "/setup?code=code")),
    "token mode": ({"github_token": "t", "github_owner": "acme"}, ("token mode: repositories of acme",)),
    "an App": (
        {"github_app_id": 7, "github_private_key": "k", "github_webhook_secret": "s"},
        ("App 7 on https://github.com",),
    ),
    "an Inngest server": ({"inngest_dev": "1"}, ("your Inngest server",)),
    "embedded": ({}, ("embedded, in this process; data in sqlite:////data[1]/radar.db",)),
    "the webhooks' address": (
        {"radar_public_url": "https://radar.example.com"},
        ("https://radar.example.com/api/github/webhooks",),
    ),
}


@pytest.mark.parametrize("case", WORDS)
def test_an_operator_is_told(tmp_path: Path, case: str) -> None:
    values, words = WORDS[case]
    text = said(Announced(tmp_path, **values))
    for word in (*words, "listens on http://127.0.0.1:8000", "/sign-in/operator?token=secret"):
        assert word in text


def test_an_ipv6_address_can_be_clicked(tmp_path: Path) -> None:
    assert "listens on http://[::1]:8000\n" in said(Announced(tmp_path), host="::1")


@pytest.mark.parametrize(("made", "is_shown"), [(("radar_api_token",), True), ((), False)])
def test_only_a_token_made_for_this_start_is_shown(tmp_path: Path, made: tuple[str, ...], is_shown: bool) -> None:
    radar = Announced(tmp_path, *made)
    assert (radar.settings.api_tokens[0] in said(radar)) is is_shown


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = load_settings(_env_file=None, database_url=f"sqlite:///{tmp_path}/radar.db", port=port)
        with pytest.raises(UserError, match=rf"Port {port} is taken by another program\. .*set PORT"):
            serve_forever(settings, Console(file=io.StringIO()))
    assert not (tmp_path / "radar.db").exists()
    claim("127.0.0.1", port)
    claim("localhost", 0)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(UserError, match=r"Nobody can listen at 203\.0\.113\.9, port 8000 .*Set HOST"):
        claim("203.0.113.9", 8000)


def test_what_hangs_holds_up_the_end_for_a_while_only() -> None:
    """In a process of its own, which ends in the middle of a sleep that nothing else would end."""
    program = """
import signal, time
from bot.app import Radar
from bot.config import load_settings
from bot.verbs import serve
serve.STOP_AT_MOST_S = 0.01
radar = Radar(load_settings(_env_file=None, database_url="sqlite://").with_generated_secrets())
server = serve._Server(serve.uvicorn.Config(radar), radar, None)
server.handle_exit(signal.SIGTERM, None)
time.sleep(600)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (1, OVERTIME)


def test_a_start_that_fails_raises_why() -> None:
    settings = load_settings(_env_file=None, database_url="sqlite:////nowhere/radar.db", port=0, radar_workers=1)
    with pytest.raises(UserError, match="folder of the database"):
        serve_forever(settings, Console(file=io.StringIO()))
