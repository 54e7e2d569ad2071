"""A repository's own word that a finding is no secret is taken."""

from __future__ import annotations

import pytest

from bot.analysis.secret_exceptions import declared_harmless
from bot.model.report import State
from bot.model.snapshot import SecretFact
from tests.analysis.builders import judged, library
from tests.analysis.contents.test_secrets import REAL

SECRET = SecretFact(kind="npm-token", path="rules/npm.go", line=12, fingerprint="0" * 16)


@pytest.mark.parametrize(
    ("path", "text", "is_known"),
    [
        (".gitleaks.toml", "[allowlist]\npaths = ['''^rules/''']\n", True),
        (".gitleaks.toml", "[[allowlists]]\npaths = ['''npm\\.go$''']\n", True),
        (".gitleaks.toml", "[[rules]]\nid = 'npm'\n[[rules.allowlists]]\npaths = ['''rules''']\n", True),
        (".gitleaks.toml", "[allowlist]\npaths = ['''^docs/''']\n", False),
        (".gitleaks.toml", "[allowlist]\npaths = ['''(''', 7]\n", False),
        (".gitleaks.toml", "[allowlist\n", False),
        (".gitleaks.toml", "allowlist = 3\nrules = [1]\n", False),
        (".gitleaks.toml", f"a = {'[' * 90_000}", False),
        (".gitleaks.toml", f"a = {'9' * 90_000}\n", False),
        (".gitleaksignore", "# why\nrules/npm.go:npm-access-token:12\n", True),
        (".gitleaksignore", "0123456789abcdef0123456789abcdef01234567:rules/npm.go:npm:12\n", True),
        (".gitleaksignore", "rules/npm.go:npm-access-token:13\n", False),
        (".secrets.baseline", '{"results": {"rules/npm.go": [{"line_number": 12}]}}', True),
        (".secrets.baseline", '{"results": {"other.go": []}}', False),
        (".secrets.baseline", '{"results": null}', False),
        (".secrets.baseline", "[]", False),
        (".secrets.baseline", "{", False),
        (".secrets.baseline", f'{{"results": {"[" * 90_000}', False),
        (".github/secret_scanning.yml", "paths-ignore:\n  - 'rules/**'\n", True),
        (".github/secret_scanning.yml", "paths-ignore:\n  - docs/\n", False),
        (".github/secret_scanning.yml", "paths-ignore: [\n", False),
        (".github/secret_scanning.yml", "{}\n", False),
    ],
)
def test_declared_harmless(path: str, text: str, is_known: bool) -> None:
    assert declared_harmless({path: text}, [SECRET]) == ({SECRET: path} if is_known else {})


def test_a_report_tells_what_it_left_out_and_fails_for_the_rest() -> None:
    line = f"{REAL['npm-token']}\n"
    files = library({"rules/a.txt": line, ".gitleaks.toml": "[allowlist]\npaths = ['''rules''']\n"})
    check = judged("secrets", files)
    assert check.state is State.PASS
    assert "1 declared harmless in `.gitleaks.toml`" in check.found
    assert judged("secrets", {**files, "src/a.txt": line}).state is State.FAIL


@pytest.mark.parametrize("mark", ["# gitleaks:allow", "# pragma: allowlist secret", "# trufflehog:ignore"])
def test_a_mark_on_the_line_is_taken(mark: str) -> None:
    assert judged("secrets", library({"src/a.txt": f"{REAL['npm-token']} {mark}\n"})).state is State.PASS
    assert judged("secrets", library({"src/a.txt": f"{mark}\n{REAL['npm-token']}\n"})).state is State.FAIL
