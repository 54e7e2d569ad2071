"""People whom GitHub vouches for, what they may see, and the credentials of a new App."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SignedIn:
    """A person whom GitHub vouches for, with the user token that asks in their name."""

    user_id: int
    login: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class UserAccess:
    """What GitHub shows a person of the App's installations.

    `repositories`: permission (read | write | admin) by repository id. `installations`: by installation id, whether
    the person administers its account.
    """

    repositories: Mapping[int, str]
    installations: Mapping[int, bool]


@dataclass(frozen=True)
class AppCredentials:
    """What GitHub answers when a manifest is converted into an App."""

    app_id: int
    slug: str
    name: str
    html_url: str
    private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
