"""Golden samples in Python: a finished library, a web application in trouble, a private service."""

from __future__ import annotations

from bot.model.snapshot import BranchRules, LanguageBytes, Snapshot, WorkflowFinding
from tests.analysis.builders import (
    LICENCE_MIT,
    commit,
    commits,
    facts,
    issue,
    pull,
    python_code,
    python_tests,
    release,
    snapshot,
)

_LIBRARY_README = """# chartable

[![CI](https://github.com/octo/chartable/actions/workflows/ci.yml/badge.svg)](https://github.com/octo/chartable/actions)

Draws bar charts of plain dictionaries as text, for terminals and log files.

## Installation

```console
$ pip install chartable
```

## Usage

```python
from chartable import chart

print(chart({"apples": 3, "pears": 5}))
```

The chart is as wide as the terminal. See [the options](docs/options.md) for colours, units and sorting,
and [the changelog](CHANGELOG.md) for what changed.

## Contributing

Bug reports are welcome. Run `pytest` before you send a pull request, and add a line to the changelog.
"""

_CI = """name: CI
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955 # v4
        with:
          persist-credentials: false
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5
        with:
          python-version: "3.12"
      - run: pip install -e . --group test
      - run: ruff check .
      - run: pytest --cov
"""

_PUBLISH = """name: Publish
on:
  release:
    types: [published]
permissions: {}
jobs:
  pypi:
    runs-on: ubuntu-24.04
    permissions:
      id-token: write
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955 # v4
      - run: pipx run build
      - uses: pypa/gh-action-pypi-publish@76f52bc884231f62b9a034ebfe128415bbaabdfc # v1.12.4
"""


def finished_library() -> Snapshot:
    """Released 1.x, quiet for a year, every issue answered: it must look well."""
    files = {
        "README.md": _LIBRARY_README,
        "LICENSE": LICENCE_MIT,
        "CHANGELOG.md": "# Changelog\n\n## 1.4.2\n\n- Sort equal bars by name.\n",
        "SECURITY.md": "# Security\n\nWrite to security@example.org; you get an answer within a week.\n",
        "docs/options.md": "# Options\n\n`width`, `sort`, `unit` and `colour`.\n",
        "pyproject.toml": (
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
            '[project]\nname = "chartable"\nversion = "1.4.2"\ndescription = "Bar charts as text"\n'
            'readme = "README.md"\n'
            'requires-python = ">=3.10"\nlicense = "MIT"\ndependencies = []\n\n'
            '[dependency-groups]\ntest = ["pytest>=8", "pytest-cov>=5", "hypothesis>=6"]\n\n'
            "[tool.ruff]\nline-length = 100\n\n[tool.mypy]\nstrict = true\n"
        ),
        "src/chartable/__init__.py": python_code(60, "draw"),
        "src/chartable/units.py": python_code(80, "unit"),
        "tests/test_chartable.py": python_tests(90, "chartable"),
        ".github/workflows/ci.yml": _CI,
        ".github/workflows/publish.yml": _PUBLISH,
        ".github/dependabot.yml": (
            "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n    schedule:\n      interval: "
            "monthly\n"
            "  - package-ecosystem: github-actions\n    directory: /\n    schedule:\n      interval: monthly\n"
        ),
    }
    told = facts(
        name="chartable",
        url="https://github.com/octo/chartable",
        description="Bar charts of plain dictionaries, as text",
        homepage="https://chartable.readthedocs.io",
        topics=("charts", "terminal", "python"),
        commits=commits(("mira", 6, 420, 380)),
        last_human_commit_at=commit(380).committed_at,
        releases=(release("v1.4.2", 380), release("v1.4.1", 500), release("v1.0.0", 1200)),
        release_count=11,
        issues=(issue(40, 340, closed=338), issue(41, 250, answered_h=20), issue(42, 120, closed=110)),
        open_issues=1,
        pull_requests=(),
        open_pull_requests=0,
        languages=(LanguageBytes(name="Python", size_bytes=14_200, colour="#3572A5"),),
    )
    return snapshot(files, told)


