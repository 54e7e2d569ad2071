"""Which file is which manifest."""

from __future__ import annotations

import pytest

from bot.analysis.manifests.names import ENDINGS, NAMED, is_example, is_manifest, is_skipped, reader_of


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("requirements.txt", True),
        ("requirements-dev.txt", True),
        ("dev-requirements.in", True),
        ("requirements/base.txt", True),
        ("docs/requirements.txt", True),
        ("requirements/README.txt", False),
        ("notes.txt", False),
        ("CMakeLists.txt", True),
        ("node_modules/a/package.json", False),
        ("tests/fixtures/package.json", False),
        ("robots.txt", False),
    ],
)
def test_which_files_are_manifests(path: str, is_one: bool) -> None:
    assert is_manifest(path) is is_one


@pytest.mark.parametrize(
    ("path", "ecosystem", "is_component"),
    [
        ("package.json", "npm", True),
        ("web/pnpm-workspace.yaml", "npm", False),
        ("src/Shop.fsproj", "nuget", True),
        ("infra/main.tofu", "terraform", True),
        (".github/workflows/ci.yaml", "githubactions", False),
        ("docs/.github/workflows/ci.yml", None, False),
        (".github/workflows/deep/ci.yml", None, False),
        ("compose.prod.yaml", "docker", False),
        ("docker-compose-test.yml", "docker", False),
        ("decompose.yml", None, False),
        ("Dockerfile.prod", "docker", False),
        ("Dockerfile-prod", "docker", False),
        ("Dockerfile.j2", None, False),
        ("Dockerfile.prod.tmpl", None, False),
        ("build.dockerfile", "docker", False),
        ("Dockerfiles", None, False),
        ("gradle/libs.versions.toml", "maven", False),
        ("libs.versions.toml", None, False),
        ("project/plugins.sbt", "maven", False),
        ("src/project.scala", None, False),
        ("requirements.txt", "pypi", True),
        ("vendor/a/go.mod", None, False),
        ("a/vendor", None, False),
        ("PACKAGE.JSON", None, False),
        ("csproj", None, False),
        ("", None, False),
    ],
)
def test_the_reader_of_a_path(path: str, ecosystem: str | None, is_component: bool) -> None:
    reader = reader_of(path)
    assert (None if reader is None else reader.ecosystem) == ecosystem
    assert (reader is not None and reader.is_component) is is_component


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_name_of_the_table_is_found_in_any_folder_that_is_ours(name: str) -> None:
    assert reader_of(f"a/b/{name}") is NAMED[name]
    assert reader_of(f"a/node_modules/{name}") is None
    assert is_manifest(name)


@pytest.mark.parametrize("extension", sorted(ENDINGS))
def test_every_ending_of_the_table_is_found(extension: str) -> None:
    assert reader_of(f"a/b.{extension}") is ENDINGS[extension]
    assert reader_of(extension) is NAMED.get(extension)


@pytest.mark.parametrize(
    ("path", "skipped", "example"),
    [
        ("package.json", False, False),
        ("node_modules/a/package.json", True, False),
        ("a/third_party/b.c", True, False),
        ("fixtures", False, False),
        ("examples/web/package.json", False, True),
        ("template-app/package.json", False, True),
        ("example-app/package.json", False, True),
        ("my-template/package.json", False, False),
        ("tests", False, False),
    ],
)
def test_folders_of_others_and_of_examples(path: str, skipped: bool, example: bool) -> None:
    assert (is_skipped(path), is_example(path)) == (skipped, example)


@pytest.mark.parametrize(
    ("path", "is_read"),
    [("yarn.lock", True), ("a/Cargo.lock", True), ("node_modules/yarn.lock", False), ("go.sum", False)],
)
def test_lock_files_are_read_where_their_versions_are(path: str, is_read: bool) -> None:
    assert is_manifest(path) is is_read
