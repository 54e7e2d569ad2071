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
