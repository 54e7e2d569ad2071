"""Webhook payloads in GitHub's real shapes, made from the records."""

from __future__ import annotations

from datetime import datetime

from tests.fakehub.gitstore import GitCommit
from tests.fakehub.shapes import Shapes, stamp
from tests.fakehub.world import Account, CheckRun, Comment, Installation, Issue, Json, Repository, World, node_id

ZERO_SHA = "0" * 40


class Payloads:
    """Each method gives one event's payload; `sender` is who did it."""

    def __init__(self, world: World, shapes: Shapes) -> None:
        self.world = world
        self.shapes = shapes

    def frame(self, repository: Repository, sender: Account, installation: Installation | None = None) -> Json:
        """What every repository event carries."""
        body: Json = {"repository": self.shapes.repository(repository), "sender": self.shapes.user(sender)}
        if repository.owner.kind == "Organization":
            body["organization"] = self.shapes.organization(repository.owner)
        found = installation or self.world.installation_of(repository)
        if found is not None:
            body["installation"] = {"id": found.id, "node_id": node_id("IIN", found.id)}
        return body

    def installation(self, action: str, installation: Installation, sender: Account) -> Json:
        shape = self.shapes.installation(installation)
        shape["created_at"] = stamp(installation.created_at)
        body: Json = {"action": action, "installation": shape, "sender": self.shapes.user(sender)}
        body["repositories"] = [self.lite(repository) for repository in self.world.covered(installation)]
        return body

    def installation_repositories(
        self, installation: Installation, added: list[Repository], removed: list[Repository], sender: Account
    ) -> Json:
        return {
            "action": "added" if added else "removed",
            "installation": self.shapes.installation(installation),
            "repository_selection": "all" if installation.selected is None else "selected",
            "repositories_added": [self.lite(repository) for repository in added],
            "repositories_removed": [self.lite(repository) for repository in removed],
            "requester": None,
            "sender": self.shapes.user(sender),
        }

    def installation_target(self, installation: Installation, old_login: str, sender: Account) -> Json:
        """An account that the App is installed on has another login."""
        return {
            "action": "renamed",
            "account": self.shapes.user(installation.account),
            "changes": {"login": {"from": old_login}},
            "installation": {"id": installation.id, "node_id": node_id("IIN", installation.id)},
            "target_type": installation.account.kind,
            "sender": self.shapes.user(sender),
        }

    def lite(self, repository: Repository) -> Json:
        return {
            "id": repository.id,
            "node_id": repository.node_id,
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
        }

    def push(self, repository: Repository, ref: str, before: str, after: str, sender: Account) -> Json:
        """A push; its repository has the older shape with epoch seconds."""
        known = repository.git.commit_of(after) if after != ZERO_SHA else None
        commits = self._pushed(repository, before, after)
        page = f"{self.shapes.web}/{repository.full_name}"
        body = self.frame(repository, sender)
        body["repository"] |= self._old_style(repository)
        return {
            "ref": ref,
            "before": before,
            "after": after,
            "created": before == ZERO_SHA,
            "deleted": after == ZERO_SHA,
            "forced": False,
            "base_ref": None,
            "compare": f"{page}/compare/{before[:12]}...{after[:12]}",
            "commits": [self.push_commit(repository, commit) for commit in commits],
            "head_commit": self.push_commit(repository, known) if known else None,
            "pusher": {"name": sender.login, "email": sender.email},
            **body,
        }

    def _pushed(self, repository: Repository, before: str, after: str) -> list[GitCommit]:
        if after == ZERO_SHA:
            return []
        if before == ZERO_SHA or repository.git.commit_of(before) is None:
            return list(reversed(repository.git.log(after, 20)))
        return list(reversed(repository.git.between(before, after)))[-20:]

    def _old_style(self, repository: Repository) -> Json:
        owner = {**self.shapes.user(repository.owner), "name": repository.owner.login, "email": repository.owner.email}
        body: Json = {
            "url": f"{self.shapes.web}/{repository.full_name}",
            "owner": owner,
            "created_at": int(repository.created_at.timestamp()),
            "pushed_at": int((repository.pushed_at or repository.created_at).timestamp()),
            "stargazers": repository.stars,
            "master_branch": repository.git.default_branch,
        }
        if repository.owner.kind == "Organization":
            body["organization"] = repository.owner.login
        return body

    def push_commit(self, repository: Repository, commit: GitCommit) -> Json:
        parent = commit.parents[0] if commit.parents else ""
        changed = repository.git.changed(parent, commit.sha) if len(commit.parents) < 2 else ()
        author = self.world.account_by_email(commit.author.email)
        person: Json = {"name": commit.author.name, "email": commit.author.email}
        if author:
            person["username"] = author.login
        return {
            "id": commit.sha,
            "tree_id": commit.tree_sha,
            "distinct": True,
            "message": commit.message,
            "timestamp": stamp(commit.committed_at),
            "url": f"{self.shapes.web}/{repository.full_name}/commit/{commit.sha}",
            "author": person,
            "committer": {"name": commit.committer.name, "email": commit.committer.email},
            "added": [path for letter, path in changed if letter == "A"],
            "removed": [path for letter, path in changed if letter == "D"],
            "modified": [path for letter, path in changed if letter not in "AD"],
        }

    def issue_comment(
        self, action: str, repository: Repository, issue: Issue, comment: Comment, sender: Account, before: str = ""
    ) -> Json:
        body = {
            "action": action,
            "issue": self.shapes.issue(repository, issue),
            "comment": self.shapes.comment(repository, issue, comment),
            **self.frame(repository, sender),
        }
        if action == "edited":
            body["changes"] = {"body": {"from": before}}
        return body

    def repository(self, action: str, repository: Repository, sender: Account, changes: Json | None = None) -> Json:
        body = {"action": action, **self.frame(repository, sender)}
        if changes is not None:
            body["changes"] = changes
        return body

    def pull_request_event(self, action: str, repository: Repository, issue: Issue, sender: Account) -> Json:
        body = {
            "action": action,
            "number": issue.number,
            "pull_request": self.pull_request(repository, issue, self.shapes),
            **self.frame(repository, sender),
        }
        if action == "synchronize" and issue.pull is not None:
            body |= {"before": issue.pull.base_sha, "after": issue.pull.head_sha}
        return body

    def check_run(self, action: str, repository: Repository, run: CheckRun, sender: Account) -> Json:
        shape = self.shapes.check_run(repository, run)
        suite = self.check_suite_shape(repository, run.head_sha, run.id + 1_000_000, run.created_at)
        shape["pull_requests"] = self.pulls_of(repository, run.head_sha)
        shape["check_suite"] = {name: value for name, value in suite.items() if name not in SUITE_ONLY}
        shape["details_url"] = shape["details_url"] or shape["html_url"]
        return {"action": action, "check_run": shape, **self.frame(repository, sender)}

    def check_suite(self, action: str, repository: Repository, sha: str, sender: Account) -> Json:
        suite = self.check_suite_shape(repository, sha, self.world.next_id(), self.world.now())
        return {"action": action, "check_suite": suite, **self.frame(repository, sender)}

    def check_suite_shape(self, repository: Repository, sha: str, number: int, at: datetime) -> Json:
        link = f"{self.shapes.api}/repos/{repository.full_name}/check-suites/{number}"
        commit = repository.git.commit_of(sha)
        head: Json | None = None
        if commit is not None:
            head = {
                "id": commit.sha,
                "tree_id": commit.tree_sha,
                "message": commit.message,
                "timestamp": stamp(commit.committed_at),
                "author": {"name": commit.author.name, "email": commit.author.email},
                "committer": {"name": commit.committer.name, "email": commit.committer.email},
            }
        return {
            "id": number,
            "node_id": node_id("CS", number),
            "head_branch": self._branch_of(repository, sha),
            "head_sha": sha,
            "status": "completed",
            "conclusion": "success",
            "url": link,
            "before": commit.parents[0] if commit and commit.parents else ZERO_SHA,
            "after": sha,
            "pull_requests": self.pulls_of(repository, sha),
            "app": self.shapes.app(),
            "created_at": stamp(at),
            "updated_at": stamp(at),
            "rerequestable": True,
            "runs_rerequestable": True,
            "latest_check_runs_count": 1,
            "check_runs_url": f"{link}/check-runs",
            "head_commit": head,
        }

    def pulls_of(self, repository: Repository, sha: str) -> list[Json]:
        """The open pull requests of this repository whose head is that commit (those of forks GitHub leaves out)."""
        root = f"{self.shapes.api}/repos/{repository.full_name}"
        lite = {"id": repository.id, "url": root, "name": repository.name}
        return [
            {
                "id": issue.id,
                "number": issue.number,
                "url": f"{root}/pulls/{issue.number}",
                "head": {"ref": issue.pull.head_branch, "sha": issue.pull.head_sha, "repo": lite},
                "base": {"ref": issue.pull.base_branch, "sha": issue.pull.base_sha, "repo": lite},
            }
            for issue in repository.issues.values()
            if issue.pull and not issue.pull.fork and issue.closed_at is None and issue.pull.head_sha == sha
        ]

    def _branch_of(self, repository: Repository, sha: str) -> str | None:
        """The branch that a check suite names; None for a commit that came from a fork."""
        for issue in repository.issues.values():
            if issue.pull is not None and issue.pull.head_sha == sha:
                return None if issue.pull.fork else issue.pull.head_branch
        return repository.git.default_branch

    def pull_request(self, repository: Repository, issue: Issue, shapes: Shapes) -> Json:
        """A pull request in full."""
        assert issue.pull is not None
        pull = issue.pull
        root = f"{shapes.api}/repos/{repository.full_name}"
        link = f"{root}/pulls/{issue.number}"
        page = f"{shapes.web}/{repository.full_name}/pull/{issue.number}"
        base_shape = shapes.repository(repository)
        links = {
            "self": link,
            "html": page,
            "issue": f"{root}/issues/{issue.number}",
            "comments": f"{root}/issues/{issue.number}/comments",
            "review_comments": f"{link}/comments",
            "review_comment": f"{root}/pulls/comments{{/number}}",
            "commits": f"{link}/commits",
            "statuses": f"{root}/statuses/{pull.head_sha}",
        }
        sides = {
            name: {
                "label": f"{home.owner.login}:{branch}",
                "ref": branch,
                "sha": sha,
                "user": shapes.user(home.owner),
                "repo": base_shape if home is repository else shapes.repository(home),
            }
            for name, home, branch, sha in (
                ("head", pull.fork or repository, pull.head_branch, pull.head_sha),
                ("base", repository, pull.base_branch, pull.base_sha),
            )
        }
        return {
            "url": link,
            "id": issue.id,
            "node_id": node_id("PullRequest", issue.id),
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": links["issue"],
            "number": issue.number,
            "state": issue.state,
            "locked": issue.locked,
            "title": issue.title,
            "user": shapes.user(issue.user),
            "body": issue.body,
            "created_at": stamp(issue.created_at),
            "updated_at": stamp(issue.created_at),
            "closed_at": stamp(issue.closed_at),
            "merged_at": stamp(pull.merged_at),
            "merge_commit_sha": None,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "labels": [],
            "milestone": None,
            "draft": False,
            "commits_url": links["commits"],
            "review_comments_url": links["review_comments"],
            "review_comment_url": links["review_comment"],
            "comments_url": links["comments"],
            "statuses_url": links["statuses"],
            **sides,
            "_links": {name: {"href": address} for name, address in links.items()},
            "author_association": shapes.association(repository, issue.user),
            "auto_merge": None,
            "active_lock_reason": None,
            "merged": pull.merged_at is not None,
            "mergeable": True,
            "rebaseable": True,
            "mergeable_state": "clean",
            "merged_by": None,
            "comments": len(issue.comments),
            "review_comments": 0,
            "maintainer_can_modify": False,
            "commits": 1,
            "additions": 0,
            "deletions": 0,
            "changed_files": 0,
        }


SUITE_ONLY = ("rerequestable", "runs_rerequestable", "latest_check_runs_count", "check_runs_url", "head_commit")
