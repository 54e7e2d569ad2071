"""What holds for every snapshot: scores in range, CI never costs, unknown never counts, reports validate, no crash."""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.analysis import analyze
from bot.analysis.scoring import JUDGED, tally
from bot.model.report import State, decode_report, encode_report
from bot.model.snapshot import (
    CommitFact,
    Contents,
    FileClass,
    FileFact,
    FunctionFact,
    IssueFact,
    PullRequestFact,
    ReleaseFact,
    RepositoryFacts,
    SecretFact,
    Snapshot,
    WorkflowFinding,
)
from tests.analysis.builders import NOW, ago

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
_QUICK = settings(max_examples=40, deadline=None, suppress_health_check=_SLOW)

moments = st.floats(0, 1500).map(ago)
names = st.sampled_from(["ada", "grace", "dependabot[bot]", "Ada Lovelace", "", "renovate"])
texts = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "# Demo\n\nA library that counts.\n\n## Installation\n\n`pip install demo`\n\n## Usage\n\n[x](y.md)\n",
            '{"name": "demo", "dependencies": {"react": "^18"}, "scripts": null}',
            '[project]\nname = "demo"\nversion = "1"\ndependencies = ["flask"]\n',
            "on: [push, pull_request]\njobs:\n  t:\n    steps:\n      - run: pytest\n",
            "kind: librari\nchecks: {licence: {off: no}}\n",
            "* @octo/team\n[bad] @x\n/gone/ @y\n",
            "FROM python\nRUN pip install x\n",
        ]
    ),
)
paths = st.sampled_from(
    [
        "README.md", "readme.rst", "LICENSE", "package.json", "pyproject.toml", "Cargo.toml", "go.mod",
        "pom.xml", "src/a.py", "src/main.go", "tests/test_a.py", "docs/index.md", ".github/workflows/ci.yml",
        ".github/workflows/stale.yml", ".github/radar.yml", ".github/dependabot.yml", "CODEOWNERS",
        "Dockerfile", "action.yml", "data/a.csv", "main.tf", "packages/a/package.json",
        "packages/b/package.json", "packages/c/package.json", "CHANGELOG.md", "SECURITY.md",
        "gradle/wrapper/gradle-wrapper.jar", "node_modules/x/index.js", "yarn.lock", "package-lock.json",
        "mkdocs.yml",
    ]
)  # fmt: skip
counts = st.integers(0, 4000)
languages = st.sampled_from(["Python", "Go", "TypeScript", "Rust", "HTML", "Markdown", "YAML", "", "HCL", "Nonesuch"])


@st.composite
def file_facts(draw: st.DrawFn, path: str) -> FileFact:
    return FileFact(
        path=path,
        size_bytes=draw(counts),
        language=draw(languages),
        file_class=draw(st.sampled_from(FileClass)),
        code=draw(counts),
        comment=draw(counts),
        blank=draw(counts),
        debt_markers=draw(st.integers(0, 50)),
        is_symlink=draw(st.booleans()),
    )


@st.composite
def trees(draw: st.DrawFn) -> Contents:
    chosen = draw(st.lists(paths, unique=True, max_size=14))
    files = tuple(draw(file_facts(path)) for path in sorted(chosen))
    kept = {path: draw(texts) for path in sorted(chosen) if draw(st.booleans())}
    functions = st.builds(
        FunctionFact,
        name=st.just("f"),
        path=st.sampled_from(sorted(chosen) or ["x"]),
        line=st.integers(1, 9),
        complexity=st.integers(1, 90),
        lines=st.integers(1, 90),
    )
    return Contents(
        files=files,
        texts=kept,
        duplicated_lines=draw(st.none() | counts),
        functions=draw(st.none() | st.lists(functions, max_size=6).map(tuple)),
        secrets=tuple(
            SecretFact(kind="AWS key", path=path, line=1, fingerprint="00")
            for path in chosen[:2]
            if draw(st.booleans())
        ),
        workflow_findings=draw(
            st.none()
            | st.lists(
                st.builds(
                    WorkflowFinding,
                    rule=st.sampled_from(["template-injection", "artipacked", "unpinned-uses", "nonesuch"]),
                    severity=st.sampled_from(["High", "Medium", "Low", "Informational", "Unknown"]),
                    confidence=st.sampled_from(["High", "Medium", "Low"]),
                    path=st.just(".github/workflows/ci.yml"),
                    line=st.integers(1, 9),
                    message=st.just("m"),
                ),
                max_size=4,
            ).map(tuple)
        ),
        cut=tuple(draw(st.lists(st.just("Only the first 10 files were read."), max_size=1))),
    )


