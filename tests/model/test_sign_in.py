"""Tokens and keys of sign-in never show themselves in a log or a traceback."""

from __future__ import annotations

from bot.model.sign_in import AppCredentials, SignedIn


def test_a_user_token_is_not_shown() -> None:
    shown = repr(SignedIn(user_id=1, login="ada", token="gho_of_ada"))
    assert "gho_of_ada" not in shown
    assert "ada" in shown


def test_the_secrets_of_a_new_app_are_not_shown() -> None:
    shown = repr(
        AppCredentials(
            app_id=1,
            slug="radar",
            name="Radar",
            html_url="https://github.example/apps/radar",
            private_key="the-private-key",
            webhook_secret="the-webhook-secret",
            client_id="Iv1.shown",
            client_secret="the-client-secret",
        )
    )
    assert "the-" not in shown
    assert "Iv1.shown" in shown
