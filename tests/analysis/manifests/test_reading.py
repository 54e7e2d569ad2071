"""The whole tree: order, bounds, guards, lock files, components."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import names, reading
from bot.analysis.manifests.names import Reader, is_manifest
from bot.analysis.manifests.nouns import MAX_PACKAGES, Draft, Tree
from bot.analysis.manifests.reading import Places, read_inventory, read_texts
from bot.model.snapshot import Contents, FileClass, FileFact
from tests.analysis.manifests.cases import inventory


def test_packages_are_sorted_by_place_and_carry_their_component() -> None:
    found = inventory(
        {
            "b/package.json": '{"name": "b", "dependencies": {"z": "1", "a": "1"}}',
            "a/go.mod": "module a\nrequire example.com/x v1.0.0\n",
            ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n",
        }
    )
    assert [(one.path, one.name, one.component) for one in found.packages] == [
        (".github/workflows/ci.yml", "actions/checkout", ""),
        ("a/go.mod", "example.com/x", "a"),
        ("b/package.json", "a", "b"),
        ("b/package.json", "z", "b"),
    ]


def test_vendored_files_and_skipped_folders_say_nothing() -> None:
    text = '{"dependencies": {"a": "1"}}'
    paths = ("package.json", "lib/copy/package.json", "node_modules/a/package.json", "test/fixtures/x/package.json")
    files = tuple(
        FileFact(path=path, size_bytes=1, file_class=FileClass.VENDORED if path.startswith("lib/") else FileClass.DATA)
        for path in paths
    )
    found = read_inventory(Contents(files=files, texts=dict.fromkeys(paths, text)))
    assert [manifest.path for manifest in found.manifests] == ["package.json"]


def test_what_tests_read_is_no_manifest_but_what_tests_need_is() -> None:
    paths = {
        "package.json": True,
        "tests/requirements.txt": True,
        "tests/data/requirements.txt": False,
        "__tests__/data/a/package.json": False,
        "test/src/package.json": True,
    }
    code = FileFact(path="test/src/lib/a.js", size_bytes=1, language="JavaScript", file_class=FileClass.TEST, code=3)
    files = tuple(FileFact(path=path, size_bytes=1, file_class=FileClass.DATA) for path in paths)
    found = read_inventory(Contents(files=(*files, code), texts=dict.fromkeys(paths, "{}")))
    assert {manifest.path for manifest in found.manifests} == {path for path, counts in paths.items() if counts}


def test_a_folder_of_requirements_speaks_for_the_one_above() -> None:
    found = inventory({"requirements/base.txt": "flask==3.0\n", "web/requirements/dev.txt": "pytest\n"})
    assert [(one.path, one.folder) for one in found.manifests] == [
        ("requirements/base.txt", ""),
        ("web/requirements/dev.txt", "web"),
    ]
    assert {one.name: one.component for one in found.packages} == {"flask": "", "pytest": "web"}


def test_the_nearest_manifests_are_read_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_MANIFESTS", 2)
    texts = {f"{'d/' * depth}package.json": '{"name": "x"}' for depth in range(4)}
    found = read_texts(texts, texts)
    assert [manifest.path for manifest in found.manifests] == ["d/package.json", "package.json"]
    assert [problem.message for problem in found.problems] == [
        "The tree has 4 manifests; only the 2 nearest to the root are read."
    ]


def test_all_manifests_together_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_TOGETHER", 30)
    texts = {f"{'d/' * depth}package.json": '{"name": "x"}' for depth in range(4)}
    assert len(read_texts(texts, texts).manifests) == 2


def test_a_reader_that_fails_costs_its_file_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(draft: Draft, text: str, tree: Tree) -> None:
        raise KeyError("ours")

    monkeypatch.setitem(names.NAMED, "go.mod", Reader("golang", broken))
    found = read_texts({"go.mod": "", "package.json": '{"dependencies": {"a": "1"}}'}, ())
    assert [package.name for package in found.packages] == ["a"]
    assert "KeyError" in found.problems[0].message


def test_a_manifest_with_too_many_dependencies_is_cut_and_says_so() -> None:
    lines = "\n".join(f"package-{number}" for number in range(MAX_PACKAGES + 10))
    found = inventory({"requirements.txt": lines})
    assert len(found.packages) == MAX_PACKAGES
    assert [problem.message for problem in found.problems] == [f"Only the first {MAX_PACKAGES} dependencies are read."]


def test_lock_files_are_told_with_manager_and_component() -> None:
    found = inventory(
        {"web/package.json": '{"name": "web"}'},
        paths=("web/yarn.lock", "web/package-lock.json", "Cargo.lock", "node_modules/a/yarn.lock"),
    )
    assert [(lock.path, lock.manager, lock.component) for lock in found.lockfiles] == [
        ("Cargo.lock", "cargo", ""),
        ("web/package-lock.json", "npm", "web"),
        ("web/yarn.lock", "yarn", "web"),
    ]
    assert is_manifest("web/yarn.lock")
    assert not is_manifest("go.sum")


def test_an_empty_tree_has_an_empty_inventory() -> None:
    found = read_texts({}, ())
    assert (found.manifests, found.packages, found.lockfiles, found.problems) == ((), (), (), ())


def test_places_know_the_nearest_component() -> None:
    places = Places(["a", "a/b/c"])
    assert [places.component(path) for path in ("x", "a/x", "a/b/x", "a/b/c/d/x", "ab/x")] == [
        "", "a", "a", "a/b/c", ""
    ]  # fmt: skip


def test_an_action_of_the_workflows_is_no_component_and_copies_have_no_lockfile() -> None:
    action = "name: a\nruns:\n  using: composite\n  steps: []\n"
    found = read_texts(
        {".github/actions/a/action.yml": action, "action.yml": action}, ["old/go.sum"], vendored=["old/go.sum"]
    )
    assert [(one.path, one.is_component) for one in found.manifests] == [
        (".github/actions/a/action.yml", False),
        ("action.yml", True),
    ]
    assert not found.lockfiles