maybe_moment = st.none() | moments
commits = st.builds(
    CommitFact, sha=st.just("0" * 40), committed_at=moments, author=names, author_name=names, is_bot=st.booleans()
)
releases = st.builds(
    ReleaseFact,
    tag=st.sampled_from(["v1.0.0", "2.1", "nightly", "2024.1", "v0.1.0-rc.1", ""]),
    published_at=moments,
    is_prerelease=st.booleans(),
    assets=st.lists(st.sampled_from(["a.tar.gz", "a.tar.gz.asc"]), max_size=2).map(tuple),
)
issues = st.builds(
    IssueFact,
    number=st.integers(1, 999),
    created_at=moments,
    closed_at=maybe_moment,
    first_response_at=maybe_moment,
    maintainer_response_at=maybe_moment,
    author=names,
    author_is_bot=st.booleans(),
)
pulls = st.builds(
    PullRequestFact,
    number=st.integers(1, 999),
    created_at=moments,
    closed_at=maybe_moment,
    merged_at=maybe_moment,
    first_response_at=maybe_moment,
    maintainer_response_at=maybe_moment,
    author=names,
    author_is_bot=st.booleans(),
    reviewed=st.none() | st.booleans(),
)
repository_facts = st.builds(
    RepositoryFacts,
    id=st.integers(0, 3),
    owner=st.just("octo"),
    name=st.sampled_from(["demo", "dotfiles", ".github"]),
    description=st.none() | st.text(max_size=60),
    topics=st.none() | st.just(("x",)) | st.just(()),
    is_private=st.booleans(),
    is_fork=st.booleans(),
    is_archived=st.booleans(),
    is_template=st.booleans(),
    is_empty=st.booleans(),
    created_at=maybe_moment,
    licence_spdx=st.none() | st.sampled_from(["MIT", "NOASSERTION"]),
    commits=st.none() | st.lists(commits, max_size=30).map(tuple),
    commits_truncated=st.booleans(),
    releases=st.none() | st.lists(releases, max_size=4).map(tuple),
    issues=st.none() | st.lists(issues, max_size=6).map(tuple),
    open_issues=st.none() | st.integers(0, 9),
    pull_requests=st.none() | st.lists(pulls, max_size=8).map(tuple),
    ci_state=st.none() | st.sampled_from(["SUCCESS", "FAILURE", "PENDING", "ERROR", ""]),
    has_issues_enabled=st.none() | st.booleans(),
    vulnerability_alerts=st.none() | st.integers(0, 9),
)
snapshots = st.builds(Snapshot, facts=repository_facts, contents=st.none() | trees())


@_QUICK
@given(snapshots)
def test_every_snapshot_gives_a_valid_report(snapshot: Snapshot) -> None:
    report = analyze(snapshot, now=NOW)
    assert decode_report(encode_report(report)) == report
    assert report.score is None or 0 <= report.score <= 100
    assert 0 <= report.coverage <= 1
    assert report.summary.endswith((".", "!", "?"))
    for group in report.groups:
        assert group.score is None or 0 <= group.score <= 100
    for check in report.checks:
        assert (check.share is None) == (check.state not in JUDGED)


@_QUICK
@given(snapshots)
def test_the_same_snapshot_gives_the_same_bytes(snapshot: Snapshot) -> None:
    assert encode_report(analyze(snapshot, now=NOW)) == encode_report(analyze(snapshot, now=NOW))


_WORST_CI = (
    "on: {triggers}\npermissions: write-all\njobs:\n  test:\n    container: debian\n    steps:\n"
    "      - uses: a/b@main\n      - run: {command}\n"
)


@settings(_QUICK, max_examples=80)
@given(
    snapshots,
    st.sampled_from(["[push, pull_request]", "[push]", "schedule", "[pull_request_target]"]),
    st.sampled_from(["pytest", "make lint", "echo hello", "npm publish"]),
    st.sampled_from(["ci.yml", "stale.yml", "release.yml"]),
)
def test_adding_ci_never_lowers_the_score(snapshot: Snapshot, triggers: str, command: str, name: str) -> None:
    contents = snapshot.contents
    if contents is None:
        return
    without = msgspec.structs.replace(
        snapshot,
        contents=msgspec.structs.replace(
            contents,
            files=tuple(f for f in contents.files if not f.path.startswith(".github/workflows/")),
            texts={p: t for p, t in contents.texts.items() if not p.startswith(".github/workflows/")},
            secrets=tuple(s for s in contents.secrets if not s.path.startswith(".github/workflows/")),
            workflow_findings=(),
        ),
    )
    assert without.contents is not None
    path = f".github/workflows/{name}"
    ci = FileFact(path=path, size_bytes=200, language="YAML", file_class=FileClass.DATA)
    finding = WorkflowFinding(
        rule="template-injection", severity="High", confidence="High", path=path, line=9, message="m"
    )
    added = msgspec.structs.replace(
        without,
        contents=msgspec.structs.replace(
            without.contents,
            files=tuple(sorted((*without.contents.files, ci), key=lambda f: f.path)),
            texts={**without.contents.texts, path: _WORST_CI.format(triggers=triggers, command=command)},
            workflow_findings=(finding,),
        ),
    )
    before, after = analyze(without, now=NOW), analyze(added, now=NOW)
    assert (after.score or 0) >= (before.score or 0)


@_QUICK
@given(snapshots)
def test_unknown_and_not_applicable_leave_the_score_alone(snapshot: Snapshot) -> None:
    report = analyze(snapshot, now=NOW)
    judged = [check for check in report.checks if check.state in JUDGED]
    assert tally(judged).score == report.score
    for check in report.checks:
        if check.state is State.UNKNOWN:
            without = [other for other in report.checks if other is not check]
            assert tally(without).score == report.score


@_QUICK
@given(snapshots, snapshots)
def test_changes_between_any_two_reports_validate(before: Snapshot, after: Snapshot) -> None:
    previous = analyze(before, now=ago(1))
    report = analyze(after, now=NOW, previous=previous)
    assert report.changes is not None
    assert decode_report(encode_report(report)) == report
    same = analyze(before, now=NOW, previous=previous).changes
    assert same is not None
    assert not same.packages_added
    assert not same.packages_moved
