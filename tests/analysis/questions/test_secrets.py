"""Are there credentials in the tree."""

from __future__ import annotations

import msgspec

from bot.analysis import analyze
from bot.model.report import State
from bot.model.snapshot import SecretFact
from tests.analysis.builders import NOW, judged, library, snapshot
from tests.analysis.builders import check as check_of

_KEY = "AKIAQ7ZXEXV3UPL5J6HM"


def test_a_credential_fails_and_is_never_shown() -> None:
    check = judged("secrets", library({"tally/keys.py": f'KEY = "{_KEY}"\n'}))
    assert check.state is State.FAIL
    assert check.evidence[0].line == 1
    assert _KEY not in str(check)


def test_a_credential_in_tests_warns() -> None:
    whole = snapshot(library())
    assert whole.contents is not None
    secret = SecretFact(kind="AWS access key", path="tests/keys.py", line=3, fingerprint="00")
    found = msgspec.structs.replace(whole, contents=msgspec.structs.replace(whole.contents, secrets=(secret,)))
    check = check_of(analyze(found, now=NOW), "secrets")
    assert check.state is State.WARN
    assert "tests/keys.py:3" in check.next_step
