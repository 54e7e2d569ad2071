"""The framing on a worker's pipes."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workers.frames import ABORT, END, pack, read_frame, signal


@given(st.lists(st.binary(min_size=1, max_size=300) | st.sampled_from([END, ABORT])))
def test_what_is_written_is_read_in_order(frames: list[bytes | int]) -> None:
    stream = io.BytesIO(b"".join(signal(one) if isinstance(one, int) else pack(one) for one in frames))
    assert [read_frame(stream) for _ in frames] == frames
    with pytest.raises(EOFError):
        read_frame(stream)


@pytest.mark.parametrize("cut", [b"", b"\0\0\0", pack(b"abc")[:-1], struct.pack(">I", 7)])
def test_a_stream_that_ends_in_the_middle_is_an_end(cut: bytes) -> None:
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(cut))


def test_the_length_is_four_bytes_big_endian() -> None:
    assert pack(b"abc") == b"\0\0\0\x03abc"
    assert signal(END) == b"\0\0\0\0"
    assert signal(ABORT) == b"\xff\xff\xff\xff"
