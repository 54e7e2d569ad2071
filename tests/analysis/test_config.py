"""`.github/radar.yml`: what it may say, and what becomes of slips."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis import config_digest
from bot.analysis.config import CONFIG_PATHS, RadarConfig, digest_of, read_config
from bot.model.report import Kind, State
from tests.analysis.builders import check, judged, library, report, snapshot

PATH = ".github/radar.yml"


def _read(text: str) -> tuple[RadarConfig, list[tuple[int, str]]]:
    config, slips = read_config({PATH: text})
    return config, [(slip.line, slip.message) for slip in slips]


def test_without_a_file_defaults_apply() -> None:
    config, slips = read_config({})
    assert config == RadarConfig()
    assert slips == ()


def test_everything_it_may_say() -> None:
    config, slips = _read(
        "kind: library\nexclude:\n  - gen/\nchecks:\n  changelog:\n    off: Our website has it.\n"
        "thresholds:\n  score: 80\n  drop: 5\n  groups: {security: 90}\n  fail_on: [secrets]\n  complexity: 20\n"
        "  duplication: 25\n  readme_words: 10\npublish:\n  check_run: false\n  comments: true\n"
    )
    assert slips == []
    assert config.kind is Kind.LIBRARY
    assert config.exclude == ("gen/",)
    assert config.off["changelog"].reason == "Our website has it."
    assert config.publish.check_run is False
    assert config.publish.thresholds.groups == {"security": 90}
    assert config.publish.thresholds.fail_on == ("secrets",)
    assert (config.complexity, config.duplication, config.readme_words) == (20, 0.25, 10)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("kind: librari\n", 1, "Did you mean `library`?"),
        ("exlude: []\n", 1, "Did you mean `exclude`?"),
        ("\nchecks:\n  licenc: {off: because of that}\n", 3, "Did you mean `licence`?"),
        ("checks:\n  licence: false\n", 2, "needs a reason"),
        ("checks:\n  licence: {off: no}\n", 2, "in a few words"),
        ("checks:\n  licence: {off: true}\n", 2, "in a few words"),
        ("checks: [licence]\n", 1, "must be a table"),
        ("thresholds:\n  score: 101\n", 2, "from 0 to 100"),
        ("thresholds:\n  score: eighty\n", 2, "from 0 to 100"),
        ("thresholds:\n  groups: {securty: 3}\n", 2, "Did you mean `security`?"),
        ("thresholds:\n  fail_on: [secret]\n", 2, "Did you mean `secrets`?"),
        ("publish:\n  comments: maybe\n", 2, "`true` or `false`"),
        ("exclude: {a: b}\n", 1, "list of gitignore patterns"),
        ("exclude:\n  - a*b*c*d*e*f*g*h*\n", 2, "too many stars"),
        (f"exclude:\n  - {'a' * 300}\n", 2, "too long"),
        ("kind: [\n", 2, "no valid YAML"),
        ("- a\n", 1, "must be a table"),
        ("just text\n", 1, "must be a table"),
    ],
)
def test_a_slip_is_told_with_its_line(text: str, line: int, message: str) -> None:
    _, slips = _read(text)
    assert [number for number, _ in slips] == [line]
    assert message in slips[0][1]


def test_a_slip_costs_only_its_own_key() -> None:
    config, slips = _read("kind: data\nthresholds: {score: high, drop: 3}\npublish: {comments: false}\n")
    assert len(slips) == 1
    assert config.kind is Kind.DATA
    assert config.publish.thresholds.drop == 3
    assert config.publish.comments is False


def test_slips_become_a_finding_and_an_action() -> None:
    made = report(library({PATH: "kynd: library\n"}))
    finding = check(made, "radar-config")
    assert finding.state is State.WARN
    assert (finding.evidence[0].path, finding.evidence[0].line) == (PATH, 1)
    assert any(action.check_id == "radar-config" for action in made.actions)


def test_a_check_that_is_off_shows_the_reason_and_leaves_the_score() -> None:
    files = library({PATH: "checks:\n  contributing:\n    off: We take no contributions.\n"})
    finding = judged("contributing", files)
    assert finding.state is State.NOT_APPLICABLE
    assert finding.reason == f"Switched off in `{PATH}`: We take no contributions."
    assert finding.evidence[0].line == 3
    without, with_it = report(library()).score, report(files).score
    assert without is not None
    assert with_it is not None
    assert with_it > without


def test_excluded_paths_are_not_looked_at() -> None:
    noisy = library({"examples/web/package.json": '{"name": "x", "dependencies": {"react": "18"}}'})
    quiet = {**noisy, PATH: "exclude:\n  - examples/\n"}
    assert any(p.name == "react" for p in report(noisy).packages)
    assert not any(p.name == "react" for p in report(quiet).packages)
    assert check(report(quiet), "radar-config").state is State.PASS


def test_the_file_itself_cannot_be_excluded() -> None:
    made = report(library({PATH: "exclude: ['*']\n"}))
    assert check(made, "radar-config").state is State.PASS


def test_the_declared_kind_wins() -> None:
    made = report(library({PATH: "kind: data\n"}))
    assert made.kind is Kind.DATA
    assert made.kind_evidence[0].line == 1


def test_the_digest_knows_meaning_not_spelling() -> None:
    one = config_digest(snapshot(library({PATH: "kind: data\nthresholds: {score: 3}\n"})))
    same = config_digest(snapshot(library({PATH: "# why\nthresholds:\n  score: 3\n\nkind: data\n"})))
    other = config_digest(snapshot(library({PATH: "kind: library\nthresholds: {score: 3}\n"})))
    assert one == same
    off = "checks: {licence: {off: for a reason}}\n"
    assert config_digest(snapshot(library({PATH: off}))) == config_digest(snapshot(library({PATH: f"# why\n{off}"})))
    assert one != other
    assert config_digest(snapshot(None)) == config_digest(snapshot(library())) == digest_of(RadarConfig())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    for path in CONFIG_PATHS:
        config, slips = read_config({path: text})
        assert len(digest_of(config)) == 16
        assert all(slip.line >= 1 for slip in slips)


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["kind", "exclude", "checks", "thresholds", "publish", "x"]), _values))
def test_no_shape_makes_it_fail(shape: dict[str, object]) -> None:
    read_config({PATH: json.dumps(shape)})
