"""Measures how many files of github-linguist/linguist's `samples/` get linguist's own name.

    python -m tests.bench.accuracy_languages PATH [--misses]

PATH is that folder: one folder a language, `filenames/` inside for files known by name.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.analysis.contents.languages import name_language

_FOLDERS = {"Fstar": "F*", "ProC": "Pro*C"}
"""Languages whose names no file system takes."""


def main(folder: str, *options: str) -> int:
    """Prints the share and the time; with --misses each wrong one. Exit code 1 below 97 %."""
    started = time.perf_counter()
    total = right = 0
    misses = []
    for language, path, content in _samples(Path(folder)):
        total += 1
        named = name_language(path, content)
        if named == language:
            right += 1
        else:
            misses.append(f"{path}: {named or 'no language'}")
    seconds = time.perf_counter() - started
    if "--misses" in options:
        print("\n".join(misses))
    share = right / total if total else 0.0
    print(f"{right:,} of {total:,} samples named as linguist names them: {share:.2%} in {seconds:.2f} s")
    return 0 if share >= 0.97 else 1


def _samples(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            inside = path.relative_to(folder)
            yield _FOLDERS.get(inside.parts[0], inside.parts[0]), str(inside), path.read_bytes()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
