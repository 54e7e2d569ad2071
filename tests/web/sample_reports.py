"""Reports as rich as real ones, made by hand: what page tests show and the browser looks at."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec

from bot.model.report import (
    Action,
    Activity,
    Changes,
    Check,
    Component,
    Document,
    Effort,
    Evidence,
    Group,
    GroupScore,
    HotFunction,
    Identity,
    Insight,
    Kind,
    LanguageLines,
    LargeFile,
    Licence,
    MovedPackage,
    OfficialLanguage,
    Owner,
    Ownership,
    Package,
    Report,
    Runtime,
    Scope,
    Size,
    State,
    Status,
    Structure,
    Technology,
    TurnedCheck,
    Week,
)

GRADES = ((90, "A"), (80, "B"), (70, "C"), (55, "D"), (40, "E"), (0, "F"))
SECRET_PLACE = "deploy/settings.py"

_CHECKS = (
    (1, "purpose", Group.IDENTITY, "Says what it is for", State.PASS, "The description names its purpose.", 2),
    (4, "licence", Group.IDENTITY, "Has a licence", State.PASS, "MIT in LICENSE, declared in pyproject.toml too.", 4),
    (
        10,
        "lockfile",
        Group.STACK,
        "Locks its dependencies",
        State.WARN,
        "uv.lock is there, but older than pyproject.toml.",
        3,
    ),
    (16, "binaries", Group.SIZE, "No binaries in the tree", State.PASS, "None found.", 2),
    (18, "human-commits", Group.MAINTENANCE, "People work on it", State.PASS, "41 commits by 5 people in 90 days.", 4),
    (
        21,
        "first-response",
        Group.MAINTENANCE,
        "Issues are answered",
        State.WARN,
        "Half of the issues wait longer than 9 days.",
        3,
    ),
    (
        25,
        "readme",
        Group.COMMUNITY,
        "README tells how to start",
        State.PASS,
        "Install and usage sections are there.",
        5,
    ),
    (
        26,
        "contributing",
        Group.COMMUNITY,
        "Tells how to contribute",
        State.FAIL,
        "Neither a file nor a README section.",
        2,
    ),
    (32, "ci", Group.QUALITY, "Has CI", State.PASS, "GitHub Actions, 2 workflows.", 5),
    (33, "ci-tests", Group.QUALITY, "CI runs the tests", State.PASS, "pytest on every pull request.", 5),
    (36, "coverage", Group.QUALITY, "Reports coverage", State.FAIL, "No coverage tool is configured.", 2),
    (
        38,
        "security-policy",
        Group.SECURITY,
        "Has a security policy",
        State.FAIL,
        "No SECURITY.md here or in .github.",
        3,
    ),
    (40, "workflow-safety", Group.SECURITY, "Workflows are safe", State.WARN, "zizmor found 1 medium problem.", 4),
    (41, "pinned-actions", Group.SECURITY, "Pins actions", State.FAIL, "5 of 7 actions float on a tag.", 3),
    (42, "secrets", Group.SECURITY, "No credentials in the tree", State.FAIL, "One AWS key.", 5),
    (43, "vulnerabilities", Group.SECURITY, "No known vulnerabilities", State.UNKNOWN, "", 4),
    (48, "codeowners", Group.OWNERSHIP, "CODEOWNERS is right", State.PASS, "Covers 92 % of the files.", 2),
    (49, "bus-factor", Group.OWNERSHIP, "More than one person carries it", State.PASS, "2 people.", 3),
    (51, "reviewed", Group.OWNERSHIP, "Merges are reviewed", State.PASS, "88 % of merged pull requests.", 3),
    (53, "complexity", Group.STRUCTURE, "Functions stay simple", State.WARN, "3 functions above 25.", 2),
    (47, "fuzzing", Group.SECURITY, "Fuzzing or property tests", State.NOT_APPLICABLE, "", 1),
)

_EVIDENCE = {
    "licence": (Evidence(path="LICENSE", line=1), Evidence(path="pyproject.toml", line=9)),
    "lockfile": (Evidence(path="uv.lock"),),
    "human-commits": (Evidence(field="defaultBranchRef.target.history"),),
    "readme": (Evidence(path="README.md", line=24, detail="Installation"),),
    "ci": (Evidence(path=".github/workflows/ci.yml", line=1),),
    "ci-tests": (Evidence(path=".github/workflows/ci.yml", line=31),),
    "workflow-safety": (Evidence(path=".github/workflows/release.yml", line=14, detail="template injection"),),
    "pinned-actions": tuple(Evidence(path=".github/workflows/ci.yml", line=line) for line in (18, 21, 27, 44, 52)),
    "secrets": (Evidence(path=SECRET_PLACE, line=12, detail="AWS access key"),),
    "complexity": (Evidence(path="src/tidemark/solver.py", line=88, detail="complexity 31"),),
}
_NEXT = {
    State.WARN: "Look at the places below and bring them up to date.",
    State.FAIL: "Add what is missing; the places below show where.",
}


def sha_of(text: str) -> str:
    """A commit's name made of some text."""
    return hashlib.sha1(text.encode()).hexdigest()


