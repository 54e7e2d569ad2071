"""Which file is which document, and where else it may be."""

from __future__ import annotations

import pytest

from bot.analysis.documents import find_files, with_fallbacks
from bot.analysis.readme import read_readme
from bot.model.snapshot import OrganisationFiles


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("README", "readme"),
        ("readme.rst", "readme"),
        ("docs/README.md", "readme"),
        ("CONTRIBUTING.md", "contributing"),
        (".github/CODE_OF_CONDUCT.md", "code-of-conduct"),
        ("ChangeLog", "changelog"),
        ("SECURITY.md", "security"),
        ("SECURITY_CONTACTS", "security"),
        ("docs/SUPPORT.md", "support"),
        ("MAINTAINERS.md", "governance"),
        ("CITATION.cff", "citation"),
        ("AGENTS.md", "agents"),
        ("CODEOWNERS", "codeowners"),
        (".gitlab/CODEOWNERS", "codeowners"),
        (".github/ISSUE_TEMPLATE/bug.yml", "issue-template"),
        (".github/issue_template.md", "issue-template"),
        (".github/PULL_REQUEST_TEMPLATE/feature.md", "pull-request-template"),
    ],
)
def test_files(path: str, kind: str) -> None:
    assert [(document.kind, document.path) for document in find_files([path])] == [(kind, path)]


@pytest.mark.parametrize(
    "path",
    [
        "src/README.md",
        "readme.py",
        "security.py",
        "docs/deep/CONTRIBUTING.md",
        ".github/ISSUE_TEMPLATE/config.yml",
        "changes.go",
    ],
)
def test_no_documents(path: str) -> None:
    assert find_files([path]) == ()


def test_the_roots_readme_is_preferred_and_markdown_first() -> None:
    found = find_files([".github/README.md", "README.rst", "README.md", "docs/README.md"])
    assert [document.path for document in found] == ["README.md"]


def test_githubs_order_of_folders_for_the_rest() -> None:
    found = find_files(["docs/CONTRIBUTING.md", "CONTRIBUTING.md", ".github/CONTRIBUTING.md"])
    assert [document.path for document in found] == [".github/CONTRIBUTING.md"]


def test_fallbacks_stand_behind_files() -> None:
    readme = read_readme("README.md", "# T\n\n## Contributing\n\nx\n\n## License\n\ny\n")
    organisation = OrganisationFiles(
        repository="o/.github", paths=("CONTRIBUTING.md", "SECURITY.md", "README.md", "CHANGELOG.md")
    )
    found = with_fallbacks(find_files(["README.md"]), readme, organisation)
    assert [(d.kind, d.path, d.source) for d in found] == [
        ("contributing", "README.md", "readme"),
        ("readme", "README.md", "file"),
        ("security", "o/.github/SECURITY.md", "organisation"),
    ]
