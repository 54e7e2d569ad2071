"""The dashboard in a real browser: sign in, filter, read, refresh, follow, replay; dark, narrow, without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ACCOUNT, Stage, Visitor, setup_link, unconfigured_bot
from tests.fakehub import FakeHub
from tests.journeys.bot_process import eventually

REPORT = f"/repos/{ACCOUNT}/teashop"
PAGES = (
    "/",
    "/repos",
    "/repos?q=tea&sort=name",
    "/repos?q=nothing-like-this",
    REPORT,
    f"{REPORT}/history",
    f"{REPORT}/dependencies",
    f"/repos/{ACCOUNT}/blank",
    f"/repos/{ACCOUNT}/relic",
    "/technologies",
    "/technologies/React",
    "/dependencies",
    "/dependencies/npm/react",
    "/batches",
    "/runs?state=failed",
    "/runs",
    "/deliveries",
    "/settings",
    "/api",
    "/sign-in",
)
JUMPED = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 200);
})"""
FOCUSED = """() => {
    const there = document.activeElement, style = getComputedStyle(there), box = there.getBoundingClientRect();
    const seen = style.outlineStyle !== "none" && box.width > 0 && box.right > 0 && box.bottom > 0;
    return { text: there.textContent.trim().slice(0, 60), tag: there.tagName, id: there.id, seen };
}"""


def test_pictures_for_the_readme(visit: Visitor, stage: Stage, picture: Callable[[Page, str], None]) -> None:
    light = visit(device_scale_factor=1.5, viewport={"width": 1180, "height": 820})
    count = str(len(stage.hub.world.repositories))

    def is_counted() -> bool:
        light.goto("/")
        return light.locator(".tile b").first.text_content() == count

    eventually(is_counted, what=f"{count} repositories on the overview")
    for path, name in (("/", "overview"), (REPORT, "report"), ("/deliveries", "deliveries")):
        answer = light.goto(path)
        assert answer is not None
        assert answer.ok, path
        picture(light, name)
    dark = visit(device_scale_factor=1.5, color_scheme="dark", viewport={"width": 1180, "height": 820})
    dark.goto(REPORT)
    picture(dark, "report-dark")


def test_a_command_is_answered_as_people_read_it(
    visit: Visitor, stage: Stage, picture: Callable[[Page, str], None]
) -> None:
    page = visit(signed_in=False, allow_github=True, device_scale_factor=1.5, viewport={"width": 960, "height": 620})
    page.goto(f"{stage.hub.url}/{ACCOUNT}/teashop/issues/1")
    asked = page.locator("article", has_text="/radar report").nth(1)
    expect(asked).to_contain_text("🚀")
    expect(page.get_by_text("What to do next")).to_be_visible()
    asked.evaluate("element => element.scrollIntoView()")
    picture(page, "reply")


def test_sign_in_with_github_and_out_again(visit: Visitor) -> None:
    page = visit(signed_in=False, allow_github=True)
    page.goto("/repos")
    expect(page.get_by_role("link", name=f"{ACCOUNT}/orchard")).to_have_count(0)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Sign in with GitHub").click()
    expect(page.get_by_text("ada", exact=True)).to_be_visible()
    page.goto("/repos")
    expect(page.get_by_role("link", name=f"{ACCOUNT}/orchard")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_filters_stand_in_the_address(visit: Visitor) -> None:
    page = visit()
    page.goto("/repos")
    page.get_by_label("Language").select_option("TypeScript")
    expect(page).to_have_url(re.compile(r"/repos\?language=TypeScript$"))
    expect(page.get_by_role("link", name=f"{ACCOUNT}/teashop")).to_be_visible()
    expect(page.get_by_role("link", name=f"{ACCOUNT}/lantern")).to_have_count(0)
    page.get_by_role("link", name="Repository", exact=True).click()
    expect(page).to_have_url(re.compile("sort=name"))
    assert "language=TypeScript" in page.url
    page.get_by_label("Name contains").fill("nothing-like-this")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("No repository matches")).to_be_visible()


