"""The framing on a worker's pipes: a length of four bytes, then so many bytes; two lengths are signals.

To the worker: one JSON frame of questions, then for each that has an archive its chunks, then END (or ABORT where it
broke off). From the worker: one frame for each answer, in their order. Nothing else is ever written there.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

END = 0
ABORT = 0xFFFF_FFFF
MEMORY_VARIABLE = "RADAR_WORKER_MEMORY_BYTES"
"""How the pool tells a worker its address space in bytes; 0 is no limit."""

HEAD = struct.Struct(">I")


def pack(body: bytes) -> bytes:
    """One frame of `body`, which must not be empty."""
    return HEAD.pack(len(body)) + body


def signal(value: int) -> bytes:
    """END or ABORT."""
    return HEAD.pack(value)


def read_frame(stream: BinaryIO) -> bytes | int:
    """The next frame's body, or a signal. Raises EOFError where the stream ends."""
    (length,) = HEAD.unpack(_read_exactly(stream, HEAD.size))
    if length in {END, ABORT}:
        return int(length)
    return _read_exactly(stream, length)


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    body = stream.read(count)
    if len(body) < count:
        raise EOFError
    return body
