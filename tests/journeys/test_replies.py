"""What a reply says, and what it never does: no ping, no foreign link or HTML, never longer than GitHub takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import httpx
import pytest
from markdown_it import MarkdownIt

from bot.commands.markdown import MAX_COMMENT
from tests.fakehub.world import Repository
from tests.journeys.conftest import Stage
from tests.journeys.talk import ask
from tests.patience import PATIENCE_S

HOSTILE = (
    "@octocat #1 GH-2 octo/other#3 https://evil.test www.evil.test <img src=x onerror=alert(1)> </details> [x](//evil)"
)
UNPINNED = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
OURS = {
    "h1", "h2", "h3", "h4", "p", "a", "code", "strong", "em", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th",
    "td", "details", "summary", "sub", "br", "hr",
}  # fmt: skip
"""The HTML that our own Markdown becomes."""


class Rendered(HTMLParser):
    """A reply as GitHub shows it: its text outside of code and links, its links, its elements.

    `folds`: each `<details>` opened (1) and closed (-1), in their order.
    """

    def __init__(self, body: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.folds: list[int] = []
        self._inside: list[str] = []
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(body))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "details":
            self.folds.append(1)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag in {"a", "code"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"a", "code"}:
            self._inside.remove(tag)
        elif tag == "details":
            self.folds.append(-1)

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text += data


PINGS = re.compile(r"@\w|#\d|\bGH-\d|https?://\w|\bwww\.\w", re.IGNORECASE)


def assert_harmless(stage: Stage, body: str) -> None:
    shown = Rendered(body)
    assert not PINGS.search(shown.text), PINGS.findall(shown.text)
    assert shown.tags <= OURS
    assert all(link.startswith((f"{stage.hub.url}/", f"{stage.bot.url}/")) for link in shown.links), shown.links
    assert shown.folds == [1, -1] * (len(shown.folds) // 2), "what is folded is closed, and nothing else closes it"


def reported(stage: Stage, files: Mapping[str, str], description: str = "") -> Repository:
    login = stage.account()
    made = stage.hub.add_repository(login, "talkative", files, description=description)
    stage.hub.install(login)
    stage.bot.wait_report(made.full_name, made.git.head())
    return made


@pytest.fixture(scope="module")
def hostile(stage: Stage) -> Repository:
    """A repository that tries to speak through our replies."""
    dependencies = {"@octocat/evil": "^1.0.0 || @everyone", "left-pad": "https://evil.test/#1", HOSTILE: "*"}
    package = {"name": HOSTILE, "description": HOSTILE, "license": HOSTILE, "dependencies": dependencies}
    return reported(
        stage,
        {
            "README.md": f"# {HOSTILE}\n\n{HOSTILE}\n",
            "LICENSE": HOSTILE,
            "package.json": json.dumps(package),
            f"src/{HOSTILE.replace('/', '_')[:120]}.js": f"// TODO {HOSTILE}\n" * 900,
            ".github/CODEOWNERS": f"* @octocat @evil/team\n/nowhere/ {HOSTILE}\n",
            ".github/workflows/@octocat #1.yml": UNPINNED + "      - uses: octo/other@main # @octocat\n",
            ".github/radar.yml": f"ignore:\n  tests: {json.dumps(HOSTILE)}\nnonsense: {json.dumps(HOSTILE)}\n",
            "Dockerfile": "FROM evil.test/@octocat:latest\n",
        },
        description=HOSTILE,
    )


def test_a_report_of_a_hostile_repository_pings_nobody_and_leads_nowhere_else(
    stage: Stage, hostile: Repository
) -> None:
    body = ask(stage, hostile, "/radar report\n/radar status\n/radar help").answer().body
    assert "octocat" in body, "or nothing of theirs was shown at all"
    assert_harmless(stage, body)


def test_no_explanation_of_it_does(stage: Stage, hostile: Repository) -> None:
    checks = sorted({check["id"] for check in stage.bot.report(hostile.full_name)["report"]["checks"]})
    questions = [
        ask(stage, hostile, "\n".join(f"/radar explain {one}" for one in checks[start : start + 10]))
        for start in range(0, len(checks), 10)
    ]
    bodies = [question.answer().body for question in questions]
    assert sum(body.count("**Why it matters**") for body in bodies) >= len(checks) * 0.8
    for body in bodies:
        assert_harmless(stage, body)


def test_a_huge_report_fits_however_often_it_is_asked_for(stage: Stage) -> None:
    dependencies = {f"@{'long-scope' * 5}/{'package-name' * 8}-{number}": f"^{number}.0.0" for number in range(3_000)}
    files = {
        f".github/workflows/{'w' * 100}{number}.yml": f"{UNPINNED}      - uses: a/b@main\n" for number in range(80)
    }
    files["package.json"] = json.dumps({"name": "huge", "dependencies": dependencies})
    repository = reported(stage, files | {"README.md": "# Huge\n"}, "wörter 🎉 " * 30)
    once = ask(stage, repository, "/radar report").answer().body
    often = ask(stage, repository, "/radar report\n" * 9 + "/radar help").answer().body
    assert MAX_COMMENT / 10 < len(once) < len(often) < MAX_COMMENT
    for body in (once, often):
        assert_harmless(stage, body)
        assert "### [" in body
        assert "`/radar help`" in body


def test_a_report_has_what_people_want_to_read_first(stage: Stage) -> None:
    repository = reported(stage, {"README.md": "# Shop\n", "package.json": '{"name": "shop"}', "index.js": "1\n"})
    workflow = {".github/workflows/ci.yml": f"{UNPINNED}      - uses: somebody/action@main\n"}
    sha = stage.hub.push(repository, {"package.json": '{"dependencies": {"express": "^4.18.0"}}', **workflow})
    found = stage.bot.wait_report(repository.full_name, sha)["report"]
    body = ask(stage, repository, "/radar").answer().body
    headline = body.splitlines()[1]
    assert headline.startswith(f"### [{repository.full_name}]({stage.bot.url}/repos/{repository.full_name}): ")
    assert f"{found['score']} of 100" in headline
    assert found["grade"] in headline
    order = ("### [", "changed", "**What to do next**", "<details>")
    places = [body.lower().index(part.lower()) for part in order]
    assert places == sorted(places)
    assert "express" in body
    lines = [link for link in Rendered(body).links if f"/blob/{sha}/" in link]
    assert f"{stage.hub.url}/{repository.full_name}/blob/{sha}/.github/workflows/ci.yml#L6" in lines
    assert {httpx.get(link, timeout=PATIENCE_S, trust_env=False).status_code for link in lines} == {200}
