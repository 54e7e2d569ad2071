"""Which components a workspace's globs mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.analysis.manifests.nouns import Manifest
from bot.analysis.manifests.workspaces import MAX_WORKSPACES, join

_FOLDERS = ("packages/a", "packages/b", "packages/deep/c", "apps/web", "apps/webview", "tools", "root/packages/a")


def _manifest(folder: str, *, ecosystem: str = "npm", is_component: bool = True) -> Manifest:
    path = f"{folder}/package.json" if folder else "package.json"
    return Manifest(path=path, ecosystem=ecosystem, is_component=is_component)


def _members(*globs: str, at: str = "") -> tuple[str, ...]:
    path = f"{at}/package.json" if at else "package.json"
    root = Manifest(path=path, ecosystem="npm", is_component=True, workspace_manager="npm", members=globs)
    (workspace,) = join([root, *(_manifest(folder) for folder in _FOLDERS)])
    assert (workspace.path, workspace.manager) == (path, "npm")
    return workspace.members


@pytest.mark.parametrize(
    ("globs", "members"),
    [
        (("packages/*",), ("packages/a", "packages/b")),
        (("packages/**",), ("packages/a", "packages/b", "packages/deep/c")),
        (("**/a",), ("packages/a", "root/packages/a")),
        (("packages/**/c",), ("packages/deep/c",)),
        (("packages/**/a",), ("packages/a",)),
        (("apps/web",), ("apps/web",)),
        (("apps/web?",), ()),
        (("apps/web*",), ("apps/web", "apps/webview")),
        (("apps/{web,gone}",), ("apps/web",)),
        (("{packages,apps}/*",), ("apps/web", "apps/webview", "packages/a", "packages/b")),
        (("./tools/",), ("tools",)),
        (("apps\\web",), ("apps/web",)),
        (("packages/*", "!packages/b"), ("packages/a",)),
        (("!packages/b", "packages/*"), ("packages/a", "packages/b")),
        (("packages/b", "packages/a", "packages/b"), ("packages/a", "packages/b")),
        ((".",), ()),
        (("../packages/*",), ()),
        (("/packages/*",), ()),
        (("gone",), ()),
        (("packages/{a",), ()),
        (("*" * 13,), ()),
        (("a" * 301 + "*",), ()),
        ((), ()),
    ],
)
def test_globs(globs: tuple[str, ...], members: tuple[str, ...]) -> None:
    assert _members(*globs) == members


def test_globs_count_from_the_folder_of_the_workspace() -> None:
    assert _members("packages/*", at="root") == ("root/packages/a",)
    assert _members("../packages/*", at="root") == ("packages/a", "packages/b")


def test_only_components_of_the_same_ecosystem_are_members() -> None:
    root = Manifest(
        path="Cargo.toml", ecosystem="cargo", is_component=True, workspace_manager="cargo", members=("crates/*",)
    )
    others = [_manifest("crates/web"), _manifest("crates/config", ecosystem="cargo", is_component=False)]
    (workspace,) = join([root, *others, _manifest("crates/core", ecosystem="cargo")])
    assert workspace.members == ("crates/core",)


def test_without_a_manager_there_is_no_workspace_and_their_number_is_bounded() -> None:
    assert join([_manifest("a"), _manifest("b")]) == ()
    many = [
        Manifest(path=f"w{number}/package.json", ecosystem="npm", is_component=True, workspace_manager="npm")
        for number in range(MAX_WORKSPACES + 1)
    ]
    assert len(join(many)) == MAX_WORKSPACES


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="ab/*?{},!.\\", max_size=12), max_size=4))
def test_members_are_always_components_sorted_and_never_the_workspace_itself(globs: list[str]) -> None:
    members = _members(*globs)
    assert list(members) == sorted(set(members))
    assert set(members) <= set(_FOLDERS)
