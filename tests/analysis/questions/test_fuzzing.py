"""Are there fuzz or property tests."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import facts, judged, library, python_code
from tests.cpu import cpu_s

_HYPOTHESIS = '[project]\nname = "t"\nversion = "1"\n[dependency-groups]\nt = ["hypothesis"]\n'


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.FAIL),
        (
            {"pyproject.toml": _HYPOTHESIS},
            State.PASS,
        ),
        (
            {".github/workflows/f.yml": "on: push\njobs:\n  a:\n    uses: octo/a-fuzzer/ci.yml@main\n"},
            State.PASS,
        ),
        ({"test/ecosystem/a/pyproject.toml": _HYPOTHESIS, "test/ecosystem/a/b.py": "x = 1\n"}, State.FAIL),
        ({"tests/requirements.txt": "hypothesis\n"}, State.PASS),
        ({"fuzz/fuzz_parse.py": "x = 1\n"}, State.PASS),
    ],
)
def test_fuzzing(more: dict[str, str | bytes], state: State) -> None:
    assert judged("fuzzing", library({"tally/more.py": python_code(120), **more})).state is state


@pytest.mark.parametrize(("name", "said"), [("a.c", "a fuzz target"), ("a.py", "one property with Hypothesis")])
def test_the_advice_is_about_the_language(name: str, said: str) -> None:
    code = "int f(int a) { return a; }\n" * 400 if name == "a.c" else python_code(200)
    files = {"CMakeLists.txt": "project(a)\nadd_library(a a.c)\n", f"src/{name}": code}
    assert said in judged("fuzzing", files, facts(description="A library")).next_step


@pytest.mark.parametrize("check", ["fuzzing", "static-analysis"])
@pytest.mark.parametrize("run", ["fuzz", "/codeql", "codeql"])
def test_a_reference_without_an_end_costs_little(check: str, run: str) -> None:
    call = f"on: push\njobs:\n  a:\n    uses: o/{run * (400_000 // len(run))}\n"
    files = library({"tally/more.py": python_code(120), ".github/workflows/f.yml": call})
    assert cpu_s(lambda: judged(check, files)) < 5
