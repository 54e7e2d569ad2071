"""What a script's commands do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.shell import mentions_tests, publishes, runs_tests


@pytest.mark.parametrize(
    "script",
    [
        "pytest", "uv run --frozen pytest -x", "python -m pytest", "python3.12 -m unittest discover",
        "npm test", "npm run test:unit", "yarn test", "pnpm -r test", "bun test", "make test", "make check",
        "go test ./...", "cargo +nightly test --all", "./gradlew --no-daemon :core:test", "./mvnw -B verify",
        "FOO=1 tox -e py", "docker compose run web pytest", "scripts/test", "./run_tests.sh",
        "bundle exec rspec", "bundle exec rake", "hatch run test:cov", "npx playwright test", "nox -s tests",
        "poetry run pytest", "npm run lint && npm run coverage", "if [ x ]; then pytest; fi", "deno task test",
        "coverage run -m pytest", "xvfb-run -a npm run test", "cmake --build . --target test", "mage -v test",
        "task test", "dotnet test", "mix test", "swift test", "vendor/bin/phpunit", "flutter test",
        "bazel test //...", "R CMD check .", "echo x\npytest\n",
        "uv run --locked --group dev tox run",
        "CFLAGS='-Werror' ./runtest --verbose", "mix test --cover", "go -C dir test ./...", "bin/runtests",
        "lein sub test-all",
        "a \\\n  || pytest", "cibuildwheel",
    ],
)  # fmt: skip
def test_tests(script: str) -> None:
    assert runs_tests(script)


@pytest.mark.parametrize(
    "script",
    [
        "npm ci", "yarn install", "npm install jest", "pip install pytest", "pnpm run build", "cargo build",
        "echo test", "make lint", "mix deps.get --only test", "poetry install --with test", "uv run --group test mypy",
        "# pytest", "npm run licensed-check", "npm run format:check", "go vet ./...", "go build ./test",
        "apt-get install bats",
        "git commit -m 'test'", "docker build -t test .", "cd tests", "", "npm publish",
    ],
)  # fmt: skip
def test_no_tests(script: str) -> None:
    assert not runs_tests(script)


def test_check_scripts_count_only_when_allowed() -> None:
    assert runs_tests("make check")
    assert not runs_tests("make check", or_checks=False)
    assert runs_tests("make test", or_checks=False)


@pytest.mark.parametrize(
    ("settings_text", "expected"),
    [
        ("script:\n  - go test ./...\n", True),
        ("language: ruby\nscript: bundle exec rspec\n", True),
        ("test:\n  script: [npm test]\n", True),
        ("stages: [build]\nbuild:\n  script: make\n", False),
        ("steps { sh 'mvn verify' }", True),
    ],
)
def test_other_services(settings_text: str, expected: bool) -> None:
    assert mentions_tests(settings_text) is expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("npm publish --access public", True),
        ("pnpm -r publish", True),
        ("twine upload dist/*", True),
        ("./gradlew publishToMavenCentral", True),
        ("docker push octo/x", True),
        ("docker build --push .", True),
        ("./scripts/release.sh", True),
        ("ansible-galaxy role import octo demo", True),
        ("bundle exec rake push", True),
        ("cargo publish --dry-run", False),
        ("npm run build", False),
        ("echo publish", False),
    ],
)
def test_publishes(script: str, expected: bool) -> None:
    assert publishes(script) is expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("npm run test;&|()$\"'\\\n -=/.:"), max_size=200))
def test_any_script_is_answered(script: str) -> None:
    assert runs_tests(script) in {True, False}
    assert publishes(script) in {True, False}
    assert mentions_tests(script) in {True, False}
