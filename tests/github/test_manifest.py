"""app.yml against GitHub's own names, and what becomes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import respx
import yaml

from bot.github import manifest
from bot.model.errors import FinalError, UserError, WorldError
from bot.model.repository import AppInfo

API = "https://api.github.test"
ORGANISATION_OR_REPOSITORY_EVENTS = {
    "branch_protection_rule", "check_run", "check_suite", "code_scanning_alert", "commit_comment", "create", "delete",
    "dependabot_alert", "deploy_key", "deployment", "deployment_status", "discussion", "discussion_comment", "fork",
    "gollum", "issue_comment", "issues", "label", "member", "membership", "merge_group", "milestone", "organization",
    "page_build", "project", "public", "pull_request", "pull_request_review", "pull_request_review_comment",
    "pull_request_review_thread", "push", "registry_package", "release", "repository", "repository_dispatch",
    "secret_scanning_alert", "security_advisory", "star", "status", "team", "team_add", "watch", "workflow_dispatch",
    "workflow_job", "workflow_run",
}  # fmt: skip
"""Events an App can subscribe to; installation, installation_repositories and github_app_authorization always come."""
MANIFEST_FIELDS = {
    "name", "url", "hook_attributes", "redirect_url", "callback_urls", "setup_url", "description", "public",
    "default_events", "default_permissions", "request_oauth_on_install", "setup_on_update",
}  # fmt: skip
"""https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest"""


def levels() -> dict[str, tuple[str, ...]]:
    """Permission → levels, as githubkit's generated model of GitHub's API description has them."""
    from githubkit_schemas.v2026_03_10.models.group_0017 import AppPermissions

    found = {}
    for name, field in AppPermissions.model_fields.items():
        literals = re.findall(r"'(read|write|admin)'", str(field.annotation))
        found[name] = tuple(dict.fromkeys(literals))
    return found


@pytest.fixture
def fields() -> dict[str, Any]:
    return dict(manifest.load_manifest().fields)


def test_every_field_is_one_of_githubs(fields: dict[str, Any]) -> None:
    assert set(fields) <= MANIFEST_FIELDS


def test_every_permission_and_level_is_one_of_githubs() -> None:
    known = levels()
    for name, level in manifest.load_manifest().permissions.items():
        assert level in known[name], name


def test_every_event_can_be_subscribed_to() -> None:
    assert set(manifest.load_manifest().events) <= ORGANISATION_OR_REPOSITORY_EVENTS


def test_every_permission_and_event_has_its_reason() -> None:
    lines = manifest.APP_YML.read_text().splitlines()
    asked = {*manifest.load_manifest().permissions, *manifest.load_manifest().events}
    for name in asked:
        at = next(n for n, line in enumerate(lines) if re.match(rf"  (?:- )?{name}(?::|$)", line))
        above = at - 1
        while lines[above].startswith("  #") and "Reason:" not in lines[above]:
            above -= 1
        assert "# Reason: " in lines[above], name


def test_the_packaged_copy_is_the_same() -> None:
    assert manifest.PACKAGED.read_bytes() == manifest.APP_YML.read_bytes()


def test_our_address_takes_the_examples_place() -> None:
    made = manifest.manifest_for("https://radar.acme.test/", name="Acme radar with a name that is too long")
    assert "radar.example.com" not in yaml.safe_dump(made)
    assert made["hook_attributes"]["url"] == "https://radar.acme.test/api/github/webhooks"
    assert made["callback_urls"] == ["https://radar.acme.test/sign-in/github/callback"]
    assert len(made["name"]) <= manifest.MAX_NAME
    assert made["default_permissions"]["contents"] == "read"


def test_a_proxy_takes_the_webhooks_alone() -> None:
    made = manifest.manifest_for("http://localhost:8000", webhook_url="https://smee.test/abc")
    assert made["hook_attributes"] == {"url": "https://smee.test/abc", "active": True}
    assert made["url"] == "http://localhost:8000"


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    for content in ("a: [", "just text"):
        broken = tmp_path / "app.yml"
        broken.write_text(content)
        with pytest.raises(UserError, match=r"app\.yml"):
            manifest.load_manifest(broken)
    with pytest.raises(UserError):
        manifest.load_manifest(tmp_path / "nowhere.yml")


def test_each_permission_and_event_is_asked_for_with_its_reason() -> None:
    asked = manifest.load_manifest()
    assert {*asked.permissions, *asked.events} <= set(asked.reasons)
    assert all(len(reason) > 10 for reason in asked.reasons.values())
    assert asked.reasons["members"].endswith("what is theirs, nothing else is lost."), "all lines of it"


def complete() -> AppInfo:
    asked = manifest.load_manifest()
    return AppInfo(id=1, slug="s", name="n", owner="o", html_url="", permissions=asked.permissions, events=asked.events)


def test_a_complete_app_lacks_nothing() -> None:
    assert manifest.lacking(complete(), manifest.load_manifest()) == ()


def test_what_is_missing_is_named() -> None:
    info = complete()
    weaker = AppInfo(
        id=1, slug="s", name="n", owner="o", html_url="",
        permissions=info.permissions | {"issues": "read", "checks": ""}, events=("push",),
    )  # fmt: skip
    found = manifest.lacking(weaker, manifest.load_manifest())
    assert "Permission issues: write is asked for, the App has read." in found
    assert "Permission checks: write is asked for, the App has none." in found
    assert "Event issue_comment: the App is not subscribed." in found
    assert not any("push:" in one for one in found)


CONVERTED = {
    "id": 7, "slug": "radar", "name": "Radar", "html_url": "https://github.test/apps/radar", "pem": "PEM",
    "webhook_secret": "hush", "client_id": "Iv1.x", "client_secret": "shh",
}  # fmt: skip


@pytest.mark.anyio
async def test_a_code_becomes_credentials_without_any_of_ours(router: respx.MockRouter) -> None:
    route = router.post("/app-manifests/c%2Fd/conversions").respond(201, json=CONVERTED)
    found = await manifest.convert("c/d", api_url=API)
    assert (found.app_id, found.private_key, found.webhook_secret) == (7, "PEM", "hush")
    assert "authorization" not in route.calls.last.request.headers
    assert "hush" not in repr(found)
    assert "PEM" not in repr(replace(found, slug="x"))


@pytest.mark.anyio
async def test_a_used_code_is_told(router: respx.MockRouter) -> None:
    router.post("/app-manifests/used/conversions").respond(404, json={"message": "Not Found"})
    with pytest.raises(FinalError, match="begin again at /setup"):
        await manifest.convert("used", api_url=API)


@pytest.mark.anyio
async def test_an_answer_without_a_key_is_no_answer(router: respx.MockRouter) -> None:
    router.post("/app-manifests/code/conversions").respond(201, json=CONVERTED | {"pem": None})
    with pytest.raises(WorldError, match="no credentials"):
        await manifest.convert("code", api_url=API)


def test_no_more_is_asked_for_than_the_bot_does() -> None:
    """Whoever steals the key can comment and set check runs; never push, administer or read secrets."""
    permissions = manifest.load_manifest().permissions
    assert {name for name, level in permissions.items() if level != "read"} == {"issues", "pull_requests", "checks"}
    assert set(permissions.values()) == {"read", "write"}
    assert set(permissions) == {
        "checks", "contents", "issues", "members", "metadata", "pull_requests", "statuses", "vulnerability_alerts",
    }  # fmt: skip
