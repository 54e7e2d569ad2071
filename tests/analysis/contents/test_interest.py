"""Which files keep their whole text."""

from __future__ import annotations

import pytest

from bot.analysis.contents.interest import MAX_LOCKFILE_BYTES, MAX_TEXT_BYTES, is_of_interest, max_text_bytes

WANTED = """
README.md readme.rst docs/README.zh-CN.md LICENSE LICENSE-MIT LICENSES/Apache-2.0.txt COPYING.LESSER UNLICENSE
CONTRIBUTING.md .github/CODE_OF_CONDUCT.md SECURITY.md CHANGELOG HISTORY.rst CITATION.cff AGENTS.md CODEOWNERS
docs/CODEOWNERS .github/workflows/ci.yml .github/dependabot.yml .github/radar.yml .github/ISSUE_TEMPLATE/bug.md
.circleci/config.yml .gitlab-ci.yml Jenkinsfile .buildkite/pipeline.yml azure-pipelines.yml renovate.json
package.json web/package.json pnpm-lock.yaml pyproject.toml requirements-dev.txt requirements/base.txt setup.py
Pipfile go.mod Cargo.toml Cargo.lock pom.xml build.gradle.kts gradle/libs.versions.toml Gemfile x.gemspec
composer.json App.csproj Directory.Packages.props Dockerfile deploy/Dockerfile.dev docker-compose.yml compose.prod.yaml
infra/main.tf charts/app/Chart.yaml kustomization.yaml serverless.yml .pre-commit-config.yaml tox.ini noxfile.py
Makefile justfile codecov.yml .readthedocs.yaml mkdocs.yml docusaurus.config.ts eslint.config.mjs vite.config.ts
tsconfig.base.json .nvmrc .python-version .tool-versions rust-toolchain.toml action.yml mix.exs pubspec.yaml
Package.swift flake.nix MODULE.bazel vcpkg.json CMakeLists.txt stack.yaml deps.edn .gitattributes .editorconfig
""".split()  # noqa: SIM905 - a table

UNWANTED = """
src/main.py src/readme.py src/licence.go image/readme.png security.ts lib/notice.js src/news.rb data.csv index.js
src/contributing.tsx changes.sql docs/index.html app.go src/history.ts
""".split()  # noqa: SIM905 - a table


@pytest.mark.parametrize("path", WANTED)
def test_wanted(path: str) -> None:
    assert is_of_interest(path)


@pytest.mark.parametrize("path", UNWANTED)
def test_unwanted(path: str) -> None:
    assert not is_of_interest(path)


def test_lock_files_may_be_long() -> None:
    assert max_text_bytes("web/package-lock.json") == MAX_LOCKFILE_BYTES
    assert max_text_bytes("README.md") == MAX_TEXT_BYTES
