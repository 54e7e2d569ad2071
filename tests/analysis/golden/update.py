"""Writes the golden reports anew: `python -m tests.analysis.golden.update`. Read the difference before you commit."""

from __future__ import annotations

from pathlib import Path

from bot.analysis import analyze
from bot.analysis.formats import to_markdown
from tests.analysis.builders import NOW
from tests.analysis.golden.samples import SAMPLES

FOLDER = Path(__file__).parent / "reports"


def golden_text(name: str) -> str:
    """The report on one sample, as the file holds it."""
    return to_markdown(analyze(SAMPLES[name](), now=NOW))


def main() -> None:
    """Writes one file a sample and removes those of samples that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.glob("*.md"):
        if stale.stem not in SAMPLES:
            stale.unlink()
    for name in SAMPLES:
        (FOLDER / f"{name}.md").write_text(golden_text(name))


if __name__ == "__main__":
    main()
