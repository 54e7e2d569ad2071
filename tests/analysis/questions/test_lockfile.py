"""One lockfile for each package manager, where there should be one."""

from __future__ import annotations

import pytest

from bot.model.report import State
from tests.analysis.builders import judged

_APP = '{"name": "a", "private": true, "scripts": {"start": "next start"}, "dependencies": {"next": "15"}}'
_LOCK = '{"name": "a", "lockfileVersion": 3, "packages": {}}'
_PAGE = "export const page = () => 1;\n" * 50


@pytest.mark.parametrize(
    ("more", "state", "found"),
    [
        ({}, State.FAIL, "has no lockfile"),
        ({"package-lock.json": _LOCK}, State.PASS, "package-lock.json"),
        ({"package-lock.json": _LOCK, "yarn.lock": "# yarn lockfile v1\n"}, State.WARN, "they will disagree"),
        ({"package-lock.json": _LOCK, "other/yarn.lock": "# yarn lockfile v1\n"}, State.PASS, "package-lock.json"),
    ],
    ids=["none", "one", "rivals", "in different folders"],
)
def test_lockfile(more: dict[str, str | bytes], state: State, found: str) -> None:
    check = judged("lockfile", {"package.json": _APP, "src/page.js": _PAGE, "README.md": "# A\n", **more})
    assert check.state is state
    assert found in check.found


def test_exact_requirements_count_as_a_lockfile() -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "django==5.1\nredis==5.2\ncelery==5.4\n",
        "manage.py": "import django\n" * 60,
        "Dockerfile": "FROM scratch\n",
    }
    assert judged("lockfile", files).state is not State.FAIL
    assert judged("lockfile", {**files, "requirements.txt": "django\nredis\ncelery\n"}).state is State.FAIL


def test_a_library_leaves_versions_to_its_users() -> None:
    files = {
        "package.json": '{"name": "lib", "version": "1.0.0", "main": "i.js", "dependencies": {"ws": "8"}}',
        "i.js": _PAGE,
    }
    assert judged("lockfile", files).state is State.NOT_APPLICABLE


_APP = '{"name": "a", "private": true, "dependencies": {"next": "15"}}'
_GEM = "Gem::Specification.new do |s|\n  s.name = 'a'\n  s.version = '1.0'\n  s.executables = ['a']\nend\n"


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"requirements.txt": "attrs==23.1.0\n", "manage.py": "a = 1\n" * 60}, State.NOT_APPLICABLE),
        ({"requirements.txt": "attrs>=23.1.0\n", "manage.py": "a = 1\n" * 60}, State.FAIL),
        ({"manage.py": "a = 1\n" * 60, "tools/requirements.txt": "attrs\n"}, State.NOT_APPLICABLE),
        ({"manage.py": "a = 1\n" * 60, "tests/data/go.sum": "x\n"}, State.NOT_APPLICABLE),
        ({"a.gemspec": _GEM, "Gemfile": "gem 'rack'\n", "lib/a.rb": "a = 1\n" * 60}, State.NOT_APPLICABLE),
    ],
    ids=["exact", "loose", "of a helper", "a test's input", "a gem"],
)
def test_what_needs_no_lockfile(files: dict[str, str | bytes], state: State) -> None:
    assert judged("lockfile", files).state is state


def test_exact_versions_of_nuget_need_no_lockfile() -> None:
    project = (
        '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="A" Version="%s" /></ItemGroup>'
        "</Project>"
    )
    code = "class A {}\n" * 60
    assert judged("lockfile", {"A.csproj": project % "1.2.3", "A.cs": code}).state is State.NOT_APPLICABLE
    assert judged("lockfile", {"A.csproj": project % "1.*", "A.cs": code}).state is State.FAIL
