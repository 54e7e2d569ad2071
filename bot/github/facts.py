"""A repository of the facts query into `RepositoryFacts`. Pure.

A field that GitHub refused becomes None, with its reason in `unknown_reasons` under our own field's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.github.translate import items, mapping, moment, number, text
from bot.model.authors import is_bot
from bot.model.repository import RepositoryRef
from bot.model.snapshot import (
    BranchRules,
    CommitFact,
    IssueFact,
    LanguageBytes,
    OrganisationFiles,
    PullRequestFact,
    ReleaseFact,
    RepositoryFacts,
)

OUR_FIELDS: Mapping[str, tuple[str, ...]] = {
    "repositoryTopics": ("topics",),
    "licenseInfo": ("licence_spdx",),
    "languages": ("languages",),
    "history": ("commits", "last_human_commit_at"),
    "statusCheckRollup": ("ci_state",),
    "refUpdateRule": ("branch_rules",),
    "rules": ("branch_rules",),
    "releases": ("releases", "release_count"),
    "refs": ("releases",),
    "openIssues": ("open_issues",),
    "openPullRequests": ("open_pull_requests",),
    "issues": ("issues",),
    "pullRequests": ("pull_requests",),
    "vulnerabilityAlerts": ("vulnerability_alerts",),
    "hasVulnerabilityAlertsEnabled": ("vulnerability_alerts",),
    "isSecurityPolicyEnabled": ("security_policy_enabled",),
    "hasIssuesEnabled": ("has_issues_enabled",),
    "hasDiscussionsEnabled": ("has_discussions",),
    "diskUsage": ("disk_usage_kb",),
    "attributes": ("gitattributes",),
    "owner": ("organisation_files",),
}
"""GraphQL field (the last of the error's path that stands here) → our fields that it makes unknown."""

MAINTAINERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
NO_LICENCE = frozenset({"NOASSERTION", "NONE"})


def head_of(node: Mapping[str, Any]) -> RepositoryRef:
    """A repository of the heads query."""
    branch = mapping(node.get("defaultBranchRef"))
    return RepositoryRef(
        id=number(node.get("databaseId")) or 0,
        node_id=text(node.get("id")),
        owner=text(mapping(node.get("owner")).get("login")),
        name=text(node.get("name")),
        description=text(node.get("description")),
        is_private=node.get("isPrivate") is True,
        is_fork=node.get("isFork") is True,
        is_archived=node.get("isArchived") is True,
        is_disabled=node.get("isDisabled") is True,
        is_empty=node.get("isEmpty") is True,
        default_branch=text(branch.get("name")),
        head_sha=text(mapping(branch.get("target")).get("oid")),
        pushed_at=moment(node.get("pushedAt")),
    )


def unknown_reasons(errors: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Why fields of one node are unknown; `errors` are those whose path leads into it, the path below the node."""
    reasons: dict[str, str] = {}
    for error in errors:
        path = [part for part in error.get("path") or () if isinstance(part, str)]
        if path[:2] == ["owner", "repository"] and error.get("type") == "NOT_FOUND":
            continue  # no `.github` repository: known, and nothing wrong
        ours = next((OUR_FIELDS[part] for part in reversed(path) if part in OUR_FIELDS), ())
        for field in ours:
            reasons.setdefault(field, _reason(error))
    return reasons


def _reason(error: Mapping[str, Any]) -> str:
    if error.get("type") == "FORBIDDEN":
        return "The App is not permitted to read it, or this GitHub does not know it."
    said = text(error.get("message"))[:200]
    return f"GitHub did not answer: {said}" if said else "GitHub did not answer."


def facts_of(node: Mapping[str, Any], errors: Sequence[Mapping[str, Any]], *, now: datetime) -> RepositoryFacts:
    """The facts of one repository; `errors` as for `unknown_reasons`."""
    reasons = unknown_reasons(errors)
    ref = head_of(node)
    branch = mapping(node.get("defaultBranchRef"))
    target = mapping(branch.get("target"))
    known = _Known(node, reasons)
    commits = _commits(target) if "commits" not in reasons else None
    releases = _releases(node) if "releases" not in reasons else None
    alerts = _alerts(node, reasons)
    is_empty = ref.is_empty or not ref.head_sha
    return RepositoryFacts(
        id=ref.id,
        owner=ref.owner,
        name=ref.name,
        node_id=ref.node_id,
        url=text(node.get("url")),
        description=text(node.get("description")),
        homepage=text(node.get("homepageUrl")),
        topics=known("topics", _topics(node)),
        default_branch=ref.default_branch,
        head_sha=ref.head_sha,
        is_private=ref.is_private,
        is_fork=ref.is_fork,
        is_archived=ref.is_archived,
        is_disabled=ref.is_disabled,
        is_mirror=node.get("isMirror") is True,
        is_template=node.get("isTemplate") is True,
        is_empty=is_empty,
        parent=text(mapping(node.get("parent")).get("nameWithOwner")),
        template=text(mapping(node.get("templateRepository")).get("nameWithOwner")),
        stars=number(node.get("stargazerCount")) or 0,
        disk_usage_kb=number(node.get("diskUsage")),
        created_at=moment(node.get("createdAt")),
        pushed_at=ref.pushed_at,
        licence_spdx=known("licence_spdx", _licence(node)),
        languages=known("languages", _languages(node)),
        commits=commits,
        commits_truncated=mapping(mapping(target.get("history")).get("pageInfo")).get("hasNextPage") is True,
        last_human_commit_at=next((commit.committed_at for commit in commits or () if not commit.is_bot), None),
        releases=releases,
        release_count=known("release_count", number(mapping(node.get("releases")).get("totalCount"))),
        issues=known("issues", tuple(_issue(issue) for issue in _nodes(node, "issues"))),
        open_issues=known("open_issues", number(mapping(node.get("openIssues")).get("totalCount"))),
        pull_requests=known("pull_requests", tuple(_pull_request(pull) for pull in _nodes(node, "pullRequests"))),
        open_pull_requests=known("open_pull_requests", number(mapping(node.get("openPullRequests")).get("totalCount"))),
        ci_state=known("ci_state", text(mapping(target.get("statusCheckRollup")).get("state")).lower()),
        has_issues_enabled=known("has_issues_enabled", node.get("hasIssuesEnabled") is True),
        has_discussions=known("has_discussions", node.get("hasDiscussionsEnabled") is True),
        security_policy_enabled=known("security_policy_enabled", node.get("isSecurityPolicyEnabled") is True),
        vulnerability_alerts=alerts,
        branch_rules=_branch_rules(branch, reasons),
        organisation_files=known("organisation_files", _organisation_files(node)),
        gitattributes=known("gitattributes", text(mapping(node.get("attributes")).get("text"))),
        unknown_reasons=reasons,
        fetched_at=now,
    )


class _Known:
    """Gives a value unless its field is unknown."""

    def __init__(self, node: Mapping[str, Any], reasons: Mapping[str, str]) -> None:
        self._reasons = reasons

    def __call__(self, field: str, value: Any) -> Any:
        return None if field in self._reasons else value


def _nodes(node: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    return items(mapping(node.get(field)).get("nodes"))


def _topics(node: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(text(mapping(topic.get("topic")).get("name")) for topic in _nodes(node, "repositoryTopics"))


def _licence(node: Mapping[str, Any]) -> str:
    spdx = text(mapping(node.get("licenseInfo")).get("spdxId"))
    return "" if spdx in NO_LICENCE else spdx


def _languages(node: Mapping[str, Any]) -> tuple[LanguageBytes, ...]:
    return tuple(
        LanguageBytes(
            name=text(mapping(edge.get("node")).get("name")),
            size_bytes=number(edge.get("size")) or 0,
            colour=text(mapping(edge.get("node")).get("color")),
        )
        for edge in items(mapping(node.get("languages")).get("edges"))
    )


def _commits(target: Mapping[str, Any]) -> tuple[CommitFact, ...]:
    commits = []
    for node in _nodes(target, "history"):
        author = mapping(node.get("author"))
        login, name = text(mapping(author.get("user")).get("login")), text(author.get("name"))
        email = text(author.get("email"))
        committed_at = moment(node.get("committedDate"))
        if committed_at is None:
            continue
        commits.append(
            CommitFact(
                sha=text(node.get("oid")),
                committed_at=committed_at,
                author=login or name,
                author_name=name,
                author_email=email,
                is_bot=is_bot(login, name, email),
                headline=text(node.get("messageHeadline"))[:200],
            )
        )
    return tuple(commits)


def _releases(node: Mapping[str, Any]) -> tuple[ReleaseFact, ...]:
    """Published releases; version tags where the repository makes no releases."""
    releases = []
    for release in _nodes(node, "releases"):
        published_at = moment(release.get("publishedAt"))
        if published_at is None or release.get("isDraft") is True:
            continue
        releases.append(
            ReleaseFact(
                tag=text(release.get("tagName")),
                published_at=published_at,
                is_prerelease=release.get("isPrerelease") is True,
                assets=tuple(text(asset.get("name")) for asset in _nodes(release, "releaseAssets")),
                author=text(mapping(release.get("author")).get("login")),
            )
        )
    return tuple(releases) or tuple(_tags(node))


def _tags(node: Mapping[str, Any]) -> Iterable[ReleaseFact]:
    for tag in _nodes(node, "refs"):
        target = mapping(tag.get("target"))
        made_at = (
            moment(mapping(target.get("tagger")).get("date"))
            or moment(target.get("committedDate"))
            or moment(mapping(target.get("target")).get("committedDate"))
        )
        if made_at is not None:
            yield ReleaseFact(tag=text(tag.get("name")), published_at=made_at, is_tag=True)


def _actor(node: Mapping[str, Any]) -> tuple[str, bool]:
    actor = mapping(node.get("author"))
    login = text(actor.get("login")) or "ghost"
    return login, is_bot(login, type_name=text(actor.get("__typename")))


def _responses(node: Mapping[str, Any], author: str) -> tuple[datetime | None, datetime | None]:
    """First answer by a human other than the author, and first by a maintainer among them."""
    answers = []
    for field, stamp in (("comments", "createdAt"), ("reviews", "submittedAt")):
        for answer in _nodes(node, field):
            login, is_machine = _actor(answer)
            at = moment(answer.get(stamp))
            if at is not None and not is_machine and login != author:
                answers.append((at, answer.get("authorAssociation") in MAINTAINERS))
    answers.sort()
    first = answers[0][0] if answers else None
    return first, next((at for at, is_maintainer in answers if is_maintainer), None)


def _issue(node: Mapping[str, Any]) -> IssueFact:
    author, author_is_bot = _actor(node)
    first, by_maintainer = _responses(node, author)
    return IssueFact(
        number=number(node.get("number")) or 0,
        created_at=_created(node),
        closed_at=moment(node.get("closedAt")),
        first_response_at=first,
        maintainer_response_at=by_maintainer,
        author=author,
        author_is_bot=author_is_bot,
    )


def _pull_request(node: Mapping[str, Any]) -> PullRequestFact:
    author, author_is_bot = _actor(node)
    first, by_maintainer = _responses(node, author)
    reviewers = [_actor(review) for review in _nodes(node, "reviews") if review.get("state") != "PENDING"]
    return PullRequestFact(
        number=number(node.get("number")) or 0,
        created_at=_created(node),
        closed_at=moment(node.get("closedAt")),
        merged_at=moment(node.get("mergedAt")),
        first_response_at=first,
        maintainer_response_at=by_maintainer,
        author=author,
        author_is_bot=author_is_bot,
        reviewed=any(not is_machine and login != author for login, is_machine in reviewers),
    )


def _created(node: Mapping[str, Any]) -> datetime:
    created = moment(node.get("createdAt"))
    if created is None:
        raise ValueError("GitHub's answer holds an issue without createdAt")
    return created


def _alerts(node: Mapping[str, Any], reasons: dict[str, str]) -> int | None:
    if "vulnerability_alerts" in reasons:
        return None
    if node.get("hasVulnerabilityAlertsEnabled") is False:
        reasons["vulnerability_alerts"] = "Dependabot alerts are switched off."
        return None
    count = number(mapping(node.get("vulnerabilityAlerts")).get("totalCount"))
    if count is None:
        reasons["vulnerability_alerts"] = "The App is not permitted to read it."
    return count


def _branch_rules(branch: Mapping[str, Any], reasons: Mapping[str, str]) -> BranchRules | None:
    """Classic protection and rulesets together. What one of them shows counts although the other is refused."""
    classic = mapping(branch.get("refUpdateRule"))
    approvals = number(classic.get("requiredApprovingReviewCount"))
    rules = BranchRules(
        requires_pull_request=approvals is not None,
        required_approvals=approvals or 0,
        requires_status_checks=bool(classic.get("requiredStatusCheckContexts")),
        requires_code_owner_review=classic.get("requiresCodeOwnerReviews") is True,
        blocks_force_push=classic.get("allowsForcePushes") is False,
        blocks_deletion=classic.get("allowsDeletions") is False,
    )
    found = bool(classic)
    for rule in _nodes(branch, "rules"):
        found = True
        rules = _with_rule(rules, text(rule.get("type")), mapping(rule.get("parameters")))
    return rules if found or "branch_rules" not in reasons else None


def _with_rule(rules: BranchRules, kind: str, parameters: Mapping[str, Any]) -> BranchRules:
    is_pull = kind == "PULL_REQUEST"
    approvals = (number(parameters.get("requiredApprovingReviewCount")) or 0) if is_pull else 0
    return BranchRules(
        requires_pull_request=rules.requires_pull_request or is_pull,
        required_approvals=max(rules.required_approvals, approvals),
        requires_status_checks=rules.requires_status_checks or kind in {"REQUIRED_STATUS_CHECKS", "WORKFLOWS"},
        requires_code_owner_review=rules.requires_code_owner_review
        or (is_pull and parameters.get("requireCodeOwnerReview") is True),
        blocks_force_push=rules.blocks_force_push or kind == "NON_FAST_FORWARD",
        blocks_deletion=rules.blocks_deletion or kind == "DELETION",
    )


ORGANISATION_FOLDERS = {
    "root": "",
    "github": ".github/",
    "docs": "docs/",
    "issueTemplates": ".github/ISSUE_TEMPLATE/",
}


def _organisation_files(node: Mapping[str, Any]) -> OrganisationFiles:
    """GitHub falls back to the owner's `.github` repository only while that is public."""
    owner = mapping(node.get("owner"))
    fallback = mapping(owner.get("repository"))
    name = text(fallback.get("nameWithOwner")) or f"{text(owner.get('login'))}/.github"
    if not fallback or fallback.get("isPrivate") is True:
        return OrganisationFiles(repository=name)
    paths = [
        f"{prefix}{text(entry.get('name'))}"
        for field, prefix in ORGANISATION_FOLDERS.items()
        for entry in items(mapping(fallback.get(field)).get("entries"))
        if entry.get("type") == "blob"
    ]
    return OrganisationFiles(repository=name, paths=tuple(sorted(paths)))
