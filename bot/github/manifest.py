"""The App's manifest: `app.yml` with our address in it, its conversion into credentials, what an App lacks of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import yaml

from bot.github import translate
from bot.github.credentials import FixedCredentials
from bot.github.gate import Gate
from bot.github.wire import Wire
from bot.model.errors import FinalError, Finality, UserError, WorldError
from bot.model.repository import AppInfo, InstallationRef
from bot.model.sign_in import AppCredentials

APP_YML = Path(__file__).parents[2] / "app.yml"
PACKAGED = Path(__file__).with_name("app.yml")
"""A copy for an installed wheel, which has no top level; a test holds the two equal."""
PLACEHOLDER = "https://radar.example.com"
MAX_NAME = 34
"""GitHub's limit for an App's name."""
_REASONED = re.compile(r"^ +# Reason: (?P<reason>.*(?:\n +#.*)*)\n +(?:- )?(?P<name>\w+)", re.MULTILINE)
_LEVELS = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True)
class Manifest:
    """What `app.yml` asks for."""

    fields: Mapping[str, Any]
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Permission or event → why it is asked for, in a sentence or two."""

    @property
    def permissions(self) -> dict[str, str]:
        """Permission → level (read, write, admin)."""
        return {str(name): str(level) for name, level in self.fields.get("default_permissions", {}).items()}

    @property
    def events(self) -> tuple[str, ...]:
        """The webhook events to subscribe to."""
        return tuple(str(event) for event in self.fields.get("default_events", ()))


def load_manifest(path: Path | None = None) -> Manifest:
    """`app.yml` as it stands. Raises UserError when it cannot be read."""
    path = path or _path()
    try:
        text = path.read_text(encoding="utf-8")
        manifest = yaml.safe_load(text)
    except (OSError, yaml.YAMLError) as error:
        raise UserError(f"{path} cannot be read.", next_step="Restore it from the repository.") from error
    if not isinstance(manifest, dict):
        raise UserError(f"{path} is no manifest.", next_step="Restore it from the repository.")
    return Manifest(manifest, _reasons(text))


def _path() -> Path:
    return APP_YML if APP_YML.exists() else PACKAGED


def _reasons(text: str) -> dict[str, str]:
    """Why each permission and event is asked for: the comment `# Reason: …` above its line."""
    return {
        match["name"]: " ".join(line.strip(" #") for line in match["reason"].splitlines()).strip()
        for match in _REASONED.finditer(text)
    }


def manifest_for(public_url: str, *, name: str = "", webhook_url: str = "", path: Path | None = None) -> dict[str, Any]:
    """The manifest to post to GitHub: our address in place of the example's.

    `webhook_url` is a proxy's address where GitHub cannot reach `public_url` (a laptop).
    """
    manifest: dict[str, Any] = _with_address(dict(load_manifest(path).fields), public_url.rstrip("/"))
    if name:
        manifest["name"] = name[:MAX_NAME]
    if webhook_url:
        manifest["hook_attributes"] = {**manifest["hook_attributes"], "url": webhook_url}
    return manifest


def _with_address(value: Any, public_url: str) -> Any:
    if isinstance(value, str):
        return value.replace(PLACEHOLDER, public_url)
    if isinstance(value, dict):
        return {key: _with_address(item, public_url) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_address(item, public_url) for item in value]
    return value


async def convert(
    code: str, *, api_url: str, timeout_s: float = 30.0, transport: httpx.AsyncBaseTransport | None = None
) -> AppCredentials:
    """Exchanges the code of the manifest flow. Raises FinalError for a code that GitHub does not know (any more)."""
    wire = Wire(api_url=api_url, graphql_url=f"{api_url}/graphql", timeout_s=timeout_s, transport=transport)
    try:
        reply = await wire.request(
            "POST",
            f"/app-manifests/{quote(code, safe='')}/conversions",
            credentials=FixedCredentials(""),
            gate=Gate(1),
            what="the App's credentials",
        )
    except FinalError as error:
        raise FinalError(
            Finality.GONE,
            "GitHub does not know this code.",
            next_step="Codes work once and for an hour: begin again at /setup.",
        ) from error
    finally:
        await wire.aclose()
    answer = translate.mapping(reply.json())
    credentials = AppCredentials(
        app_id=translate.required_id(answer, "the App"),
        slug=translate.text(answer.get("slug")),
        name=translate.text(answer.get("name")),
        html_url=translate.text(answer.get("html_url")),
        private_key=translate.text(answer.get("pem")),
        webhook_secret=translate.text(answer.get("webhook_secret")),
        client_id=translate.text(answer.get("client_id")),
        client_secret=translate.text(answer.get("client_secret")),
    )
    if not (credentials.private_key and credentials.webhook_secret):
        raise WorldError("GitHub's answer holds no credentials.")
    return credentials


def is_behind(installation: InstallationRef, info: AppInfo) -> bool:
    """Whether an account has yet to accept what the App asks for by now."""
    has = installation.permissions
    return any(_LEVELS.get(has.get(name, ""), 0) < _LEVELS.get(level, 1) for name, level in info.permissions.items())


def lacking(info: AppInfo, manifest: Manifest) -> tuple[str, ...]:
    """What the App does not have of `app.yml`, a sentence each; empty when it is as it should be."""
    missing = []
    for name, level in manifest.permissions.items():
        has = info.permissions.get(name, "")
        if _LEVELS.get(has, 0) < _LEVELS.get(level, 1):
            missing.append(f"Permission {name}: {level} is asked for, the App has {has or 'none'}.")
    missing.extend(
        f"Event {event}: the App is not subscribed." for event in manifest.events if event not in info.events
    )
    return tuple(missing)
