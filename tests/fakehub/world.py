"""The state of the fake GitHub: accounts, repositories, issues, installations, tokens; plain mutable records."""

from __future__ import annotations

import base64
import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.fakehub.gitstore import GitStore

Json = dict[str, Any]

LEVELS = ("none", "read", "triage", "write", "maintain", "admin")
"""What a person may do in a repository, weakest first."""

MANIFEST: Json = yaml.safe_load((Path(__file__).resolve().parents[2] / "app.yml").read_text())
"""The App as its makers describe it; the fake registers it so."""

DEFAULT_PERMISSIONS: dict[str, str] = MANIFEST["default_permissions"]
DEFAULT_EVENTS: list[str] = MANIFEST["default_events"]

NODE_PREFIXES = {"Repository": "R", "User": "U", "Organization": "O", "Bot": "BOT", "Issue": "I", "PullRequest": "PR"}


def node_id(kind: str, number: int) -> str:
    """GitHub's global id: a prefix and an opaque rest."""
    return f"{NODE_PREFIXES.get(kind, kind)}_{base64.urlsafe_b64encode(f'0:{kind}{number}'.encode()).decode()}"


@dataclass(eq=False, slots=True)
class Account:
    """A user, organization or bot; `members` of an organization are logins with admin or member."""

    id: int
    login: str
    kind: str = "User"
    name: str | None = None
    email: str = ""
    members: dict[str, str] = field(default_factory=dict)
    created_at: datetime = field(default_factory=lambda: datetime(2020, 1, 1, tzinfo=UTC))

    @property
    def node_id(self) -> str:
        return node_id(self.kind, self.id)


@dataclass(eq=False, slots=True)
class Comment:
    """A comment on an issue or pull request; `edits` are the bodies it had before."""

    id: int
    user: Account
    body: str
    created_at: datetime
    updated_at: datetime
    via_app: bool = False
    edits: list[str] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Reaction:
    id: int
    user: Account
    content: str
    created_at: datetime


@dataclass(eq=False, slots=True)
class Review:
    user: Account
    state: str
    submitted_at: datetime


@dataclass(eq=False, slots=True)
class Pull:
    """What an issue has when it is a pull request; `fork` is where its head lives when that is another repository."""

    head_branch: str
    head_sha: str
    base_branch: str
    base_sha: str
    merged_at: datetime | None = None
    reviews: list[Review] = field(default_factory=list)
    fork: Repository | None = None


@dataclass(eq=False, slots=True)
class Issue:
    id: int
    number: int
    title: str
    user: Account
    body: str
    created_at: datetime
    closed_at: datetime | None = None
    comments: list[Comment] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    pull: Pull | None = None
    locked: bool = False

    @property
    def state(self) -> str:
        return "open" if self.closed_at is None else "closed"


@dataclass(eq=False, slots=True)
class Release:
    tag: str
    published_at: datetime
    is_prerelease: bool = False
    author: Account | None = None
    assets: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class CheckRun:
    """A check run; `body` is what its creator sent, `annotations` all that were added."""

    id: int
    head_sha: str
    body: Json
    created_at: datetime
    annotations: list[Json] = field(default_factory=list)
    updates: int = 0


@dataclass(eq=False, slots=True)
class Repository:
    """A repository: GitHub's facts beside a git store. `unseen` hides a SHA until a time (the API lags behind)."""

    id: int
    owner: Account
    name: str
    git: GitStore
    created_at: datetime
    private: bool = False
    description: str | None = None
    homepage: str | None = None
    topics: tuple[str, ...] = ()
    licence: str | None = None
    parent: Repository | None = None
    template: Repository | None = None
    is_archived: bool = False
    is_disabled: bool = False
    is_mirror: bool = False
    is_template: bool = False
    has_issues: bool = True
    has_discussions: bool = False
    blocked: bool = False
    deleted: bool = False
    shares_git: bool = False
    stars: int = 0
    pushed_at: datetime | None = None
    issues: dict[int, Issue] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    permissions: dict[str, str] = field(default_factory=dict)
    check_runs: list[CheckRun] = field(default_factory=list)
    ci_states: dict[str, str] = field(default_factory=dict)
    unseen: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    archive: bytes | None = None
    protection: Json | None = None
    alerts: int | None = None
    version: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        return node_id("Repository", self.id)

    def head(self, now: datetime) -> str:
        """HEAD of the default branch as the API shows it at `now`."""
        sha = self.git.head()
        while sha in self.unseen and now < self.unseen[sha][1]:
            sha = self.unseen[sha][0]
        return sha

    def shows(self, sha: str, now: datetime) -> bool:
        """Whether the API knows this commit yet."""
        return sha not in self.unseen or now >= self.unseen[sha][1]