def grade_of(score: int) -> str:
    """The grade by the ruleset's table."""
    return next(grade for lowest, grade in GRADES if score >= lowest)


def rich_report(
    repository_id: int,
    owner: str,
    name: str,
    now: datetime,
    *,
    score: int = 78,
    language: str = "Python",
    status: Status = Status.ACTIVE,
    kind: Kind = Kind.LIBRARY,
    licence: str = "MIT",
    is_private: bool = False,
    revision: str = "1",
) -> Report:
    """A whole report of a repository that is well kept, but not in everything."""
    return Report(
        ruleset_version="2026.11",
        config_digest="none",
        repository=Identity(
            id=repository_id,
            owner=owner,
            name=name,
            url=f"https://github.com/{owner}/{name}",
            description=f"{name} predicts the tides of 4,000 ports from harmonic constants",
            purpose="Tide predictions from harmonic constants, offline.",
            homepage="https://tidemark.example.org",
            topics=("tides", "astronomy"),
            default_branch="main",
            head_sha=sha_of(f"{name} {revision}"),
            is_private=is_private,
            stars=1240,
        ),
        analyzed_at=now,
        kind=kind,
        licence=Licence(expression=licence, files=(Evidence(path="LICENSE", line=1),)),
        summary=f"A {language} {kind.value} that predicts tides offline, built on NumPy and "
        "tested with pytest on every pull request. Five people work on it; what it lacks is a way to report security "
        "problems.",
        status=status,
        status_reason="41 commits by people in 90 days, the newest 2 days ago; 2.4.0 came 3 weeks ago.",
        is_stable=True,
        score=score,
        grade=grade_of(score),
        coverage=0.94,
        groups=_groups(score),
        insights=_insights(),
        actions=_actions(),
        tech_stack=_stack(language),
        packages=_packages(),
        runtimes=(Runtime(name="Python", requirement=">=3.11", evidence=Evidence(path="pyproject.toml", line=7)),),
        languages=(
            _lines(language, "#3572A5", 84, 11_820, 0.81),
            _lines("Cython", "#fedf5b", 6, 1_904, 0.13),
            _lines("Shell", "#89e051", 4, 212, 0.06),
        ),
        official_languages=(
            OfficialLanguage(name=language, colour="#3572A5", size_bytes=420_112, share=0.83),
            OfficialLanguage(name="Cython", colour="#fedf5b", size_bytes=61_004, share=0.12),
            OfficialLanguage(name="Shell", colour="#89e051", size_bytes=24_310, share=0.05),
        ),
        size=Size(
            files=312, size_bytes=2_400_000, code=13_936, comment=2_210, blank=3_004, test_code=6_402, generated_files=3
        ),
        components=_components(),
        documents=(
            Document(kind="readme", path="README.md"),
            Document(kind="changelog", path="CHANGELOG.md"),
            Document(kind="code-of-conduct", path="CODE_OF_CONDUCT.md", source="organisation"),
        ),
        checks=tuple(_check(*row) for row in _CHECKS),
        activity=_activity(now),
        ownership=_ownership(now),
        structure=_structure(),
        changes=_changes(now, score),
        analysis_duration_ms=412,
        api_requests=1.02,
    )


def smaller(report: Report, **changes: object) -> Report:
    """The same report with some fields changed."""
    return msgspec.structs.replace(report, **changes)


def _check(number: int, check_id: str, group: Group, title: str, state: State, found: str, weight: int) -> Check:
    counted = state in {State.PASS, State.WARN, State.FAIL}
    reasons = {
        State.UNKNOWN: "The App may not read Dependabot alerts here.",
        State.NOT_APPLICABLE: "There is no parser or protocol to fuzz.",
    }
    return Check(
        id=check_id,
        number=number,
        group=group,
        title=title,
        state=state,
        found=found,
        why="Whoever comes to the repository relies on it.",
        next_step=_NEXT.get(state, ""),
        reason=reasons.get(state, ""),
        evidence=_EVIDENCE.get(check_id, ()),
        weight=weight,
        share={State.PASS: 1.0, State.WARN: 0.5, State.FAIL: 0.0}[state] if counted else None,
    )


