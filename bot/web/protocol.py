"""uvicorn's HTTP protocol, with the head and the body of an answer leaving in one write instead of two."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GATHERED_BYTES: Final = 64 * 1024
"""More than this is written at once: a stream must meet the transport's own brake."""


class OneWriteProtocol(HttpToolsProtocol):
    """For `uvicorn.Config(http=...)`. A write to a socket is the dearest step of a short answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own says so
        """A client is there."""
        super().connection_made(Gathering(transport, asyncio.get_running_loop()))


class Gathering(asyncio.Transport):
    """A transport that writes once for all that was written in one turn of the event loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []
        self._size = 0
        self.get_extra_info = transport.get_extra_info  # type: ignore[method-assign] # straight to the socket's
        self.is_closing = transport.is_closing  # type: ignore[method-assign]
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]

    def write(self, data: Any) -> None:
        """Have it written before the loop's next turn ends."""
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)
        self._size += len(data)
        if self._size > GATHERED_BYTES:
            self._flush()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """As `write`, for several."""
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        """Write what is left, then close."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._pieces, self._size = [], 0
        self._transport.abort()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Whoever comes next talks to the same transport."""
        self._flush()
        self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who is told of what comes in."""
        return self._transport.get_protocol()

    def _flush(self) -> None:
        if self._pieces:
            pieces, self._pieces, self._size = self._pieces, [], 0
            if not self._transport.is_closing():
                self._transport.write(pieces[0] if len(pieces) == 1 else b"".join(pieces))
