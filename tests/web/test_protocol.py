"""What is written in one turn of the loop leaves in one write, in order, and nothing is held back at the end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.web.protocol import GATHERED_BYTES, Gathering

pytestmark = pytest.mark.anyio


class Wire(asyncio.Transport):
    """Takes notes instead of sending."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[Any] = []
        self.is_gone = False

    def write(self, data: Any) -> None:
        self.notes.append(bytes(data))

    def close(self) -> None:
        self.notes.append("close")
        self.is_gone = True

    def abort(self) -> None:
        self.notes.append("abort")

    def is_closing(self) -> bool:
        return self.is_gone

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return name if name == "peername" else default

    def pause_reading(self) -> None:
        self.notes.append("pause")

    def resume_reading(self) -> None:
        self.notes.append("resume")


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def gathering(wire: Wire) -> Gathering:
    return Gathering(wire, asyncio.get_running_loop())


async def test_one_turn_is_one_write(wire: Wire, gathering: Gathering) -> None:
    gathering.write(b"head,")
    gathering.write(b"body")
    assert wire.notes == []
    await asyncio.sleep(0)
    assert wire.notes == [b"head,body"]
    gathering.writelines([b"a", b"b"])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert wire.notes == [b"head,body", b"ab"]


async def test_much_is_written_at_once(wire: Wire, gathering: Gathering) -> None:
    gathering.write(b"x" * GATHERED_BYTES)
    gathering.write(b"y")
    assert [len(note) for note in wire.notes] == [GATHERED_BYTES + 1]
    await asyncio.sleep(0)
    assert len(wire.notes) == 1


async def test_closing_writes_what_is_left(wire: Wire, gathering: Gathering) -> None:
    gathering.write(b"last words")
    gathering.close()
    await asyncio.sleep(0)
    assert wire.notes == [b"last words", "close"]


async def test_aborting_and_a_client_that_is_gone_drop_it(wire: Wire, gathering: Gathering) -> None:
    gathering.write(b"lost")
    gathering.abort()
    await asyncio.sleep(0)
    gathering.write(b"late")
    wire.is_gone = True
    await asyncio.sleep(0)
    assert wire.notes == ["abort"]


async def test_the_rest_is_the_transport_itself(wire: Wire, gathering: Gathering) -> None:
    gathering.pause_reading()
    gathering.resume_reading()
    assert wire.notes == ["pause", "resume"]
    assert gathering.get_extra_info("peername") == "peername"
    assert not gathering.is_closing()
