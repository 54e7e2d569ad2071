"""One worker process as its parent sees it: start, ask, kill."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TypeAlias

import bot
from bot.workers import frames
from bot.workers.messages import Answer, Question, decode_answer, encode_questions

_ROOT = Path(bot.__file__).parents[1]

PRIVATE_VARIABLES = ("GITHUB_", "RADAR_", "INNGEST_", "DATABASE_URL")
"""Settings, keys and tokens among them: a worker reads what strangers wrote and needs none."""


Archive: TypeAlias = bytes | AsyncIterator[bytes] | None
"""All of a gzipped tarball, or its chunks as they come; None where the repository is empty."""
Asked: TypeAlias = tuple[Question, Archive]


class WorkerDied(Exception):
    """The process ended in the middle; the message says how."""


class Worker:
    """A process that answers some questions at a time. Start it with `Worker.start`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a worker was started without pipes")
        self._process = process
        self._in = process.stdin
        self._out = process.stdout
        self.waits_for_chunk = False
        self.source_error: Exception | None = None

    @classmethod
    async def start(cls, memory_bytes: int) -> Worker:
        """Starts a process in a session of its own: a Ctrl-C in the terminal is the parent's business."""
        paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.workers.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(PRIVATE_VARIABLES)},
                "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                frames.MEMORY_VARIABLE: str(memory_bytes),
            },
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.returncode is None

    async def ask(self, asked: Sequence[Asked]) -> list[Answer]:
        """An answer to each. Where an archive's chunks raised, `source_error` holds it and the answer means nothing.

        Raises WorkerDied; after that, or when cancelled, the worker must be killed.
        """
        self.source_error = None
        sending = asyncio.create_task(self._send(asked))
        try:
            answers = [await self._receive() for _ in asked]
        finally:
            if not sending.done():
                sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sending
        if sending.cancelled():
            self._in.write(frames.signal(frames.END))
        return answers

    def close(self) -> None:
        """Closes its input: it ends when its present answer is given."""
        self._in.close()

    async def wait(self) -> int:
        """The exit code, once it has ended."""
        return await self._process.wait()

    async def kill(self) -> None:
        """Ends the process and everything it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.close()
        await self.wait()

    async def _send(self, asked: Sequence[Asked]) -> None:
        self._in.write(frames.pack(encode_questions([question for question, _ in asked])))
        await self._in.drain()
        for _, archive in asked:
            if isinstance(archive, bytes):
                if archive:
                    self._in.write(frames.pack(archive))
                self._in.write(frames.signal(frames.END))
            elif archive is not None:
                await self._pass_on(archive)
        await self._in.drain()

    async def _pass_on(self, chunks: AsyncIterator[bytes]) -> None:
        while True:
            self.waits_for_chunk = True
            try:
                chunk = await anext(chunks, None)
            except Exception as error:
                self.source_error = error
                self._in.write(frames.signal(frames.ABORT))
                return
            self.waits_for_chunk = False
            if chunk is None:
                self._in.write(frames.signal(frames.END))
                return
            if chunk:
                self._in.write(frames.pack(chunk))
                await self._in.drain()

    async def _receive(self) -> Answer:
        try:
            (length,) = frames.HEAD.unpack(await self._out.readexactly(frames.HEAD.size))
            return decode_answer(await self._out.readexactly(length))
        except asyncio.IncompleteReadError:
            code = await self._process.wait()
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise WorkerDied(how) from None
