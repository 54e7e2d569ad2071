"""The facts query's answer into our nouns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.github.facts import facts_of, head_of
from bot.model.snapshot import BranchRules, OrganisationFiles

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORBIDDEN = {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}


def at(day: int) -> str:
    return f"2026-11-{day:02}T00:00:00Z"


def when(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


def commit(day: int, login: str | None, name: str = "Ada") -> dict[str, Any]:
    user = {"login": login} if login else None
    return {
        "oid": f"{day}", "committedDate": at(day), "messageHeadline": "h",
        "author": {"name": name, "email": "a@example.test", "user": user},
    }  # fmt: skip


def answer(day: int, login: str, association: str = "NONE", kind: str = "User", **more: Any) -> dict[str, Any]:
    return {
        "createdAt": at(day), "submittedAt": at(day), "authorAssociation": association,
        "author": {"__typename": kind, "login": login},
    } | more  # fmt: skip


def node(**changes: Any) -> dict[str, Any]:
    branch: dict[str, Any] = {
        "name": "main",
        "target": {
            "oid": "f" * 40,
            "statusCheckRollup": {"state": "SUCCESS"},
            "history": {
                "pageInfo": {"hasNextPage": True},
                "nodes": [commit(20, None, "dependabot[bot]"), commit(19, "ada"), commit(18, None, "Grace")],
            },
        },
        "refUpdateRule": None,
        "rules": {"nodes": []},
    }
    return {
        "id": "R_1", "databaseId": 1, "name": "hello", "url": "https://github.test/acme/hello", "description": "d",
        "owner": {"login": "acme", "repository": None}, "isEmpty": False, "stargazerCount": 3,
        "hasIssuesEnabled": True, "hasVulnerabilityAlertsEnabled": True, "vulnerabilityAlerts": {"totalCount": 2},
        "licenseInfo": {"spdxId": "MIT"}, "repositoryTopics": {"nodes": [{"topic": {"name": "radar"}}]},
        "languages": {"edges": [{"size": 10, "node": {"name": "Python", "color": "#3572A5"}}]},
        "defaultBranchRef": branch, "releases": {"totalCount": 0, "nodes": []}, "refs": {"nodes": []},
        "openIssues": {"totalCount": 4}, "openPullRequests": {"totalCount": 5},
        "issues": {"nodes": []}, "pullRequests": {"nodes": []}, "attributes": {"text": "*.md text\n"},
    } | changes  # fmt: skip


def test_a_repository_in_full() -> None:
    facts = facts_of(node(), [], now=NOW)
    assert (facts.id, facts.owner, facts.name, facts.head_sha) == (1, "acme", "hello", "f" * 40)
    assert facts.topics == ("radar",)
    assert facts.licence_spdx == "MIT"
    assert [one.name for one in facts.languages or ()] == ["Python"]
    assert (facts.open_issues, facts.open_pull_requests, facts.vulnerability_alerts) == (4, 5, 2)
    assert facts.ci_state == "success"
    assert facts.gitattributes == "*.md text\n"
    assert facts.unknown_reasons == {}
    assert facts.fetched_at == NOW


def test_commits_tell_bots_from_people() -> None:
    facts = facts_of(node(), [], now=NOW)
    assert [(one.author, one.is_bot) for one in facts.commits or ()] == [
        ("dependabot[bot]", True),
        ("ada", False),
        ("Grace", False),
    ]
    assert facts.commits_truncated
    assert facts.last_human_commit_at == when(19)


def test_an_empty_repository() -> None:
    facts = facts_of(node(defaultBranchRef=None, isEmpty=True), [], now=NOW)
    assert facts.is_empty
    assert facts.head_sha == ""
    assert facts.commits == ()


REFUSED = [
    (["vulnerabilityAlerts"], "vulnerability_alerts"),
    (["issues"], "issues"),
    (["openIssues"], "open_issues"),
    (["pullRequests", "nodes", 3, "reviews"], "pull_requests"),
    (["defaultBranchRef", "target", "statusCheckRollup"], "ci_state"),
    (["defaultBranchRef", "target", "history"], "commits"),
    (["defaultBranchRef", "rules"], "branch_rules"),
    (["licenseInfo"], "licence_spdx"),
    (["languages"], "languages"),
    (["repositoryTopics"], "topics"),
    (["releases"], "releases"),
    (["attributes"], "gitattributes"),
    (["owner", "repository"], "organisation_files"),
]


@pytest.mark.parametrize(("path", "field"), REFUSED, ids=[case[1] for case in REFUSED])
def test_a_refused_field_is_unknown_with_its_reason(path: list[Any], field: str) -> None:
    facts = facts_of(node(), [FORBIDDEN | {"path": path}], now=NOW)
    assert getattr(facts, field) is None
    assert facts.unknown_reasons[field] == "The App is not permitted to read it, or this GitHub does not know it."


def test_no_dot_github_repository_is_known() -> None:
    missing = {"type": "NOT_FOUND", "message": "Could not resolve", "path": ["owner", "repository"]}
    facts = facts_of(node(), [missing], now=NOW)
    assert facts.organisation_files == OrganisationFiles(repository="acme/.github")
    assert facts.unknown_reasons == {}


def test_the_organisations_files_have_their_paths() -> None:
    def tree(*names: str) -> dict[str, Any]:
        return {"entries": [{"name": name, "type": "tree" if name.endswith("/") else "blob"} for name in names]}

    fallback = {
        "nameWithOwner": "acme/.github", "isPrivate": False, "root": tree("SECURITY.md", "docs/"),
        "github": tree("FUNDING.yml"), "docs": None, "issueTemplates": tree("bug.yml"),
    }  # fmt: skip
    owner = {"login": "acme", "repository": fallback}
    facts = facts_of(node(owner=owner), [], now=NOW)
    assert facts.organisation_files == OrganisationFiles(
        repository="acme/.github", paths=(".github/FUNDING.yml", ".github/ISSUE_TEMPLATE/bug.yml", "SECURITY.md")
    )
    private = {"login": "acme", "repository": fallback | {"isPrivate": True}}
    assert facts_of(node(owner=private), [], now=NOW).organisation_files == OrganisationFiles(repository="acme/.github")


def test_alerts_that_are_switched_off_are_unknown_not_none() -> None:
    facts = facts_of(node(hasVulnerabilityAlertsEnabled=False, vulnerabilityAlerts={"totalCount": 0}), [], now=NOW)
    assert facts.vulnerability_alerts is None
    assert "switched off" in facts.unknown_reasons["vulnerability_alerts"]


def test_the_first_answer_is_a_humans_who_is_not_the_author() -> None:
    issue = {
        "number": 1, "createdAt": at(1), "author": {"__typename": "User", "login": "eve"},
        "comments": {"nodes": [
            answer(2, "eve"), answer(3, "helper", kind="Bot"), answer(4, "passer-by"), answer(5, "ada", "MEMBER"),
        ]},
    }  # fmt: skip
    found = (facts_of(node(issues={"nodes": [issue]}), [], now=NOW).issues or ())[0]
    assert (found.author, found.first_response_at, found.maintainer_response_at) == ("eve", when(4), when(5))


def test_a_deleted_author_is_a_ghost() -> None:
    issue = {"number": 1, "createdAt": at(1), "author": None, "comments": {"nodes": []}}
    found = (facts_of(node(issues={"nodes": [issue]}), [], now=NOW).issues or ())[0]
    assert (found.author, found.author_is_bot, found.first_response_at) == ("ghost", False, None)


REVIEWS = [
    ("by another human", [answer(2, "ada", state="COMMENTED")], True),
    ("by the author", [answer(2, "eve", state="COMMENTED")], False),
    ("by a bot", [answer(2, "coderabbit", kind="Bot", state="APPROVED")], False),
    ("pending", [answer(2, "ada", state="PENDING")], False),
    ("none", [], False),
]


@pytest.mark.parametrize(("name", "reviews", "reviewed"), REVIEWS, ids=[case[0] for case in REVIEWS])
def test_reviewed_means_by_another_human(name: str, reviews: list[Any], reviewed: bool) -> None:
    pull = {
        "number": 1, "createdAt": at(1), "mergedAt": at(9), "author": {"__typename": "User", "login": "eve"},
        "comments": {"nodes": []}, "reviews": {"nodes": reviews},
    }  # fmt: skip
    found = (facts_of(node(pullRequests={"nodes": [pull]}), [], now=NOW).pull_requests or ())[0]
    assert found.reviewed is reviewed


def test_drafts_are_no_releases_and_tags_stand_in_for_none() -> None:
    draft = {"tagName": "v2", "publishedAt": None, "isDraft": True}
    release = {
        "tagName": "v1", "publishedAt": at(5), "isDraft": False, "releaseAssets": {"nodes": [{"name": "sbom.json"}]},
    }  # fmt: skip
    light = {"name": "v0.1", "target": {"committedDate": at(3)}}
    annotated = {"name": "v0.2", "target": {"tagger": {"date": "2026-11-04T02:00:00+02:00"}}}
    refs = {"nodes": [annotated, light]}
    with_release = facts_of(node(releases={"totalCount": 2, "nodes": [draft, release]}, refs=refs), [], now=NOW)
    assert [(one.tag, one.is_tag, one.assets) for one in with_release.releases or ()] == [("v1", False, ("sbom.json",))]
    only_tags = facts_of(node(refs=refs), [], now=NOW)
    assert [(one.tag, one.is_tag, one.published_at) for one in only_tags.releases or ()] == [
        ("v0.2", True, when(4)),
        ("v0.1", True, when(3)),
    ]


def protected(classic: dict[str, Any] | None, *rules: dict[str, Any]) -> dict[str, Any]:
    branch = node()["defaultBranchRef"]
    return node(defaultBranchRef=branch | {"refUpdateRule": classic, "rules": {"nodes": list(rules)}})


def test_classic_protection_and_rulesets_add_up() -> None:
    classic = {
        "allowsDeletions": False, "allowsForcePushes": True, "requiredApprovingReviewCount": 1,
        "requiredStatusCheckContexts": ["ci"], "requiresCodeOwnerReviews": False,
    }  # fmt: skip
    pull = {
        "type": "PULL_REQUEST",
        "parameters": {"requiredApprovingReviewCount": 2, "requireCodeOwnerReview": True},
    }
    facts = facts_of(protected(classic, pull, {"type": "NON_FAST_FORWARD", "parameters": None}), [], now=NOW)
    assert facts.branch_rules == BranchRules(
        requires_pull_request=True,
        required_approvals=2,
        requires_status_checks=True,
        requires_code_owner_review=True,
        blocks_force_push=True,
        blocks_deletion=True,
    )


def test_no_rules_are_none_and_not_unknown() -> None:
    assert facts_of(protected(None), [], now=NOW).branch_rules == BranchRules()


def test_what_one_source_shows_counts_though_the_other_is_refused() -> None:
    refused = [FORBIDDEN | {"path": ["defaultBranchRef", "refUpdateRule"]}]
    facts = facts_of(protected(None, {"type": "DELETION"}), refused, now=NOW)
    assert facts.branch_rules == BranchRules(blocks_deletion=True)
    assert facts_of(protected(None), refused, now=NOW).branch_rules is None


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(list(node())), inner)),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(list(node())), anything))
def test_an_answer_of_another_shape_does_not_crash(changes: dict[str, Any]) -> None:
    facts_of(node(**changes), [], now=NOW)
    head_of(node(**changes))