def _groups(score: int) -> tuple[GroupScore, ...]:
    found = []
    for place, group in enumerate(Group):
        states = [row[4] for row in _CHECKS if row[2] is group]
        shift = (12, 4, 20, 6, -4, 8, -34, 14, -2)[place]
        found.append(
            GroupScore(
                group=group,
                score=max(0, min(100, score + shift)),
                coverage=1.0,
                passed=states.count(State.PASS),
                warned=states.count(State.WARN),
                failed=states.count(State.FAIL),
                unknown=states.count(State.UNKNOWN),
                not_applicable=states.count(State.NOT_APPLICABLE),
            )
        )
    return tuple(found)


def _insights() -> tuple[Insight, ...]:
    return (
        Insight(
            title="Two people carry it",
            description="Maren Holt and Ivo Petrov wrote 74 % of the commits of the last year; both are still active.",
            evidence=(Evidence(field="defaultBranchRef.target.history"),),
        ),
        Insight(
            title="The solver is where complexity gathers",
            description="Three of the five most complex functions stand in `solver.py`, and none of its branches for "
            "shallow-water constituents has a test.",
            evidence=(Evidence(path="src/tidemark/solver.py", line=88),),
        ),
        Insight(
            title="Releases come about every five weeks",
            description="Eleven releases in a year, all semantic versions, each with notes.",
            evidence=(Evidence(field="releases"),),
        ),
    )


def _actions() -> tuple[Action, ...]:
    return (
        Action(
            title="Take the AWS key out and revoke it",
            instruction="Revoke the key first: it stands in the history too. Then read it from the environment.",
            effort=Effort.HOURS,
            check_id="secrets",
            value=4.1,
            evidence=(Evidence(path=SECRET_PLACE, line=12),),
        ),
        Action(
            title="Say how to report a vulnerability",
            instruction="Add SECURITY.md with an address or turn on private vulnerability reporting.",
            effort=Effort.MINUTES,
            check_id="security-policy",
            value=2.6,
        ),
        Action(
            title="Pin the five actions that float on a tag",
            instruction="Replace the tags by commit SHAs; Dependabot, already configured, keeps them current.",
            effort=Effort.MINUTES,
            check_id="pinned-actions",
            value=2.4,
            evidence=_EVIDENCE["pinned-actions"],
        ),
        Action(
            title="Tell how to contribute",
            instruction="CONTRIBUTING.md with the commands that CI runs is enough: `uv sync`, `pytest`, `ruff check`.",
            effort=Effort.HOURS,
            check_id="contributing",
            value=1.5,
        ),
    )


def _stack(language: str) -> tuple[Technology, ...]:
    def one(name: str, category: str, version: str = "", path: str = "pyproject.toml", line: int = 12) -> Technology:
        return Technology(name=name, category=category, version=version, evidence=(Evidence(path=path, line=line),))

    return (
        one(language, "language", ">=3.11"),
        one("NumPy", "data", "2.3.4"),
        one("FastAPI", "framework", "0.121"),
        one("pytest", "testing", "9.0"),
        one("Hypothesis", "testing"),
        one("Ruff", "linting"),
        one("mypy", "linting"),
        one("GitHub Actions", "ci", path=".github/workflows/ci.yml", line=1),
        one("Docker", "container", path="Dockerfile", line=1),
        one("PostgreSQL", "database", "17", path="compose.yaml", line=14),
        one("uv", "build", path="uv.lock", line=1),
    )


def _packages() -> tuple[Package, ...]:
    def one(name: str, requirement: str, scope: Scope = Scope.RUNTIME, locked: str = "", line: int = 12) -> Package:
        return Package(
            name=name,
            ecosystem="pypi",
            requirement=requirement,
            scope=scope,
            purl=f"pkg:pypi/{name}",
            path="pyproject.toml",
            line=line,
            locked=locked,
        )

    return (
        one("numpy", ">=2", locked="2.3.4"),
        one("fastapi", ">=0.115", locked="0.121.0", line=13),
        one("httpx", "~=0.28", locked="0.28.1", line=14),
        one("pytest", ">=8", Scope.DEVELOPMENT, "9.0.1", 24),
        one("ruff", "", Scope.DEVELOPMENT, "0.14.6", 25),
        one("cython", ">=3", Scope.BUILD, "", 3),
    )


