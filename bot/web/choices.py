"""What the filters of the repositories' list offer, as options of a form: drawn once for figures that stay the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from markupsafe import Markup, escape

from bot.storage.views_figures import Figures, Tally
from bot.web.words import title

LONGEST = 100
"""The longest lists end with their hundredth entry."""
KEPT = 50
"""Options of so many viewers' figures are remembered; the oldest go first."""

_kept: dict[int, tuple[Figures, Mapping[str, Markup]]] = {}


def options_of(known: Figures) -> Mapping[str, Markup]:
    """The options of each filter by its name, with how many repositories each would find.

    Figures are kept for a while and never change, so their options are found by identity: drawing them takes longer
    than all rows of a page.
    """
    found = _kept.pop(id(known), None)
    options = found[1] if found is not None and found[0] is known else _drawn(known)
    _kept[id(known)] = (known, options)
    while len(_kept) > KEPT:
        del _kept[next(iter(_kept))]
    return options


def chosen(options: Markup, value: str) -> Markup:
    """The options with the one of `value` selected; a value that is not offered is added."""
    if not value:
        return options
    offered = _option(value)
    if offered in options:
        return Markup(options.replace(offered, _option(value, " selected"), 1))  # noqa: S704 - both are escaped
    return options + Markup("<option selected>{}</option>").format(value)


def drawn(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Options of (value, text)."""
    return Markup("").join(Markup("{}{}</option>").format(_option(value), text) for value, text in pairs)


def _drawn(known: Figures) -> dict[str, Markup]:
    return {
        "grade": _tallied(sorted(known.grades, key=lambda tally: tally.name or "none")),
        "language": _tallied(known.languages),
        "kind": _tallied(known.kinds, title),
        "licence": _tallied(known.licences),
        "technology": _tallied(known.technologies),
        "check": drawn((found.check_id, f"{found.title} ({found.repositories:,})") for found in known.actions),
        "owner": _tallied(known.owners),
    }


def _tallied(tallies: Iterable[Tally], read: Callable[[str], str] = str) -> Markup:
    few = list(tallies)[:LONGEST]
    return drawn((tally.name or "none", f"{read(tally.name or 'None')} ({tally.count:,})") for tally in few)


def _option(value: str, selected: str = "") -> Markup:
    return Markup(f'<option value="{escape(value)}"{selected}>')  # noqa: S704 - the value is escaped


OPTIONS: Mapping[str, Markup] = {
    "status": drawn((name, name.capitalize()) for name in ("active", "maintenance", "stale", "archived", "unknown")),
    "refresh": drawn((name, name.capitalize()) for name in ("completed", "queued", "processing", "failed")),
    "visibility": drawn((name, name.capitalize()) for name in ("public", "private")),
}
"""What is offered whatever there is."""
