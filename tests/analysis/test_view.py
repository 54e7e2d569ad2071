"""Everything the questions look at, prepared once."""

from __future__ import annotations

import pytest

from bot.analysis.view import folders_above, index_tree, is_tiny
from bot.model.report import Scope
from bot.model.snapshot import FileClass, FileFact
from tests.analysis.builders import facts, library, local_facts, view

_TREE = index_tree(
    [
        FileFact(path="README.md", size_bytes=1),
        FileFact(path="docs/README.md", size_bytes=1),
        FileFact(path="Docs/a/Guide.md", size_bytes=1),
        FileFact(path="lib/copy/readme.md", size_bytes=1, file_class=FileClass.VENDORED),
    ]
)


def test_names_are_found_in_any_case_as_they_are_spelt() -> None:
    assert _TREE.has("gone", "readme.MD") == "README.md"
    assert _TREE.has("docs/a/guide.md") == "Docs/a/Guide.md"
    assert _TREE.has("guide.md") == ""
    assert _TREE.has() == ""


def test_the_nearest_to_the_root_stands_first_and_vendored_names_do_not_count() -> None:
    assert _TREE.named("guide.md", "readme.md") == ("README.md", "docs/README.md", "Docs/a/Guide.md")
    assert _TREE.named("gone") == ()


def test_folders_are_all_that_hold_something() -> None:
    assert _TREE.folders == {"docs", "Docs", "Docs/a", "lib", "lib/copy"}
    assert "lib/copy/readme.md" in _TREE.paths


@pytest.mark.parametrize(("path", "above"), [("a/b/c", ["a/b", "a", ""]), ("c", [""]), ("", [""])])
def test_folders_above(path: str, above: list[str]) -> None:
    assert list(folders_above(path)) == above


@pytest.mark.parametrize(
    ("files", "tiny"),
    [
        ({"a.sh": "echo\n"}, True),
        ({"a.sh": "echo\n" * 59}, True),
        ({"a.sh": "echo\n" * 60}, False),
        ({f"f{number}.txt": "x" for number in range(8)}, True),
        ({f"f{number}.txt": "x" for number in range(9)}, False),
        ({**{f".github/f{number}.txt": "x" for number in range(20)}, "a.sh": "echo\n"}, True),
        ({"package.json": '{"name": "a"}'}, False),
    ],
    ids=["one line", "59 lines", "60 lines", "8 files", "9 files", "settings do not count", "a package"],
)
def test_tiny(files: dict[str, str | bytes], tiny: bool) -> None:
    seen = view(files)
    assert seen.is_tiny is tiny
    assert is_tiny(seen.contents, seen.inventory) is tiny


def test_what_kind_of_snapshot_it_is() -> None:
    assert view(None).is_empty
    assert not view(library()).is_empty
    assert view(library(), local_facts()).is_local
    assert not view(library()).is_local
    assert view(library(), cut=["Only 5 files were read."]).is_partial
    assert view(library(), facts(hidden_files_truncated=True)).is_partial
    assert not view(library()).is_partial
    assert view(library()).has_code
    assert not view({"README.md": "# x\n"}).has_code


@pytest.mark.parametrize(
    ("files", "language"),
    [
        ({"a.py": "x = 1\n", "b.html": "<p>\n" * 50}, "Python"),
        ({"b.html": "<p>\n" * 50}, "HTML"),
        ({"a.json": "{}\n"}, ""),
    ],
)
def test_the_main_language_is_a_programming_language_where_there_is_one(
    files: dict[str, str | bytes], language: str
) -> None:
    assert view(files).main_language == language


@pytest.mark.parametrize(
    ("privacy", "all_private"),
    [(("true", "true", "true"), True), (("true", "false", "true"), False)],
)
def test_a_monorepo_of_private_packages(privacy: tuple[str, ...], all_private: bool) -> None:
    files: dict[str, str | bytes] = {
        "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
        **{
            f"packages/{name}/package.json": f'{{"name": "{name}", "private": {private}}}'
            for name, private in zip("abc", privacy, strict=True)
        },
        **{f"packages/{name}/index.js": "export const a = 1;\n" * 100 for name in "abc"},
    }
    assert view(files).is_all_private is all_private


def test_a_private_package_alone_is_no_monorepo() -> None:
    assert not view({"package.json": '{"name": "a", "private": true}', "i.js": "x();\n" * 90}).is_all_private


def test_libraries_are_what_package_managers_bring() -> None:
    files = library(
        {
            "Dockerfile": "FROM python:3.12\n",
            ".pre-commit-config.yaml": "repos:\n- repo: https://github.com/a/b\n  rev: v1\n",
        }
    )
    seen = view(files)
    assert {one.ecosystem for one in seen.packages} >= {"pypi", "docker", "githubactions", "github"}
    assert {one.ecosystem for one in seen.libraries} == {"pypi"}


def test_depends_on_knows_names_and_scopes() -> None:
    seen = view(library({"requirements-dev.txt": "pytest\n"}))
    found = seen.depends_on("gone", "pytest")
    assert found is not None
    assert found.path == "requirements-dev.txt"
    assert seen.depends_on("pytest", scopes=(Scope.RUNTIME,)) is None
    assert seen.depends_on("PyTest") is None


def test_workflows_that_do_not_parse_are_not_good() -> None:
    seen = view(library({".github/workflows/bad.yml": "a: [\n"}))
    assert {one.path for one in seen.workflows} == {".github/workflows/ci.yml", ".github/workflows/bad.yml"}
    assert [one.path for one in seen.good_workflows] == [".github/workflows/ci.yml"]


@pytest.mark.parametrize(
    ("reasons", "id_", "why"),
    [
        ({"reviews": "no permission", "issues": "x"}, 7, "no permission"),
        ({}, 7, "GitHub did not tell"),
        ({}, 0, "a local checkout does not tell; GitHub was not asked"),
        ({"pull_requests": "GitHub broke off"}, 0, "GitHub broke off"),
    ],
)
def test_why_something_is_unknown(reasons: dict[str, str], id_: int, why: str) -> None:
    assert view(library(), facts(id=id_, unknown_reasons=reasons)).why_unknown("reviews", "pull_requests") == why


def test_texts_and_documents() -> None:
    seen = view(library({"CONTRIBUTING.md": "# How\n\nOpen a pull request.\n"}))
    document = seen.document("contributing")
    assert document is not None
    assert document.path == "CONTRIBUTING.md"
    assert seen.document("codeowners") is None
    assert seen.text("README.md").startswith("# Tally")
    assert seen.text("gone") == ""
