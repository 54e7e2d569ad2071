"""One tar header, and the extended records before it: read against `tarfile`, and refused where they lie."""

from __future__ import annotations

import io
import tarfile
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.tarheader import BLOCK_BYTES, BadHeader, Header, parse_header, parse_pax


def _block(form: Literal[0, 1, 2] = tarfile.USTAR_FORMAT, **fields: object) -> bytes:
    info = tarfile.TarInfo()
    for name, value in {"name": "a/b.txt", "size": 5, "mode": 0o644, **fields}.items():
        setattr(info, name, value)
    return info.tobuf(form)[-BLOCK_BYTES:]


def _signed(block: bytes) -> bytes:
    """The block with its check sum put right."""
    blank = block[:148] + b" " * 8 + block[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]


def test_a_regular_file() -> None:
    assert parse_header(_block()) == Header(b"a/b.txt", 0o644, 5, b"0", b"")


def test_a_symbolic_link_has_a_target_and_no_data() -> None:
    block = _block(type=tarfile.SYMTYPE, linkname="../c", size=0)
    assert parse_header(_signed(block[:124] + b"00000000017\0" + block[136:])) == Header(
        b"a/b.txt", 0o644, 0, b"2", b"../c"
    )


def test_a_hard_link_has_neither() -> None:
    assert parse_header(_block(type=tarfile.LNKTYPE, linkname="c")).link == b""


def test_the_prefix_of_ustar_stands_before_the_name() -> None:
    long = "d" * 90 + "/" + "e" * 90
    assert parse_header(_block(name=long)).name == long.encode()


def test_numbers_beyond_octal() -> None:
    size = 9 << 33
    assert parse_header(_block(tarfile.GNU_FORMAT, size=size)).size_bytes == size
    blank = _block()
    assert parse_header(_signed(blank[:124] + b" " * 12 + blank[136:])).size_bytes == 0


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (bytes(BLOCK_BYTES - 1) + b"x", "check sum"),
        (b"b" + _block()[1:], "check sum"),
        (_signed(_block()[:124] + b"0000000009\0\0" + _block()[136:]), "not octal"),
        (_signed(_block()[:124] + b"\xff" * 12 + _block()[136:]), "negative"),
    ],
    ids=["no header", "one byte changed", "no octal digit", "negative"],
)
def test_what_is_no_header_is_refused(block: bytes, said: str) -> None:
    with pytest.raises(BadHeader, match=said):
        parse_header(block)


_NAMES = st.text(st.characters(codec="ascii", exclude_characters="\0/"), min_size=1, max_size=60)


@settings(max_examples=100, deadline=None)
@given(name=_NAMES, size=st.integers(0, 8**11 - 1), mode=st.integers(0, 0o7777))
def test_whatever_tarfile_writes_is_read(name: str, size: int, mode: int) -> None:
    header = parse_header(_block(name=name, size=size, mode=mode))
    assert (header.name, header.size_bytes, header.mode) == (name.encode(), size, mode)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, BLOCK_BYTES - 1), st.binary(min_size=1, max_size=20))
def test_no_block_raises_anything_else(at: int, patch: bytes) -> None:
    block = _block()
    damaged = (block[:at] + patch + block[at + len(patch) :])[:BLOCK_BYTES]
    for one in (damaged, _signed(damaged)):
        try:
            parse_header(one)
        except BadHeader:
            continue


def _record(key: str, value: str) -> bytes:
    rest = f" {key}={value}\n".encode()
    length = len(rest)
    while length != len(str(length)) + len(rest):
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def test_records_of_an_extended_header() -> None:
    data = _record("path", "ä=b\nc") + _record("size", "7") + _record("path", "last")
    assert parse_pax(data) == {b"path": b"last", b"size": b"7"}
    assert parse_pax(_record("path", "ä=b\nc"))[b"path"].decode() == "ä=b\nc"
    assert parse_pax(b"") == {}
    assert parse_pax(_record("a", "b") + bytes(40)) == {b"a": b"b"}


@pytest.mark.parametrize(
    "data",
    [b"path=a\n", b"9 a=b\n", b"3 a=b\n", b"1 a=b\n", b"99999999999999999999999 a=b\n", b"-6 a=b\n", b"6 a=bX", b"6"],
)
def test_a_length_that_lies_is_refused(data: bytes) -> None:
    with pytest.raises(BadHeader, match="extended header"):
        parse_pax(data)


@given(st.dictionaries(_NAMES.filter(lambda key: "=" not in key), st.text(max_size=300), max_size=5))
def test_whatever_is_recorded_is_read(records: dict[str, str]) -> None:
    data = b"".join(_record(key, value) for key, value in records.items())
    assert parse_pax(data) == {key.encode(): value.encode() for key, value in records.items()}


def test_the_comment_of_githubs_archives_is_read() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "a" * 40}) as tar:
        tar.addfile(tarfile.TarInfo("x"))
    whole = packed.getvalue()
    header = parse_header(whole[:BLOCK_BYTES])
    assert header.kind == b"g"
    assert parse_pax(whole[BLOCK_BYTES : BLOCK_BYTES + header.size_bytes]) == {b"comment": b"a" * 40}
