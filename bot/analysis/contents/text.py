"""Turns the bytes of a file into text, whatever its encoding, and tells text from binary."""

from __future__ import annotations

import codecs

_SNIFFED_BYTES = 8000
_FIRST_BYTES = (b"\xff", b"\xfe", b"\0")
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def is_binary(content: bytes) -> bool:
    """git's own rule: a NUL within the first 8,000 bytes, unless a byte order mark announces wide characters."""
    return b"\0" in content[:_SNIFFED_BYTES] and wide_encoding(content) is None


def wide_encoding(content: bytes) -> str | None:
    """utf-16 or utf-32 where a byte order mark says so."""
    if not content.startswith(_FIRST_BYTES):
        return None
    return next((name for mark, name in _WIDE_MARKS if content.startswith(mark)), None)


def narrow(content: bytes) -> bytes:
    """The content as UTF-8 where it was UTF-16 or UTF-32, without a byte order mark; else as it is."""
    if content.startswith(codecs.BOM_UTF8):
        return content[3:]
    encoding = wide_encoding(content)
    return content if encoding is None else content.decode(encoding, "replace").encode()


def decode(content: bytes) -> str:
    """The text: by its byte order mark, as UTF-8, or else as Windows-1252, which reads every older Western text."""
    narrowed = narrow(content)
    try:
        return narrowed.decode()
    except UnicodeDecodeError:
        return narrowed.decode("cp1252", "replace")
