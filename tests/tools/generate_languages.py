"""Makes bot/analysis/contents/languages.json from the npm package `linguist-languages` (MIT): facts, no rules.

    python -m tests.tools.generate_languages [VERSION]

Needs npm and node. The package repeats github-linguist's languages.yml (MIT): names, types, groups, colours, file
extensions, file names, interpreters and aliases. Its licence is kept beside the table.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "bot/analysis/contents/languages.json"
NOTICE = TARGET.with_name("languages.NOTICE.txt")
PACKAGE = "linguist-languages"
VERSION = "9.5.0"
KEPT = ("type", "group", "color", "extensions", "filenames", "interpreters", "aliases")
_DUMP = "import * as all from './index.js'; console.log(JSON.stringify(Object.values(all)))"


def main(version: str = VERSION) -> None:
    """Writes the table and the notice."""
    with tempfile.TemporaryDirectory() as folder:
        packed = _run("npm", "pack", "--silent", f"{PACKAGE}@{version}", folder=folder).strip()
        _run("tar", "xzf", packed, folder=folder)
        package = Path(folder, "package")
        languages = json.loads(_run("node", "--input-type=module", "-e", _DUMP, folder=str(package)))
        notice = (package / "ThirdPartyNoticeText.txt").read_text()
    rows = {language["name"]: _row(language) for language in languages}
    lines = [f"{json.dumps(name)}: {json.dumps(rows[name], ensure_ascii=False)}" for name in sorted(rows)]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    NOTICE.write_text(f"languages.json is made from the npm package {PACKAGE} {version} (MIT).\n\n{notice}")
    print(f"{len(rows)} languages in {TARGET}")


def _row(language: dict[str, Any]) -> dict[str, Any]:
    return {key: language[key] for key in KEPT if language.get(key)}


def _run(*command: str, folder: str) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
