"""Is `.github/radar.yml` valid? Every slip with its line."""

from __future__ import annotations

from bot.analysis.finding import Finding, at, not_applicable, passed, warned
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted


def judge(view: View) -> list[Finding]:
    """radar-config."""
    path = view.config.path
    if not path:
        return [not_applicable("radar-config", "there is no `.github/radar.yml`; defaults apply")]
    if not view.slips:
        return [passed("radar-config", f"`{path}` is valid.", at(path, 1))]
    places = code([f"{path}:{slip.line}" for slip in view.slips], limit=3)
    return [
        warned(
            "radar-config",
            f"{capital(counted(len(view.slips), 'slip'))} in `{path}`: {view.slips[0].message}",
            *(at(path, slip.line, slip.message) for slip in view.slips),
            action="Correct Repo Radar's configuration",
            next_step=f"Correct {places}; what is wrong there has no effect.",
        )
    ]
