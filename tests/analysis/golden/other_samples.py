"""Golden samples beyond Python: a monorepo, a tool, an action, infrastructure, documents, an archive, the smallest."""

from __future__ import annotations

from bot.model.snapshot import BranchRules, LanguageBytes, OrganisationFiles, Snapshot, WorkflowFinding
from tests.analysis.builders import (
    LICENCE_MIT,
    ago,
    commits,
    facts,
    issue,
    local_facts,
    pull,
    python_code,
    release,
    snapshot,
)

_TS = "export function {name}{n}(values: number[]): number {{\n  return values.reduce((a, b) => a + b, {n});\n}}\n\n"
_GO = (
    "// {name}{n} adds.\nfunc {name}{n}(values []int) int {{\n\ttotal := {n}\n\tfor _, v := range values "
    "{{\n\t\ttotal += v\n\t}}\n\treturn total\n}}\n\n"
)
_HCL = 'resource "aws_subnet" "part_{n}" {{\n  vpc_id     = aws_vpc.main.id\n  cidr_block = "10.0.{n}.0/24"\n}}\n\n'


def _many(template: str, count: int, name: str = "sum") -> str:
    return "".join(template.format(n=n, name=name) for n in range(count))


def monorepo() -> Snapshot:
    """A pnpm workspace with a web application, a library, and one part without tests."""
    package = (
        '{{\n  "name": "{name}",\n  "version": "0.3.0",\n  "private": {private},\n  "license": "MIT",\n'
        '  "dependencies": {{{needs}}}\n}}\n'
    )
    files = {
        "README.md": (
            "# Harbour\n\nPlan berths, tugs and pilots of a harbour on one page.\n\n## Getting started\n\n"
            "```sh\npnpm install\npnpm dev\n```\n\nThe [web application](apps/web) talks to the [API](apps/api). "
            "Shared types live in [packages/model](packages/model); see also the [design](docs/design.md).\n"
        ),
        "LICENSE": LICENCE_MIT,
        "package.json": (
            '{\n  "name": "harbour",\n  "private": true,\n  "packageManager": "pnpm@9.12.0",\n'
            '  "engines": {"node": ">=22"},\n  "scripts": {"test": "turbo run test"},\n'
            '  "devDependencies": {"turbo": "^2.3.0", "typescript": "^5.6.0", "eslint": "^9.0.0", "vitest": "^2.1.0"}\n'
            "}\n"
        ),
        "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - packages/*\n",
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters: {}\n",
        "turbo.json": '{"tasks": {"test": {}}}\n',
        "apps/web/package.json": package.format(
            name="@harbour/web",
            private="true",
            needs='"next": "^15.0.0", "react": "^19.0.0", "@harbour/model": "workspace:*"',
        ),
        "apps/web/src/page.tsx": _many(_TS, 120, "berth"),
        "apps/web/src/page.test.tsx": _many(_TS, 40, "expectBerth"),
        "apps/api/package.json": package.format(
            name="@harbour/api",
            private="true",
            needs='"fastify": "^5.0.0", "pg": "^8.13.0", "@harbour/model": "workspace:*"',
        ),
        "apps/api/src/server.ts": _many(_TS, 180, "pilot"),
        "packages/model/package.json": package.format(name="@harbour/model", private="true", needs='"zod": "^3.23.0"'),
        "packages/model/src/index.ts": _many(_TS, 60, "tug"),
        "packages/model/src/index.test.ts": _many(_TS, 30, "expectTug"),
        "packages/model/README.md": "# @harbour/model\n\nThe types that both sides share.\n",
        ".github/workflows/ci.yml": (
            "on:\n  push:\n    branches: [main]\n  pull_request:\njobs:\n  test:\n    runs-on: ubuntu-latest\n  "
            "  steps:\n"
            "      - uses: actions/checkout@v4\n      - uses: pnpm/action-setup@v4\n      - run: pnpm install\n"
            "      - run: pnpm lint\n      - run: pnpm test\n"
        ),
        ".github/dependabot.yml": (
            "version: 2\nupdates:\n  - package-ecosystem: github-actions\n    directory: /\n"
            "    schedule: {interval: weekly}\n"
        ),
    }
    told = facts(
        name="harbour",
        url="https://github.com/octo/harbour",
        description="Plan berths, tugs and pilots on one page",
        topics=("logistics",),
        commits=commits(("nora", 30, 89, 1), ("piet", 24, 85, 2), ("sofia", 19, 60, 3), ("jan", 8, 40, 5)),
        releases=(),
        release_count=0,
        issues=tuple(issue(n, 70 - n, answered_h=8, closed=60 - n if n % 2 else None) for n in range(1, 21)),
        open_issues=10,
        pull_requests=tuple(
            pull(400 + n, 80 - n * 4, merged=79 - n * 4, by="nora", reviewed=n % 5 != 0) for n in range(18)
        ),
        organisation_files=OrganisationFiles(
            repository="octo/.github", paths=("SECURITY.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md")
        ),
        branch_rules=BranchRules(requires_pull_request=True, requires_status_checks=True),
        languages=(LanguageBytes(name="TypeScript", size_bytes=48_000, colour="#3178c6"),),
    )
    return snapshot(files, told)


