"""Writes `docs/checks.md` anew from the tables: `python -m tests.analysis.update_checks_document`."""

from __future__ import annotations

from pathlib import Path

from bot.analysis.catalogue import checks_document

PATH = Path(__file__).parents[2] / "docs" / "checks.md"


def main() -> None:
    """Writes the file."""
    PATH.write_text(checks_document())


if __name__ == "__main__":
    main()
