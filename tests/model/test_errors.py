"""What can go wrong, in three kinds with one root."""

from __future__ import annotations

import pickle

import pytest

from bot.model.errors import FinalError, Finality, RadarError, UserError, WorldError


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (UserError("A slip.", next_step="Write it so."), "A slip. Write it so."),
        (UserError("A slip."), "A slip."),
        (WorldError("Away.", retry_after_s=3), "Away."),
        (FinalError(Finality.GONE, "It is gone.", next_step="Nothing to do."), "It is gone. Nothing to do."),
    ],
)
def test_a_message_ends_with_the_next_step(error: RadarError, shown: str) -> None:
    assert str(error) == shown
    assert isinstance(error, RadarError)


def test_an_error_carries_its_facts() -> None:
    world = WorldError("Away.", next_step="Wait.", retry_after_s=7.5)
    assert (world.message, world.next_step, world.retry_after_s) == ("Away.", "Wait.", 7.5)
    assert WorldError("Away.").retry_after_s is None
    assert FinalError(Finality.EMPTY, "Nothing there.").finality is Finality.EMPTY


def test_the_three_kinds_are_apart() -> None:
    kinds = (UserError, WorldError, FinalError)
    for one in kinds:
        assert [issubclass(one, other) for other in kinds].count(True) == 1


def test_a_user_error_survives_being_copied() -> None:
    again = pickle.loads(pickle.dumps(UserError("A slip.", next_step="Write it so.")))
    assert (again.message, again.next_step) == ("A slip.", "Write it so.")