def command_line_tool() -> Snapshot:
    """A Go tool with goreleaser, signed releases and a team: close to the best there is."""
    files = {
        "README.md": (
            "# tallyho\n\nA command-line tool that counts what changed between two directories.\n\n## Install\n\n"
            "```sh\ngo install github.com/octo/tallyho@latest\n```\n\n## Usage\n\n```sh\ntallyho before/ "
            "after/\n```\n\n"
            "Exit status is 1 when something changed, which makes it handy in scripts and hooks. Output is a table by "
            "default and JSON with `--json`; both name every file that was added, removed or changed, with its "
            "size before "
            "and after.\n"
        ),
        "LICENSE": LICENCE_MIT,
        "CHANGELOG.md": "# Changelog\n\n## v2.3.0\n\n- `--json`.\n",
        "CONTRIBUTING.md": "# Contributing\n\nRun `make check` and `make test`.\n",
        "CODE_OF_CONDUCT.md": "# Code of conduct\n\nBe kind. Reports go to conduct@example.org.\n",
        "SECURITY.md": "# Security\n\nUse GitHub's private vulnerability reporting: security/advisories/new.\n",
        "docs/index.md": "# Guide\n",
        "docs/json.md": "# JSON\n",
        "docs/hooks.md": "# Hooks\n",
        "go.mod": "module github.com/octo/tallyho\n\ngo 1.23\n\nrequire github.com/spf13/cobra v1.8.1\n",
        "go.sum": "github.com/spf13/cobra v1.8.1 h1:e5/vxKd/rZsfSJMUX1agtjeTDf+qv1/JdBF8gg5k9ZM=\n",
        "main.go": 'package main\n\nimport "github.com/octo/tallyho/cmd"\n\nfunc main() { cmd.Execute() }\n',
        "cmd/root.go": "package cmd\n\n" + _many(_GO, 40, "Run"),
        "internal/diff/diff.go": "package diff\n\n" + _many(_GO, 70, "Compare"),
        "internal/diff/diff_test.go": "package diff\n\n" + _many(_GO, 60, "TestDiff"),
        "internal/diff/fuzz_test.go": 'package diff\n\nimport "testing"\n\nfunc FuzzDiff(f *testing.F) {}\n',
        "Makefile": "check:\n\tgolangci-lint run\n\ntest:\n\tgo test -race -coverprofile=c.out ./...\n",
        ".golangci.yml": "linters:\n  enable: [gosec]\n",
        ".goreleaser.yaml": "version: 2\nsboms:\n  - artifacts: archive\nsigns:\n  - cmd: cosign\n",
        ".github/CODEOWNERS": "* @octo/tools\n",
        ".github/ISSUE_TEMPLATE/bug.yml": "name: Bug\nbody: []\n",
        ".github/pull_request_template.md": "What and why?\n",
        ".github/dependabot.yml": (
            "version: 2\nupdates:\n  - package-ecosystem: gomod\n    directory: /\n    schedule: {interval: weekly}\n"
            "  - package-ecosystem: github-actions\n    directory: /\n    schedule: {interval: weekly}\n"
        ),
        ".github/workflows/ci.yml": (
            "name: CI\non: [push, pull_request]\npermissions:\n  contents: read\njobs:\n  test:\n    runs-on: "
            "ubuntu-24.04\n    steps:\n"
            "      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955\n      - run: make check\n "
            "     - run: make test\n"
            "      - uses: codecov/codecov-action@b9fd7d16f6d7d1b5d2bec1a2887e65ceed900238\n"
        ),
        ".github/workflows/codeql.yml": (
            "name: CodeQL\non:\n  schedule:\n    - cron: '0 4 * * 1'\npermissions:\n  security-events: "
            "write\njobs:\n  analyze:\n"
            "    runs-on: ubuntu-24.04\n    steps:\n      - uses: "
            "github/codeql-action/init@ea9e4e37992a54ee68a9622e985e60c8e8f12d9f\n"
        ),
        ".github/workflows/release.yml": (
            "name: Release\non:\n  push:\n    tags: ['v*']\npermissions:\n  contents: write\njobs:\n  release:\n "
            "   runs-on: ubuntu-24.04\n    steps:\n"
            "      - uses: goreleaser/goreleaser-action@9ed2f89a662bf1735a48bc8557fd212fa902bebf\n"
        ),
    }
    told = facts(
        name="tallyho",
        url="https://github.com/octo/tallyho",
        description="A command-line tool that counts what changed between two directories",
        topics=("cli", "go", "diff"),
        commits=commits(("kim", 22, 88, 1), ("raj", 19, 86, 3), ("eva", 17, 80, 2), ("luis", 12, 70, 8)),
        releases=(
            release("v2.3.0", 12, "tallyho.tar.gz", "tallyho.tar.gz.sigstore.json"),
            release("v2.2.0", 60),
            release("v2.1.0", 110),
        ),
        release_count=14,
        issues=tuple(issue(n, 90 - n, answered_h=3, closed=80 - n) for n in range(1, 26)),
        open_issues=0,
        pull_requests=tuple(pull(500 + n, 85 - n * 3, merged=84 - n * 3, by="raj") for n in range(25)),
        languages=(
            LanguageBytes(name="Go", size_bytes=26_000, colour="#00ADD8"),
            LanguageBytes(name="Makefile", size_bytes=90),
        ),
    )
    return snapshot(files, told)


