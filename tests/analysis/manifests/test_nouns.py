"""Package URLs and paths beside a manifest."""

from __future__ import annotations

import pytest

from bot.analysis.manifests.nouns import Tree, purl


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "expected"),
    [
        ("npm", "@Scope/Name", "1.0.0", "pkg:npm/%40scope/name@1.0.0"),
        ("pypi", "Ruamel.YAML", "", "pkg:pypi/ruamel-yaml"),
        ("golang", "github.com/a/b/v2", "v2.0.0", "pkg:golang/github.com/a/b/v2@v2.0.0"),
        ("maven", "a.b:c", "1", "pkg:maven/a.b/c@1"),
        ("githubactions", "a/b/c/d", "v1", "pkg:githubactions/a/b@v1#c/d"),
        ("docker", "ghcr.io/a/b", "1", "pkg:docker/ghcr.io/a/b@1"),
        ("cmake", "Boost", "", "pkg:generic/Boost"),
        ("swift", "github.com/a/b", "1.0.0", "pkg:swift/github.com/a/b@1.0.0"),
        ("npm", "", "", ""),
        ("nuget", "/", "", ""),
    ],
)
def test_package_urls(ecosystem: str, name: str, version: str, expected: str) -> None:
    assert purl(ecosystem, name, version) == expected


@pytest.mark.parametrize(
    ("path", "relative", "target"),
    [
        ("a/b.txt", "c.txt", "a/c.txt"),
        ("a/b.txt", "../c.txt", "c.txt"),
        ("a/b.txt", "../../c.txt", ""),
        ("a/b.txt", "/etc/passwd", ""),
        ("a/b.txt", "..\\c.txt", "c.txt"),
    ],
)
def test_no_path_leads_out_of_the_tree(path: str, relative: str, target: str) -> None:
    assert Tree({}, ()).beside(path, relative) == target
