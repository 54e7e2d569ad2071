"""From nothing to a working App: `/setup` with GitHub's manifest flow, the import by hand, and `doctor` after it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from dotenv import dotenv_values

from tests.fakehub import FakeHub
from tests.journeys.bot_process import APP_SETTINGS, WITHOUT_APP, BotProcess, eventually
from tests.patience import PATIENCE_S

PING = json.dumps({"zen": "Half measures are as bad as nothing at all.", "hook_id": 1}).encode()
GUESSES = 200


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what it sends if nobody changes it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.found.setdefault(values["action"], {})
        elif tag == "input" and "name" in values:
            self._fields[values["name"]] = values.get("value", "")


@contextmanager
def first_start(folder: Path, *, enterprise: bool = False) -> Iterator[tuple[FakeHub, BotProcess]]:
    """A bot without credentials, and a GitHub that knows nothing of it; Ada is signed in there."""
    with ExitStack() as stack:
        hub = stack.enter_context(FakeHub(enterprise=enterprise))
        hub.service.signed_in = hub.user("ada")
        bot = stack.enter_context(BotProcess(hub, folder / "bot", environment=WITHOUT_APP))
        hub.connect("")
        yield hub, bot


@contextmanager
def browser(bot: BotProcess) -> Iterator[httpx.Client]:
    """Somebody's browser, with cookies of its own; it goes where it is sent when told to."""
    with httpx.Client(base_url=bot.url, timeout=PATIENCE_S, trust_env=False) as client:
        yield client


def come_in(bot: BotProcess, client: httpx.Client, query: str = "") -> Forms:
    """By the link in the terminal; the page's forms."""
    assert client.get(bot.printed("setup")).status_code == 303
    page = client.get(f"/setup{query}")
    assert page.status_code == 200
    return Forms(page.text)


def ping(hub: FakeHub, bot: BotProcess) -> int:
    """How the bot answers a delivery of GitHub's."""
    headers = hub.service.webhook_headers("ping", str(uuid.uuid4()), PING)
    return httpx.post(bot.webhook_url, content=PING, headers=headers, timeout=PATIENCE_S, trust_env=False).status_code


def assert_kept(hub: FakeHub, bot: BotProcess) -> None:
    """The credentials are in `.env`, for this user only, and in use: nothing was restarted."""
    env = bot.folder / ".env"
    assert env.stat().st_mode & 0o777 == 0o600
    assert not list(bot.folder.glob(".env?*")), "no draft is left"
    kept = dotenv_values(env)
    assert (kept["GITHUB_APP_ID"], kept["GITHUB_WEBHOOK_SECRET"]) == (str(hub.app.id), hub.app.webhook_secret)
    assert (kept["GITHUB_PRIVATE_KEY"] or "").strip() == hub.app.private_key.strip()
    eventually(lambda: ping(hub, bot) == 202, what="deliveries are accepted")


def assert_works(hub: FakeHub, bot: BotProcess, login: str) -> None:
    """An install is processed right away."""
    repository = hub.add_repository(login, "hello", {"README.md": "# Hello\n", "main.py": "print('hello')\n"})
    hub.install(login)
    bot.wait_report(repository.full_name, repository.git.head())
    hub.settle()
    assert {delivery.status_code for delivery in hub.world.deliveries} == {202}


CONFIRMED = (
    "credentials", "private key", "webhook secret", "sign-in", "secret key", "database", "inbox", "engine", "GitHub",
    "clock", "app.yml", "webhook", "deliveries", "installations",
)  # fmt: skip
"""Parts that `doctor` finds well after a set-up; the public address is this machine only."""


def assert_doctor_confirms(bot: BotProcess, *, but: Mapping[str, str] | None = None) -> None:
    examined = bot.verb("doctor")
    assert examined.returncode == 0, examined.stdout + examined.stderr
    marks = {
        line[2:].split("  ")[0]: line[0] for line in examined.stdout.splitlines() if line.startswith(("✓", "!", "✗"))
    }
    assert {part: marks.get(part) for part in CONFIRMED} == dict.fromkeys(CONFIRMED, "✓") | dict(but or {})
    assert (marks["public address"], "✗" in marks.values()) == ("!", False)


