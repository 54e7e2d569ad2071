"""How many of licensee's single-file fixtures get the right licence: `python -m tests.bench.accuracy_licences PATH`.

PATH is a checkout of licensee/licensee (or its spec/fixtures). A fixture is *single-file* when exactly one of its
files has
a licence file's name. The expected answers are licensee's own (fixtures.yml). Where it expects `other` or none, the
text is
no licence of its 47: we are right with no id, or with an id that it does not know (CC-BY-ND-4.0, Pixar).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import yaml

from bot.analysis.licences import identify
from bot.analysis.licences.expressions import base_id
from bot.analysis.licences.names import is_root_licence

LICENSEE_KEYS = frozenset(
    [
        "0bsd",
        "afl-3.0",
        "agpl-3.0",
        "apache-2.0",
        "artistic-2.0",
        "blueoak-1.0.0",
        "bsd-2-clause",
        "bsd-2-clause-patent",
        "bsd-3-clause",
        "bsd-3-clause-clear",
        "bsd-4-clause",
        "bsl-1.0",
        "cc-by-4.0",
        "cc-by-sa-4.0",
        "cc0-1.0",
        "cecill-2.1",
        "cern-ohl-p-2.0",
        "cern-ohl-s-2.0",
        "cern-ohl-w-2.0",
        "ecl-2.0",
        "epl-1.0",
        "epl-2.0",
        "eupl-1.1",
        "eupl-1.2",
        "gfdl-1.3",
        "gpl-2.0",
        "gpl-3.0",
        "isc",
        "lgpl-2.1",
        "lgpl-3.0",
        "lppl-1.3c",
        "mit",
        "mit-0",
        "mpl-2.0",
        "ms-pl",
        "ms-rl",
        "mulanpsl-2.0",
        "ncsa",
        "odbl-1.0",
        "ofl-1.1",
        "osl-3.0",
        "postgresql",
        "unlicense",
        "upl-1.0",
        "vim",
        "wtfpl",
        "zlib",
    ]
)
"""The licences that licensee knows (its vendored choosealicense.com)."""

NO_LICENCE = frozenset({"other", "no-license", ""})


def single_files(fixtures: Path) -> list[tuple[str, Path]]:
    """(fixture, file) for each fixture with exactly one licence file and nothing else that states a licence."""
    found = []
    for folder in sorted(path for path in fixtures.iterdir() if path.is_dir()):
        files = [path for path in folder.iterdir() if path.is_file() and is_root_licence(path.name)]
        if len(files) == 1 and not (folder / "LICENSES").is_dir():
            found.append((folder.name, files[0]))
    return found


def is_right(expected: str, answer: str) -> bool:
    """Whether the answer is the expected key, or rightly outside licensee's vocabulary."""
    key = base_id(answer).lower()
    if expected in NO_LICENCE:
        return key not in LICENSEE_KEYS
    return key == expected


def main(arguments: list[str]) -> int:
    """Prints a line for each miss and the figure; exit 1 below 45."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    root = Path(arguments[0])
    fixtures = root / "spec" / "fixtures" if (root / "spec" / "fixtures").is_dir() else root
    expected = yaml.safe_load((fixtures / "fixtures.yml").read_text())
    identify("warm up")
    files = single_files(fixtures)
    right, started = 0, time.process_time()
    for name, path in files:
        identified = identify(path.read_bytes().decode("utf-8", "replace"))
        answer = identified.expression if identified else ""
        key = str(expected[name]["key"] or "")
        if is_right(key, answer):
            right += 1
        else:
            print(f"missed: {name}/{path.name}: expected {key}, got {answer or 'nothing'}")
    milliseconds = (time.process_time() - started) * 1000 / max(1, len(files))
    print(f"licences: {right} of {len(files)} single-file fixtures right ({milliseconds:.1f} ms CPU a file)")
    return 0 if right >= 45 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
