"""Sealed secrets: unreadable without the key, and each time another text."""

from __future__ import annotations

import pytest

from bot.model.errors import UserError
from bot.storage.sealed import seal, unseal

KEY = "a key of this installation"


@pytest.mark.parametrize("secret", ["", "gho_0123456789", "naïve – ☃", "x" * 4000])
def test_a_secret_comes_back(secret: str) -> None:
    sealed = seal(secret, KEY)
    assert unseal(sealed, KEY) == secret
    assert not secret or secret not in sealed


def test_equal_secrets_do_not_look_equal() -> None:
    assert seal("secret", KEY) != seal("secret", KEY)


UNREADABLE = {
    "another key": (seal("secret", "another key"), KEY),
    "changed": (seal("secret", KEY)[:-4] + "AAA=", KEY),
    "never sealed": ("secret", KEY),
    "nothing": ("", KEY),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_says_what_to_do(case: str) -> None:
    with pytest.raises(UserError, match="another RADAR_SECRET_KEY") as caught:
        unseal(*UNREADABLE[case])
    assert "RADAR_SECRET_KEY" in caught.value.next_step