def action() -> Snapshot:
    """A JavaScript action with its build checked in, unpinned uses and a licence that package.json contradicts."""
    files = {
        "README.md": (
            "# Label by path\n\nAn action that labels pull requests by the paths they touch.\n\n## Usage\n\n```yaml\n"
            "- uses: octo/label-by-path@v2\n  with:\n    config: .github/labels.yml\n```\n\n## "
            "Inputs\n\n`config` is the file "
            "that maps paths to labels. Labels that do not exist are created, with the colour that the file "
            "gives them. "
            "The token needs `pull-requests: write`, nothing else.\n"
        ),
        "LICENSE": LICENCE_MIT,
        "action.yml": (
            "name: Label by path\ndescription: Labels pull requests\nruns:\n  using: node20\n  main: dist/index.js\n"
        ),
        "package.json": (
            '{\n  "name": "label-by-path",\n  "version": "2.1.0",\n  "private": true,\n  "license": "Apache-2.0",\n'
            '  "scripts": {"build": "ncc build src/index.js", "test": "jest"},\n'
            '  "dependencies": {"@actions/core": "^1.11.0", "@actions/github": "^6.0.0", "minimatch": "^10.0.0"},\n'
            '  "devDependencies": {"@vercel/ncc": "^0.38.0", "jest": "^29.7.0"}\n}\n'
        ),
        "package-lock.json": '{"name": "label-by-path", "lockfileVersion": 3, "packages": {}}\n',
        "src/index.js": "function label(path) {\n  return path.split('/')[0];\n}\n\nmodule.exports = { label };\n" * 14,
        "__tests__/index.test.js": "test('labels', () => {\n  expect(1).toBe(1);\n});\n" * 6,
        ".github/workflows/test.yml": (
            "name: Test\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: "
            "actions/checkout@v4\n"
            "      - uses: actions/setup-node@v4\n      - run: npm ci\n      - run: npm test\n"
        ),
        ".github/workflows/tag.yml": (
            "name: Move the major tag\non:\n  release:\n    types: [published]\njobs:\n  tag:\n    runs-on: "
            "ubuntu-latest\n    steps:\n"
            "      - uses: vweevers/additional-tags-action@v2\n"
        ),
    }
    told = facts(
        name="label-by-path",
        url="https://github.com/octo/label-by-path",
        description="Labels pull requests by the paths they touch",
        topics=("actions", "labels"),
        commits=commits(("bo", 9, 300, 100), ("cy", 3, 250, 120)),
        releases=(release("v2.1.0", 110), release("v2.0.0", 280), release("v1.0.0", 700)),
        release_count=5,
        issues=(
            issue(31, 200, closed=190),
            issue(32, 90, answered_h=None),
            issue(33, 80, answered_h=70),
            issue(34, 60),
        ),
        open_issues=3,
        pull_requests=(pull(35, 150, merged=140, by="cy"), pull(36, 120, merged=118, by="cy")),
        languages=(LanguageBytes(name="JavaScript", size_bytes=1_400, colour="#f1e05a"),),
    )
    findings = (
        WorkflowFinding(
            rule="excessive-permissions",
            severity="Medium",
            confidence="High",
            path=".github/workflows/tag.yml",
            line=6,
            message="overly broad permissions",
        ),
    )
    return snapshot(files, told, workflow_findings=findings)


