"""Who may say that a delivery is GitHub's."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intake.signature import sign, verify

BODY = b'{"zen": "Keep it logically awesome."}'
SECRET = b"It's a Secret to Everybody"
RIGHT = "sha256=" + hmac.new(SECRET, BODY, hashlib.sha256).hexdigest()


def test_githubs_own_example() -> None:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing"""
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert verify([SECRET], b"Hello, World!", header)


@pytest.mark.parametrize(
    ("secrets", "header", "right"),
    [
        ([SECRET], RIGHT, True),
        ([SECRET], RIGHT.encode(), True),
        ([b"new", SECRET], RIGHT, True),
        ([SECRET, b"new"], RIGHT, True),
        ([b"new"], RIGHT, False),
        ([], RIGHT, False),
        ([SECRET], None, False),
        ([SECRET], "", False),
        ([SECRET], "sha256=", False),
        ([SECRET], RIGHT[:-1], False),
        ([SECRET], RIGHT + "0", False),
        ([SECRET], RIGHT.upper(), False),
        ([SECRET], RIGHT.removeprefix("sha256="), False),
        ([SECRET], "sha1=" + hmac.new(SECRET, BODY, hashlib.sha1).hexdigest(), False),
        ([SECRET], RIGHT.replace("sha256=", "SHA256="), False),
        ([SECRET], "sha256=ключ", False),
        ([SECRET], "sha256=ключ".encode(), False),
        ([SECRET], b"sha256=\xff\xfe", False),
        ([SECRET], "sha256=\udcff", False),
        ([b""], None, False),
    ],
    ids=[
        "right",
        "right, as bytes",
        "right by the second secret",
        "right by the first secret",
        "another secret",
        "no secret configured",
        "no header",
        "empty header",
        "no digest",
        "digest too short",
        "digest too long",
        "upper case",
        "no prefix",
        "SHA-1 only",
        "the right digest behind another prefix",
        "not ASCII",
        "not ASCII, as bytes",
        "not UTF-8",
        "half a character",
        "empty secret, no header",
    ],
)
def test_verify(secrets: list[bytes], header: str | bytes | None, right: bool) -> None:
    assert verify(secrets, BODY, header) is right


@settings(deadline=None)
@given(secret=st.binary(min_size=1), body=st.binary(), other=st.binary())
def test_only_the_signed_body_verifies(secret: bytes, body: bytes, other: bytes) -> None:
    assert verify([secret], body, sign(secret, body))
    assert verify([secret], other, sign(secret, body)) is (other == body)


@settings(deadline=None)
@given(header=st.text() | st.binary())
def test_no_header_raises(header: str | bytes) -> None:
    assert verify([SECRET], BODY, header) is False
