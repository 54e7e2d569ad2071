"""The composition: identity, structure, what is partial, and what never happens."""

from __future__ import annotations

import msgspec

from bot.analysis import RULESET_VERSION, analyze
from bot.model.report import Report, encode_report, report_schema
from bot.model.snapshot import HiddenFile
from tests.analysis.builders import NOW, contents, facts, library, local_facts, python_code, report, snapshot


def test_identity_is_githubs() -> None:
    made = report(library(), facts(homepage="https://x.example", stars=5, is_fork=True, parent="up/stream"))
    repository = made.repository
    assert (repository.id, repository.owner, repository.name) == (7, "octo", "demo")
    assert (repository.stars, repository.parent, repository.is_fork) == (5, "up/stream", True)
    assert made.ruleset_version == RULESET_VERSION
    assert made.analyzed_at == NOW


def test_the_caller_fills_in_cost() -> None:
    made = report(library())
    assert (made.analysis_duration_ms, made.api_requests) == (0, 0.0)


def test_structure_names_the_largest_and_the_hottest() -> None:
    branches = "\n".join(f"    if value == {n}:\n        return {n}" for n in range(30))
    hot = f"def choose(value: int) -> int:\n{branches}\n    return 0\n"
    made = report(library({"tally/big.py": python_code(90), "tally/hot.py": hot}))
    assert made.structure.largest_files[0].path == "tally/big.py"
    assert made.structure.hot_functions[0].name == "choose"
    assert made.structure.hot_functions[0].complexity == 31
    assert made.structure.depth == 1


def test_limits_are_told_as_partial() -> None:
    made = report(library(), cut=["Only the first 200,000 files were read."])
    assert made.partial == ("Only the first 200,000 files were read.",)
    assert report(library()).partial == ()


def test_hidden_files_are_seen_as_files_of_the_tree() -> None:
    told = facts(hidden_files=(HiddenFile(path="SECURITY.md", size_bytes=40, text="# Security\n\na@example.org\n"),))
    made = report(library(), told)
    assert any(document.path == "SECURITY.md" for document in made.documents)


def test_a_repository_whose_contents_are_missing() -> None:
    made = analyze(snapshot(None, facts()), now=NOW)
    assert made.score is None
    assert made.summary == "Nothing of demo could be read."
    assert made.actions == ()


def test_order_of_files_does_not_matter() -> None:
    files = library({"package.json": '{"name": "x", "dependencies": {"react": "18", "vue": "3"}}'})
    turned = dict(reversed(files.items()))
    assert encode_report(report(files)) == encode_report(report(turned))


def test_languages_are_counted_by_group_and_without_documents() -> None:
    made = report(
        {"a.ts": "export const a = 1;\n" * 10, "b.tsx": "export const b = 1;\n" * 10, "README.md": "# x\n" * 99}
    )
    assert [(language.name, language.code, language.files) for language in made.languages] == [("TypeScript", 20, 2)]
    assert made.languages[0].colour.startswith("#")
    assert made.languages[0].share == 1.0


def test_a_local_checkout_has_no_official_languages() -> None:
    assert report(library(), local_facts()).official_languages == ()


def test_contents_without_measurements_leave_unknowns() -> None:
    whole = contents(library(), of=facts())
    bare = msgspec.structs.replace(
        whole, functions=None, duplicated_lines=None, unmeasured={"functions": "too many files"}
    )
    made = analyze(msgspec.structs.replace(snapshot(library()), contents=bare), now=NOW)
    states = {check.id: (check.state.value, check.reason) for check in made.checks}
    assert states["complexity"] == ("unknown", "Too many files.")
    assert states["duplication"][0] == "unknown"


def test_the_schema_describes_the_report() -> None:
    schema = report_schema()
    assert "Report" in schema["$defs"]
    assert set(schema["$defs"]["Report"]["properties"]) == set(Report.__struct_fields__)
