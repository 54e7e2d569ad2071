"""Real-shaped reports, word for word: a change of wording, weight or rule is seen here.

`python -m tests.analysis.golden.update` writes them anew.
"""

from __future__ import annotations

import re

import pytest

from bot.analysis import analyze
from bot.model.report import Report, State, decode_report, encode_report
from tests.analysis.builders import NOW
from tests.analysis.golden.samples import SAMPLES
from tests.analysis.golden.update import FOLDER, golden_text

_WRONG_PLURALS = re.compile(r"\b1 (?:\w+ )?(?:files|lines|commits|people|components|issues|words|releases|uses)\b")


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {name: analyze(make(), now=NOW) for name, make in SAMPLES.items()}


@pytest.mark.parametrize("name", SAMPLES)
def test_report_reads_as_it_did(name: str) -> None:
    assert golden_text(name) == (FOLDER / f"{name}.md").read_text()


def test_there_is_one_file_a_sample() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted(SAMPLES)
    assert len(SAMPLES) >= 10


@pytest.mark.parametrize("name", SAMPLES)
def test_a_second_run_is_byte_for_byte_the_same(name: str, reports: dict[str, Report]) -> None:
    assert encode_report(analyze(SAMPLES[name](), now=NOW)) == encode_report(reports[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_report_survives_the_way_through_json(name: str, reports: dict[str, Report]) -> None:
    assert decode_report(encode_report(reports[name])) == reports[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_finding_says_what_why_and_next(name: str, reports: dict[str, Report]) -> None:
    for check in reports[name].checks:
        assert check.found, check.id
        assert check.why, check.id
        if check.state in {State.WARN, State.FAIL} and check.weight:
            assert check.next_step, check.id
        if check.state in {State.UNKNOWN, State.NOT_APPLICABLE}:
            assert check.reason.endswith("."), check.id
            assert check.share is None
        for evidence in check.evidence:
            assert bool(evidence.path) != bool(evidence.field), check.id


@pytest.mark.parametrize("name", SAMPLES)
def test_actions_are_in_order_of_value(name: str, reports: dict[str, Report]) -> None:
    values = [action.value for action in reports[name].actions]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("name", SAMPLES)
def test_language_is_clean(name: str, reports: dict[str, Report]) -> None:
    text = golden_text(name)
    assert not _WRONG_PLURALS.search(text)
    assert "  " not in reports[name].summary
    assert ".." not in reports[name].summary.replace("...", "")
    assert 1 <= len(re.findall(r"[.!?](?:\s|$)", reports[name].summary)) <= 4


def test_a_finished_quiet_library_does_not_look_ill(reports: dict[str, Report]) -> None:
    report = reports["finished-library"]
    assert report.is_stable
    assert report.grade == "A"
    assert "finished and quiet" in report.summary


def test_a_leaked_credential_comes_first(reports: dict[str, Report]) -> None:
    report = reports["troubled-application"]
    assert report.actions[0].check_id == "secrets"
    assert report.grade == "F"
    assert "AKIA" not in encode_report(report).decode()


def test_the_smallest_get_no_filler(reports: dict[str, Report]) -> None:
    assert reports["empty"].actions == ()
    assert reports["empty"].insights == ()
    assert reports["empty"].score is None
    assert reports["empty"].summary == "new is empty: nothing has been pushed yet."
    assert len(reports["tiny"].actions) <= 1
    assert reports["tiny"].insights == ()


def test_an_archive_is_told_nothing_to_do(reports: dict[str, Report]) -> None:
    assert reports["archived"].actions == ()


def test_a_local_checkout_marks_what_github_knows_as_unknown(reports: dict[str, Report]) -> None:
    states = {check.id: check.state for check in reports["local-checkout"].checks}
    for check in ("topics", "vulnerabilities", "branch-rules", "first-response", "reviewed"):
        assert states[check] is State.UNKNOWN, check
