"""Who goes to a worker next, and with whom."""

from __future__ import annotations

import pytest

from bot.workers.waiting import TOGETHER, TOGETHER_BYTES, Place, Waiting


def waiting(*sizes: int | None) -> Waiting[int]:
    """Numbers 0, 1, … with archives of these sizes."""
    made: Waiting[int] = Waiting()
    for number, size in enumerate(sizes):
        made.add(Place(number, size))
    return made


def taken(queue: Waiting[int], free: int = 1) -> list[list[int]]:
    """All groups, in the order in which they go."""
    groups = []
    while group := queue.take(free):
        groups.append([place.who for place in group])
    return groups


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ((), []),
        ((1,), [[0]]),
        ((1, 1, 1), [[0, 1, 2]]),
        ((1,) * (TOGETHER + 1), [list(range(TOGETHER)), [TOGETHER]]),
        ((None, 1, 1), [[0], [1, 2]]),
        ((1, None, 1), [[0], [1], [2]]),
        ((TOGETHER_BYTES, 0, 1), [[0, 1], [2]]),
        ((TOGETHER_BYTES + 5, 1), [[0], [1]]),
        ((0, 0), [[0, 1]]),
    ],
)
def test_small_ones_go_together(sizes: tuple[int | None, ...], groups: list[list[int]]) -> None:
    assert taken(waiting(*sizes)) == groups


def test_free_workers_share_what_waits() -> None:
    queue = waiting(1, 1, 1, 1, 1)
    assert [place.who for place in queue.take(2)] == [0, 1, 2]
    assert [place.who for place in queue.take(1)] == [3, 4]


def test_urgent_ones_go_first_and_among_themselves() -> None:
    queue = waiting(1, 1)
    queue.add(Place(7, 1, is_urgent=True))
    queue.add(Place(8, None, is_urgent=True))
    queue.add(Place(9, 1, is_urgent=True))
    assert taken(queue) == [[7], [8], [9], [0, 1]]


def test_who_is_put_back_goes_next_and_alone() -> None:
    queue = waiting(1, 1, 1, 1)
    group = queue.take(2)
    for place in reversed(group):
        queue.put_back(place)
    assert taken(queue) == [[0], [1], [2, 3]]


def test_who_leaves_is_not_taken() -> None:
    queue = waiting()
    places = [Place(number, 1, is_urgent=number == 2) for number in range(3)]
    for place in places:
        queue.add(place)
    assert queue.leave(places[2])
    assert queue.leave(places[0])
    assert not queue.leave(places[0])
    assert taken(queue) == [[1]]