def infrastructure() -> Snapshot:
    """Terraform of a platform team, checked in CI, state of the lock file right."""
    files = {
        "README.md": (
            "# network\n\nThe VPCs, subnets and peerings of all accounts.\n\n## How to run\n\n```sh\nterraform "
            "init\nterraform plan\n```\n\n"
            "## Usage\n\nChange `regions.tf`, open a pull request, and read the plan in its comment. Applying "
            "is done by the "
            "pipeline after the merge, one account after the other, and stops at the first that fails.\n"
        ),
        "main.tf": (
            'terraform {\n  required_version = ">= 1.9"\n  required_providers {\n    aws = {\n'
            '      source  = "hashicorp/aws"\n      version = "~> 5.80"\n    }\n  }\n}\n\n'
            'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
        ),
        "regions.tf": _many(_HCL, 120),
        ".terraform.lock.hcl": 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.80.0"\n}\n'.replace(
            "registry.terraform.io/", ""
        ),
        ".tflint.hcl": 'plugin "aws" {\n  enabled = true\n}\n',
        ".github/workflows/plan.yml": (
            "name: Plan\non: [pull_request]\npermissions:\n  contents: read\njobs:\n  plan:\n    runs-on: "
            "ubuntu-24.04\n    steps:\n"
            "      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955\n"
            "      - uses: hashicorp/setup-terraform@v3\n      - run: terraform fmt -check && terraform plan\n"
        ),
    }
    told = facts(
        name="network",
        url="https://github.com/octo/network",
        is_private=True,
        description="VPCs, subnets and peerings of all accounts",
        topics=("terraform",),
        licence_spdx=None,
        commits=commits(("gil", 13, 88, 2), ("uma", 12, 85, 7)),
        releases=(),
        release_count=0,
        issues=(),
        open_issues=0,
        pull_requests=tuple(pull(n, 88 - n * 5, merged=87 - n * 5, by="uma") for n in range(1, 13)),
        languages=(LanguageBytes(name="HCL", size_bytes=12_000, colour="#844FBA"),),
    )
    return snapshot(files, told)


def documentation() -> Snapshot:
    """A handbook with MkDocs that nobody has touched for two years, with broken links."""
    pages = {f"docs/chapter-{n}.md": f"# Chapter {n}\n\nHow we work, part {n}.\n" * 5 for n in range(1, 9)}
    files = {
        "README.md": (
            "# Handbook\n\nHow we hire, work, and part.\n\nStart with [the first chapter](docs/chapter-1.md), "
            "go on with "
            "[holidays](docs/holidays.md), or look at [the map](images/map.png).\n"
        ),
        "mkdocs.yml": "site_name: Handbook\ntheme:\n  name: material\n",
        "requirements.txt": "mkdocs-material==9.5.3\n",
        **pages,
    }
    told = facts(
        name="handbook",
        url="https://github.com/octo/handbook",
        description="How we work",
        homepage="https://handbook.example.org",
        topics=("handbook",),
        licence_spdx=None,
        commits=(),
        last_human_commit_at=ago(760),
        releases=(),
        release_count=0,
        issues=tuple(issue(n, 900 - n * 100, answered_h=None) for n in range(1, 5)),
        open_issues=4,
        pull_requests=(),
        ci_state=None,
        branch_rules=None,
        unknown_reasons={"branch_rules": "the App may not read administration settings"},
        languages=(),
    )
    return snapshot(files, told)


def archived() -> Snapshot:
    """A Java library that was archived: told what it is, not nagged."""
    files = {
        "README.md": "# quill\n\n**DEPRECATED**: use `quill-ng` instead.\n\nA small template engine for Java.\n",
        "LICENSE": LICENCE_MIT,
        "pom.xml": (
            '<project xmlns="http://maven.apache.org/POM/4.0.0">\n  <groupId>org.example</groupId>\n'
            "  <artifactId>quill</artifactId>\n"
            "  <version>3.1.0</version>\n  <properties>\n    "
            "<maven.compiler.release>11</maven.compiler.release>\n  </properties>\n"
            "  <dependencies>\n    <dependency>\n      <groupId>org.junit.jupiter</groupId>\n      "
            "<artifactId>junit-jupiter</artifactId>\n"
            "      <version>5.9.0</version>\n      <scope>test</scope>\n    </dependency>\n  "
            "</dependencies>\n</project>\n"
        ),
        "src/main/java/org/example/Quill.java": "package org.example;\n\npublic class Quill {\n"
        + "".join(f"    public String part{n}(String s) {{\n        return s + {n};\n    }}\n\n" for n in range(90))
        + "}\n",
        "src/test/java/org/example/QuillTest.java": "package org.example;\n\nclass QuillTest {\n}\n",
    }
    told = facts(
        name="quill",
        url="https://github.com/octo/quill",
        description="A small template engine for Java",
        is_archived=True,
        commits=(),
        last_human_commit_at=ago(1500),
        releases=(release("3.1.0", 1500), release("3.0.0", 1800)),
        issues=(issue(9, 1400, answered_h=None),),
        pull_requests=(),
        ci_state=None,
        languages=(LanguageBytes(name="Java", size_bytes=9_000, colour="#b07219"),),
    )
    return snapshot(files, told)


