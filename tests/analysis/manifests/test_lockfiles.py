"""The versions that lock files pin, each kind scanned once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.manifests.lockfiles import KINDS, MAX_CHARACTERS, find_locked, locked_versions, lockfile, swift_name

CASES: dict[str, tuple[str, dict[str, str]]] = {
    "pnpm-lock.yaml": (
        "lockfileVersion: '9.0'\n\nimporters:\n\n  packages/a:\n    dependencies:\n      vite:\n"
        "        specifier: workspace:*\n        version: link:../vite\n      '@x/y':\n        specifier: ^1\n"
        "        version: 1.2.3(vite@5)\n    devDependencies:\n      z:\n        specifier: ^2\n"
        "        version: 2.0.1\n",
        {"packages/a\0@x/y": "1.2.3", "packages/a\0z": "2.0.1"},
    ),
    "poetry.lock": (
        '[[package]]\nname = "Django"\nversion = "5.0.6"\ndescription = ""\n\n[[package]]\n'
        'name = "a_b"\nversion = "1"\n',
        {"django": "5.0.6", "a-b": "1"},
    ),
    "Cargo.lock": (
        '[[package]]\nname = "a"\nversion = "1.2.3"\n\n[[package]]\nname = "b"\nversion = "1.0.0"\n\n'
        '[[package]]\nname = "b"\nversion = "2.0.0"\n',
        {
            "a": "1.2.3", "a@1": "1.2.3", "a@1.2": "1.2.3", "a@1.2.3": "1.2.3", "a@^1": "1.2.3", "a@^1.2": "1.2.3",
            "a@^1.2.3": "1.2.3", "b@1": "1.0.0", "b@1.0": "1.0.0", "b@1.0.0": "1.0.0", "b@^1": "1.0.0",
            "b@^1.0": "1.0.0", "b@^1.0.0": "1.0.0", "b@2": "2.0.0", "b@2.0": "2.0.0", "b@2.0.0": "2.0.0",
            "b@^2": "2.0.0", "b@^2.0": "2.0.0", "b@^2.0.0": "2.0.0",
        },
    ),
    "packages.lock.json": (
        '{"dependencies": {"net8.0": {"Serilog": {"type": "Direct", "resolved": "4.0.0"}, '
        '"Own": {"type": "Project"}}}}',
        {"Serilog": "4.0.0"},
    ),
    "Podfile.lock": (
        'PODS:\n  - Alamofire (5.9.1)\n  - "A/B (1.0)":\n    - C (= 2)\n',
        {"Alamofire": "5.9.1", "A/B": "1.0"},
    ),
    "Gemfile.lock": (
        "GEM\n  specs:\n    nokogiri (1.16.5-x86_64-linux)\n      racc (~> 1.4)\n    rack (3.1.3)\n",
        {"nokogiri": "1.16.5", "rack": "3.1.3"},
    ),
    "renv.lock": ('{"Packages": {"dplyr": {"Version": "1.1.4"}}}', {"dplyr": "1.1.4"}),
    "Chart.lock": (
        "dependencies:\n- name: redis\n  repository: oci://x\n  version: 19.5.5\ndigest: sha256:a\n",
        {"redis": "19.5.5"},
    ),
    "Package.resolved": (
        '{"object": {"pins": [{"repositoryURL": "git@github.com:a/b.git", "state": {"version": "1.0.0"}}]}}',
        {"github.com/a/b": "1.0.0"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_pinned_versions(name: str) -> None:
    text, expected = CASES[name]
    lock = lockfile(name)
    assert lock is not None
    assert dict(locked_versions(lock, text)) == expected


def test_a_lock_beyond_the_bound_tells_no_versions() -> None:
    lock = lockfile("poetry.lock")
    assert lock is not None
    assert locked_versions(lock, CASES["poetry.lock"][0] + "#" * MAX_CHARACTERS) == {}


@pytest.mark.parametrize("name", sorted(KINDS))
@settings(max_examples=5, deadline=None)
@given(
    text=st.one_of(st.text(max_size=100), st.sampled_from(["[]", "null", '{"packages": null}', "{" * 500, "[" * 5000]))
)
def test_any_text_is_scanned(name: str, text: str) -> None:
    lock = lockfile(name)
    assert lock is not None
    assert all(isinstance(version, str) for version in locked_versions(lock, text).values())


def test_the_nearest_key_wins() -> None:
    locked = {"a": "1.0.0", "a@^2": "2.0.0", "web\0a": "3.0.0"}
    assert find_locked(locked, "npm", "web", "a", "^2") == "3.0.0"
    assert find_locked(locked, "npm", "", "a", "^2") == "2.0.0"
    assert find_locked(locked, "npm", "", "a", "^9") == "1.0.0"
    assert find_locked(locked, "npm", "", "b", "") == ""


@pytest.mark.parametrize(
    "address",
    ["https://github.com/a/b.git", "https://github.com/a/b", "git@github.com:a/b.git", "ssh://github.com/a/b/"],
)
def test_one_name_for_every_spelling_of_a_swift_package(address: str) -> None:
    assert swift_name(address) == "github.com/a/b"
