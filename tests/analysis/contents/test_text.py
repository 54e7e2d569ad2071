"""Text comes out of any bytes, and binary files are told apart."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.analysis.contents.text import decode, is_binary, narrow


@pytest.mark.parametrize(
    "content",
    [
        "héllo\n".encode(),
        codecs.BOM_UTF8 + "héllo\n".encode(),
        "héllo\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "héllo\n".encode("utf-16-be"),
        "héllo\n".encode("utf-32"),
        "héllo\n".encode("cp1252"),
    ],
    ids=["utf-8", "with a mark", "utf-16", "utf-16 big", "utf-32", "windows-1252"],
)
def test_encodings(content: bytes) -> None:
    assert decode(content) == "héllo\n"
    assert not is_binary(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"\x89PNG\r\n\x1a\n\0\0", True), (b"text", False), (b"x" * 9000 + b"\0", False), (b"", False)],
)
def test_binary(content: bytes, expected: bool) -> None:
    assert is_binary(content) is expected


@given(st.binary(max_size=200))
def test_any_bytes_become_text(content: bytes) -> None:
    assert isinstance(decode(content), str)
    decode(content).encode("utf-8")
    narrow(content)
