"""The dashboard in a real browser: sign in, filter, read, refresh, follow, replay; dark, narrow, without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

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
    REPORT,
    f"{REPORT}/history",
    "/technologies",
    "/technologies/React",
    "/dependencies",
    "/batches",
    "/runs",
    "/deliveries",
    "/settings",
    "/api",
    "/sign-in",
)


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
    assert links.count() > 5


def test_refresh_and_watch_it_happen(visit: Visitor, stage: Stage) -> None:
    page = visit()
    page.goto(f"/repos/{ACCOUNT}/lantern")
    before = page.locator("#history, .facts time").first.get_attribute("datetime")
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("[data-waiting]")).to_have_count(0, timeout=60_000)
    assert page.locator("#history, .facts time").first.get_attribute("datetime") != before
    answer = stage.bot.api.get(f"/api/repos/{ACCOUNT}/lantern/intelligence")
    assert answer.json()["status"] == "completed"


def test_a_batch_shows_its_progress_live(visit: Visitor) -> None:
    page = visit()
    page.goto("/batches")
    page.get_by_label("Current ones too").check()
    page.get_by_role("button", name="Start a batch").click()
    expect(page.get_by_role("heading", name=re.compile("^Batch"))).to_be_visible()
    expect(page.locator("[data-value='status'], .pill.completed").first).to_have_text("completed", timeout=90_000)
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
    assert "status=stale" in page.url
    page.goto(f"/repos/{ACCOUNT}/sundial")
    page.get_by_role("button", name="Refresh").click()
    assert page.get_by_text("A new analysis is").or_(page.get_by_role("button", name="Refresh")).first.is_visible()


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


def test_the_layout_does_not_jump_while_it_loads(visit: Visitor) -> None:
    page = visit()
    for path in ("/", "/repos", REPORT):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        shifted = page.evaluate(
            """() => new Promise((done) => {
                let sum = 0;
                new PerformanceObserver((list) => {
                    for (const entry of list.getEntries()) sum += entry.value;
                }).observe({ type: "layout-shift", buffered: true });
                setTimeout(() => done(sum), 300);
            })"""
        )
        assert shifted < 0.01, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_problem(visit: Visitor, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme, bypass_csp=True)
    troubles = {}
    for path in PAGES if scheme == "light" else ("/", "/repos", REPORT, "/deliveries", "/settings"):
        page.goto(path)
        for fold in page.locator("details").all()[:6]:
            fold.evaluate("fold => fold.open = true")
        page.evaluate(axe)
        found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
        serious = [trouble for trouble in found["violations"] if trouble["impact"] in {"serious", "critical"}]
        if serious:
            troubles[path] = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in serious]
    assert not troubles, json.dumps(troubles, indent=1)


def test_pictures_for_the_readme(visit: Visitor, picture: Callable[[Page, str], None]) -> None:
    light = visit(device_scale_factor=1.5)
    for path, name in (
        ("/", "overview"),
        (REPORT, "report"),
        ("/deliveries", "deliveries"),
        ("/repos", "repositories"),
    ):
        light.goto(path)
        picture(light, name)
    dark = visit(device_scale_factor=1.5, color_scheme="dark")
    dark.goto(REPORT)
    picture(dark, "report-dark")
    phone = visit(device_scale_factor=2, viewport={"width": 390, "height": 800}, is_mobile=True)
    phone.goto(REPORT)
    picture(phone, "phone")


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
        picture(window, "setup")
        window.get_by_label("Organisation").fill("harbour")
        window.get_by_role("button", name="Use these").click()
        window.get_by_role("button", name=re.compile("^Create")).click()
        expect(window.get_by_role("heading", name=re.compile("is ready"))).to_be_visible()
        env = tmp_path / "bot" / ".env"
        assert env.stat().st_mode & 0o777 == 0o600
        assert "GITHUB_PRIVATE_KEY=" in env.read_text()
        window.get_by_role("link", name="To the overview").click()

        def is_connected() -> bool:
            window.goto(f"{bot.url}/")
            return window.get_by_text("Connect Repo Radar to GitHub").count() == 0

        eventually(is_connected, what="the credentials in use")
        assert window.goto(link).status == 403  # type: ignore[union-attr]
