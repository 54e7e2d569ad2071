"""Who is called next: compared with a plain model, and case by case for the throttle."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.configuration import Duration, Throttle
from bot.engine.ready import Entry, Gate, Ready

LIMITS = {"a": 1, "b": 2, "all": 3}
Keys = tuple[tuple[str, int], ...]


def _entry(
    number: int, *, order_ms: int = 0, keys: Keys = (), throttle: Throttle | None = None, ahead_ms: int = 0
) -> Entry:
    return Entry((order_ms, number), f"run {number}", "", (*keys, ("t", throttle)) if throttle else keys, ahead_ms)


class _Model:
    """The rule, without any cleverness: of the lanes' best jobs whose keys all have room, the one whose turn it is."""

    def __init__(self) -> None:
        self.waiting: list[Entry] = []
        self.out: list[Entry] = []
        self.tags: dict[tuple[Gate, ...], int] = {}
        self.now = 0

    def add(self, entry: Entry) -> None:
        if not any(one.gates == entry.gates and not one.is_dead for one in self.waiting):
            self.tags[entry.gates] = self.now
        self.waiting.append(entry)

    def take(self) -> Entry | None:
        taken = [key for entry in self.out for key, _ in entry.gates]
        fits = [
            one
            for one in self.waiting
            if not one.is_dead and all(isinstance(limit, int) and taken.count(key) < limit for key, limit in one.gates)
        ]
        if not fits:
            return None
        heads = [one for one in fits if one.order == min(other.order for other in fits if other.gates == one.gates)]
        best = min(heads, key=lambda one: (self.tags[one.gates] - one.ahead_ms, one.order))
        self.waiting.remove(best)
        self.out.append(best)
        self.now = max(self.now, self.tags[best.gates])
        self.tags[best.gates] = self.now + 1000
        return best


keys = st.sets(st.sampled_from(["a", "b", "all", "other"])).map(
    lambda names: tuple(sorted((name, LIMITS.get(name, 2)) for name in names))
)
loose_keys = keys.flatmap(lambda chosen: st.sampled_from([chosen, tuple((key, limit + 1) for key, limit in chosen)]))
actions = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 5), loose_keys),
        st.tuples(st.just("take"), st.just(0), st.just(())),
        st.tuples(st.just("release"), st.integers(0, 9), st.just(())),
        st.tuples(st.just("kill"), st.integers(0, 9), st.just(())),
    ),
    max_size=80,
)


@settings(max_examples=150)
@given(actions)
def test_the_best_that_fits_is_next(sequence: list[tuple[str, int, Keys]]) -> None:
    """The same choice as the model's at every step, and at the end everything was taken once."""
    ready, model = Ready(), _Model()
    for number, (action, value, wanted) in enumerate(sequence):
        if action == "add":
            entry = _entry(number, order_ms=value, keys=wanted, ahead_ms=700 * (value % 3))
            ready.add(entry)
            model.add(entry)
        elif action == "take":
            assert ready.take(0) is model.take()
        elif action == "release" and model.out:
            ready.release(model.out.pop(value % len(model.out)))
        elif action == "kill" and model.waiting:
            ready.drop(model.waiting[value % len(model.waiting)])
    while any(not entry.is_dead for entry in model.waiting):
        assert ready.take(0) is model.take()
        if model.out:
            ready.release(model.out.pop())
    assert ready.take(0) is None


def test_a_full_key_holds_up_no_other() -> None:
    """However many jobs wait behind a full key, one with another key is next at once, and they stay in order."""
    ready = Ready()
    for number in range(1000):
        ready.add(_entry(number, keys=(("full", 1),)))
    first = ready.take(0)
    assert first is not None
    ready.add(_entry(2000, order_ms=5))
    free = ready.take(0)
    assert free is not None
    assert free.run_id == "run 2000"
    assert ready.take(0) is None
    ready.release(first)
    second = ready.take(0)
    assert second is not None
    assert second.run_id == "run 1"


def test_everybody_has_a_share() -> None:
    """One asked for a hundred, another then for three: they take turns, and an urgent job goes before both."""
    ready = Ready()
    for number in range(100):
        ready.add(_entry(number, keys=(("many", 9), ("all", 1))))
    taken = []

    def turn() -> None:
        entry = ready.take(0)
        assert entry is not None
        taken.append(entry.run_id)
        ready.release(entry)

    for _ in range(5):
        turn()
    for number in range(200, 203):
        ready.add(_entry(number, order_ms=5, keys=(("few", 9), ("all", 1))))
    for _ in range(6):
        turn()
    ready.add(_entry(300, order_ms=9 - 300_000, keys=(("many", 9), ("all", 1)), ahead_ms=300_000))
    turn()
    assert sorted(taken[5:11]) == ["run 200", "run 201", "run 202", "run 5", "run 6", "run 7"]
    assert taken[11] == "run 300"


def test_throttle_smooths_and_allows_a_burst() -> None:
    """`burst` starts at once beyond the first, then one for each interval; an opening time is announced."""
    ready = Ready()
    throttle = Throttle(limit=2, period=Duration(1000), burst=1)
    for number in range(4):
        ready.add(_entry(number, throttle=throttle))
    taken = []
    for now_ms in range(0, 2001, 100):
        while (entry := ready.take(now_ms)) is not None:
            taken.append((now_ms, entry.run_id))
            ready.release(entry)
        assert ready.opens_at_ms(now_ms) > now_ms
    assert taken == [(0, "run 0"), (0, "run 1"), (500, "run 2"), (1000, "run 3")]


def test_a_shut_throttle_and_a_full_key_do_not_lose_each_others_jobs() -> None:
    """Jobs that wait now for the one, now for the other all get their turn, in order."""
    ready = Ready()
    throttle = Throttle(limit=1, period=Duration(100), burst=0)
    for number in range(50):
        ready.add(_entry(number, keys=(("k", 1),), throttle=throttle))
    taken: list[str] = []
    out: list[tuple[int, Entry]] = []
    for now_ms in range(0, 20_000, 50):
        for ends_ms, entry in list(out):
            if ends_ms <= now_ms:
                out.remove((ends_ms, entry))
                ready.release(entry)
        while (taken_now := ready.take(now_ms)) is not None:
            taken.append(taken_now.run_id)
            out.append((now_ms + (250 if len(taken) % 2 else 20), taken_now))
    assert taken == [f"run {number}" for number in range(50)]
