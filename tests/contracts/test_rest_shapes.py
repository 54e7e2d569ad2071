"""The fake GitHub's REST answers parse with githubkit's models, which are made from GitHub's own OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, GitHub, TokenAuthStrategy

from tests.contracts.conftest import Scene
from tests.patience import PATIENCE_S

Ask = Callable[[Any, Scene], Any]
HERE = {"owner": "acme", "repo": "teashop"}


@pytest.fixture(scope="module")
def as_app(scene: Scene) -> Iterator[Any]:
    hub = scene.hub
    strategy = AppAuthStrategy(str(hub.app.id), hub.app.private_key)
    with GitHub(strategy, base_url=hub.api_url, http_cache=False, auto_retry=False, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture(scope="module")
def as_installation(scene: Scene) -> Iterator[Any]:
    hub = scene.hub
    strategy = AppInstallationAuthStrategy(str(hub.app.id), hub.app.private_key, scene.installation.id)
    with GitHub(strategy, base_url=hub.api_url, http_cache=False, auto_retry=False, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture(scope="module")
def as_person(scene: Scene) -> Iterator[Any]:
    hub = scene.hub
    strategy = TokenAuthStrategy(hub.token_for("grace").value)
    with GitHub(strategy, base_url=hub.api_url, http_cache=False, auto_retry=False, timeout=PATIENCE_S) as client:
        yield client


APP: dict[str, Ask] = {
    "the app": lambda g, s: g.rest.apps.get_authenticated(),
    "installations": lambda g, s: g.rest.apps.list_installations(),
    "one installation": lambda g, s: g.rest.apps.get_installation(s.installation.id),
    "a token": lambda g, s: g.rest.apps.create_installation_access_token(s.installation.id),
    "hook configuration": lambda g, s: g.rest.apps.get_webhook_config_for_app(),
    "deliveries": lambda g, s: g.rest.apps.list_webhook_deliveries(),
    "one delivery": lambda g, s: g.rest.apps.get_webhook_delivery(s.hub.world.deliveries[0].id),
    "installation of a repository": lambda g, s: g.rest.apps.get_repo_installation(**HERE),
}
INSTALLATION: dict[str, Ask] = {
    "covered repositories": lambda g, s: g.rest.apps.list_repos_accessible_to_installation(),
    "rate limit": lambda g, s: g.rest.rate_limit.get(),
    "a repository": lambda g, s: g.rest.repos.get(**HERE),
    "tree": lambda g, s: g.rest.git.get_tree(**HERE, tree_sha="HEAD", recursive="1"),
    "ref": lambda g, s: g.rest.git.get_ref(**HERE, ref="heads/main"),
    "commits": lambda g, s: g.rest.repos.list_commits(**HERE),
    "one commit": lambda g, s: g.rest.repos.get_commit(**HERE, ref="main"),
    "branch": lambda g, s: g.rest.repos.get_branch(**HERE, branch="main"),
    "a file": lambda g, s: g.rest.repos.get_content(**HERE, path="package.json"),
    "a folder": lambda g, s: g.rest.repos.get_content(**HERE, path="lib"),
    "readme": lambda g, s: g.rest.repos.get_readme(**HERE),
    "comparison": lambda g, s: g.rest.repos.compare_commits(**HERE, basehead="main...change"),
    "languages": lambda g, s: g.rest.repos.list_languages(**HERE),
    "issues": lambda g, s: g.rest.issues.list_for_repo(**HERE),
    "one issue": lambda g, s: g.rest.issues.get(**HERE, issue_number=s.issue.number),
    "comments": lambda g, s: g.rest.issues.list_comments(**HERE, issue_number=s.issue.number),
    "one comment": lambda g, s: g.rest.issues.get_comment(**HERE, comment_id=s.comment.id),
    "a new comment": lambda g, s: g.rest.issues.create_comment(**HERE, issue_number=s.issue.number, body="x"),
    "a reaction": lambda g, s: g.rest.reactions.create_for_issue_comment(
        **HERE, comment_id=s.comment.id, content="eyes"
    ),
    "reactions": lambda g, s: g.rest.reactions.list_for_issue_comment(**HERE, comment_id=s.comment.id),
    "permission": lambda g, s: g.rest.repos.get_collaborator_permission_level(**HERE, username="grace"),
    "a check run": lambda g, s: g.rest.checks.create(**HERE, name="radar", head_sha=s.repository.git.head()),
    "check runs": lambda g, s: g.rest.checks.list_for_ref(**HERE, ref="main"),
    "pull requests": lambda g, s: g.rest.pulls.list(**HERE),
    "one pull request": lambda g, s: g.rest.pulls.get(**HERE, pull_number=s.pull.number),
    "a user": lambda g, s: g.rest.users.get_by_username(username="grace"),
    "an organization": lambda g, s: g.rest.orgs.get(org="acme"),
    "repositories of an organization": lambda g, s: g.rest.repos.list_for_org(org="acme"),
}
PERSON: dict[str, Ask] = {
    "my membership": lambda g, s: g.rest.orgs.get_membership_for_authenticated_user(org="acme"),
    "myself": lambda g, s: g.rest.users.get_authenticated(),
    "my repositories": lambda g, s: g.rest.repos.list_for_authenticated_user(),
    "my installations": lambda g, s: g.rest.apps.list_installations_for_authenticated_user(),
    "my repositories of an installation": lambda g, s: g.rest.apps.list_installation_repos_for_authenticated_user(
        s.installation.id
    ),
}


@pytest.mark.parametrize("name", APP)
def test_as_the_app(name: str, as_app: Any, scene: Scene) -> None:
    assert APP[name](as_app, scene).parsed_data is not None


@pytest.mark.parametrize("name", INSTALLATION)
def test_as_an_installation(name: str, as_installation: Any, scene: Scene) -> None:
    assert INSTALLATION[name](as_installation, scene).parsed_data is not None


@pytest.mark.parametrize("name", PERSON)
def test_as_a_person(name: str, as_person: Any, scene: Scene) -> None:
    assert PERSON[name](as_person, scene).parsed_data is not None


def test_the_manifest_becomes_an_app(scene: Scene) -> None:
    manifest = {"name": "Repo Radar", "default_events": ["push"]}
    scene.hub.service.manifest_codes["once"] = (manifest, scene.hub.app.owner)
    with GitHub(base_url=scene.hub.api_url, http_cache=False, auto_retry=False, timeout=PATIENCE_S) as client:
        app: Any = client.rest.apps.create_from_manifest("once").parsed_data
    assert app.pem == scene.hub.app.private_key
