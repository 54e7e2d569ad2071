"""What a pull request's check run tells: what the change does to the report, against its merge base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.fakehub.world import CheckRun, Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage
from tests.journeys.test_check_runs import opened, output, the_run
from tests.samples.history import mit_licence

PACKAGE = '{"name": "hello", "version": "1.0.0", "license": "%s", "dependencies": {%s}}\n'
BASE = {
    "README.md": "# Hello\n\nSays hello.\n",
    "LICENSE": mit_licence("Ada Lovelace"),
    "package.json": PACKAGE % ("MIT", '"express": "^4.18.0", "lodash": "^4.0.0"'),
    "index.js": "console.log('hello')\n",
    ".github/workflows/ci.yml": (
        "on: [push, pull_request]\npermissions:\n  contents: read\n"
        "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm test\n"
    ),
}
SECRET = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"  # split, so that no scanner takes this file for a leak
UNSAFE = (
    "on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
    "        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n      - run: npm test\n"
)


@dataclass(frozen=True, slots=True)
class Change:
    """Files that a pull request changes (None: removes), and what its check run says of it."""

    files: Mapping[str, str | None]
    title: str
    says: tuple[str, ...]
    annotated: set[tuple[str, int]] = field(default_factory=set)
    says_not: tuple[str, ...] = ("lodash",)


CHANGES = {
    "dependencies and technologies": Change(
        {"package.json": PACKAGE % ("MIT", '"express": "^5.0.0", "react": "^18.0.0"')},
        "±0 points",
        (
            "1 dependency added: `react ^18.0.0`",
            "1 dependency removed: `lodash ^4.0.0`",
            "1 dependency moved: `express ^4.18.0 → ^5.0.0`",
            "technologies: + React, − Lodash",
        ),
        says_not=("licence:",),
    ),
    "the licence": Change(
        {"LICENSE": None, "package.json": PACKAGE % ("Apache-2.0", '"express": "^4.18.0", "lodash": "^4.0.0"')},
        "−",
        ("licence: MIT → Apache-2.0", "pass → warning", "**Add the licence's text**"),
        {("package.json", 1)},
    ),
    "checks that turn, for better and worse": Change(
        {"SECURITY.md": "# Security\n\nWrite to security@example.test.\n", "README.md": None},
        "points",
        ("✅ Says how to report a vulnerability: fail → pass", "❌ README explains", "→ fail"),
    ),
    "the workflows' safety": Change(
        {".github/workflows/ci.yml": UNSAFE},
        "−",
        ("❌ Workflows are safe: pass → fail", "**New findings**", "actions/checkout v4"),
        {(".github/workflows/ci.yml", 1), (".github/workflows/ci.yml", 6)},
        says_not=("lodash", "+ GitHub Actions"),
    ),
    "a secret": Change(
        {"config.js": f"\nconst token = '{SECRET}'\n"},
        "−",
        ("❌ No credentials in the tree: pass → fail", "config.js:2", "**Revoke the leaked credential**"),
        {("config.js", 2)},
        says_not=(SECRET, "lodash"),
    ),
    "nothing that counts": Change({"notes.txt": "x\n"}, "±0 points", ("nothing that the report looks at has changed",)),
}


@pytest.fixture(scope="module")
def repository(stage: Stage) -> Repository:
    return stage.installed(BASE, name="base")


@pytest.fixture(scope="module")
def heads(stage: Stage, repository: Repository) -> dict[str, str]:
    """The head of each case's pull request. The default branch moves on after they were opened."""
    found = {
        name: opened(stage, repository, change.files, branch=f"change-{number}")[1]
        for number, (name, change) in enumerate(CHANGES.items())
    }
    moved_on = {"package.json": PACKAGE % ("MIT", '"left-pad": "1.3.0"'), "NEWS.md": "# News\n"}
    stage.bot.wait_report(repository.full_name, stage.hub.push(repository, moved_on))
    return found


@pytest.mark.parametrize("name", CHANGES)
def test_it_tells_what_the_change_does(repository: Repository, heads: dict[str, str], name: str) -> None:
    change, run = CHANGES[name], the_run(repository, heads[name])
    summary = output(run)["summary"]
    assert run.body["conclusion"] == "neutral"
    assert change.title in output(run)["title"]
    assert [part for part in change.says if part not in summary] == []
    assert [part for part in change.says_not if part in str(run.body)] == []
    assert change.annotated <= lines(run)
    assert {path for path, _ in lines(run)} <= set(change.files), "only what the change brings is annotated"


def lines(run: CheckRun) -> set[tuple[str, int]]:
    return {(one["path"], one["start_line"]) for one in run.annotations}


def test_a_pull_request_behind_its_branch_is_compared_with_its_merge_base(stage: Stage, repository: Repository) -> None:
    """What others merged meanwhile is not this change's doing."""
    issue, _ = opened(stage, repository, {"late.js": "1\n"}, branch="late")
    news = {"package.json": PACKAGE % ("MIT", '"moment": "2.0.0"')}
    stage.bot.wait_report(repository.full_name, stage.hub.push(repository, news))
    head = stage.hub.update_pull(repository, issue, {"late.js": "2\n"})
    summary = output(the_run(repository, head))["summary"]
    assert "nothing that the report looks at has changed" in summary
    assert "moment" not in summary


THRESHOLDS = {
    "a score": ("score: 99", {"a.js": "1\n"}, "below the threshold of 99"),
    "a drop": ("drop: 2", {"config.js": f"const token = '{SECRET}'\n"}, "more than the 2 allowed"),
    "a group": ("groups:\n    security: 99", {"a.js": "1\n"}, "The score for security is"),
    "a check": ("fail_on: [secrets]", {"config.js": f"const token = '{SECRET}'\n"}, "No credentials in the tree"),
    "none missed": ("score: 1\n  drop: 50", {"a.js": "1\n"}, ""),
}


def test_it_fails_by_the_thresholds_of_its_base_and_of_nothing_else(stage: Stage) -> None:
    runs = {}
    for name, (threshold, files, _) in THRESHOLDS.items():
        repository = stage.installed(BASE | {".github/radar.yml": f"thresholds:\n  {threshold}\n"})
        lowered = files | {".github/radar.yml": "thresholds:\n  score: 1\n"}
        runs[name] = (repository, opened(stage, repository, lowered)[1])
    for name, (_, _, reason) in THRESHOLDS.items():
        run = the_run(*runs[name])
        assert run.body["conclusion"] == ("failure" if reason else "success"), name
        assert reason in output(run)["summary"], name
        assert ("threshold missed" in output(run)["title"]) is bool(reason), name


def test_more_than_fifty_lines_are_annotated_fifty_a_request(stage: Stage) -> None:
    repository = stage.installed(BASE)
    workflow = "on: issues\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    steps = "      - uses: somebody/action{}@main\n      - run: echo ${{{{ github.event.issue.title }}}}\n"
    files = {
        ".github/workflows/many.yml": workflow + "".join(steps.format(number) for number in range(60)),
        "keys.py": "".join(f"token{number} = '{SECRET[:-4]}{number:04}'\n" for number in range(60)),
    }
    _, head = opened(stage, repository, files)
    run = the_run(repository, head)
    eventually(lambda: len(run.annotations) > 50, what="the second request")
    assert len(lines(run)) == len(run.annotations) <= 200, "each line once"
    assert {path for path, _ in lines(run)} == set(files)
    assert run.updates >= 1
