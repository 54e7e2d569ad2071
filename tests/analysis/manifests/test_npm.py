"""package.json with its locks and workspaces."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace
from bot.analysis.manifests.npm import exact_npm
from bot.model.report import Kind
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

PACKAGE = """
{
  "name": "@acme/shop",
  "version": "2.1.0",
  "description": "A shop",
  "license": "MIT",
  "private": true,
  "bin": {"shop": "bin/shop.js"},
  "engines": {"node": ">=20", "npm": "10"},
  "packageManager": "pnpm@9.1.0+sha512.abc",
  "dependencies": {
    "express": "^4.18.2",
    "@acme/ui": "workspace:*",
    "lodash": "4.17.21"
  },
  "devDependencies": {
    "typescript": "~5.4.0",
    "old-react": "npm:react@^17.0.0"
  },
  "peerDependencies": {
    "react": ">=18",
    "vue": ">=3"
  },
  "peerDependenciesMeta": {"vue": {"optional": true}},
  "optionalDependencies": {
    "fsevents": "^2.3.3"
  }
}
"""


def test_every_table_is_read_with_its_scope_and_line() -> None:
    found = inventory({"package.json": PACKAGE})
    assert rows(found) == [
        ("express", "^4.18.2", "runtime", 11),
        ("@acme/ui", "workspace:*", "runtime", 12),
        ("lodash", "4.17.21", "runtime", 13),
        ("typescript", "~5.4.0", "development", 16),
        ("react", "^17.0.0", "development", 17),
        ("react", ">=18", "runtime", 20),
        ("vue", ">=3", "optional", 21),
        ("fsevents", "^2.3.3", "optional", 25),
    ]
    assert purls(found)[1:3] == ["pkg:npm/%40acme/ui", "pkg:npm/lodash@4.17.21"]


def test_the_manifest_describes_the_package() -> None:
    manifest = inventory({"package.json": PACKAGE}).manifests[0]
    assert (manifest.name, manifest.version, manifest.description) == ("@acme/shop", "2.1.0", "A shop")
    assert (manifest.licence, manifest.licence_line) == ("MIT", 5)
    assert manifest.is_private
    assert manifest.kind is Kind.COMMAND_LINE_TOOL
    assert manifest.entry_points == ("bin/shop.js",)
    assert manifest.package_manager == "pnpm"


def test_engines_and_package_manager_are_runtimes() -> None:
    found = inventory({"package.json": PACKAGE})
    assert runtimes(found) == [("Node.js", ">=20", 8), ("npm", "10", 8), ("pnpm", "9.1.0", 9)]


LOCKS = {
    "package-lock of version 3": (
        "package-lock.json",
        '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/express": {"version": "4.19.2"}, '
        '"node_modules/a/node_modules/express": {"version": "3.0.0"}}}',
    ),
    "package-lock of version 1": (
        "package-lock.json",
        '{"lockfileVersion": 1, "dependencies": {"express": {"version": "4.19.2"}}}',
    ),
    "yarn 1": ("yarn.lock", '# yarn lockfile v1\n\n"express@^4.0.0", express@^4.18.2:\n  version "4.19.2"\n'),
    "yarn 4": ("yarn.lock", '"express@npm:^4.18.2":\n  version: 4.19.2\n  resolution: "express@npm:4.19.2"\n'),
    "pnpm 9": (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      express:\n        specifier: ^4.18.2\n"
        "        version: 4.19.2(supports-color@9)\npackages:\n  express@1.0.0: {}\n",
    ),
    "pnpm 5": (
        "pnpm-lock.yaml",
        "lockfileVersion: 5.4\nspecifiers:\n  express: ^4.18.2\ndependencies:\n  express: 4.19.2\n",
    ),
    "bun": (
        "bun.lock",
        '{\n  "lockfileVersion": 1,\n  "packages": {\n    "express": ["express@4.19.2", "", {}, "sha512-x"],\n  }\n}\n',
    ),
}


@pytest.mark.parametrize("case", LOCKS)
def test_locked_versions_come_from_the_lock(case: str) -> None:
    name, text = LOCKS[case]
    found = inventory({"package.json": '{"dependencies": {"express": "^4.18.2"}}', name: text})
    (package,) = found.packages
    assert package.locked == "4.19.2"
    assert package.purl == "pkg:npm/express@4.19.2"


@pytest.mark.parametrize("case", LOCKS)
def test_a_broken_lock_tells_nothing_and_costs_nothing(case: str) -> None:
    name, text = LOCKS[case]
    found = inventory({"package.json": '{"dependencies": {"other": "1"}}', name: text[: len(text) // 2]})
    assert [package.locked for package in found.packages] == [""]
    assert [lock.path for lock in found.lockfiles] == [name]


def test_each_member_of_a_workspace_has_its_own_locked_version() -> None:
    found = inventory(
        {
            "package.json": '{"workspaces": ["packages/*"], "dependencies": {"a": "^1"}}',
            "packages/x/package.json": '{"name": "x", "dependencies": {"a": "^2", "b": "^1"}}',
            "packages/x/deep/package.json": '{"name": "deep"}',
            "package-lock.json": '{"packages": {"node_modules/a": {"version": "1.5.0"}, '
            '"packages/x/node_modules/a": {"version": "2.5.0"}, "node_modules/b": {"version": "1.1.1"}}}',
        }
    )
    assert [(package.component, package.name, package.locked) for package in found.packages] == [
        ("", "a", "1.5.0"),
        ("packages/x", "a", "2.5.0"),
        ("packages/x", "b", "1.1.1"),
    ]
    assert found.workspaces == (Workspace(path="package.json", manager="npm", members=("packages/x",)),)


def test_pnpm_workspaces_have_members_exclusions_and_catalogs() -> None:
    found = inventory(
        {
            "pnpm-workspace.yaml": """
                packages:
                  - "apps/**"
                  - "!apps/old"
                catalog:
                  react: ^18.3.1
                catalogs:
                  legacy:
                    vue: ^2.7.0
            """,
            "apps/web/package.json": '{"dependencies": {"react": "catalog:", "vue": "catalog:legacy"}}',
            "apps/old/package.json": "{}",
            "tools/package.json": "{}",
        }
    )
    assert rows(found) == [("react", "^18.3.1", "runtime", 1), ("vue", "^2.7.0", "runtime", 1)]
    assert found.workspaces == (Workspace(path="pnpm-workspace.yaml", manager="pnpm", members=("apps/web",)),)


def test_older_ways_to_state_a_licence() -> None:
    found = inventory(
        {
            "a/package.json": '{"license": {"type": "ISC", "url": "x"}}',
            "b/package.json": '{"licenses": [{"type": "MIT"}, {"type": "Apache-2.0"}]}',
        }
    )
    assert [(one.text, one.evidence.path) for one in found.declared_licences] == [
        ("ISC", "a/package.json"),
        ("MIT OR Apache-2.0", "b/package.json"),
    ]


def test_a_package_json_that_only_tells_how_to_load_a_folder_is_no_component() -> None:
    found = inventory({"dist/package.json": '{"type": "module"}', "a/package.json": '{"scripts": {}}'})
    assert [(one.path, one.is_component) for one in found.manifests] == [
        ("a/package.json", True),
        ("dist/package.json", False),
    ]


HOSTILE = {
    "null dependencies": ('{"dependencies": null}', "`dependencies` is null where a table is expected.", 1),
    "a list of dependencies": ('{\n"dependencies": ["a"]}', "`dependencies` is a list where a table is expected.", 2),
    "a number as requirement": (
        '{"dependencies": {"a": {}}}',
        "`dependencies.a` is a table where text is expected.",
        1,
    ),
    "null workspaces": ('{"workspaces": null}', "`workspaces` is null where a list is expected.", 1),
    "a list at the root": ("[]", "`package.json` is a list where a table is expected.", 1),
    "cut off": ('{\n  "name": "a",\n', "The JSON ends before it is complete.", 3),
    "a merge conflict": ('{\n<<<<<<< HEAD\n"a": 1}', "This is not valid JSON.", 2),
    "deep nesting": ("[" * 100_000, "The JSON is nested deeper than 64 levels.", 1),
    "UTF-16": ("{\0}\0", "The file holds NUL bytes: it is not text, or not UTF-8.", None),
    "huge": ('{"a": "' + "x" * 1_000_001 + '"}', "The file is longer than 1,000,000 characters and is not read.", None),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_a_problem_with_its_line(case: str) -> None:
    text, message, line = HOSTILE[case]
    found = inventory({"package.json": text})
    assert [(problem.path, problem.message, problem.line) for problem in found.problems] == [
        ("package.json", message, line)
    ]


@pytest.mark.parametrize(
    ("requirement", "exact"),
    [("1.2.3", "1.2.3"), ("=1.2.3", "1.2.3"), ("v1.2.3-rc.1", "1.2.3-rc.1"), ("^1.2.3", ""), ("1.2", ""), ("*", "")],
)
def test_only_a_full_version_is_exact(requirement: str, exact: str) -> None:
    assert exact_npm(requirement) == exact