_SHOP_SETTINGS = '''"""Settings."""

SECRET_KEY = "django-insecure-only-for-development"
AWS_ACCESS_KEY_ID = "AKIAQ7ZXEXV3UPL5J6HM"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
'''

_DEPLOY = """name: Deploy
on:
  pull_request_target:
  push:
    branches: [main]
permissions: write-all
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.pull_request.title }}"
      - run: pip install -r requirements.txt
      - run: python manage.py check
      - uses: some-vendor/deploy@main
"""


def troubled_application() -> Snapshot:
    """A Django shop with a leaked key, unsafe workflows, failing CI and one overworked author."""
    files = {
        "README.md": "# shop\n\nOur web shop.\n\n![Screenshot](docs/screenshot.png)\n",
        "manage.py": (
            "#!/usr/bin/env python\nimport sys\n\n"
            "from django.core.management import execute_from_command_line\n\n"
            "execute_from_command_line(sys.argv)\n"
        ),
        "requirements.txt": "Django>=4.2\ncelery\nredis\npsycopg2-binary\ndjangorestframework\nsentry-sdk\n",
        "Dockerfile": (
            "FROM python:latest\nCOPY . /app\nRUN pip install -r /app/requirements.txt\nCMD gunicorn shop.wsgi\n"
        ),
        "docker-compose.yml": (
            "services:\n  web:\n    build: .\n  db:\n    image: postgres:16\n  cache:\n    image: redis:7\n"
        ),
        "shop/settings.py": _SHOP_SETTINGS,
        "shop/views.py": python_code(160, "view"),
        "shop/models.py": python_code(90, "model"),
        "frontend/package.json": (
            '{\n  "name": "shop-frontend",\n  "private": true,\n  "dependencies": {\n    "react": "^18.2.0",\n'
            '    "react-dom": "^18.2.0"\n  },\n  "devDependencies": {\n    "vite": "^5.0.0"\n  }\n}\n'
        ),
        "frontend/package-lock.json": '{"name": "shop-frontend", "lockfileVersion": 3, "packages": {}}\n',
        "frontend/yarn.lock": '# yarn lockfile v1\n\n\nreact@^18.2.0:\n  version "18.2.0"\n',
        "frontend/src/App.jsx": "export default function App() {\n  return <main>Shop</main>;\n}\n" * 20,
        ".github/workflows/deploy.yml": _DEPLOY,
    }
    told = facts(
        name="shop",
        url="https://github.com/octo/shop",
        description="",
        topics=(),
        licence_spdx=None,
        commits=commits(("lena", 52, 88, 1), ("omar", 4, 80, 60), ("dependabot[bot]", 3, 40, 20)),
        commits_truncated=True,
        releases=(),
        release_count=0,
        issues=(
            *(issue(100 + n, 200 - n * 10, answered_h=None) for n in range(8)),
            issue(120, 20, answered_h=30),
            issue(121, 16, answered_h=None),
        ),
        open_issues=10,
        pull_requests=(
            *(pull(200 + n, 80 - n * 8, merged=79 - n * 8, by="lena", reviewed=False) for n in range(6)),
            *(pull(220 + n, 70 - n * 12, by="omar", answered_h=None) for n in range(5)),
        ),
        open_pull_requests=5,
        ci_state="FAILURE",
        vulnerability_alerts=7,
        branch_rules=BranchRules(),
        languages=(
            LanguageBytes(name="Python", size_bytes=21_000, colour="#3572A5"),
            LanguageBytes(name="JavaScript", size_bytes=1_500, colour="#f1e05a"),
            LanguageBytes(name="Dockerfile", size_bytes=110, colour="#384d54"),
        ),
    )
    findings = (
        WorkflowFinding(
            rule="dangerous-triggers",
            severity="High",
            confidence="Medium",
            path=".github/workflows/deploy.yml",
            line=3,
            message="use of fundamentally insecure workflow trigger",
        ),
        WorkflowFinding(
            rule="template-injection",
            severity="High",
            confidence="High",
            path=".github/workflows/deploy.yml",
            line=12,
            message="code injection via template expansion",
        ),
        WorkflowFinding(
            rule="artipacked",
            severity="Medium",
            confidence="High",
            path=".github/workflows/deploy.yml",
            line=11,
            message="credential persistence through GitHub Actions artifacts",
        ),
    )
    return snapshot(files, told, workflow_findings=findings)


