"""FakeHub: the control API of the fake GitHub, for tests and the demo: what people do on GitHub, as methods."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakehub.gitstore import GitStore, Person, run_git
from tests.fakehub.payloads import ZERO_SHA
from tests.fakehub.server import ServerThread
from tests.fakehub.service import Service
from tests.fakehub.world import (
    Account,
    Comment,
    Delivery,
    Installation,
    Issue,
    Pull,
    Release,
    Repository,
    Token,
)
from tests.patience import PATIENCE_S

Files = Mapping[str, str | bytes | None]
Source = Path | GitStore | Files | Callable[[GitStore], None] | None
"""Where a repository's content comes from: a git repository (copied), a store (shared until written), files of one
commit, a builder, or nothing (an empty repository)."""


class FakeHub:
    """A GitHub on loopback. Use as a context manager; methods may be called from any thread.

    Methods that GitHub would announce send the webhook too (`announce=False` keeps quiet); `settle()` waits until
    each was tried. `url` is the web root, `api_url` the REST root, `faults` and `ledger` tell and count.
    """

    def __init__(self, folder: Path | None = None, *, port: int = 0, enterprise: bool = False) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="fakehub-") if folder is None else None
        self.folder = folder if folder is not None else Path(self._temporary.name)  # type: ignore[union-attr] # one is set
        self.service = Service()
        self.service.hub = self
        self.service.enterprise = enterprise
        self._server = ServerThread(self.service, port)
        self.world = self.service.world
        self.faults = self.service.faults
        self.ledger = self.service.ledger
        self.app = self.service.app_record

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    @property
    def url(self) -> str:
        return self.service.url

    @property
    def api_url(self) -> str:
        return self.service.api_url

    def environment(self) -> dict[str, str]:
        """The settings that connect a bot to this GitHub."""
        return {
            "GITHUB_APP_ID": str(self.app.id),
            "GITHUB_PRIVATE_KEY": self.app.private_key.replace("\n", "\\n"),
            "GITHUB_WEBHOOK_SECRET": self.app.webhook_secret,
            "GITHUB_CLIENT_ID": self.app.client_id,
            "GITHUB_CLIENT_SECRET": self.app.client_secret,
            "GITHUB_API_URL": self.api_url,
            "GITHUB_WEB_URL": self.url,
        }

    def connect(self, webhook_url: str) -> None:
        """Send webhooks there from now on."""
        self.app.webhook_url = webhook_url

    def settle(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until every webhook was tried."""
        self.service.settle(timeout_s)

    # Accounts and repositories

    def add_account(self, login: str, kind: str = "Organization", name: str | None = None) -> Account:
        return self.world.account(login, kind, name)

    def user(self, login: str) -> Account:
        return self.world.account(login, "User")

    def add_repository(
        self,
        owner: str | Account,
        name: str,
        source: Source = None,
        *,
        announce: bool = True,
        **facts: Any,
    ) -> Repository:
        """A repository of the account; `facts` are fields of world.Repository. An installation on all of the
        account's repositories hears of it."""
        account = owner if isinstance(owner, Account) else self.add_account(owner)
        number = self.world.next_id()
        store = self._store(number, source)
        first_commit = store.log(store.head(), 1)
        now = self.world.now()
        created_at = facts.pop("created_at", now - timedelta(days=700))
        pushed_at = facts.pop("pushed_at", first_commit[0].committed_at if first_commit else None)
        repository = Repository(number, account, name, store, created_at, pushed_at=pushed_at, **facts)
        repository.shares_git = isinstance(source, GitStore)
        self.world.repositories[number] = repository
        self.world.names[repository.full_name.lower()] = number
        installation = self.world.installation_of(repository)
        if announce and installation is not None:
            self._announce_repository("created", repository)
            self._announce_covered(installation, [repository], [])
        return repository

    def _store(self, number: int, source: Source) -> GitStore:
        if isinstance(source, GitStore):
            return source
        destination = self.folder / "repositories" / f"{number}.git"
        if isinstance(source, Path):
            return GitStore.clone(source, destination)
        store = GitStore.create(destination)
        if callable(source):
            source(store)
        elif source:
            author = Person("Ada Lovelace", "ada@example.test")
            store.commit(source, message="Begin", author=author, at=self.world.now() - timedelta(days=2))
        return store

    def find(self, full_name: str) -> Repository:
        """The living repository of that full name. Raises KeyError."""
        found = self.world.repository(*full_name.split("/", 1))
        if found is None:
            raise KeyError(full_name)
        return found

    def grant(self, repository: Repository, login: str, level: str) -> Account:
        """Make a person a collaborator (none, read, triage, write, maintain, admin)."""
        user = self.user(login)
        repository.permissions[login.lower()] = level
        return user

    def add_member(self, organization: str | Account, login: str, role: str = "member") -> Account:
        """Make a person a member (or admin) of an organization."""
        account = organization if isinstance(organization, Account) else self.add_account(organization)
        account.members[login.lower()] = role
        return self.user(login)

    def token_for(self, login: str) -> Token:
        """A personal access token."""
        return self.world.personal_token(self.user(login))

    # Installations

    def install(
        self, account: str | Account, repositories: list[Repository] | None = None, *, announce: bool = True
    ) -> Installation:
        """Install the App on all of an account's repositories, or on those given."""
        owner = account if isinstance(account, Account) else self.add_account(account)
        selected = None if repositories is None else {repository.id for repository in repositories}
        installation = Installation(self.world.next_id(), owner, self.world.now(), selected)
        installation.permissions = dict(self.app.permissions)
        installation.events = list(self.app.events)
        self.world.installations[installation.id] = installation
        if announce:
            self._announce_installation("created", installation)
        return installation

    def _announce_installation(self, action: str, installation: Installation) -> Delivery | None:
        payload = self.service.payloads.installation(action, installation, installation.account)
        return self.service.announce("installation", payload)

    def _announce_covered(
        self, installation: Installation, added: list[Repository], removed: list[Repository]
    ) -> Delivery | None:
        payload = self.service.payloads.installation_repositories(installation, added, removed, installation.account)
        return self.service.announce("installation_repositories", payload)

    def uninstall(self, installation: Installation, *, announce: bool = True) -> None:
        if announce:
            self._announce_installation("deleted", installation)
        installation.deleted = True

    def suspend(self, installation: Installation, *, announce: bool = True) -> None:
        installation.suspended_at = self.world.now()
        if announce:
            self._announce_installation("suspend", installation)

    def unsuspend(self, installation: Installation, *, announce: bool = True) -> None:
        installation.suspended_at = None
        if announce:
            self._announce_installation("unsuspend", installation)

    def accept_permissions(self, installation: Installation, permissions: Mapping[str, str]) -> None:
        installation.permissions |= permissions
        self._announce_installation("new_permissions_accepted", installation)

    def cover(self, installation: Installation, repository: Repository, *, announce: bool = True) -> None:
        """Add a repository to a selection."""
        if installation.selected is not None:
            installation.selected.add(repository.id)
        if announce:
            self._announce_covered(installation, [repository], [])

    def uncover(self, installation: Installation, repository: Repository, *, announce: bool = True) -> None:
        """Take a repository out of a selection."""
        if installation.selected is None:
            installation.selected = {covered.id for covered in self.world.covered(installation)}
        installation.selected.discard(repository.id)
        if announce:
            self._announce_covered(installation, [], [repository])

    # What people do to a repository

    def push(
        self,
        repository: Repository,
        files: Files | None = None,
        *,
        message: str = "Update",
        author: str = "ada",
        branch: str | None = None,
        at: datetime | None = None,
        visible_after_s: float = 0.0,
        announce: bool = True,
    ) -> str:
        """Commit files on a branch and announce the push; the new SHA. `visible_after_s` keeps the API behind."""
        self._own_store(repository)
        store, now = repository.git, self.world.now()
        name = branch or store.default_branch
        before = store.head(name)
        user = self.user(author)
        content = {"NEWS.md": f"{message} {now.isoformat()}\n"} if files is None else files
        person = Person(user.name or author, user.email)
        sha = store.commit(content, message=message, author=person, at=at or now, branch=name)
        if visible_after_s:
            repository.unseen[sha] = (before, now + timedelta(seconds=visible_after_s))
        repository.pushed_at = at or now
        repository.version += 1
        if announce:
            payload = self.service.payloads.push(repository, f"refs/heads/{name}", before or ZERO_SHA, sha, user)
            self.service.announce("push", payload, repository)
        return sha

    def take_push(self, repository: Repository, source: Path) -> str:
        """Somebody pushed a checkout's HEAD to the default branch; the new SHA."""
        before = repository.git.head()
        branch = repository.git.default_branch
        run_git(repository.git.path, "fetch", "--quiet", "--force", str(source.resolve()), f"HEAD:refs/heads/{branch}")
        repository.git.forget_refs()
        repository.pushed_at = self.world.now()
        sha = repository.git.head()
        payload = self.service.payloads.push(
            repository, f"refs/heads/{branch}", before or ZERO_SHA, sha, self.user("ada")
        )
        self.service.announce("push", payload, repository)
        return sha

    def _own_store(self, repository: Repository) -> None:
        if repository.shares_git:
            destination = self.folder / "repositories" / f"{repository.id}.git"
            repository.git = GitStore.clone(repository.git.path, destination)
            repository.shares_git = False

    def delete_branch(self, repository: Repository, branch: str) -> None:
        before = repository.git.head(branch)
        repository.git.delete_branch(branch)
        payload = self.service.payloads.push(repository, f"refs/heads/{branch}", before, ZERO_SHA, self.user("ada"))
        self.service.announce("push", payload, repository)

    def open_issue(self, repository: Repository, title: str, user: str = "ada", body: str = "") -> Issue:
        return self.service.new_issue(repository, title, self.user(user), body)

    def comment(
        self, repository: Repository, issue: Issue | int, body: str, user: str = "ada", *, announce: bool = True
    ) -> Comment:
        """A person's comment."""
        found = issue if isinstance(issue, Issue) else repository.issues[issue]
        account = self.world.accounts.get(user.lower()) or self.user(user)
        comment = self.service.new_comment(repository, found, account, body)
        if announce:
            self.service.announce_comment(repository, found, comment, "created")
        return comment

    def edit_comment(self, comment: Comment, body: str) -> None:
        repository, issue, _ = self.world.comments[comment.id]
        comment.edits.append(comment.body)
        comment.body, comment.updated_at = body, self.world.now()
        self.service.announce_comment(repository, issue, comment, "edited")

    def delete_comment(self, comment: Comment) -> None:
        repository, issue, _ = self.world.comments.pop(comment.id)
        issue.comments.remove(comment)
        self.service.announce_comment(repository, issue, comment, "deleted")

    def open_pull(
        self,
        repository: Repository,
        title: str,
        files: Files,
        *,
        user: str = "ada",
        branch: str = "change",
        from_fork: bool = False,
    ) -> Issue:
        """A branch with one commit, and a pull request of it, of the repository or of the user's fork."""
        self._own_store(repository)
        account = self.user(user)
        base = repository.git.head()
        person = Person(account.name or user, account.email)
        sha = repository.git.commit(files, message=title, author=person, at=self.world.now(), branch=branch, base=base)
        issue = self.service.new_issue(repository, title, account, "")
        issue.pull = Pull(branch, sha, repository.git.default_branch, base)
        if from_fork:
            issue.pull.fork = self.add_repository(
                account, repository.name, repository.git, announce=False, parent=repository
            )
        payload = self.service.payloads.pull_request_event("opened", repository, issue, account)
        self.service.announce("pull_request", payload, repository)
        return issue

    def update_pull(self, repository: Repository, issue: Issue, files: Files) -> str:
        """Another commit on a pull request."""
        assert issue.pull is not None
        sha = self.push(repository, files, branch=issue.pull.head_branch, author=issue.user.login)
        issue.pull.head_sha = sha
        payload = self.service.payloads.pull_request_event("synchronize", repository, issue, issue.user)
        self.service.announce("pull_request", payload, repository)
        return sha

    def add_release(self, repository: Repository, tag: str, at: datetime, assets: tuple[str, ...] = ()) -> None:
        repository.releases.append(Release(tag, at, author=self.user("ada"), assets=assets))

    # What happens to a repository itself

    def _announce_repository(
        self, action: str, repository: Repository, changes: dict[str, Any] | None = None
    ) -> Delivery | None:
        sender = repository.owner if repository.owner.kind == "User" else self.user("ada")
        payload = self.service.payloads.repository(action, repository, sender, changes)
        return self.service.announce("repository", payload, repository)

    def rename(self, repository: Repository, name: str, *, announce: bool = True) -> None:
        old = repository.name
        self._move(repository, repository.owner, name)
        if announce:
            self._announce_repository("renamed", repository, {"repository": {"name": {"from": old}}})

    def _move(self, repository: Repository, owner: Account, name: str) -> None:
        old = repository.full_name.lower()
        self.world.names.pop(old, None)
        self.world.old_names[old] = repository.id
        repository.owner, repository.name = owner, name
        self.world.names[repository.full_name.lower()] = repository.id

    def transfer(self, repository: Repository, owner: str | Account, *, announce: bool = True) -> None:
        """Hand a repository to another account; each side's installation hears its part."""
        account = owner if isinstance(owner, Account) else self.add_account(owner)
        before, former = self.world.installation_of(repository), repository.owner
        self._move(repository, account, repository.name)
        after = self.world.installation_of(repository)
        if not announce:
            return
        if before is not None:
            self._announce_covered(before, [], [repository])
        if after is not None:
            kind = "organization" if former.kind == "Organization" else "user"
            shape = self.service.shapes().user(former)
            self._announce_repository("transferred", repository, {"owner": {"from": {kind: shape}}})
            self._announce_covered(after, [repository], [])

    def archive(self, repository: Repository, archived: bool = True) -> None:
        repository.is_archived = archived
        self._announce_repository("archived" if archived else "unarchived", repository)

    def set_private(self, repository: Repository, private: bool) -> None:
        repository.private = private
        self._announce_repository("privatized" if private else "publicized", repository)

    def set_default_branch(self, repository: Repository, branch: str) -> None:
        self._own_store(repository)
        old = repository.git.default_branch
        repository.git.set_default_branch(branch)
        self._announce_repository("edited", repository, {"default_branch": {"from": old}})

    def delete(self, repository: Repository, *, announce: bool = True) -> None:
        if announce:
            self._announce_repository("deleted", repository)
        repository.deleted = True
        self.world.names.pop(repository.full_name.lower(), None)

    def rename_account(self, account: Account, login: str) -> None:
        old = account.login
        covered = [r for r in self.world.repositories.values() if r.owner is account]
        del self.world.accounts[old.lower()]
        for repository in covered:
            self.world.old_names[repository.full_name.lower()] = repository.id
            self.world.names.pop(repository.full_name.lower(), None)
        account.login = login
        self.world.accounts[login.lower()] = account
        for repository in covered:
            self.world.names[repository.full_name.lower()] = repository.id
        for installation in self.world.installations.values():
            if installation.account is account and not installation.deleted:
                payload = self.service.payloads.installation_target(installation, old, account)
                self.service.announce("installation_target", payload)

    def rerequest_check(self, repository: Repository, run_id: int, user: str = "ada") -> None:
        run = self.world.check_runs[run_id][1]
        payload = self.service.payloads.check_run("rerequested", repository, run, self.user(user))
        self.service.announce("check_run", payload, repository)

    def rerequest_suite(self, repository: Repository, sha: str, user: str = "ada") -> None:
        payload = self.service.payloads.check_suite("rerequested", repository, sha, self.user(user))
        self.service.announce("check_suite", payload, repository)