@dataclass(eq=False, slots=True)
class Installation:
    """The App on one account. `repositories` None is all of the account's."""

    id: int
    account: Account
    created_at: datetime
    selected: set[int] | None = None
    permissions: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_PERMISSIONS))
    events: list[str] = field(default_factory=lambda: list(DEFAULT_EVENTS))
    suspended_at: datetime | None = None
    deleted: bool = False
    hourly_limit: int = 5000


@dataclass(eq=False, slots=True)
class Token:
    """A credential: an installation's, or a person's (personal or by OAuth)."""

    value: str
    expires_at: datetime | None
    installation: Installation | None = None
    user: Account | None = None
    repository_ids: set[int] | None = None
    permissions: dict[str, str] | None = None
    revoked: bool = False


@dataclass(eq=False, slots=True)
class Delivery:
    """One attempt to hand a webhook over, as `/app/hook/deliveries` tells it."""

    id: int
    guid: str
    event: str
    action: str | None
    payload: Json
    body: bytes
    headers: dict[str, str]
    delivered_at: datetime
    installation_id: int | None
    repository_id: int | None
    redelivery: bool = False
    duration_s: float = 0.0
    status: str = "pending"
    status_code: int = 0
    answer: str = ""


class World:
    """All records by their ids and names."""

    def __init__(self) -> None:
        self._ids = itertools.count(101)
        self.skew = timedelta(0)
        self.accounts: dict[str, Account] = {}
        self.repositories: dict[int, Repository] = {}
        self.names: dict[str, int] = {}
        self.old_names: dict[str, int] = {}
        self.installations: dict[int, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.deliveries: list[Delivery] = []
        self.comments: dict[int, tuple[Repository, Issue, Comment]] = {}
        self.check_runs: dict[int, tuple[Repository, CheckRun]] = {}
        self._emails: dict[str, Account] = {}

    def next_id(self) -> int:
        return next(self._ids)

    def now(self) -> datetime:
        """GitHub's clock, to the second as its answers are."""
        return datetime.now(UTC) + self.skew

    def account(self, login: str, kind: str = "User", name: str | None = None) -> Account:
        """The account of that login, made when new."""
        found = self.accounts.get(login.lower())
        if found is None:
            number = self.next_id()
            email = f"{number}+{login}@users.noreply.github.com"
            found = Account(id=number, login=login, kind=kind, name=name or login, email=email)
            self.accounts[login.lower()] = found
        return found

    def account_by_email(self, email: str) -> Account | None:
        """Whose commit this is, as far as GitHub can tell."""
        if len(self._emails) != len(self.accounts):
            self._emails = {account.email.lower(): account for account in self.accounts.values()}
        return self._emails.get(email.lower())

    def repositories_by_node(self, wanted: str) -> list[Repository]:
        """The living repository of a node id, in a list; empty where there is none."""
        kind, _, rest = wanted.partition("_")
        try:
            number = int(base64.urlsafe_b64decode(rest).decode().removeprefix("0:Repository"))
        except ValueError:
            return []
        found = self.repositories.get(number)
        return [] if kind != "R" or found is None or found.deleted else [found]

    def repository(self, owner: str, name: str) -> Repository | None:
        """The living repository of that name."""
        number = self.names.get(f"{owner}/{name}".lower())
        found = self.repositories.get(number) if number is not None else None
        return None if found is None or found.deleted else found

    def covered(self, installation: Installation) -> list[Repository]:
        """Repositories that an installation sees, by id."""
        return [
            repository
            for repository in self.repositories.values()
            if repository.owner is installation.account
            and not repository.deleted
            and (installation.selected is None or repository.id in installation.selected)
        ]

    def covers(self, installation: Installation, repository: Repository) -> bool:
        return (
            repository.owner is installation.account
            and not repository.deleted
            and (installation.selected is None or repository.id in installation.selected)
        )

    def installation_of(self, repository: Repository) -> Installation | None:
        """The installation that hears of this repository."""
        for installation in self.installations.values():
            if not installation.deleted and self.covers(installation, repository):
                return installation
        return None

    def permission(self, repository: Repository, user: Account) -> str:
        """A person's level in a repository."""
        if user is repository.owner:
            return "admin"
        fallback = "none" if repository.private else "read"
        return repository.permissions.get(user.login.lower(), fallback)

    def mint(
        self,
        installation: Installation,
        lifetime: timedelta = timedelta(hours=1),
        repository_ids: set[int] | None = None,
        permissions: dict[str, str] | None = None,
    ) -> Token:
        """A fresh installation token."""
        token = Token(
            value=f"ghs_{secrets.token_hex(18)}",
            expires_at=self.now() + lifetime,
            installation=installation,
            repository_ids=repository_ids,
            permissions=permissions,
        )
        self.tokens[token.value] = token
        return token

    def personal_token(self, user: Account, prefix: str = "ghp") -> Token:
        """A token that acts as a person."""
        token = Token(value=f"{prefix}_{secrets.token_hex(18)}", expires_at=None, user=user)
        self.tokens[token.value] = token
        return token