def test_strangers_and_guesses_are_refused(tmp_path: Path) -> None:
    with first_start(tmp_path) as (hub, bot), browser(bot) as stranger, browser(bot) as owner:
        code = httpx.URL(bot.printed("setup")).params["code"]
        assert len(code) >= 16, "96 random bits: no guessing"
        guesses = ("", "é", code[:-1], f"{code}A", code.swapcase(), *(f"{n:016x}" for n in range(GUESSES)))
        assert {stranger.get("/setup", params={"code": guess}).status_code for guess in guesses} <= {403, 429}
        for path in ("/setup", "/setup/created", "/setup/created?code=good&state=", "/setup?organisation=harbour"):
            assert stranger.get(path).status_code in {400, 403}, path
        entered = {"app_id": "1", "private_key": hub.app.private_key, "webhook_secret": "a secret of a stranger's"}
        for nonce in ("", "guess"):
            assert stranger.post("/setup/import", data={**entered, "nonce": nonce}).status_code == 403
        assert not stranger.cookies
        come_in(bot, owner)
        assert stranger.get("/setup", params={"code": code}).status_code == 403, "it works once"
        assert owner.post("/setup/import", data={**entered, "nonce": "guess"}).status_code == 403
        assert not (bot.folder / ".env").exists()
        assert ping(hub, bot) == 401


MANIFEST_FLOWS = {
    "a person on github.com": (False, "ada", ""),
    "an organisation on Enterprise Server": (True, "harbour", "?organisation=harbour"),
}


@pytest.mark.parametrize("case", MANIFEST_FLOWS)
def test_the_manifest_makes_an_app_that_works_at_once(case: str, tmp_path: Path) -> None:
    enterprise, login, query = MANIFEST_FLOWS[case]
    with first_start(tmp_path, enterprise=enterprise) as (hub, bot), browser(bot) as owner, browser(bot) as stranger:
        forms = come_in(bot, owner, query).found
        settings = f"{hub.url}/organizations/{login}/settings/apps/new" if query else f"{hub.url}/settings/apps/new"
        (action,) = (found for found in forms if found.startswith(f"{settings}?state="))
        back = httpx.post(action, data=forms[action], timeout=PATIENCE_S, trust_env=False).headers["location"]
        assert back.startswith(f"{bot.url}/setup/created?")
        _assert_the_state_is_checked(back, stranger, owner)
        done = owner.get(back)
        assert done.status_code == 200
        assert f"{hub.url}/apps/{hub.app.slug}/installations/new" in done.text
        assert (hub.app.owner.login, hub.app.webhook_url) == (login, bot.webhook_url)
        assert_kept(hub, bot)
        assert owner.get(back).status_code in {400, 403}, "GitHub's code works once"
        assert_works(hub, bot, login)
        assert_doctor_confirms(bot)


def _assert_the_state_is_checked(back: str, stranger: httpx.Client, owner: httpx.Client) -> None:
    assert stranger.get(back).status_code == 403, "in another browser"
    url = httpx.URL(back)
    for state in ("", "guess", url.params["state"] + "A"):
        assert owner.get(url.copy_merge_params({"state": state})).status_code == 400, state


def other_key() -> str:
    """A private key that no App has."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


SLIPS = {
    "an App ID in words": ({"app_id": "repo-radar"}, "App ID is a number"),
    "no App ID": ({"app_id": ""}, "App ID is a number"),
    "no key": ({"private_key": ""}, "private key"),
    "a short secret": ({"webhook_secret": "1234567"}, "too short"),
    "a key cut off": ({"private_key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE"}, "it is no RSA private key"),
    "a key of another App": ({"private_key": other_key()}, "does not take this private key for App ID"),
    "an App ID of nobody's": ({"app_id": "999999"}, "does not take this private key for App ID 999999"),
    "another App's client": ({"client_id": "Iv1.other"}, "This Client ID is not that of"),
}


def test_an_app_that_exists_is_imported_by_hand(tmp_path: Path) -> None:
    with first_start(tmp_path) as (hub, bot), browser(bot) as owner:
        form = come_in(bot, owner).found["/setup/import"]
        hub.connect(bot.webhook_url)  # entered on GitHub by hand, too
        right = form | {
            "app_id": str(hub.app.id),
            "private_key": hub.app.private_key.replace("\n", "\r\n"),  # as browsers send lines
            "webhook_secret": hub.app.webhook_secret,
            "client_id": hub.app.client_id,
            "client_secret": hub.app.client_secret,
        }
        for name, (slip, said) in SLIPS.items():
            refused = owner.post("/setup/import", data=right | slip)
            assert (refused.status_code, said.lower() in refused.text.lower()) == (400, True), name
            assert not (bot.folder / ".env").exists(), name
        hub.faults.add("bad-gateway", "/app$")
        away = owner.post("/setup/import", data=right)
        assert (away.status_code, "Save it anyway" in away.text) == (503, True)
        assert not (bot.folder / ".env").exists()
        hub.faults.clear()
        assert owner.post("/setup/import", data=right).status_code == 200
        assert_kept(hub, bot)
        assert_works(hub, bot, "harbour")
        assert_doctor_confirms(bot)
        bot.stop()
        bot.start()
        repository = hub.find("harbour/hello")
        bot.wait_report(repository.full_name, hub.push(repository))
        assert set(APP_SETTINGS) <= set(dotenv_values(bot.folder / ".env")), "what it lives on after a restart"
