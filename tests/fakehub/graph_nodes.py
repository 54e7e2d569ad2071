"""GraphQL's view of the records: one small class a type, whose attributes and methods are the schema's fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import GraphQLError

from tests.fakehub.calls import Caller
from tests.fakehub.gitstore import GitCommit, GitStore, TreeEntry
from tests.fakehub.languages import language_bytes
from tests.fakehub.shapes import stamp
from tests.fakehub.world import Account, Comment, Issue, Json, Release, Repository, Review, World

LONGEST_TEXT = 512_000
Info = Any


@dataclass(slots=True)
class View:
    """Who looks at what, from which address."""

    world: World
    caller: Caller
    web: str


def not_found(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def forbidden(message: str = "Resource not accessible by integration") -> GraphQLError:
    return GraphQLError(message, extensions={"type": "FORBIDDEN"})


class Record:
    """A type without logic: the fields as given."""

    def __init__(self, typename: str, /, **fields: Any) -> None:
        self.typename = typename
        self.__dict__.update(fields)


def connection(nodes: list[Any], total: int | None = None, *, more: bool = False, **fields: Any) -> Record:
    count = len(nodes) if total is None else total
    return Record("Connection", nodes=nodes, totalCount=count, pageInfo=Record("PageInfo", hasNextPage=more), **fields)


class OwnerNode:
    """A user, organization or bot."""

    def __init__(self, view: View, account: Account) -> None:
        self._view, self._account = view, account
        self.typename = account.kind
        # GraphQL names a bot without the suffix that REST shows.
        self.login = account.login.removesuffix("[bot]") if account.kind == "Bot" else account.login
        self.id = account.node_id

    def repository(self, info: Info, name: str, followRenames: bool = True) -> RepositoryNode | None:
        found = self._view.world.repository(self._account.login, name)
        if found is None or not self._view.caller.sees(self._view.world, found):
            return None
        return RepositoryNode(self._view, found)


def commit_nodes(view: View, store: GitStore, sha: str, limit: int) -> list[Record]:
    """The newest commits as nodes; kept until accounts change."""
    key = (str(store.path), sha, limit, len(view.world.accounts))
    if key not in COMMIT_CACHE:
        COMMIT_CACHE[key] = [_commit_record(view.world, commit) for commit in store.log(sha, limit)]
    return COMMIT_CACHE[key]


COMMIT_CACHE: dict[tuple[str, str, int, int], list[Record]] = {}


def _commit_record(world: World, commit: GitCommit) -> Record:
    account = world.account_by_email(commit.author.email)
    user = Record("User", login=account.login, id=account.node_id) if account and account.kind == "User" else None
    author = Record("GitActor", name=commit.author.name, email=commit.author.email, user=user)
    return Record(
        "Commit",
        oid=commit.sha,
        committedDate=stamp(commit.committed_at),
        authoredDate=stamp(commit.authored_at),
        messageHeadline=commit.headline,
        message=commit.message,
        author=author,
    )


class CommitNode:
    """A commit with its history and CI state."""

    typename = "Commit"

    def __init__(self, view: View, repository: Repository, sha: str) -> None:
        self._view, self._repository, self.oid = view, repository, sha

    @cached_property
    def _record(self) -> Any:
        return commit_nodes(self._view, self._repository.git, self.oid, 1)[0]

    def committedDate(self, info: Info) -> Any:
        return self._record.committedDate

    def messageHeadline(self, info: Info) -> Any:
        return self._record.messageHeadline

    def author(self, info: Info) -> Any:
        return self._record.author

    def statusCheckRollup(self, info: Info) -> Record | None:
        state = self._repository.ci_states.get(self.oid)
        return None if state is None else Record("StatusCheckRollup", state=state)

    def history(self, info: Info, first: int = 30) -> Record:
        total = self._repository.git.count(self.oid)
        nodes = commit_nodes(self._view, self._repository.git, self.oid, first)
        return connection(list(nodes), total, more=total > first)


class TreeNode:
    typename = "Tree"

    def __init__(self, view: View, repository: Repository, sha: str, path: str, oid: str) -> None:
        self._view, self._repository, self._sha, self._path = view, repository, sha, path
        self.oid = oid

    def entries(self, info: Info) -> list[EntryNode]:
        children = _children(self._repository.git, self._sha).get(self._path, [])
        return [EntryNode(self._view, self._repository, self._sha, entry) for entry in children]


class EntryNode:
    typename = "TreeEntry"

    def __init__(self, view: View, repository: Repository, sha: str, entry: TreeEntry) -> None:
        self._view, self._repository, self._sha, self._entry = view, repository, sha, entry
        self.name = entry.path.rpartition("/")[2]
        self.path = entry.path
        self.mode = int(entry.mode, 8)
        self.type = entry.kind
        self.size = entry.size
        self.oid = entry.oid

    def object(self, info: Info) -> Any:
        return object_at(self._view, self._repository, self._sha, self._entry.path)


CHILDREN_CACHE: dict[tuple[str, str], dict[str, list[TreeEntry]]] = {}


def _children(store: GitStore, sha: str) -> dict[str, list[TreeEntry]]:
    key = (str(store.path), sha)
    if key not in CHILDREN_CACHE:
        found: dict[str, list[TreeEntry]] = {}
        for entry in store.tree(sha).values():
            found.setdefault(entry.path.rpartition("/")[0], []).append(entry)
        CHILDREN_CACHE[key] = found
    return CHILDREN_CACHE[key]


def object_at(view: View, repository: Repository, sha: str, path: str) -> TreeNode | Record | None:
    """The tree or blob at a path of a commit; None where there is nothing."""
    path = path.strip("/")
    if not path:
        commit = repository.git.commit_of(sha)
        return TreeNode(view, repository, sha, "", commit.tree_sha) if commit else None
    entry = repository.git.tree(sha).get(path)
    if entry is None or entry.kind == "commit":
        return None
    if entry.kind == "tree":
        return TreeNode(view, repository, sha, path, entry.oid)
    return _blob(repository.git.blob(entry.oid), entry.oid)


def _blob(content: bytes, oid: str) -> Record:
    is_binary = b"\0" in content[:8000]
    text = None if is_binary else content[:LONGEST_TEXT].decode(errors="replace")
    is_truncated = not is_binary and len(content) > LONGEST_TEXT
    return Record("Blob", oid=oid, byteSize=len(content), isBinary=is_binary, isTruncated=is_truncated, text=text)


class RefNode:
    typename = "Ref"

    def __init__(self, view: View, repository: Repository, name: str, sha: str) -> None:
        self._repository, self.name = repository, name
        self.target = CommitNode(view, repository, sha)

    def refUpdateRule(self, info: Info) -> Record | None:
        rule = self._repository.protection
        if rule is None:
            return None
        return Record(
            "RefUpdateRule",
            allowsDeletions=rule.get("allows_deletions", False),
            allowsForcePushes=rule.get("allows_force_pushes", False),
            requiredApprovingReviewCount=rule.get("approvals", 1),
            requiredStatusCheckContexts=rule.get("contexts", []),
            requiresCodeOwnerReviews=rule.get("code_owners", False),
        )

    def rules(self, info: Info, first: int = 30) -> Record:
        named: list[Json] = (self._repository.protection or {}).get("rules", [])
        nodes = []
        for rule in named[:first]:
            parameters = None
            if rule["type"] == "PULL_REQUEST":
                parameters = Record(
                    "PullRequestParameters",
                    requiredApprovingReviewCount=rule.get("approvals", 1),
                    requireCodeOwnerReview=rule.get("code_owners", False),
                )
            nodes.append(Record("RepositoryRule", type=rule["type"], parameters=parameters))
        return connection(nodes, len(named))


class RepositoryNode:
    """A repository; its plain facts are attributes, whatever asks git or lists is a method."""

    typename = "Repository"

    def __init__(self, view: View, repository: Repository) -> None:
        self._view, self._repository = view, repository
        self.id = repository.node_id
        self.databaseId = repository.id
        self.name = repository.name
        self.nameWithOwner = repository.full_name
        self.url = f"{view.web}/{repository.full_name}"
        self.description = repository.description
        self.homepageUrl = repository.homepage
        self.isPrivate = repository.private
        self.isFork = repository.parent is not None
        self.isArchived = repository.is_archived
        self.isDisabled = repository.is_disabled
        self.isMirror = repository.is_mirror
        self.isTemplate = repository.is_template
        self.stargazerCount = repository.stars
        self.diskUsage = 1
        self.createdAt = stamp(repository.created_at)
        self.pushedAt = stamp(repository.pushed_at)
        self.hasIssuesEnabled = repository.has_issues
        self.hasDiscussionsEnabled = repository.has_discussions
        self.hasVulnerabilityAlertsEnabled = repository.alerts is not None

    @cached_property
    def _head(self) -> str:
        return self._repository.head(self._view.world.now())

    def owner(self, info: Info) -> OwnerNode:
        return OwnerNode(self._view, self._repository.owner)

    def isEmpty(self, info: Info) -> bool:
        return not self._head

    def isSecurityPolicyEnabled(self, info: Info) -> bool:
        tree = self._repository.git.tree(self._head) if self._head else {}
        return any(path.upper() in {"SECURITY.MD", ".GITHUB/SECURITY.MD", "DOCS/SECURITY.MD"} for path in tree)

    def licenseInfo(self, info: Info) -> Record | None:
        spdx_id = self._repository.licence
        return None if spdx_id is None else Record("License", spdxId=spdx_id, key=spdx_id.lower(), name=spdx_id)

    def parent(self, info: Info) -> RepositoryNode | None:
        found = self._repository.parent
        return None if found is None else RepositoryNode(self._view, found)

    def templateRepository(self, info: Info) -> RepositoryNode | None:
        found = self._repository.template
        return None if found is None else RepositoryNode(self._view, found)

    def repositoryTopics(self, info: Info, first: int = 20) -> Record:
        topics = self._repository.topics
        return connection([Record("T", topic=Record("Topic", name=name)) for name in topics[:first]], len(topics))

    def languages(self, info: Info, first: int = 30, orderBy: Any = None) -> Record:
        figures = language_bytes(self._repository.git, self._head)
        edges = [Record("E", size=size, node=Record("L", name=name, color=c)) for name, c, size in figures[:first]]
        return Record("LanguageConnection", edges=edges, totalSize=sum(size for _, _, size in figures))

    def defaultBranchRef(self, info: Info) -> RefNode | None:
        if not self._head:
            return None
        return RefNode(self._view, self._repository, self._repository.git.default_branch, self._head)

    def refs(self, info: Info, refPrefix: str, first: int = 20, orderBy: Any = None) -> Record:
        store = self._repository.git
        named = [(n.removeprefix(refPrefix), sha) for n, sha in store.refs().items() if n.startswith(refPrefix)]
        commits = [(name, commit) for name, sha in named if (commit := store.commit_of(sha))]
        commits.sort(key=lambda pair: pair[1].committed_at, reverse=True)
        nodes = [
            Record("Ref", name=name, target=CommitNode(self._view, self._repository, commit.sha))
            for name, commit in commits[:first]
        ]
        return connection(nodes, len(named))

    def releases(self, info: Info, first: int = 30, orderBy: Any = None) -> Record:
        newest = sorted(self._repository.releases, key=lambda release: release.published_at, reverse=True)
        return connection([_release(self._view, release) for release in newest[:first]], len(newest))

    def issues(self, info: Info, first: int = 0, states: Any = None, orderBy: Any = None) -> Record:
        return self._talk(first, states, pulls=False)

    def pullRequests(self, info: Info, first: int = 0, states: Any = None, orderBy: Any = None) -> Record:
        return self._talk(first, states, pulls=True)

    def _talk(self, first: int, states: Any, *, pulls: bool) -> Record:
        level = "pull_requests" if pulls else "issues"
        if self._view.caller.level(self._view.world, self._repository, level) == "none":
            raise forbidden()
        items = [issue for issue in self._repository.issues.values() if (issue.pull is not None) == pulls]
        if states:
            items = [issue for issue in items if _state(issue) in states]
        items.sort(key=lambda issue: issue.created_at, reverse=True)
        return connection([_issue(self._view, self._repository, issue) for issue in items[:first]], len(items))

    def vulnerabilityAlerts(self, info: Info, states: Any = None, first: int = 0) -> Record:
        if self._view.caller.level(self._view.world, self._repository, "vulnerability_alerts") == "none":
            raise forbidden()
        return connection([], self._repository.alerts or 0)

    def object(self, info: Info, expression: str = "HEAD") -> Any:
        revision, colon, path = expression.partition(":")
        sha = self._head if revision == "HEAD" else self._repository.git.resolve(revision)
        if not sha or not self._repository.shows(sha, self._view.world.now()):
            return None
        return (
            object_at(self._view, self._repository, sha, path)
            if colon
            else CommitNode(self._view, self._repository, sha)
        )


def _state(issue: Issue) -> str:
    return "MERGED" if issue.pull and issue.pull.merged_at else issue.state.upper()


def _release(view: View, release: Release) -> Record:
    return Record(
        "Release",
        tagName=release.tag,
        publishedAt=stamp(release.published_at),
        createdAt=stamp(release.published_at),
        isPrerelease=release.is_prerelease,
        isDraft=False,
        author=OwnerNode(view, release.author) if release.author else None,
        releaseAssets=connection([Record("ReleaseAsset", name=name) for name in release.assets]),
    )


def _issue(view: View, repository: Repository, issue: Issue) -> Record:
    def comments(info: Info, first: int = 30) -> Record:
        return connection([_comment(view, repository, c) for c in issue.comments[:first]], len(issue.comments))

    def reviews(info: Info, first: int = 30) -> Record:
        known = issue.pull.reviews if issue.pull else []
        return connection([_review(view, repository, review) for review in known[:first]], len(known))

    return Record(
        "PullRequest" if issue.pull else "Issue",
        number=issue.number,
        title=issue.title,
        createdAt=stamp(issue.created_at),
        closedAt=stamp(issue.closed_at),
        mergedAt=stamp(issue.pull.merged_at) if issue.pull else None,
        author=OwnerNode(view, issue.user),
        comments=comments,
        reviews=reviews,
    )


def _association(repository: Repository, account: Account) -> str:
    if account is repository.owner:
        return "OWNER"
    return "COLLABORATOR" if account.login.lower() in repository.permissions else "NONE"


def _comment(view: View, repository: Repository, comment: Comment) -> Record:
    return Record(
        "IssueComment",
        createdAt=stamp(comment.created_at),
        authorAssociation=_association(repository, comment.user),
        author=OwnerNode(view, comment.user),
        body=comment.body,
    )


def _review(view: View, repository: Repository, review: Review) -> Record:
    return Record(
        "PullRequestReview",
        submittedAt=stamp(review.submitted_at),
        state=review.state,
        authorAssociation=_association(repository, review.user),
        author=OwnerNode(view, review.user),
    )
