"""`analyze`: a repository on GitHub with a token, earlier reports, and the four forms on standard output."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.config import Settings, load_settings
from bot.model.errors import FinalError, UserError
from bot.model.report import decode_report, encode_report
from bot.verbs.analyze import analyze_remote, read_report, write_report
from tests.fakehub import FakeHub
from tests.web.sample_reports import rich_report

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
FILES = {"README.md": "# hello\n\nSays hello.\n", "hello.py": "print('hello')\n"}


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """A GitHub with acme/hello and the empty acme/nothing."""
    with FakeHub() as hub:
        hub.add_repository("acme", "hello", FILES)
        hub.add_repository("acme", "nothing")
        yield hub


def settings_for(hub: FakeHub, **values: Any) -> Settings:
    token = {"github_token": hub.token_for("ada").value}
    return load_settings(
        **(token | {"_env_file": None, "github_api_url": hub.api_url, "github_web_url": hub.url} | values)
    )


async def test_a_repository_on_github_is_read_with_a_token_and_its_cost_told(hub: FakeHub) -> None:
    report = await analyze_remote(settings_for(hub), "acme/hello", now=NOW, previous=None)
    assert (report.repository.owner, report.repository.name) == ("acme", "hello")
    assert report.repository.head_sha == hub.find("acme/hello").git.head()
    assert [one.name for one in report.languages] == ["Python"]
    assert report.api_requests == hub.ledger.billable
    assert report.changes is None


async def test_an_earlier_report_is_compared_with(hub: FakeHub) -> None:
    before = await analyze_remote(settings_for(hub), "acme/hello", now=NOW, previous=None)
    hub.push(hub.find("acme/hello"), {"main.go": "package main\n\nfunc main() {}\n"}, announce=False)
    after = await analyze_remote(settings_for(hub), "acme/hello", now=NOW, previous=before)
    assert after.changes is not None
    assert after.changes.languages_added == ("Go",)


async def test_an_empty_repository_has_a_report_without_an_archive(hub: FakeHub) -> None:
    report = await analyze_remote(settings_for(hub), "acme/nothing", now=NOW, previous=None)
    assert report.languages == ()
    assert hub.ledger.counts["archive"] == 0


async def test_without_a_token_it_says_what_to_do(hub: FakeHub) -> None:
    with pytest.raises(UserError, match="no folder acme/hello") as caught:
        await analyze_remote(settings_for(hub, github_token=None), "acme/hello", now=NOW, previous=None)
    assert "GITHUB_TOKEN" in caught.value.next_step


async def test_what_the_token_does_not_see_is_the_last_word(hub: FakeHub) -> None:
    with pytest.raises(FinalError):
        await analyze_remote(settings_for(hub), "acme/absent", now=NOW, previous=None)


NO_REPORTS = {
    "not there": (None, "cannot be read"),
    "no JSON": (b"# hello", "is no report"),
    "other JSON": (b"{}", "is no report"),
    "another shape": (b'{"repository": 7}', "is no report"),
    "no text": (b"\xff\xfe", "is no report"),
}


@pytest.mark.parametrize("case", NO_REPORTS)
def test_what_is_no_report_is_a_slip(tmp_path: Path, case: str) -> None:
    body, said = NO_REPORTS[case]
    if body is not None:
        (tmp_path / "before.json").write_bytes(body)
    with pytest.raises(UserError, match=said):
        read_report(tmp_path / "before.json")


def test_a_report_is_written_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = rich_report(42, "acme", "tidemark", NOW)
    write_report(report, "json", Console(file=io.StringIO()))
    (tmp_path / "report.json").write_text(capsys.readouterr().out)
    assert read_report(tmp_path / "report.json") == report == decode_report(encode_report(report))


def test_sarif_and_markdown_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    report = rich_report(42, "acme", "tidemark", NOW)
    console = Console(file=io.StringIO())
    write_report(report, "sarif", console)
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"
    write_report(report, "markdown", console)
    assert capsys.readouterr().out.startswith("# ")
    write_report(report, "text", console)
    assert capsys.readouterr().out == "", "text goes to the console, which knows the terminal's width"
