"""Reads one 512-byte tar header and the extended records that may stand before it: ustar, pax and GNU."""

from __future__ import annotations

from dataclasses import dataclass

BLOCK_BYTES = 512
REGULAR = frozenset({b"0", b"\0", b"7"})
SYMLINK = b"2"
DIRECTORY = b"5"
PAX_GLOBAL = b"g"
PAX_NEXT = b"x"
GNU_LONG_NAME = b"L"
GNU_LONG_LINK = b"K"
EXTENSIONS = frozenset({PAX_GLOBAL, PAX_NEXT, GNU_LONG_NAME, GNU_LONG_LINK})
WITHOUT_DATA = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})


class BadHeader(ValueError):
    """The block is no tar header."""


@dataclass(frozen=True, slots=True)
class Header:
    """What one block says. `size_bytes` is of the data that follows; `name` and `link` are raw bytes."""

    name: bytes
    mode: int
    size_bytes: int
    kind: bytes
    link: bytes


def parse_header(block: bytes) -> Header:
    """The header in `block` (512 bytes). Raises BadHeader where the check sum or a number is wrong.

    Format: POSIX.1-2017 pax, "ustar Interchange Format"; GNU's base-256 numbers are read too.
    """
    if sum(block) - sum(block[148:156]) + 256 != _number(block[148:156]):
        raise BadHeader("a header's check sum is wrong")
    name = block[:100].partition(b"\0")[0]
    if block[257:263] == b"ustar\0" and block[345]:
        name = block[345:500].partition(b"\0")[0] + b"/" + name
    kind = block[156:157]
    size = 0 if kind in WITHOUT_DATA else _number(block[124:136])
    link = block[157:257].partition(b"\0")[0] if kind == SYMLINK else b""
    return Header(name, _number(block[100:108]), size, kind, link)


def parse_pax(data: bytes) -> dict[bytes, bytes]:
    """The `length key=value` records of an extended header. Raises BadHeader where a length lies."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        if data[at] == 0:
            break
        space = data.find(b" ", at, at + 20)
        digits = data[at:space] if space > 0 else b""
        if not digits.isdigit():
            raise BadHeader("an extended header has no length")
        end = at + int(digits)
        if end <= space or end > len(data) or data[end - 1 : end] != b"\n":
            raise BadHeader("an extended header's length is wrong")
        key, _, value = data[space + 1 : end - 1].partition(b"=")
        records[key] = value
        at = end
    return records


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        if field[0] != 0x80:
            raise BadHeader("a number is negative")
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        raise BadHeader("a number is not octal") from None
