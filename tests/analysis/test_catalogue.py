"""`docs/checks.md` says what the tables say."""

from __future__ import annotations

from bot.analysis.catalogue import checks_document
from bot.analysis.config import read_config
from bot.analysis.weights import RULES
from tests.analysis.update_checks_document import PATH


def test_the_document_is_current() -> None:
    assert PATH.read_text() == checks_document(), "run python -m tests.analysis.update_checks_document"


def test_every_check_has_its_row() -> None:
    text = checks_document()
    for rule in RULES:
        assert f"| `{rule.id}` | {rule.weight} | {rule.title} |" in text


def test_the_example_configuration_is_valid() -> None:
    example = checks_document().split("```yaml\n")[1].split("```")[0]
    config, slips = read_config({".github/radar.yml": example})
    assert slips == ()
    assert config.off["changelog"].reason == "Release notes are on our website."
    assert config.publish.thresholds.score == 80
