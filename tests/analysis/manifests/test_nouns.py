"""What every reader speaks: package URLs, the tree around a manifest, and the draft it writes into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from bot.analysis.manifests.nouns import MAX_NAME, MISSING, Draft, Tree, purl, pypi_name, scalar
from bot.model.report import Scope


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "expected"),
    [
        ("npm", "@Scope/Name", "1.0.0", "pkg:npm/%40scope/name@1.0.0"),
        ("pypi", "Ruamel.YAML", "", "pkg:pypi/ruamel-yaml"),
        ("golang", "github.com/a/b/v2", "v2.0.0", "pkg:golang/github.com/a/b/v2@v2.0.0"),
        ("maven", "a.b:c", "1", "pkg:maven/a.b/c@1"),
        ("maven", "c", "1", "pkg:maven/c@1"),
        ("githubactions", "a/b/c/d", "v1", "pkg:githubactions/a/b@v1#c/d"),
        ("githubactions", "a/b", "v1", "pkg:githubactions/a/b@v1"),
        ("docker", "ghcr.io/a/b", "1", "pkg:docker/ghcr.io/a/b@1"),
        ("cmake", "Boost", "", "pkg:generic/Boost"),
        ("swift", "github.com/a/b", "1.0.0", "pkg:swift/github.com/a/b@1.0.0"),
        ("npm", "", "", ""),
        ("nuget", "/", "", ""),
    ],
)
def test_package_urls(ecosystem: str, name: str, version: str, expected: str) -> None:
    assert purl(ecosystem, name, version) == expected


@given(
    st.sampled_from(["npm", "pypi", "maven", "golang", "githubactions", "docker", "cargo", "cmake"]),
    st.text(),
    st.text(),
)
def test_a_package_url_is_valid_or_empty(ecosystem: str, name: str, version: str) -> None:
    made = purl(ecosystem, name, version)
    assert made == "" or PackageURL.from_string(made).type in {ecosystem, "generic"}


@pytest.mark.parametrize("name", ["Ruamel.YAML", "ruamel_yaml", "ruamel--yaml", "RUAMEL.-_yaml"])
def test_a_python_package_has_one_name(name: str) -> None:
    assert pypi_name(name) == "ruamel-yaml"


@pytest.mark.parametrize(
    ("path", "relative", "target"),
    [
        ("a/b.txt", "c.txt", "a/c.txt"),
        ("a/b.txt", "../c.txt", "c.txt"),
        ("a/b.txt", "../../c.txt", ""),
        ("a/b.txt", "/etc/passwd", ""),
        ("a/b.txt", "..\\c.txt", "c.txt"),
        ("a/b.txt", "..", ""),
        ("a/b.txt", "../..", ""),
        ("a/b.txt", "...", "a/..."),
        ("a.txt", "..hidden", "..hidden"),
    ],
)
def test_no_path_leads_out_of_the_tree(path: str, relative: str, target: str) -> None:
    assert Tree({}, ()).beside(path, relative) == target


@given(st.text(alphabet="a/.\\", max_size=20), st.text(alphabet="a/", max_size=9))
def test_whatever_is_named_lies_in_the_tree(relative: str, path: str) -> None:
    target = Tree({}, ()).beside(path.strip("/"), relative)
    assert not target.startswith("/")
    assert ".." not in target.split("/")


@pytest.mark.parametrize(
    ("path", "nearest"),
    [("a/b/c/x", "a/b/pom.xml"), ("a/b/x", "a/b/pom.xml"), ("a/x", "pom.xml"), ("x", "pom.xml"), ("q/r/x", "pom.xml")],
)
def test_the_nearest_file_above(path: str, nearest: str) -> None:
    tree = Tree({"pom.xml": "", "a/b/pom.xml": ""}, ("a/other.xml",))
    assert tree.above(path, "pom.xml") == nearest
    assert tree.above(path, "gone.xml") == ""
    assert tree.above(path, "other.xml") == "", "only files whose text was kept"


def test_a_shared_file_is_read_once_and_its_slip_is_told_each_time() -> None:
    calls: list[str] = []

    def read(text: str) -> str:
        calls.append(text)
        return text.upper()

    def broken(text: str) -> str:
        calls.append(text)
        raise ValueError(text)

    tree = Tree({"a": "one", "b": "two"}, ())
    assert [tree.once("a", read), tree.once("a", read), tree.once("b", read)] == ["ONE", "ONE", "TWO"]
    for _ in range(2):
        with pytest.raises(ValueError, match="one"):
            tree.once("a", broken)
    assert calls == ["one", "two", "one", "one"]
    assert tree.remember("other", "a", lambda: "else") == "else"


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a ", "a"), (3, "3"), (3.1, "3.1"), (True, ""), (None, ""), ([], ""), ({}, "")],
)
def test_scalars(value: object, text: str) -> None:
    assert scalar(value) == text


def _draft() -> Draft:
    return Draft("a/package.json", "npm")


def test_a_dependency_is_kept_once_a_line() -> None:
    draft = _draft()
    for line in (1, 1, 2):
        draft.add("  x ", " >= 1\n  <2 ", line=line)
    assert [(one.name, one.requirement, one.line) for one in draft.finish().packages] == [
        ("x", ">= 1 <2", 1),
        ("x", ">= 1 <2", 2),
    ]
    assert draft.names == ["x", "x"]


def test_the_locked_version_is_the_one_that_the_url_names() -> None:
    draft = _draft()
    draft.add("x", "^1", Scope.OPTIONAL, version="1.0.0", locked="1.2.3")
    draft.add("y", "1.0.0", version="1.0.0", ecosystem="pypi", path="b/requirements.txt")
    x, y = draft.finish().packages
    assert (x.purl, x.locked, x.scope, x.path) == ("pkg:npm/x@1.2.3", "1.2.3", Scope.OPTIONAL, "a/package.json")
    assert (y.purl, y.ecosystem, y.path) == ("pkg:pypi/y@1.0.0", "pypi", "b/requirements.txt")


@pytest.mark.parametrize(
    ("name", "requirement"), [("", "1"), ("  ", "1"), ("x" * (MAX_NAME + 1), ""), ("x", "1" * 301)]
)
def test_a_name_or_requirement_beyond_reason_is_a_problem(name: str, requirement: str) -> None:
    draft = _draft()
    draft.add(name, requirement, line=7)
    made = draft.finish()
    assert made.packages == ()
    assert [(one.path, one.line) for one in made.problems] == [("a/package.json", 7)]


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (None, "null"),
        (True, "true or false"),
        (3, "a number"),
        ("x", "text"),
        ([], "a list"),
        (object(), "something else"),
    ],
)
def test_a_wrong_shape_is_a_problem_that_names_it(value: object, shape: str) -> None:
    draft = _draft()
    assert draft.mapping(value, "jobs", 4) == {}
    assert [one.message for one in draft.finish().problems] == [f"`jobs` is {shape} where a table is expected."]


def test_lists_and_texts_name_their_shapes_too() -> None:
    draft = _draft()
    assert draft.items({}, "steps", 1) == []
    assert draft.text([], "name", 2) == ""
    assert draft.text(False, "name", 3) == ""
    assert [one.message for one in draft.finish().problems] == [
        "`steps` is a table where a list is expected.",
        "`name` is a list where text is expected.",
        "`name` is true or false where text is expected.",
    ]


def test_what_is_simply_missing_is_no_problem() -> None:
    draft = _draft()
    assert (draft.mapping(MISSING, "a"), draft.items(MISSING, "b"), draft.text(MISSING, "c")) == ({}, [], "")
    assert (draft.mapping({"x": 1}, "a"), draft.items([1], "b"), draft.text(1.5, "c")) == ({"x": 1}, [1], "1.5")
    assert draft.finish().problems == ()


def _has_packages(draft: Draft) -> bool:
    return draft.has_packages


def test_a_runtime_of_no_text_is_none() -> None:
    draft = _draft()
    nothing: tuple[object, ...] = (None, [], True, "", "1" * (MAX_NAME + 1))
    for requirement in nothing:
        draft.runtime("Node.js", requirement, 1)
    assert draft.finish().runtimes == ()
    assert not _has_packages(draft)
    draft.runtime("Node.js", 20, 3, detail="engines")
    (runtime,) = draft.finish().runtimes
    assert _has_packages(draft)
    assert (runtime.requirement, runtime.evidence.line, runtime.evidence.detail) == ("20", 3, "engines")


def test_problems_and_signals_are_bounded() -> None:
    draft = _draft()
    for number in range(300):
        draft.problem("x", number)
        draft.signal("msbuild", f"n{number}", number)
    made = draft.finish()
    assert (len(made.problems), len(made.signals)) == (100, 100)


def test_what_is_finished_is_cut_and_on_one_line() -> None:
    draft = _draft()
    draft.description = "a\n  b " + "x" * 2_000
    draft.name = "n" * 400
    draft.entry_points = ["a", "b", "a"]
    draft.members = ["x/*", "x/*"]
    made = draft.finish()
    assert made.description.startswith("a b x")
    assert (len(made.description), len(made.name)) == (1_000, MAX_NAME)
    assert (made.entry_points, made.members) == (("a", "b"), ("x/*",))
    assert (made.folder, made.workspace_manager) == ("a", "")
