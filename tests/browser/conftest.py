"""The system's Chromium in front of a real bot: fakehub, a bot process, and what the demo shows."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.demo import story
from tests.fakehub import FakeHub
from tests.fakehub.gitstore import GitStore
from tests.journeys.bot_process import WITHOUT_APP, BotProcess
from tests.patience import PATIENCE_S
from tests.samples import SAMPLES, Sample

expect.set_options(timeout=1000 * PATIENCE_S)

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "acme"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE_VERSION = "4.10.3"
PICTURES = ROOT / "docs" / "images"
PICTURE_MAX_BYTES = 150_000
TO_WEBP = """async (png) => {
    const picture = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const webp = await canvas.convertToBlob({ type: "image/webp", quality: 0.86 });
    let text = "";
    for (const byte of new Uint8Array(await webp.arrayBuffer())) text += String.fromCharCode(byte);
    return btoa(text);
}"""
"""PNG to WebP in the browser itself, a third of the size; both in base64."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Stage:
    """The bot that pages are looked at, and the GitHub behind it."""

    hub: FakeHub
    bot: BotProcess

    @property
    def operator_link(self) -> str:
        """The link that the bot printed."""
        return self.bot.printed("sign-in/operator")


def _build(sample: Sample, hub: FakeHub, store: GitStore) -> None:
    assert sample.build is not None
    sample.build(store, hub.world.now())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo's days have passed, its slow account is not there; Ada administers the account."""
    with FakeHub() as hub, BotProcess(hub, tmp_path_factory.mktemp("browser")) as bot:
        hub.service.signed_in = hub.add_member(ACCOUNT, "ada", "admin")
        for sample in SAMPLES:
            hub.add_repository(
                ACCOUNT, sample.name, partial(_build, sample, hub) if sample.build else None, **sample.facts
            )
        if (ROOT / ".git").exists():
            hub.add_repository(ACCOUNT, "repo-radar", ROOT, licence="MIT")
        for repository in hub.world.repositories.values():
            hub.grant(repository, "ada", "admin")
            hub.grant(repository, "you", "admin")
            hub.open_issue(repository, "How are we doing?", "you", "Comment with `/radar report`.")
        story.prepare(hub)
        hub.install(ACCOUNT)
        for repository in hub.world.repositories.values():
            if repository.name != story.FAILING:
                bot.wait_report(repository.full_name)
        story.live(hub, bot, lambda: False)
        yield Stage(hub, bot)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests. Playwright's loop occupies this thread until it ends: no session-wide fixture."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed: apt-get install chromium (.ci/run does)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=1000 * PATIENCE_S)
        yield browser
        browser.close()


Visitor = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, stage: Stage) -> Iterator[Visitor]:
    """Opens a new window; what its console complains about, or what it asks of other hosts, fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_window(*, signed_in: bool = True, allow_github: bool = False, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=stage.bot.url, **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE_S)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)

        def watch(request: Any) -> None:
            known = (stage.bot.url, *((stage.hub.url,) if allow_github else ()))
            if not request.url.startswith(known):
                complaints.append(f"asked {request.url}")

        page.on("request", watch)
        if signed_in:
            page.goto(stage.operator_link)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core from npm, packed once into the cache."""
    kept = ROOT / ".cache" / "npm" / f"axe-core-{AXE_VERSION}.js"
    if not kept.exists():
        if shutil.which("npm") is None:
            pytest.skip("npm is not installed, so axe-core cannot be had")
        kept.parent.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", f"axe-core@{AXE_VERSION}", "--silent", "--pack-destination", str(kept.parent)]
        packed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if packed.returncode:
            pytest.skip(f"axe-core cannot be fetched by npm: {packed.stderr[-200:]}")
        archive = kept.parent / f"axe-core-{AXE_VERSION}.tgz"
        shutil.unpack_archive(archive, kept.parent, filter="data")
        (kept.parent / "package" / "axe.min.js").replace(kept)
        shutil.rmtree(kept.parent / "package")
        archive.unlink()
    return kept.read_text(encoding="utf-8")


@pytest.fixture
def picture(tmp_path: Path, chromium: Browser) -> Iterator[Callable[[Page, str], None]]:
    """Takes the README's pictures; into `docs/images/` where RADAR_PICTURES is set, else to a temporary folder."""
    folder = PICTURES if os.environ.get("RADAR_PICTURES") else tmp_path
    desk = chromium.new_page()

    def take(page: Page, name: str) -> None:
        taken = base64.b64encode(page.screenshot()).decode()
        size = (folder / f"{name}.webp").write_bytes(base64.b64decode(desk.evaluate(TO_WEBP, taken)))
        assert 5_000 < size < PICTURE_MAX_BYTES, name

    yield take
    desk.close()


@contextmanager
def unconfigured_bot(hub: FakeHub, folder: Path) -> Iterator[BotProcess]:
    """A bot at its first start, without any credentials."""
    with BotProcess(hub, folder, environment=WITHOUT_APP) as bot:
        yield bot


def setup_link(bot: BotProcess) -> str:
    """The one-time set-up link that the bot printed."""
    return bot.printed("setup")
