"""Settings: every knob of the bot, read once from the environment or `.env` by `load_settings`.

Names and defaults of the contract are fixed; `.env.example` lists each with a comment (a test compares them). Values
in `.env` are taken as they are: nothing in them is expanded.
Secrets are `SecretStr`, so that no log, error or repr shows them.
"""

from __future__ import annotations

import base64
import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources.utils import parse_env_vars

from bot.model.entry import ArchiveLimits
from bot.model.errors import UserError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

WANTED = {
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
    "literal_error": "{expected}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "value_error": "{error}",
}
"""What a setting must be, by pydantic's name of the slip; its own sentences are for programmers."""


class _EnvFile(DotEnvSettingsSource):
    """`.env` without python-dotenv's expansion, which would change a secret that holds `${…}`."""

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        found = read_env(file_path.read_text(encoding="utf-8"), name=str(file_path))
        return parse_env_vars(found, self.case_sensitive, self.env_ignore_empty, self.env_parse_none_str)


class Settings(BaseSettings):
    """All settings. Sizes are bytes, times seconds. The environment goes before `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then the environment, then `.env`."""
        given = dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        return init_settings, env_settings, _EnvFile(settings_cls, env_file=given)

    github_app_id: int | None = None
    github_private_key: SecretStr | None = None
    github_private_key_path: Path | None = None
    github_webhook_secret: SecretStr | None = None
    github_client_id: str | None = None
    github_client_secret: SecretStr | None = None
    github_api_url: str = "https://api.github.com"
    github_web_url: str = "https://github.com"
    github_token: SecretStr | None = None
    github_owner: str | None = None

    database_url: SecretStr = SecretStr("sqlite:///radar.db")
    radar_database_wait_s: float = Field(default=300.0, ge=0)

    inngest_event_key: SecretStr | None = None
    inngest_signing_key: SecretStr | None = None
    inngest_signing_key_fallback: SecretStr | None = None
    inngest_base_url: str | None = None
    inngest_event_api_base_url: str | None = None
    inngest_api_base_url: str | None = None
    inngest_dev: str | None = None
    inngest_env: str | None = None

    radar_public_url: str = "http://localhost:8000"
    radar_api_token: SecretStr | None = None
    radar_secret_key: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    forwarded_allow_ips: str = "127.0.0.1,::1"

    radar_workers: int = Field(default_factory=lambda: max(1, os.cpu_count() or 1), ge=1, le=64)
    radar_archive_max_bytes: int = Field(default=2_000_000_000, ge=1_000_000)
    radar_archive_max_files: int = Field(default=200_000, ge=1)
    radar_analysis_timeout_s: float = Field(default=300.0, gt=0)
    radar_worker_memory_bytes: int = Field(default=2_000_000_000, ge=200_000_000)
    radar_github_timeout_s: float = Field(default=30.0, gt=0)
    radar_installation_concurrency: int = Field(default=20, ge=1, le=90)
    radar_concurrency: int = Field(default=60, ge=1, le=1000)
    radar_points_per_minute: int = Field(default=850, ge=1, le=900)
    radar_reserve_share: float = Field(default=0.1, ge=0, lt=1)
    radar_retry_scale: float = Field(default=1.0, gt=0, le=1)
    radar_push_settle_s: float = Field(default=5.0, ge=0)
    radar_push_settle_max_s: float = Field(default=60.0, ge=0)
    radar_public_commands: bool = True
    radar_check_runs: bool = True
    radar_batch_check_runs: bool = True
    radar_content_per_minute: int = Field(default=80, ge=0)
    radar_content_per_hour: int = Field(default=500, ge=0)
    webhook_proxy_url: str | None = None
    radar_delivery_days: int = Field(default=30, ge=3)
    radar_delivery_max_bytes: int = Field(default=2_000_000_000, ge=10_000_000)
    radar_private_webhooks: bool = False
    radar_api_per_minute: int = Field(default=600, ge=1)
    radar_reports_kept: int = Field(default=500, ge=2)
    radar_purge_days: int = Field(default=30, ge=0)
    radar_stale_days: int = Field(default=7, ge=1)
    radar_log_format: Literal["auto", "json", "console"] = "auto"
    radar_log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("github_api_url", "github_web_url", "radar_public_url")
    @classmethod
    def _is_http_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("an http or https URL such as https://github.example.com")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _is_here_by_default(self) -> Settings:
        """Where nothing else is said, the bot is found at its own port."""
        if "radar_public_url" not in self.model_fields_set and self.port:
            self.radar_public_url = f"http://localhost:{self.port}"
        return self

    @property
    def graphql_url(self) -> str:
        """GraphQL endpoint: `<root>/graphql`, and `/api/graphql` of the host where the root ends in `/api/v3`."""
        if self.github_api_url.endswith("/api/v3"):
            return f"{self.github_api_url.removesuffix('/v3')}/graphql"
        return f"{self.github_api_url}/graphql"

    @property
    def archive_limits(self) -> ArchiveLimits:
        """What one repository's archive may cost."""
        return ArchiveLimits(max_bytes=self.radar_archive_max_bytes, max_files=self.radar_archive_max_files)

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """Every secret that verifies a delivery; several during a rotation."""
        if self.github_webhook_secret is None:
            return ()
        parts = (part.strip() for part in self.github_webhook_secret.get_secret_value().split(","))
        return tuple(part.encode() for part in parts if part)

    @property
    def api_tokens(self) -> tuple[str, ...]:
        """The bearer tokens of the environment."""
        if self.radar_api_token is None:
            return ()
        parts = (part.strip() for part in self.radar_api_token.get_secret_value().split(","))
        return tuple(part for part in parts if part)

    @property
    def private_key_pem(self) -> str | None:
        """The App's key as PEM, from any accepted form. Raises UserError when it is none of them."""
        if self.github_private_key is not None:
            return normalise_private_key(self.github_private_key.get_secret_value())
        if self.github_private_key_path is not None:
            try:
                return normalise_private_key(self.github_private_key_path.expanduser().read_text())
            except OSError as error:
                raise UserError(
                    f"GITHUB_PRIVATE_KEY_PATH={self.github_private_key_path} cannot be read ({error.strerror}).",
                    next_step="Point it at the .pem file that GitHub gave you.",
                ) from error
        return None

    @property
    def has_app(self) -> bool:
        """Whether the three credentials of the App are there."""
        has_key = self.github_private_key is not None or self.github_private_key_path is not None
        return self.github_app_id is not None and has_key and bool(self.webhook_secrets)

    @property
    def has_token(self) -> bool:
        """Whether token mode is configured."""
        return self.github_token is not None and bool(self.github_owner)

    @property
    def has_sign_in(self) -> bool:
        """Whether people can sign in with GitHub."""
        return self.github_client_id is not None and self.github_client_secret is not None

    @property
    def uses_inngest_server(self) -> bool:
        """Whether a real Inngest is configured; otherwise the embedded engine runs."""
        return any(
            value
            for value in (
                self.inngest_event_key,
                self.inngest_signing_key,
                self.inngest_base_url,
                self.inngest_event_api_base_url,
                self.inngest_api_base_url,
                self.inngest_dev and self.inngest_dev.strip().lower() not in {"0", "false"},
            )
        )

    def secret_values(self) -> tuple[str, ...]:
        """Every secret by its value, and the database's password alone: what no log line may hold."""
        values = [getattr(self, name) for name in type(self).model_fields]
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        found.remove(self.database_url.get_secret_value())
        parts = [part.strip() for value in found for part in value.split(",")]
        return (*parts, unquote(urlsplit(self.database_url.get_secret_value()).password or ""))

    def missing(self) -> tuple[str, ...]:
        """Names of the App's credentials that are not set, in the order of `.env.example`."""
        names = []
        if self.github_app_id is None:
            names.append("GITHUB_APP_ID")
        if self.github_private_key is None and self.github_private_key_path is None:
            names.append("GITHUB_PRIVATE_KEY")
        if not self.webhook_secrets:
            names.append("GITHUB_WEBHOOK_SECRET")
        return tuple(names)

    def with_generated_secrets(self) -> Settings:
        """These settings, with a random API token and secret key where none is set."""
        changes: dict[str, Any] = {}
        if not self.api_tokens:
            changes["radar_api_token"] = SecretStr(secrets.token_urlsafe(32))
        if self.radar_secret_key is None:
            changes["radar_secret_key"] = SecretStr(secrets.token_urlsafe(48))
        return self.model_copy(update=changes)


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and `.env`. Raises UserError naming each wrong one and what it should be."""
    try:
        return Settings(**overrides)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise UserError(".env is not UTF-8.", next_step="Save it as UTF-8.") from None
    except ValidationError as error:
        slips = "; ".join(f"{str(slip['loc'][0]).upper()} must be {_wanted(slip)}" for slip in error.errors())
        raise UserError(f"Wrong settings: {slips}.", next_step="See .env.example for what each one takes.") from None


def _wanted(slip: ErrorDetails) -> str:
    """What follows "must be"; never the value that was given, which may be a secret in the wrong place."""
    return WANTED.get(slip["type"], "right ({type})").format(**slip.get("ctx", {}), type=slip["type"])


def read_env(text: str, *, name: str = ".env") -> dict[str, str | None]:
    """The values of a `.env` file by their names, as they are. Raises UserError for a line that cannot be read."""
    found: dict[str, str | None] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise UserError(
                f"Line {binding.original.line} of {name} cannot be read.",
                next_step="Put its value between single quotes, with \\' for a quote and \\\\ for a backslash in it.",
            )
        if binding.key is not None:
            found[binding.key] = binding.value
    return found


def normalise_private_key(value: str) -> str:
    """PEM from PEM (escaped or joined lines too) or from base64 of PEM. Raises UserError otherwise."""
    text = value.strip().strip("\"'").replace("\\n", "\n").replace("\r\n", "\n")
    if "-----BEGIN" not in text:
        try:
            text = base64.b64decode("".join(text.split()), validate=True).decode("ascii").strip()
        except ValueError:  # not base64, or not of text
            text = ""
    if not text.startswith("-----BEGIN") or "PRIVATE KEY-----" not in text:
        raise UserError(
            "GITHUB_PRIVATE_KEY is no private key.",
            next_step="Give the .pem file's content, its base64, or GITHUB_PRIVATE_KEY_PATH.",
        )
    if "\n" not in text:
        head, _, rest = text.removeprefix("-----").partition("-----")
        body, _, tail = rest.partition("-----")
        text = f"-----{head}-----\n" + "\n".join(body.split()) + f"\n-----{tail.rstrip('-')}-----"
    return text + "\n"
