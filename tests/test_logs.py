"""Log lines: one line each, no secret, no terminal escape, whoever wrote them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure_logs, one_line, redact


@pytest.fixture
def _json_logs(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:  # after capsys: the handler takes its stderr
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logs("json", "info")
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


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


@pytest.mark.usefixtures("_json_logs")
def test_a_line_is_json_with_its_context_and_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    with structlog.contextvars.bound_contextvars(delivery="guid-1"):
        structlog.get_logger("bot.test").info("said", token="ghs_x", name="a\nb", missing=None, secret="hush")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "said"
    assert line["delivery"] == "guid-1"
    assert line["token"] == line["secret"] == "[redacted]"
    assert line["name"] == "a\\nb"
    assert "missing" not in line


@pytest.mark.usefixtures("_json_logs")
def test_other_peoples_loggers_and_tracebacks_are_cleaned_too(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise RuntimeError("lost ghp_" + "c3" * 18)
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("oh %s", "ghp_" + "c3" * 18)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "oh [redacted]"
    assert "RuntimeError: lost [redacted]" in line["exception"]
