"""Does it say which runtime it needs?"""

from __future__ import annotations

from bot.model.report import State
from tests.analysis.builders import judged, library


def test_stated_versions_are_told() -> None:
    check = judged("runtime-versions", library())
    assert check.state is State.PASS
    assert "Python >=3.11" in check.found


def test_a_missing_version_names_where_to_put_it() -> None:
    check = judged("runtime-versions", library({"pyproject.toml": '[project]\nname = "tally"\nversion = "1"\n'}))
    assert check.state is State.FAIL
    assert "requires-python" in check.next_step


def test_a_helper_beside_much_other_code_is_not_asked() -> None:
    files: dict[str, str | bytes] = {
        "src/a.c": "int a;\n" * 500,
        "utils/x/requirements.txt": "attrs\n",
        "utils/x/a.py": "a\n",
    }
    assert judged("runtime-versions", files).state is State.NOT_APPLICABLE