def test_a_report_is_opened_by_keyboard_and_its_evidence_leads_to_the_line(visit: Visitor, stage: Stage) -> None:
    page = visit()
    page.goto("/repos?q=teashop")
    page.get_by_role("link", name=f"{ACCOUNT}/teashop").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{ACCOUNT}/teashop")
    check = page.locator("details.check").first
    check.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(check.locator(".body")).to_be_visible()
    sha = stage.hub.find(f"{ACCOUNT}/teashop").git.head()
    links = page.locator(f'a[href^="{stage.hub.url}/{ACCOUNT}/teashop/blob/{sha}/"]')
    expect(links.nth(5)).to_be_attached()


def tab_to(page: Page, wanted: Callable[[dict[str, Any]], bool], limit: int = 60) -> dict[str, Any]:
    """Presses Tab until that element has the focus; each on the way must show that it has it."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        focused: dict[str, Any] = page.evaluate(FOCUSED)
        assert focused["seen"], f"nobody sees that this has the focus: {focused}"
        if wanted(focused):
            return focused
    raise AssertionError(f"not reached with {limit} Tabs")


def test_the_main_way_is_gone_by_keyboard_alone(visit: Visitor) -> None:
    page = visit()
    page.goto("/repos")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["text"] == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(page, lambda focused: focused["id"] == "f-q", limit=4)
    page.keyboard.type("teashop")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=teashop"))
    page.wait_for_load_state()
    tab_to(page, lambda focused: focused["text"] == f"{ACCOUNT}/teashop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{ACCOUNT}/teashop")
    page.wait_for_load_state()
    tab_to(page, lambda focused: focused["text"] == "Refresh")
    tab_to(page, lambda focused: focused["tag"] == "SUMMARY")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")


def test_a_failed_run_tells_why_and_is_retried(visit: Visitor, stage: Stage) -> None:
    page = visit()
    page.goto("/")
    page.locator(".tile", has_text="failed").click()
    expect(page.get_by_text("GitHub blocks access").first).to_be_visible()
    page.goto("/runs?state=failed")
    expect(page.get_by_text("GitHub blocks access")).to_be_visible()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()


def test_refresh_and_watch_it_happen(visit: Visitor, stage: Stage) -> None:
    page = visit()
    page.goto(f"/repos/{ACCOUNT}/lantern")
    shown = page.locator("#history, .facts time").first
    before = shown.get_attribute("datetime")
    assert before
    page.get_by_role("button", name="Refresh").click()
    expect(shown).not_to_have_attribute("datetime", before)
    expect(page.locator("[data-waiting]")).to_have_count(0)
    answer = stage.bot.api.get(f"/api/repos/{ACCOUNT}/lantern/intelligence")
    assert answer.json()["status"] == "completed"


def test_a_batch_shows_its_progress_live(visit: Visitor) -> None:
    page = visit()
    page.goto("/batches")
    page.get_by_label("Also what has a current report").check()
    page.get_by_role("button", name="Start a batch").click()
    expect(page.get_by_role("heading", name=re.compile("^Batch"))).to_be_visible()
    expect(page.locator("[data-value='status'], .pill.completed").first).to_have_text("completed")
    expect(page.locator("[data-value='done']")).not_to_have_text("0")


def test_a_delivery_tells_what_became_of_it_and_is_replayed(visit: Visitor) -> None:
    page = visit()
    page.goto("/deliveries?event=push")
    expect(page.get_by_text("settle-pushes").first).to_be_visible()
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_text("Became 1 event")).to_be_visible()
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("The delivery goes through the bot again.")).to_be_visible()
    expect(page.get_by_text("Replayed 1 time.")).to_be_visible()


def test_dependencies_are_searched_as_one_types(visit: Visitor) -> None:
    page = visit()
    page.goto(REPORT)
    field = page.get_by_label("Search dependencies")
    if not page.locator("#packages").is_visible():
        page.locator("#dependencies summary").click()
    field.fill("react")
    shown = page.locator("#packages tbody tr:visible")
    assert 0 < shown.count() < page.locator("#packages tbody tr").count()


def test_two_reports_are_compared(visit: Visitor) -> None:
    page = visit()
    page.goto(f"{REPORT}/history")
    page.get_by_role("button", name="Compare the two chosen").click()
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()


def test_everything_works_without_javascript(visit: Visitor) -> None:
    page = visit(java_script_enabled=False)
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.get_by_role("heading", level=1).is_visible()
    page.goto("/repos")
    page.get_by_label("Status").select_option("stale")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("status=stale"))
    page.goto(f"/repos/{ACCOUNT}/sundial")
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("A new analysis is").or_(page.get_by_role("button", name="Refresh")).first).to_be_visible()


@pytest.mark.parametrize("width", [360, 820])
def test_nothing_sticks_out_of_a_narrow_screen(visit: Visitor, width: int) -> None:
    page = visit(viewport={"width": width, "height": 780})
    for path in PAGES:
        page.goto(path)
        wide = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        inside = "!e.closest('.table-wrap, pre, .nav')"
        found = page.evaluate(f"{wide}.filter(e => {inside}).slice(0, 3).map(e => e.outerHTML.slice(0, 150))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, found)


def test_pages_stay_below_100_kb(visit: Visitor, stage: Stage) -> None:
    page = visit()
    reports = [f"/repos/{repository.full_name}" for repository in stage.hub.world.repositories.values()]
    sizes = {}
    for path in (*PAGES, *reports):
        answer = page.goto(path)
        assert answer is not None
        sizes[path] = len(answer.body())
    assert {path: size for path, size in sizes.items() if size > 100_000} == {}


JUMPS_AT_MOST = 0.05
"""Half of what Web Vitals calls good: a busy browser may paint a table before all its rows are here."""


@pytest.mark.parametrize("width", [375, 1280])
def test_the_layout_does_not_jump_while_it_loads(visit: Visitor, width: int) -> None:
    page = visit(viewport={"width": width, "height": 800})
    jumped = {}
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        jumped[path] = page.evaluate(JUMPED)
    assert {path: sum_ for path, sum_ in jumped.items() if sum_ > JUMPS_AT_MOST} == {}


@pytest.mark.parametrize(("scheme", "only"), [("light", "{}"), ("dark", "{ runOnly: ['color-contrast'] }")])
def test_axe_finds_no_serious_problem(visit: Visitor, axe: str, scheme: str, only: str) -> None:
    """The dark pages have the same elements as the light ones: of them only the colours are looked at."""
    page = visit(color_scheme=scheme, bypass_csp=True)
    troubles = {}
    page.goto("/deliveries")
    newest = page.get_by_role("table").get_by_role("link").first.get_attribute("href")
    page.goto("/batches")
    batch = page.get_by_role("table").get_by_role("link").first.get_attribute("href")
    for path in (*PAGES, newest or "", batch or ""):
        page.goto(path)
        for fold in page.locator("details").all()[:6]:
            fold.evaluate("fold => fold.open = true")
        page.evaluate(axe)
        found = page.evaluate(f"axe.run({{ ...{only}, resultTypes: ['violations'] }})")
        serious = [trouble for trouble in found["violations"] if trouble["impact"] in {"serious", "critical"}]
        if serious:
            troubles[path] = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in serious]
    assert not troubles, json.dumps(troubles, indent=1)


def test_set_up_from_nothing(visit: Visitor, tmp_path: Path, picture: Callable[[Page, str], None]) -> None:
    with FakeHub() as hub, unconfigured_bot(hub, tmp_path / "bot") as bot:
        page = visit(signed_in=False, allow_github=True, device_scale_factor=1.5)
        context = page.context
        window = context.new_page()
        window.goto(f"{bot.url}/")
        expect(window.get_by_text("Connect Repo Radar to GitHub")).to_be_visible()
        assert window.goto(f"{bot.url}/setup").status == 403  # type: ignore[union-attr]
        link = setup_link(bot)
        window.goto(link)
        expect(window.get_by_role("heading", name="Set up")).to_be_visible()
        window.set_viewport_size({"width": 1000, "height": 720})
        picture(window, "setup")
        window.get_by_label("Organisation").fill("harbour")
        window.get_by_role("button", name="Use these").click()
        window.get_by_role("button", name=re.compile("^Create")).click()
        expect(window.get_by_role("heading", name=re.compile("is ready"))).to_be_visible()
        window.set_viewport_size({"width": 760, "height": 440})
        picture(window, "installed")
        env = tmp_path / "bot" / ".env"
        assert env.stat().st_mode & 0o777 == 0o600
        assert "GITHUB_PRIVATE_KEY=" in env.read_text()
        window.get_by_role("link", name="To the overview").click()

        def is_connected() -> bool:
            window.goto(f"{bot.url}/")
            return window.get_by_text("Connect Repo Radar to GitHub").count() == 0

        eventually(is_connected, what="the credentials in use")
        assert window.goto(link).status == 403  # type: ignore[union-attr]
