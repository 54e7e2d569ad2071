"""Log lines: one line each, no secret, no terminal escape, whoever wrote them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.config import load_settings
from bot.logs import MAX_VALUE_CHARS, one_line, redact
from tests.patience import PATIENCE_S


def logged(code: str) -> dict[str, str]:
    """The one line that `code` logs in a process of its own."""
    script = "import logging, structlog\nfrom bot.logs import configure_logs\nconfigure_logs('json', 'info')\n" + code
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    line: dict[str, str] = json.loads(done.stderr)
    return line


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_" + "a1" * 18,
        "ghp_" + "b2" * 18,
        "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv",
        "v1." + "0f" * 20,
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NTYifQ.c2lnbmF0dXJl",
        "signkey-prod-0123456789abcdef0123456789abcdef",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_credential_is_redacted(secret: str) -> None:
    assert redact(f"before {secret} after") == "before [redacted] after"


IN_PLACES = {
    "a query": ("GET /x?token=abc123&page=2", "GET /x?token=[redacted]&page=2"),
    "a badge's key": ("/badge/a/b.svg?key=abc123", "/badge/a/b.svg?key=[redacted]"),
    "OAuth": ("access_token=abc&client_secret=def", "access_token=[redacted]&client_secret=[redacted]"),
    "a header": ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer [redacted]"),
    "a header of old": ("authorization: token abcdefghijkl", "authorization: token [redacted]"),
    "basic": ("'Authorization': 'Basic dXNlcjpwdw=='", "'Authorization': 'Basic [redacted]'"),
    "an address": ("postgresql://u:pa55@db:5432/x", "postgresql://u:[redacted]@db:5432/x"),
    "a remote": ("https://x-access-token:abc@github.com/a/b", "https://x-access-token:[redacted]@github.com/a/b"),
    "nothing secret": ("a:b@c git@github.com:a/b at 10:30 ?page=2 monkey=1", None),
}


@pytest.mark.parametrize("case", IN_PLACES)
def test_what_stands_where_credentials_stand_is_redacted(case: str) -> None:
    text, shown = IN_PLACES[case]
    assert redact(text) == (text if shown is None else shown)


def test_a_credential_across_the_end_of_a_long_value_leaves_no_part_of_it() -> None:
    token = "ghp_" + "c3" * 18
    for before in range(MAX_VALUE_CHARS - len(token), MAX_VALUE_CHARS):
        assert "ghp_" not in one_line("x" * (before - 1) + " " + token)


def test_our_own_secrets_are_replaced_whatever_they_stand_in() -> None:
    """By their values, each line of a key by itself, in messages, values, lists, mappings and tracebacks."""
    line = logged(
        "from bot.logs import hide\n"
        "hide(['pl4in-s3cret', '-----BEGIN X-----\\nMIIfirstline\\nMIIsecondline\\n-----END X-----', 'short', ''])\n"
        "try:\n    raise RuntimeError('with pl4in-s3cret')\n"
        "except RuntimeError:\n"
        "    structlog.get_logger('bot').exception('xpl4in-s3cretx', a=['MIIsecondline'], b={'k': 'MIIfirstline'},"
        " c='a short word')"
    )
    assert "s3cret" not in str(line)
    assert "MII" not in str(line)
    assert line["c"] == "a short word", "a secret that short would be found in ordinary words"


def test_the_settings_name_their_secrets() -> None:
    settings = load_settings(
        _env_file=None,
        database_url="postgresql://u:p%40ss%20w0rd@h/d",
        github_webhook_secret="first-secret, second-secret",
        github_client_secret="client-secret",
        github_token="a-token",
        inngest_signing_key="signkey-test-0a",
    ).with_generated_secrets()
    found = set(settings.secret_values())
    assert {"p@ss w0rd", "first-secret", "second-secret", "client-secret", "a-token", "signkey-test-0a"} <= found
    assert settings.radar_secret_key is not None
    assert {settings.radar_secret_key.get_secret_value(), *settings.api_tokens} <= found
    assert not any("postgresql" in value for value in found)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcode stays", "plain ünïcode stays"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("bidi\u202eevil", "bidi\\u202eevil"),
    ],
)
def test_strings_of_strangers_stay_on_their_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_line_is_json_with_its_context_and_no_secret() -> None:
    line = logged(
        "with structlog.contextvars.bound_contextvars(delivery='guid-1'):\n"
        "    structlog.get_logger('bot.test').info('said', token='ghs_x', name='a\\nb', missing=None, secret='hush')"
    )
    assert line["event"] == "said"
    assert line["delivery"] == "guid-1"
    assert line["token"] == line["secret"] == "[redacted]"
    assert line["name"] == "a\\nb"
    assert "missing" not in line


def test_other_peoples_loggers_and_tracebacks_are_cleaned_too() -> None:
    line = logged(
        "try:\n    raise RuntimeError('lost ghp_' + 'c3' * 18)\n"
        "except RuntimeError:\n    logging.getLogger('uvicorn.error').exception('oh %s', 'ghp_' + 'c3' * 18)"
    )
    assert line["event"] == "oh [redacted]"
    assert "RuntimeError: lost [redacted]" in line["exception"]


def test_a_traceback_keeps_its_lines_and_no_terminal_escape() -> None:
    script = "import logging\nfrom bot.logs import configure_logs\nconfigure_logs('console', 'info')\n"
    script += "try:\n    raise RuntimeError('evil \\x1b]0;x\\x07 \\x1b[2J')\n"
    script += "except RuntimeError:\n    logging.getLogger('bot').exception('oh')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert "evil \\x1b]0;x\\x07 \\x1b[2J" in done.stderr
    assert "\x1b]" not in done.stderr
    assert "\x1b[2J" not in done.stderr
    assert len(done.stderr.splitlines()) > 3
