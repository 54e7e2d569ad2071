"""Unpacking as it arrives: counted, cut off told apart from whole, bombs seen while they are small."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.errors import WorldError
from bot.sources.gunzip import Gunzip


def _cut(body: bytes, size: int) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3_000), st.integers(1, 700))
def test_whatever_gzip_packs_is_unpacked_and_counted(content: bytes, size: int) -> None:
    packed = gzip.compress(content)
    unpacking = Gunzip(_cut(packed, size))
    assert b"".join(unpacking) == content
    assert unpacking.unpacked_bytes == len(content)
    assert unpacking.packed_bytes == len(packed)
    assert unpacking.ratio == len(content) / len(packed)


def test_a_bomb_comes_in_pieces_of_a_mebibyte_and_can_be_left() -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for chunk in _cut(gzip.compress(bytes(50 << 20)), 4_096):
            taken += 1
            yield chunk

    unpacking = Gunzip(chunks())
    for number, piece in enumerate(unpacking, 1):
        assert len(piece) <= 1 << 20
        if number == 3:
            break
    assert unpacking.unpacked_bytes <= 3 << 20
    assert unpacking.ratio > 100
    assert taken == 1


@pytest.mark.parametrize("keep", [0.0, 0.01, 0.5, 0.999])
def test_an_early_end_is_the_worlds_trouble(keep: float) -> None:
    packed = gzip.compress(bytes(range(256)) * 200)
    with pytest.raises(WorldError, match="cut off after") as trouble:
        list(Gunzip(_cut(packed[: int(len(packed) * keep)], 50)))
    assert trouble.value.next_step


@pytest.mark.parametrize(
    "body",
    [b"this is no gzip stream at all", gzip.compress(b"x" * 99)[:-8] + bytes(8), b"\x1f\x8b\x08\xff" + bytes(99)],
    ids=["no gzip", "wrong check sum", "reserved flags"],
)
def test_damage_is_the_worlds_trouble(body: bytes) -> None:
    with pytest.raises(WorldError, match="damaged"):
        list(Gunzip([body]))


def test_what_follows_the_end_is_not_read() -> None:
    unpacking = Gunzip([gzip.compress(b"a"), b"rubbish"])
    assert b"".join(unpacking) == b"a"


def test_before_anything_came_the_ratio_is_zero() -> None:
    assert Gunzip([]).ratio == 0
