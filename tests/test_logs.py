"""Log lines: one line each, no secret, no terminal escape, whoever wrote them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.logs import one_line, redact


def logged(code: str) -> dict[str, str]:
    """The one line that `code` logs in a process of its own."""
    script = "import logging, structlog\nfrom bot.logs import configure_logs\nconfigure_logs('json', 'info')\n" + code
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
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


def test_tokens_in_addresses_and_headers_are_redacted() -> None:
    assert redact("GET /x?token=abc123&page=2") == "GET /x?token=[redacted]&page=2"
    assert redact("Authorization: Bearer abcdefghijkl") == "Authorization: Bearer [redacted]"


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
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert "evil \\x1b]0;x\\x07 \\x1b[2J" in done.stderr
    assert "\x1b]" not in done.stderr
    assert "\x1b[2J" not in done.stderr
    assert len(done.stderr.splitlines()) > 3
