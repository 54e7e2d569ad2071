"""Documents: as a file, as a section of the README, or the organisation's."""

from __future__ import annotations

import msgspec
import pytest

from bot.model.report import State
from bot.model.snapshot import OrganisationFiles
from tests.analysis.builders import README, commits, facts, judged, library, local_facts, python_code, release

_ORGANISATION = OrganisationFiles(
    repository="octo/.github",
    paths=(
        "CONTRIBUTING.md",
        "CODE_OF_CONDUCT.md",
        ".github/ISSUE_TEMPLATE/bug.yml",
        "pull_request_template.md",
        "CHANGELOG.md",
    ),
)


@pytest.mark.parametrize(
    ("check_id", "path"),
    [
        ("contributing", "CONTRIBUTING.md"),
        ("contributing", ".github/contributing.rst"),
        ("contributing", "docs/CONTRIBUTING.adoc"),
        ("code-of-conduct", "code_of_conduct.md"),
        ("code-of-conduct", ".github/CODE-OF-CONDUCT.md"),
        ("changelog", "CHANGES.rst"),
        ("changelog", "HISTORY.md"),
        ("changelog", "NEWS"),
    ],
)
def test_a_document_that_is_a_file(check_id: str, path: str) -> None:
    check = judged(check_id, library({path: "# Text\n"}), facts(releases=(release("v1.0.0", 9),)))
    assert check.state is State.PASS
    assert check.evidence[0].path == path


@pytest.mark.parametrize(
    ("check_id", "heading"),
    [
        ("contributing", "How to contribute"),
        ("contributing", "Development"),
        ("code-of-conduct", "Code of Conduct"),
        ("changelog", "What's new"),
    ],
)
def test_a_section_of_the_readme_counts(check_id: str, heading: str) -> None:
    check = judged(check_id, library({"README.md": f"{README}\n## {heading}\n\nText.\n"}))
    assert check.state is State.PASS
    assert check.evidence[0].line == len(README.splitlines()) + 2


@pytest.mark.parametrize("check_id", ["contributing", "code-of-conduct", "templates"])
def test_the_organisation_is_the_fallback(check_id: str) -> None:
    check = judged(check_id, library(), facts(organisation_files=_ORGANISATION))
    assert check.state is State.PASS
    assert check.evidence[0].path.startswith("octo/.github/")


def test_github_falls_back_for_no_changelog() -> None:
    told = facts(organisation_files=_ORGANISATION, releases=(release("v1.0.0", 9),))
    check = judged("changelog", library(), told)
    assert check.evidence[0].field == "releases"


@pytest.mark.parametrize("check_id", ["contributing", "code-of-conduct", "templates", "security-policy"])
def test_an_unreadable_organisation_makes_it_unknown(check_id: str) -> None:
    told = facts(organisation_files=None, unknown_reasons={"organisation_files": "the App may not read it"})
    check = judged(check_id, library(), told)
    assert check.state is State.UNKNOWN
    assert "may not read it" in check.reason


def test_a_local_checkout_is_judged_by_its_own_files() -> None:
    assert (
        judged("contributing", library(), local_facts(commits=commits(("ada", 4, 9, 1), ("bo", 4, 9, 1)))).state
        is State.FAIL
    )


def test_one_person_needs_no_forms() -> None:
    told = facts(commits=commits(("ada", 20, 80, 1)), pull_requests=())
    assert judged("templates", library(), told).state is State.NOT_APPLICABLE
    assert judged("code-of-conduct", library(), told).state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("paths", "state"),
    [
        ((".github/ISSUE_TEMPLATE/bug.yml", ".github/pull_request_template.md"), State.PASS),
        (("ISSUE_TEMPLATE.md", "docs/PULL_REQUEST_TEMPLATE/a.md"), State.PASS),
        ((".github/ISSUE_TEMPLATE/config.yml",), State.FAIL),
        ((".github/pull_request_template.md",), State.WARN),
        ((), State.FAIL),
    ],
)
def test_templates(paths: tuple[str, ...], state: State) -> None:
    assert judged("templates", library(dict.fromkeys(paths, "text\n"))).state is state


def test_further_files_are_told() -> None:
    check = judged("community-files", library({"AGENTS.md": "# Agents\n", ".github/FUNDING.yml": "github: ada\n"}))
    assert check.found == "Funding and instructions for agents."
    assert check.weight == 0


@pytest.mark.parametrize(
    ("more", "changes", "state"),
    [
        ({}, {}, State.WARN),
        ({"mkdocs.yml": "site_name: x\n"}, {}, State.PASS),
        ({f"docs/{n}.md": "# Page\n" for n in range(3)}, {}, State.PASS),
        ({}, {"homepage": "https://tally.readthedocs.io"}, State.PASS),
        ({"README.md": f"{README}\nSee [the docs](https://octo.github.io/tally/).\n"}, {}, State.PASS),
    ],
)
def test_docs_site(more: dict[str, str | bytes], changes: dict[str, object], state: State) -> None:
    files = library({"tally/more.py": python_code(200), **more})
    assert judged("docs-site", files, facts(**changes)).state is state


def test_changelogs_of_the_parts_count_where_the_root_has_none() -> None:
    parts: dict[str, str | bytes] = {"Cargo.toml": '[workspace]\nmembers = ["a", "b"]\n'}
    for name in ("a", "b"):
        parts |= {
            f"{name}/Cargo.toml": f'[package]\nname = "{name}"\nversion = "1.0.0"\n',
            f"{name}/src/lib.rs": "pub fn a() {}\n" * 60,
            f"{name}/CHANGELOG.md": "# 1.0.0\n",
        }
    check = judged("changelog", parts)
    assert check.state is State.PASS
    assert check.found.startswith("One for each part: `a/CHANGELOG.md`")
    more = {f"{n}/Cargo.toml": f'[package]\nname = "{n}"\nversion = "1.0.0"\n' for n in "cdefg"}
    assert (
        judged("changelog", {**parts, **more}).state is not State.PASS
        or "GitHub" in judged("changelog", {**parts, **more}).found
    )


def test_a_checkout_cannot_tell_whether_releases_have_notes() -> None:
    of = local_facts(releases=(msgspec.structs.replace(release("v1.0.0", 40), is_tag=True),))
    assert judged("changelog", library(), of).state is State.UNKNOWN


@pytest.mark.parametrize(
    "more",
    [
        {f"guides/{n}.md": "# Page\n" for n in range(4)},
        {f"Sources/A/A.docc/{n}.md": "# Page\n" for n in range(4)},
        {"mix.exs": 'defmodule A do\n  defp deps do\n    [{:ex_doc, "~> 0.3", only: :dev}]\n  end\nend\n'},
        {"README.md": f"{README}\n[Documentation](https://example.org/x)\n"},
        {"README.md": f"{README}\n[here](https://tally.readthedocs.io)\n"},
    ],
    ids=["guides", "DocC", "a generator", "a link that says so", "a page of its own name"],
)
def test_documentation_beyond_the_readme(more: dict[str, str | bytes]) -> None:
    files = library({"tally/more.py": python_code(200), **more})
    assert judged("docs-site", files).state is State.PASS


def test_others_documentation_is_not_ones_own() -> None:
    files = library({"tally/more.py": python_code(200), "README.md": f"{README}\n[regex](https://docs.rs/regex)\n"})
    assert judged("docs-site", files).state is State.WARN