def tiny() -> Snapshot:
    """One README of one line: nothing to lecture about."""
    told = facts(
        name="ideas",
        url="https://github.com/octo/ideas",
        description=None,
        topics=(),
        licence_spdx=None,
        commits=commits(("ada", 1, 2, 2)),
        created_at=ago(2),
        releases=(),
        release_count=0,
        issues=(),
        open_issues=0,
        pull_requests=(),
        ci_state=None,
        branch_rules=BranchRules(),
        languages=(),
    )
    return snapshot({"README.md": "# ideas\n\nThings I want to build one day.\n"}, told)


def empty() -> Snapshot:
    """A repository that nobody has pushed to."""
    told = facts(
        name="new",
        url="https://github.com/octo/new",
        description=None,
        topics=(),
        licence_spdx=None,
        head_sha="",
        is_empty=True,
        commits=(),
        created_at=ago(1),
        releases=(),
        release_count=0,
        issues=(),
        open_issues=0,
        pull_requests=(),
        ci_state=None,
        branch_rules=None,
        languages=(),
        unknown_reasons={"branch_rules": "there is no branch yet"},
    )
    return snapshot(None, told)


def local_checkout() -> Snapshot:
    """A Rust crate on somebody's disk: what needs GitHub is unknown, with the reason."""
    files = {
        "README.md": (
            "# ringlog\n\nKeeps the last lines of a log in memory and writes them when something fails.\n\n"
            '```toml\n[dependencies]\nringlog = "0.4"\n```\n\n```rust\nlet log = ringlog::Log::new(1000);\n```\n'
        ),
        "Cargo.toml": (
            '[package]\nname = "ringlog"\nversion = "0.4.1"\nedition = "2021"\nlicense = "MIT"\n\n'
            '[dependencies]\nparking_lot = "0.12"\n'
        ),
        "src/lib.rs": "//! Keeps the last lines.\n\n"
        + "".join(f"pub fn keep_{n}(line: &str) -> usize {{\n    line.len() + {n}\n}}\n\n" for n in range(90))
        + "#[cfg(test)]\nmod tests {\n    #[test]\n    fn keeps() {\n"
        + '        assert_eq!(super::keep_1(""), 1);\n    }\n}\n',
    }
    told = local_facts(
        name="ringlog",
        commits=commits(("Vera Lund", 9, 200, 95)),
        releases=(release("v0.4.1", 100), release("v0.4.0", 150)),
        unknown_reasons=dict.fromkeys(
            (
                "description",
                "topics",
                "languages",
                "issues",
                "pull_requests",
                "ci_state",
                "vulnerability_alerts",
                "branch_rules",
            ),
            "a local checkout: GitHub was not asked",
        ),
    )
    return snapshot(files, told, workflow_findings=None)


def generated_heap() -> Snapshot:
    """A data set with a script beside it."""
    rows = "\n".join(f"{n},{n * 7 % 13},{n * n}" for n in range(4000))
    files = {
        "README.md": (
            "# soil\n\nA data set of soil samples, three files a year.\n\n## Use it\n\n"
            "Columns are `id`, `depth_cm`, `ph_x100`.\n"
        ),
        **{f"data/samples-{year}.csv": f"id,depth_cm,ph_x100\n{rows}\n" for year in (2022, 2023, 2024)},
        "check.py": python_code(12, "check"),
    }
    told = facts(
        name="soil",
        url="https://github.com/octo/soil",
        description="Data set of soil samples",
        topics=("data",),
        licence_spdx=None,
        commits=commits(("ana", 3, 160, 140)),
        releases=(release("2024.1", 140),),
        release_count=1,
        issues=(),
        pull_requests=(),
        ci_state=None,
        languages=(LanguageBytes(name="Python", size_bytes=900, colour="#3572A5"),),
    )
    return snapshot(files, told)
