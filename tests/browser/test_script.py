"""What the script does where no page of the demo shows it: keyboards, pages in the background, a bot that restarts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.storage import batches, refreshes
from bot.storage.database import Database
from tests.web.live import served_world
from tests.web.world import FRESH, HARBOUR, NOW, World, fill

RECORDED = """
window.opened = [];
const Real = window.EventSource;
window.EventSource = class extends Real { constructor(address) { super(address); window.opened.push(this); } };
"""
SEEN = "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden }); %s }"
TURN = SEEN % "document.dispatchEvent(new Event('visibilitychange'))"

Opener = Callable[[str], Page]


async def _busy(database: Database) -> None:
    """The small world with three batches that run, and a report that is on its way."""
    await fill(database)
    async with database.write() as session:
        for number in (3, 4):
            await batches.create(
                session, f"batch-{number}", installation_id=HARBOUR, trigger="api", owner="harbour", now=NOW
            )
        await refreshes.queue(session, [FRESH], trigger="push", now=NOW)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, World]]:
    """(address, world) of a bot that has much to do and never ends it."""
    with served_world(tmp_path_factory.mktemp("busy"), _busy) as served:
        yield served


@pytest.fixture
def look(chromium: Browser, busy: tuple[str, World]) -> Iterator[Opener]:
    """Opens the operator's window at a path; what fails in its script fails the test."""
    url, world = busy
    context = chromium.new_context(base_url=url, bypass_csp=True)  # Playwright waits by eval
    errors: list[str] = []

    def open_at(path: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(RECORDED)
        page.goto(f"/sign-in/operator?token={world.web.operator_token}&next={path}")
        return page

    yield open_at
    context.close()
    assert errors == []


def test_choosing_by_keyboard_leaves_the_page_alone_until_the_button_is_pressed(look: Opener) -> None:
    page = look("/repos")
    choice = page.get_by_label("Status")
    choice.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(choice).to_have_value("maintenance")
    expect(choice).to_be_focused()
    page.get_by_role("button", name="Filter").press("Enter")
    expect(page).to_have_url(re.compile(r"/repos\?status=maintenance$"))


def test_who_comes_back_to_a_form_can_use_it(look: Opener) -> None:
    page = look("/repos")
    page.evaluate("addEventListener('submit', event => event.preventDefault())")
    page.get_by_label("Status").select_option("stale")
    assert page.locator("form[data-filters] :disabled").count() == 0
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.get_by_label("Status")).to_have_value("")


def test_a_page_in_the_background_holds_no_connection(look: Opener) -> None:
    page = look("/batches/batch-1")
    page.wait_for_function("opened.length === 1 && opened[0].readyState === 1")
    page.evaluate(TURN, True)
    assert page.evaluate("opened.map(source => source.readyState)") == [2]
    page.evaluate(TURN, False)
    page.wait_for_function("opened.length === 2 && opened[1].readyState === 1")


def test_many_running_batches_leave_the_browser_its_connections(look: Opener) -> None:
    page = look("/")
    assert page.locator("[data-progress]").count() == 3
    page.wait_for_function("opened.length > 3 && opened.slice(0, 3).every(source => source.readyState === 2)")


def test_a_page_that_waits_outlives_a_restart_of_the_bot(look: Opener) -> None:
    page = look("/batches")
    page.route("**/status", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.goto("/repos/harbour/newborn")
    with page.expect_response("**/status", timeout=60_000) as answer:
        page.unroute("**/status")
    assert answer.value.ok


def test_copying_works_on_a_network_without_https(look: Opener) -> None:
    page = look("/repos/harbour/tidemark")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    button = page.locator("[data-copy]").first
    button.click()
    expect(button).to_have_text("Copied")


def test_without_a_script_a_page_says_how_to_see_what_comes(chromium: Browser, busy: tuple[str, World]) -> None:
    url, _ = busy
    page = chromium.new_context(base_url=url, java_script_enabled=False).new_page()
    page.goto("/repos/harbour/newborn")
    expect(page.get_by_text("Reload the page to see it.")).to_be_visible()
    expect(page.get_by_text("This page shows it when it is there.")).to_be_hidden()
    page.context.close()
