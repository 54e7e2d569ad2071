"""The small pieces that every row of a table repeats: made here, where they take a tenth of a template's macro."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from markupsafe import Markup, escape

from bot.storage.views_activity import BatchView
from bot.storage.views_work import InstallationItem
from bot.web.words import STATE_WORDS, grade_class, title


class Named(Protocol):
    """Whatever has a repository's name."""

    @property
    def owner(self) -> str: ...

    @property
    def name(self) -> str: ...


def grade(value: str) -> Markup:
    """A grade in its colour; "–" for none."""
    return Markup(f'<span class="grade {grade_class(value)}">{escape(value or "–")}</span>')  # noqa: S704 - escaped


def pill(value: str) -> Markup:
    """A status or state as a word in its colour."""
    return Markup(f'<span class="pill {escape(value)}">{escape(title(value))}</span>')  # noqa: S704 - escaped


def state(value: str) -> Markup:
    """A check's state as a sign, and in words for who hears the page."""
    sign, said = STATE_WORDS[value]
    return Markup(  # noqa: S704 - escaped, and words of ours
        f'<span class="state {escape(value)}" aria-hidden="true">{sign}</span>'
        f'<span class="visually-hidden">{said}: </span>'
    )


def change(before: int | None, after: int | None) -> Markup:
    """How far a score rose or fell; nothing where it did neither."""
    if before is None or after is None or before == after:
        return Markup("")
    way, sign = ("up", "▲") if after > before else ("down", "▼")
    return Markup(  # noqa: S704 - numbers, and words of ours
        f'<span class="{way} nowrap">{sign} {abs(after - before)}'
        f'<span class="visually-hidden"> points {way}</span></span>'
    )


def repo_link(item: Named) -> Markup:
    """A repository's name that leads to its report."""
    owner, name = escape(item.owner), escape(item.name)
    return Markup(  # noqa: S704 - escaped
        f'<a href="/repos/{owner}/{name}"><span class="muted">{owner}/</span><wbr>{name}</a>'
    )


def standing(status: str, refresh_status: str) -> Markup:
    """How a repository stands in a list: its refresh where that is not over or failed, else its status."""
    shown = refresh_status if refresh_status in {"queued", "processing", "failed"} else status
    return pill(shown) if shown else Markup("")


def progress(batch: BatchView, label: str = "Progress") -> Markup:
    """How far a batch is, as a bar of what is done, failed and skipped."""
    total = max(batch.total, 1)
    done, failed, skipped = (100 * part / total for part in (batch.done, batch.failed, batch.skipped))
    return Markup(  # noqa: S704 - numbers, and an escaped label
        f'<svg class="stacked progress" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}: {batch.finished} of {batch.total}">\n'
        f'<rect class="fill-left" width="100" height="10"/>\n'
        f'<rect class="fill-done" x="0" width="{done}" height="10"/>\n'
        f'<rect class="fill-failed" x="{done}" width="{failed}" height="10"/>\n'
        f'<rect class="fill-skipped" x="{done + failed}" width="{skipped}" height="10"/>\n</svg>'
    )


def account_of(batch: BatchView, accounts: Sequence[InstallationItem]) -> str:
    """The account that a batch is for, by its login where it is known."""
    found = (account.account_login for account in accounts if account.id == batch.installation_id)
    return batch.owner or next(found, "") or "all accounts"


GLOBALS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (grade, pill, state, change, repo_link, standing, progress, account_of)
}