def _lines(name: str, colour: str, files: int, code: int, share: float) -> LanguageLines:
    return LanguageLines(
        name=name,
        colour=colour,
        files=files,
        code=code,
        comment=code // 7,
        blank=code // 5,
        size_bytes=code * 34,
        share=share,
    )


def _components() -> tuple[Component, ...]:
    return (
        Component(
            path="",
            name="tidemark",
            ecosystem="pypi",
            kind=Kind.LIBRARY,
            manifests=("pyproject.toml",),
            version="2.4.0",
            technologies=("NumPy", "pytest"),
            dependencies=6,
            code=11_200,
            test_code=6_402,
            has_tests=True,
        ),
        Component(
            path="service",
            name="tidemark-service",
            ecosystem="pypi",
            kind=Kind.APPLICATION,
            manifests=("service/pyproject.toml", "service/Dockerfile"),
            technologies=("FastAPI", "PostgreSQL"),
            dependencies=9,
            code=2_736,
        ),
    )


def _activity(now: datetime) -> Activity:
    monday = (now - timedelta(days=now.weekday())).date()
    human = (3, 5, 2, 0, 4, 7, 6, 1, 2, 5, 9, 4, 3, 2, 6, 8, 4, 1, 0, 3, 5, 6, 7, 2, 4, 3)
    return Activity(
        last_human_commit_at=now - timedelta(days=2),
        human_commits_30_days=14,
        human_commits_90_days=41,
        bot_commits_90_days=12,
        contributors_90_days=5,
        weeks=tuple(
            Week(starts=(monday - timedelta(weeks=len(human) - 1 - place)).isoformat(), human=count, bot=place % 3)
            for place, count in enumerate(human)
        ),
        releases=31,
        latest_release="v2.4.0",
        latest_release_at=now - timedelta(days=21),
        median_days_between_releases=36.0,
        median_first_response_hours=219.0,
        open_issues=18,
        open_pull_requests=3,
        pull_requests_opened_90_days=26,
        pull_requests_closed_90_days=24,
        median_open_issue_age_days=40.0,
        ci_state="SUCCESS",
    )


def _ownership(now: datetime) -> Ownership:
    return Ownership(
        codeowners_path=".github/CODEOWNERS",
        codeowners_coverage=0.92,
        owners=(
            Owner(name="maren-holt", source="commits", commits=118, share=0.46, last_commit_at=now - timedelta(days=2)),
            Owner(name="ivo-petrov", source="commits", commits=71, share=0.28, last_commit_at=now - timedelta(days=6)),
            Owner(name="@harbour/core", source="CODEOWNERS", patterns=4),
        ),
        bus_factor=2,
        reviewed_share=0.88,
    )


def _structure() -> Structure:
    return Structure(
        depth=5,
        entry_points=("src/tidemark/__main__.py", "service/app.py"),
        hot_functions=(
            HotFunction(name="solve_constituents", path="src/tidemark/solver.py", line=88, complexity=31, lines=142),
            HotFunction(name="parse_station", path="src/tidemark/stations.py", line=40, complexity=27, lines=96),
            HotFunction(name="interpolate", path="src/tidemark/solver.py", line=310, complexity=26, lines=88),
        ),
        duplicated_share=0.031,
        duplicates=(Evidence(path="service/app.py", line=60, detail="24 lines as in service/admin.py:41"),),
        largest_files=(LargeFile(path="src/tidemark/solver.py", language="Python", code=1_204),),
        debt_markers_per_thousand_lines=1.4,
    )


def _changes(now: datetime, score: int) -> Changes:
    return Changes(
        previous_head_sha=sha_of("before"),
        previous_at=now - timedelta(days=6),
        comparable=True,
        score_before=max(0, score - 3),
        score_after=score,
        grade_before=grade_of(max(0, score - 3)),
        grade_after=grade_of(score),
        status_before=Status.ACTIVE,
        status_after=Status.ACTIVE,
        checks=(TurnedCheck(id="ci-tests", title="CI runs the tests", before=State.FAIL, after=State.PASS),),
        packages_added=(
            MovedPackage(name="httpx", ecosystem="pypi", before="", after="~=0.28", path="pyproject.toml"),
        ),
        packages_removed=(
            MovedPackage(name="requests", ecosystem="pypi", before=">=2.31", after="", path="pyproject.toml"),
        ),
        packages_moved=(
            MovedPackage(name="numpy", ecosystem="pypi", before=">=1.26", after=">=2", path="pyproject.toml"),
        ),
        technologies_added=("Hypothesis",),
    )