_RADAR = """kind: application
exclude:
  - migrations/
checks:
  licence:
    off: Internal service, nobody outside may use it.
  changelog: false
threshold:
  score: 80
publish:
  comments: true
"""


def private_service() -> Snapshot:
    """A private FastAPI service of a team, with CODEOWNERS, a configuration with slips, and fields not permitted."""
    files = {
        "README.md": (
            "# ledger\n\nBooks payments twice and tells accounting when the two differ.\n\n## Run it\n\n"
            "```sh\nuv run uvicorn ledger.app:app --reload\n```\n\n## Use it\n\nPost a payment to `/payments`; "
            "the answer says how it was booked. Reconciliation runs every night and posts a summary to the "
            "channel of the "
            "finance team, with a link to each payment that does not match, so that somebody can look at it in "
            "the morning.\n"
        ),
        "pyproject.toml": (
            '[project]\nname = "ledger"\nversion = "0.0.0"\nrequires-python = ">=3.12"\n'
            'dependencies = ["fastapi>=0.115", "sqlalchemy>=2", "asyncpg>=0.30", "structlog>=24"]\n\n'
            '[dependency-groups]\ndev = ["pytest>=8", "ruff", "mypy", "pytest-cov"]\n\n'
            '[tool.ruff.lint]\nselect = ["E", "F", "S"]\n\n[tool.mypy]\nstrict = true\n'
        ),
        "uv.lock": 'version = 1\n\n[[package]]\nname = "fastapi"\nversion = "0.115.6"\n',
        "Dockerfile": (
            "FROM python:3.12-slim@sha256:2e8ed3b1e2b4d3b1b7a7b5a2e3f4a8c6d0b9c7e5f1a2b3c4d5e6f708192a3b4c\n"
            'COPY . /app\nCMD ["uvicorn", "ledger.app:app"]\n'
        ),
        "ledger/app.py": python_code(120, "book"),
        "ledger/reconcile.py": python_code(80, "reconcile"),
        "migrations/0001_first.py": python_code(300, "migrate"),
        "tests/test_app.py": python_tests(120, "ledger.app"),
        "CODEOWNERS": (
            "*            @octo/payments\n/ledger/     @octo/payments @ines\n/legacy/     @octo/finance\n"
            "docs/**      wiki-team\n"
        ),
        ".github/radar.yml": _RADAR,
        ".github/workflows/ci.yml": _CI,
        "renovate.json": '{"extends": ["config:recommended"]}\n',
    }
    told = facts(
        name="ledger",
        url="https://github.com/octo/ledger",
        is_private=True,
        description="Books payments twice",
        topics=(),
        licence_spdx=None,
        homepage=None,
        commits=commits(("ines", 14, 85, 2), ("tom", 11, 80, 4), ("yuki", 9, 70, 6), ("renovate[bot]", 12, 88, 1)),
        releases=(),
        release_count=0,
        issues=(),
        has_issues_enabled=False,
        open_issues=0,
        pull_requests=tuple(pull(300 + n, 60 - n * 6, merged=59 - n * 6, by="tom") for n in range(9)),
        vulnerability_alerts=None,
        branch_rules=None,
        organisation_files=None,
        unknown_reasons={
            "vulnerability_alerts": "the App may not read Dependabot alerts",
            "branch_rules": "the App may not read administration settings",
            "organisation_files": "the organisation's .github repository was not readable",
        },
        languages=(LanguageBytes(name="Python", size_bytes=30_000, colour="#3572A5"),),
    )
    return snapshot(files, told)
