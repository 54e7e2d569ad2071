"""GitHub's REST and webhook JSON shapes, made from the records; `Shapes` knows the addresses they carry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.fakehub.gitstore import GitCommit
from tests.fakehub.languages import language_bytes
from tests.fakehub.world import (
    Account,
    CheckRun,
    Comment,
    Installation,
    Issue,
    Json,
    Reaction,
    Repository,
    World,
    node_id,
)

if TYPE_CHECKING:
    from tests.fakehub.app_record import AppRecord

USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def stamp(moment: datetime | None) -> str | None:
    """GitHub's time: UTC to the second."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Shapes:
    """JSON of the records, with links below `api` (the REST root of the request) and `web`."""

    def __init__(self, world: World, app: AppRecord, *, api: str, web: str) -> None:
        self.world = world
        self.app_record = app
        self.api = api
        self.web = web

    def user(self, account: Account) -> Json:
        link = f"{self.api}/users/{account.login}"
        return {
            "login": account.login,
            "id": account.id,
            "node_id": account.node_id,
            "avatar_url": f"{self.web}/avatars/{account.id}.png",
            "gravatar_id": "",
            "url": link,
            "html_url": f"{self.web}/{account.login}",
            **{name: link + suffix for name, suffix in USER_LINKS.items()},
            "type": account.kind,
            "site_admin": False,
        }

    def full_user(self, account: Account) -> Json:
        nothing = ("company", "location", "hireable", "bio", "twitter_username")
        figures = ("public_repos", "public_gists", "followers", "following", "private_gists", "total_private_repos")
        more = ("owned_private_repos", "disk_usage", "collaborators")
        return {
            **self.user(account),
            **dict.fromkeys(nothing),
            **dict.fromkeys((*figures, *more), 0),
            "name": account.name,
            "blog": "",
            "email": account.email,
            "two_factor_authentication": True,
            "created_at": stamp(account.created_at),
            "updated_at": stamp(account.created_at),
        }

    def organization(self, account: Account) -> Json:
        link = f"{self.api}/orgs/{account.login}"
        links = ("repos", "events", "hooks", "issues")
        return {
            "login": account.login,
            "id": account.id,
            "node_id": account.node_id,
            "url": link,
            **{f"{name}_url": f"{link}/{name}" for name in links},
            "members_url": f"{link}/members{{/member}}",
            "public_members_url": f"{link}/public_members{{/member}}",
            "avatar_url": f"{self.web}/avatars/{account.id}.png",
            "description": "",
        }

    def repository(self, repository: Repository, *, permission: str = "") -> Json:
        link = f"{self.api}/repos/{repository.full_name}"
        page = f"{self.web}/{repository.full_name}"
        languages = language_bytes(repository.git, repository.head(self.world.now()))
        open_issues = sum(issue.closed_at is None for issue in repository.issues.values())
        pushed_at = repository.pushed_at or repository.created_at
        body: Json = {
            "id": repository.id,
            "node_id": repository.node_id,
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "owner": self.user(repository.owner),
            "html_url": page,
            "description": repository.description,
            "fork": repository.parent is not None,
            "url": link,
            **{name: link + suffix for name, suffix in REPOSITORY_LINKS.items()},
            "git_url": page.replace("http", "git", 1) + ".git",
            "ssh_url": f"git@github.test:{repository.full_name}.git",
            "clone_url": f"{page}.git",
            "svn_url": page,
            "mirror_url": f"{page}.git" if repository.is_mirror else None,
            "homepage": repository.homepage,
            "size": 1,
            "stargazers_count": repository.stars,
            "watchers_count": repository.stars,
            "language": languages[0][0] if languages else None,
            "has_issues": repository.has_issues,
            "has_projects": True,
            "has_downloads": True,
            "has_wiki": True,
            "has_pages": False,
            "has_discussions": repository.has_discussions,
            "forks_count": 0,
            "archived": repository.is_archived,
            "disabled": repository.is_disabled,
            "open_issues_count": open_issues,
            "license": self.licence(repository.licence),
            "allow_forking": True,
            "is_template": repository.is_template,
            "web_commit_signoff_required": False,
            "topics": list(repository.topics),
            "custom_properties": {},
            "visibility": "private" if repository.private else "public",
            "forks": 0,
            "open_issues": open_issues,
            "watchers": repository.stars,
            "default_branch": repository.git.default_branch,
            "created_at": stamp(repository.created_at),
            "updated_at": stamp(pushed_at),
            "pushed_at": stamp(pushed_at),
        }
        if permission:
            levels = {"admin": 5, "maintain": 4, "push": 3, "triage": 2, "pull": 1}
            rank = ("none", "read", "triage", "write", "maintain", "admin").index(permission)
            body["permissions"] = {name: rank >= needed for name, needed in levels.items()}
        return body

    def full_repository(self, repository: Repository, *, permission: str = "") -> Json:
        body = self.repository(repository, permission=permission)
        body |= {"subscribers_count": 0, "network_count": 0}
        if repository.owner.kind == "Organization":
            body["organization"] = self.user(repository.owner)
        if repository.parent is not None:
            body |= {"parent": self.repository(repository.parent), "source": self.repository(repository.parent)}
        return body

    def licence(self, spdx_id: str | None) -> Json | None:
        if spdx_id is None:
            return None
        key = spdx_id.lower()
        return {
            "key": key,
            "name": spdx_id,
            "spdx_id": spdx_id,
            "url": f"{self.api}/licenses/{key}",
            "node_id": node_id("License", len(key)),
        }

    def app(self) -> Json:
        record = self.app_record
        return {
            "id": record.id,
            "slug": record.slug,
            "node_id": node_id("App", record.id),
            "client_id": record.client_id,
            "owner": self.user(record.owner),
            "name": record.name,
            "description": "",
            "external_url": "https://radar.test",
            "html_url": f"{self.web}/apps/{record.slug}",
            "created_at": stamp(record.created_at),
            "updated_at": stamp(record.created_at),
            "permissions": dict(record.permissions),
            "events": list(record.events),
        }

    def installation(self, installation: Installation) -> Json:
        link = f"{self.api}/app/installations/{installation.id}"
        account = installation.account
        suspended = installation.suspended_at
        return {
            "id": installation.id,
            "account": self.user(account),
            "repository_selection": "all" if installation.selected is None else "selected",
            "access_tokens_url": f"{link}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.web}/settings/installations/{installation.id}",
            "app_id": self.app_record.id,
            "app_slug": self.app_record.slug,
            "target_id": account.id,
            "target_type": account.kind,
            "permissions": dict(installation.permissions),
            "events": list(installation.events),
            "created_at": stamp(installation.created_at),
            "updated_at": stamp(installation.created_at),
            "single_file_name": None,
            "has_multiple_single_files": False,
            "single_file_paths": [],
            "suspended_at": stamp(suspended),
            "suspended_by": self.user(account) if suspended else None,
        }

    def issue(self, repository: Repository, issue: Issue) -> Json:
        root = f"{self.api}/repos/{repository.full_name}"
        link = f"{root}/issues/{issue.number}"
        kind = "pull" if issue.pull else "issues"
        page = f"{self.web}/{repository.full_name}/{kind}/{issue.number}"
        body: Json = {
            "url": link,
            "repository_url": root,
            "labels_url": f"{link}/labels{{/name}}",
            "comments_url": f"{link}/comments",
            "events_url": f"{link}/events",
            "html_url": page,
            "id": issue.id,
            "node_id": node_id("PullRequest" if issue.pull else "Issue", issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.user),
            "labels": [],
            "state": issue.state,
            "locked": issue.locked,
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": len(issue.comments),
            "created_at": stamp(issue.created_at),
            "updated_at": stamp(issue.comments[-1].updated_at if issue.comments else issue.created_at),
            "closed_at": stamp(issue.closed_at),
            "author_association": self.association(repository, issue.user),
            "active_lock_reason": None,
            "body": issue.body,
            "reactions": self.rollup(f"{link}/reactions", issue.reactions),
            "timeline_url": f"{link}/timeline",
            "performed_via_github_app": None,
            "state_reason": None,
        }
        if issue.pull:
            pull = f"{root}/pulls/{issue.number}"
            body["pull_request"] = {
                "url": pull,
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": stamp(issue.pull.merged_at),
            }
        return body

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> Json:
        root = f"{self.api}/repos/{repository.full_name}/issues"
        kind = "pull" if issue.pull else "issues"
        page = f"{self.web}/{repository.full_name}/{kind}/{issue.number}#issuecomment-{comment.id}"
        return {
            "url": f"{root}/comments/{comment.id}",
            "html_url": page,
            "issue_url": f"{root}/{issue.number}",
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "user": self.user(comment.user),
            "created_at": stamp(comment.created_at),
            "updated_at": stamp(comment.updated_at),
            "author_association": self.association(repository, comment.user),
            "body": comment.body,
            "reactions": self.rollup(f"{root}/comments/{comment.id}/reactions", comment.reactions),
            "performed_via_github_app": self.app() if comment.via_app else None,
        }

    def rollup(self, url: str, reactions: list[Reaction]) -> Json:
        counts = {name: sum(reaction.content == name for reaction in reactions) for name in REACTIONS}
        return {"url": url, "total_count": len(reactions), **counts}

    def reaction(self, reaction: Reaction) -> Json:
        return {
            "id": reaction.id,
            "node_id": node_id("REA", reaction.id),
            "user": self.user(reaction.user),
            "content": reaction.content,
            "created_at": stamp(reaction.created_at),
        }

    def association(self, repository: Repository, account: Account) -> str:
        if account is repository.owner:
            return "OWNER"
        return "COLLABORATOR" if account.login.lower() in repository.permissions else "NONE"

    def commit(self, repository: Repository, commit: GitCommit) -> Json:
        root = f"{self.api}/repos/{repository.full_name}"
        page = f"{self.web}/{repository.full_name}/commit/{commit.sha}"
        author = self.world.account_by_email(commit.author.email)
        committer = self.world.account_by_email(commit.committer.email)
        return {
            "url": f"{root}/commits/{commit.sha}",
            "sha": commit.sha,
            "node_id": node_id("C", repository.id) + commit.sha,
            "html_url": page,
            "comments_url": f"{root}/commits/{commit.sha}/comments",
            "commit": {
                "url": f"{root}/git/commits/{commit.sha}",
                "author": _person(commit.author.name, commit.author.email, commit.authored_at),
                "committer": _person(commit.committer.name, commit.committer.email, commit.committed_at),
                "message": commit.message,
                "comment_count": 0,
                "tree": {"sha": commit.tree_sha, "url": f"{root}/git/trees/{commit.tree_sha}"},
                "verification": {"verified": False, "reason": "unsigned", "payload": None, "signature": None}
                | {"verified_at": None},
            },
            "author": self.user(author) if author else None,
            "committer": self.user(committer) if committer else None,
            "parents": [
                {
                    "sha": sha,
                    "url": f"{root}/commits/{sha}",
                    "html_url": f"{self.web}/{repository.full_name}/commit/{sha}",
                }
                for sha in commit.parents
            ],
        }

    def check_run(self, repository: Repository, run: CheckRun) -> Json:
        root = f"{self.api}/repos/{repository.full_name}"
        output = run.body.get("output") or {}
        completed = run.body.get("status") == "completed" or "conclusion" in run.body
        return {
            "id": run.id,
            "name": run.body.get("name", ""),
            "node_id": node_id("CR", run.id),
            "head_sha": run.head_sha,
            "external_id": run.body.get("external_id", ""),
            "url": f"{root}/check-runs/{run.id}",
            "html_url": f"{self.web}/{repository.full_name}/runs/{run.id}",
            "details_url": run.body.get("details_url"),
            "status": "completed" if completed else run.body.get("status", "queued"),
            "conclusion": run.body.get("conclusion"),
            "started_at": run.body.get("started_at") or stamp(run.created_at),
            "completed_at": (run.body.get("completed_at") or stamp(self.world.now())) if completed else None,
            "output": {
                "title": output.get("title"),
                "summary": output.get("summary"),
                "text": output.get("text"),
                "annotations_count": len(run.annotations),
                "annotations_url": f"{root}/check-runs/{run.id}/annotations",
            },
            "check_suite": {"id": run.id + 1_000_000},
            "app": self.app(),
            "pull_requests": [],
        }


def _person(name: str, email: str, moment: datetime) -> Json:
    return {"name": name, "email": email, "date": stamp(moment)}
