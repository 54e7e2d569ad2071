"""How many billable requests a piece of work cost, kept in the context so that concurrent work does not mix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class RequestCounter:
    """Requests since the counter started that are charged to an installation or a personal token: REST and GraphQL one
    each. The App's own (tokens minted, deliveries listed) have a limit of their own, and downloads none."""

    value: int = 0


_counters: ContextVar[tuple[RequestCounter, ...]] = ContextVar("github_request_counters", default=())


@contextmanager
def count_requests() -> Iterator[RequestCounter]:
    """Counts every billable request made inside the block, by this task and the tasks it starts."""
    counter = RequestCounter()
    reset = _counters.set((*_counters.get(), counter))
    try:
        yield counter
    finally:
        _counters.reset(reset)


def note_request() -> None:
    """Adds one request to every counter of the context."""
    for counter in _counters.get():
        counter.value += 1
