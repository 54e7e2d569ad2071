"""The command line as people type it: exit codes, one clear line for a slip, output that pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest

from bot import cli
from bot.analysis import RULESET_VERSION
from bot.model.report import decode_report
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parent.parent


def bot(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot …` in a folder of its own, with nothing set but what is given."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env={**keep, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


class Outcome(NamedTuple):
    """The exit code, and what was said."""

    code: int
    out: str
    err: str


Typed = Callable[..., Outcome]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """The same in this process, which spares its start."""

    def run(*arguments: str, **environment: str) -> Outcome:
        for name in set(os.environ) - {"PATH", "HOME", "TMPDIR", "SSL_CERT_FILE"}:
            monkeypatch.delenv(name)
        for name, value in {"COLUMNS": "120", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["bot", *arguments])
        monkeypatch.setattr(cli, "configure_logs", lambda form, level: None)
        return Outcome(cli.main(), *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small repository with two commits, the second of which adds a dependency."""
    folder = tmp_path_factory.mktemp("checkout") / "tool"
    folder.mkdir()
    env = {
        **os.environ,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    manifest = '[project]\nname = "tool"\nversion = "1.0"\ndependencies = [%s]\n'
    (folder / "README.md").write_text("# tool\n\nCounts things.\n")
    (folder / "pyproject.toml").write_text(manifest % "")
    (folder / "tool.py").write_text("print(1)\n")
    git("add", ".")
    git("commit", "-qm", "Begin")
    return folder


def test_a_report_in_the_terminal(checkout: Path, tmp_path: Path) -> None:
    done = bot("analyze", str(checkout), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for said in ("tool", "What to do next", "Checks", "Python"):
        assert said in done.stdout
    assert done.stderr == ""


def test_json_is_a_report_and_the_same_again_but_for_the_time(checkout: Path, tmp_path: Path) -> None:
    one, two = (bot("analyze", str(checkout), "--json", cwd=tmp_path).stdout for _ in range(2))
    first, second = (json.loads(text) for text in (one, two))
    assert decode_report(one.encode()).repository.name == "tool"
    for report in (first, second):
        del report["analyzed_at"]
    assert first == second


@pytest.mark.parametrize(("form", "beginning"), [("markdown", "#"), ("sarif", "{")])
def test_other_formats(checkout: Path, typed: Typed, form: str, beginning: str) -> None:
    done = typed("analyze", str(checkout), "--format", form)
    assert done.code == 0, done.err
    assert done.out.startswith(beginning)
    if form == "sarif":
        assert json.loads(done.out)["version"] == "2.1.0"


def test_two_reports_are_compared(checkout: Path, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text(typed("analyze", str(checkout), "--json").out)
    manifest = checkout / "pyproject.toml"
    before = manifest.read_text()
    manifest.write_text(before.replace("[]", '["httpx>=0.27"]'))
    try:
        env = {**os.environ, "GIT_AUTHOR_NAME": "Ada", "GIT_COMMITTER_NAME": "Ada", "EMAIL": "ada@example.org"}
        subprocess.run(["git", "commit", "-qam", "Ask the web"], cwd=checkout, env=env, check=True)
        done = typed("analyze", str(checkout), "--against", "before.json")
    finally:
        manifest.write_text(before)
    assert done.code == 0, done.err
    assert "What changed" in done.out
    assert "dependency added: httpx" in done.out


SLIPS = {
    "no repository": (("analyze", "."), "is no git repository"),
    "no such folder": (("analyze", "./nowhere"), "nowhere"),
    "a name without a token": (("analyze", "acme/hello"), "GITHUB_TOKEN"),
    "no report to compare with": (("analyze", ".", "--against", "absent.json"), "absent.json"),
    "an unknown format": (("analyze", ".", "--format", "pdf"), "pdf"),
    "an unknown verb": (("analyse", "."), "analyse"),
    "nobody to ask as": (("batch",), "GITHUB_TOKEN"),
    "an odd choice of forks": (("batch", "--forks", "some"), "without-forks"),
    "an odd scope of a token": (("token", "create", "x", "--scope", "all"), "is not one of 'read', 'write'"),
    "a token for nobody": (("token", "create", "x", "--account", "acme"), "not installed on acme"),
    "a delivery that is not held": (("replay", "no-such-guid"), "no-such-guid"),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_is_told_in_a_line_and_ends_with_2(typed: Typed, case: str) -> None:
    arguments, said = SLIPS[case]
    done = typed(*arguments)
    assert done.code == 2, done
    assert said in done.err


@pytest.mark.parametrize("arguments", [("analyze", "nowhere"), ("analyse",)])
def test_a_slip_ends_the_process_with_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = bot(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert arguments[-1] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("PORT", "web", "PORT must be"),
        ("DATABASE_URL", "mysql://h/d", "DATABASE_URL takes sqlite"),
        ("GITHUB_API_URL", "github", "GITHUB_API_URL must be"),
    ],
)
def test_a_wrong_setting_is_named(typed: Typed, setting: str, value: str, said: str) -> None:
    done = typed("serve", **{"PORT": "0", setting: value})
    assert done.code == 2, done
    assert said in done.err


def test_migrate_tells_what_it_did(typed: Typed) -> None:
    first, second = typed("migrate"), typed("migrate")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert first.out.startswith("Applied ")
    assert second.out == "The database is up to date.\n"


def test_replay_lists_an_empty_inbox(typed: Typed) -> None:
    done = typed("replay")
    assert done.code == 0, done.err
    assert "The inbox is empty" in done.out


def test_tokens_are_made_listed_and_revoked(typed: Typed, tmp_path: Path) -> None:
    made = typed("token", "create", "CI", "--scope", "write")
    assert made.code == 0, made.err
    secret = made.out.splitlines()[0]
    assert secret.startswith("radar_")
    listed = typed("token", "list").out
    assert "CI" in listed
    assert "write" in listed
    assert secret not in listed
    assert secret.encode() not in (tmp_path / "radar.db").read_bytes()
    assert typed("token", "revoke", "1").code == 0
    assert "revoked" in typed("token", "list").out
    again = typed("token", "revoke", "1")
    assert (again.code, "No token 1 is in use" in again.err) == (2, True)


def test_doctor_finds_what_is_missing_and_says_what_to_do(typed: Typed) -> None:
    done = typed("doctor")
    assert done.code == 1, done.err
    assert "GITHUB_APP_ID, GITHUB_PRIVATE_KEY, GITHUB_WEBHOOK_SECRET not set" in done.out
    assert "/setup" in done.out
    assert "Traceback" not in done.err


def test_help_names_every_verb(tmp_path: Path) -> None:
    done = bot("--help", cwd=tmp_path)
    assert done.returncode == 0
    for verb in ("serve", "analyze", "batch", "doctor", "migrate", "replay"):
        assert verb in done.stdout


def test_the_version_is_told_with_the_rulesets(tmp_path: Path) -> None:
    done = bot("--version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Repo Radar {metadata.version('repo-radar')}, ruleset {RULESET_VERSION}\n"
