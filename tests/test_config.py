"""Settings: every form the contract accepts, and a clear word on every slip."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.config import Settings, load_settings, normalise_private_key
from bot.model.errors import UserError

ROOT = Path(__file__).parent.parent
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PKCS1 = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
).decode()
PKCS8 = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine or of a `.env` reaches these tests."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("pem", [PKCS1, PKCS8], ids=["pkcs1", "pkcs8"])
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda pem: pem, id="plain"),
        pytest.param(lambda pem: pem.replace("\n", "\\n"), id="escaped newlines"),
        pytest.param(lambda pem: pem.replace("\n", "\r\n"), id="windows newlines"),
        pytest.param(lambda pem: pem.replace("\n", " "), id="newlines lost"),
        pytest.param(lambda pem: base64.b64encode(pem.encode()).decode(), id="base64"),
        pytest.param(lambda pem: f'"{pem}"', id="quoted"),
    ],
)
def test_a_private_key_is_read_in_every_form(pem: str, form: object) -> None:
    assert callable(form)
    key = serialization.load_pem_private_key(normalise_private_key(form(pem)).encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.private_numbers() == KEY.private_numbers()


def test_a_private_key_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_text(PKCS8)
    assert load_settings(github_private_key_path=path).private_key_pem == PKCS8
    with pytest.raises(UserError, match=r"cannot be read .*Point it at the \.pem file"):
        _ = load_settings(github_private_key_path=tmp_path / "absent.pem").private_key_pem


@pytest.mark.parametrize("value", ["", "secret", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----", "ü"])
def test_what_is_no_private_key_is_said_so_without_showing_it(value: str) -> None:
    with pytest.raises(UserError, match="GITHUB_PRIVATE_KEY is no private key") as caught:
        normalise_private_key(value)
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize(
    ("api", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com/api/graphql"),
    ],
)
def test_graphql_stands_beside_rest(api: str, graphql: str) -> None:
    assert load_settings(github_api_url=api).graphql_url == graphql


def test_several_secrets_verify_during_a_rotation() -> None:
    assert load_settings(github_webhook_secret="new, old,").webhook_secrets == (b"new", b"old")


@pytest.mark.parametrize(
    ("name", "value", "server"),
    [
        ("inngest_dev", "1", True),
        ("inngest_dev", "0", False),
        ("inngest_dev", " False", False),
        ("inngest_base_url", "http://localhost:8288", True),
        ("inngest_signing_key", "signkey-test-00", True),
        ("inngest_event_key", "key", True),
    ],
)
def test_any_inngest_setting_turns_the_engine_off(name: str, value: str, server: bool) -> None:
    assert load_settings(**{name: value}).uses_inngest_server is server
    assert load_settings().uses_inngest_server is False


def test_a_wrong_setting_is_named_with_its_fix_and_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "web")
    monkeypatch.setenv("GITHUB_API_URL", "s3cret")
    with pytest.raises(UserError, match="PORT must be a whole number") as caught:
        load_settings()
    assert "GITHUB_API_URL must be an http or https URL" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert ".env.example" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({}, "http://localhost:8000"),
        ({"port": 9000}, "http://localhost:9000"),
        ({"port": 0}, "http://localhost:8000"),
        ({"port": 9000, "radar_public_url": "https://radar.example.com/"}, "https://radar.example.com"),
    ],
)
def test_where_nothing_is_said_the_bot_is_found_at_its_port(values: dict[str, Any], address: str) -> None:
    assert load_settings(**values).radar_public_url == address


WRONG = {
    "beyond the last": ("PORT", "70000", "PORT must be at most 65535."),
    "below the first": ("RADAR_WORKERS", "0", "RADAR_WORKERS must be at least 1."),
    "none at all": ("RADAR_GITHUB_TIMEOUT_S", "0", "RADAR_GITHUB_TIMEOUT_S must be more than 0."),
    "a whole share": ("RADAR_RESERVE_SHARE", "1", "RADAR_RESERVE_SHARE must be less than 1."),
    "words for a number": ("RADAR_PUSH_SETTLE_S", "soon", "RADAR_PUSH_SETTLE_S must be a number."),
    "neither yes nor no": ("RADAR_CHECK_RUNS", "perhaps", "RADAR_CHECK_RUNS must be true or false."),
    "none of the choices": ("RADAR_LOG_FORMAT", "xml", "RADAR_LOG_FORMAT must be 'auto', 'json' or 'console'."),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_told_in_words_for_people(monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    name, value, said = WRONG[case]
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError) as caught:
        load_settings()
    assert said in str(caught.value)


def test_no_repr_shows_a_secret() -> None:
    settings = load_settings(
        github_private_key=PKCS1, github_webhook_secret="hush", database_url="postgresql://u:pw@h/d"
    ).with_generated_secrets()
    shown = repr(settings) + str(settings)
    assert settings.radar_api_token is not None
    for secret in ("hush", "pw@", PKCS1[60:100], settings.radar_api_token.get_secret_value()):
        assert secret not in shown


def test_generated_secrets_keep_what_is_set() -> None:
    settings = load_settings(radar_api_token="mine").with_generated_secrets()
    assert settings.api_tokens == ("mine",)
    assert settings.radar_secret_key is not None
    assert len(settings.radar_secret_key.get_secret_value()) >= 32


def test_missing_names_what_the_app_needs() -> None:
    assert load_settings().missing() == ("GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET")
    whole = load_settings(github_app_id=1, github_private_key=PKCS1, github_webhook_secret="x")
    assert whole.missing() == ()
    assert whole.has_app


def test_env_example_lists_every_setting_with_a_comment_and_its_default() -> None:
    text = (ROOT / ".env.example").read_text()
    lines = text.splitlines()
    names = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert set(names) == {name.upper() for name in Settings.model_fields}
    for name, value in names.items():
        above = lines[lines.index(f"{name}={value}") - 1]
        assert above.startswith("#") or "=" in above
        default = Settings.model_fields[name.lower()].get_default()
        if value and default is not None:
            shown = default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
            assert value.lower() == re.sub(r"\.0$", "", str(shown)).lower(), name
