"""Unpacks a gzip stream as it arrives, counting both sides, so that a bomb is seen while it is still small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from isal import igzip_lib

from bot.model.errors import WorldError

_STEP_BYTES = 1 << 20
_Damaged = cast("type[Exception]", igzip_lib.error)


class Gunzip:
    """Iterates over the unpacked pieces of `chunks`, each at most 1 MiB.

    `packed_bytes` and `unpacked_bytes` count what went by. Raises WorldError where the stream ends early, fails its
    check sum or is no gzip at all: transfers are cut off, and asking again helps.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.packed_bytes = 0
        self.unpacked_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        unpacker = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        try:
            for chunk in self._chunks:
                self.packed_bytes += len(chunk)
                pending = chunk
                while pending or not unpacker.needs_input:
                    piece = unpacker.decompress(pending, _STEP_BYTES)
                    pending = b""
                    self.unpacked_bytes += len(piece)
                    if piece:
                        yield piece
                    if unpacker.eof:
                        return
        except _Damaged as error:
            raise WorldError(f"The archive is damaged ({error}).", next_step="It will be asked for again.") from error
        raise WorldError(
            f"The archive was cut off after {self.packed_bytes:,} bytes.", next_step="It will be asked for again."
        )

    @property
    def ratio(self) -> float:
        """Unpacked bytes per packed byte so far."""
        return self.unpacked_bytes / max(1, self.packed_bytes)
