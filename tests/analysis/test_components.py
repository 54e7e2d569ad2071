"""Components: each folder with a manifest, with what belongs to it."""

from __future__ import annotations

from bot.analysis.components import find_components, languages_tested_elsewhere
from bot.analysis.manifests import read_inventory
from bot.model.report import Component, Evidence, Kind, Technology
from bot.model.snapshot import Contents, FileClass, FileFact
from tests.analysis.builders import contents


def components(
    texts: dict[str, str], files: tuple[FileFact, ...] = (), technologies: tuple[Technology, ...] = ()
) -> dict[str, Component]:
    """The components of a tree of texts and measured files, by folder."""
    facts = tuple(FileFact(path=path, size_bytes=1) for path in texts)
    tree = Contents(files=(*facts, *files), texts=texts)
    return {one.path: one for one in find_components(tree, read_inventory(tree), technologies)}


def file(path: str, language: str, code: int, file_class: FileClass = FileClass.SOURCE) -> FileFact:
    """A measured file."""
    return FileFact(path=path, size_bytes=1, language=language, code=code, file_class=file_class)


MONOREPO = {
    "package.json": '{"name": "root", "private": true, "workspaces": ["packages/*"]}',
    "packages/ui/package.json": '{"name": "ui", "version": "1.2.0", "license": "MIT", "main": "dist/index.js", '
    '"dependencies": {"react": "1"}}',
    "services/api/pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi", "uvicorn"]\n',
    "services/api/requirements.txt": "fastapi\n",
    "Dockerfile": "FROM node:22\n",
}


def test_each_folder_with_a_manifest_is_one_component() -> None:
    found = components(MONOREPO)
    assert sorted(found) == ["", "packages/ui", "services/api"]
    assert found["services/api"].manifests == ("services/api/pyproject.toml", "services/api/requirements.txt")
    ui = found["packages/ui"]
    assert (ui.name, ui.ecosystem, ui.version, ui.licence, ui.kind) == ("ui", "npm", "1.2.0", "MIT", Kind.LIBRARY)
    assert ui.entry_points == ("dist/index.js",)
    assert (ui.dependencies, found["services/api"].dependencies, found[""].dependencies) == (1, 3, 0)


def test_files_count_for_the_nearest_component() -> None:
    found = components(
        MONOREPO,
        (
            file("packages/ui/src/a.ts", "TypeScript", 100),
            file("packages/ui/src/a.css", "CSS", 20),
            file("packages/ui/test/a.test.ts", "TypeScript", 30, FileClass.TEST),
            file("scripts/x.sh", "Shell", 5),
            file("packages/ui/dist/a.js", "JavaScript", 999, FileClass.GENERATED),
        ),
    )
    ui = found["packages/ui"]
    assert (ui.code, ui.test_code, ui.has_tests) == (120, 30, True)
    assert ui.languages == ("TypeScript", "CSS")
    assert (found[""].code, found[""].languages, found[""].has_tests) == (5, ("Shell",), False)


def test_technologies_stand_with_their_components() -> None:
    react = Technology(name="React", category="ui", evidence=(Evidence(path="x"),), components=("packages/ui",))
    found = components(MONOREPO, technologies=(react,))
    assert found["packages/ui"].technologies == ("React",)
    assert found[""].technologies == ()


def test_kinds() -> None:
    found = components(
        {
            "cli/package.json": '{"name": "cli", "bin": "x.js"}',
            "app/package.json": '{"name": "app", "private": true}',
            "web/package.json": '{"name": "web", "main": "x.js"}',
            "web/Dockerfile": "FROM node\n",
            "act/action.yml": "runs:\n  using: node20\n",
            "act/package.json": '{"private": true}',
            "what/go.mod": "module example.com/what\n",
            "vpc/versions.tf": 'terraform {\n  required_version = ">= 1"\n}\n',
        }
    )
    assert {path: one.kind for path, one in found.items()} == {
        "act": Kind.ACTION,
        "app": Kind.APPLICATION,
        "cli": Kind.COMMAND_LINE_TOOL,
        "web": Kind.APPLICATION,
        "what": Kind.UNKNOWN,
        "vpc": Kind.INFRASTRUCTURE,
    }


def test_prose_is_no_code_whatever_gitattributes_shows() -> None:
    found = components(
        {"package.json": '{"name": "a"}'}, (file("a.md", "Markdown", 900), file("a.js", "JavaScript", 5))
    )
    assert (found[""].code, found[""].languages) == (5, ("JavaScript",))


def test_a_repository_without_manifests_has_no_component() -> None:
    assert components({}, (file("a.sh", "Shell", 1),)) == {}


def test_tests_apart_from_what_they_test() -> None:
    files = {
        "a/package.json": '{"name": "a"}',
        "a/i.js": "let a = 1;\n" * 50,
        "a/test/a.test.js": "test(1)\n" * 50,
        "tests/b.test.js": "",
        "tests/test_c.py": "a = 1\n" * 5,
    }
    for lines, expected in ((5, {"Python"}), (50, {"Python", "JavaScript"})):
        digested = contents({**files, "tests/b.test.js": "test(1)\n" * lines})
        found = find_components(digested, read_inventory(digested))
        assert languages_tested_elsewhere(found, digested.files) == expected
