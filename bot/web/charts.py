"""Pictures of figures as inline SVG: attributes only (no inline style is allowed), each said in words too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup, escape

from bot.model.report import Week
from bot.web.words import colour, grade_class, percent


def ring(score: int | None, grade: str, size: int = 116) -> Markup:
    """The score as a ring around the grade."""
    radius = 50
    around = 2 * 3.14159265 * radius
    filled = around * (score or 0) / 100
    label = "No score yet" if score is None else f"Score {score} of 100, grade {grade}"
    middle = escape(grade or "–")
    below = "" if score is None else f'<text class="ring-score" x="60" y="82" text-anchor="middle">{score}</text>'
    arc = (
        f'<circle class="ring-arc {grade_class(grade)}" cx="60" cy="60" r="{radius}" fill="none" stroke-width="9" '
        f'stroke-linecap="round" stroke-dasharray="{filled:.1f} {around:.1f}" transform="rotate(-90 60 60)"/>'
    )
    return Markup(  # noqa: S704 - numbers, and a grade that is escaped above
        f'<svg class="ring" width="{size}" height="{size}" viewBox="0 0 120 120" role="img" '
        f'aria-label="{escape(label)}">'
        f'<circle class="ring-track" cx="60" cy="60" r="{radius}" fill="none" stroke-width="9"/>'
        f"{arc if score else ''}"
        f'<text class="ring-grade" x="60" y="{60 if below else 70}" text-anchor="middle">{middle}</text>{below}</svg>'
    )


def bar(share: float, style: str = "accent", label: str = "") -> Markup:
    """A horizontal bar of a share from 0 to 1."""
    width = max(0.0, min(1.0, share)) * 100
    name = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704 - a number and a class name of ours
        f'<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" {name}>'
        f'<rect class="bar-track" width="100" height="6" rx="1"/>'
        f'<rect class="bar-{escape(style)}" width="{width:.2f}" height="6" rx="1"/></svg>'
    )


def stacked(parts: Sequence[tuple[str, float, str]], label: str) -> Markup:
    """One bar of several (name, share, colour or class) parts; a colour begins with #."""
    x = 0.0
    rects = []
    for name, share, look in parts:
        width = max(0.0, share) * 100
        paint = f'fill="{colour(look)}"' if look.startswith("#") else f'class="fill-{escape(look)}"'
        gap = 0.25 if width > 1 else 0
        rects.append(
            f'<rect x="{x:.2f}" width="{max(width - gap, 0.1):.2f}" height="10" {paint}>'
            f"<title>{escape(name)} {percent(share)}</title></rect>"
        )
        x += width
    said = escape(f"{label}: " + ", ".join(f"{name} {percent(share)}" for name, share, _ in parts))
    return Markup(  # noqa: S704 - names are escaped, the rest are numbers
        f'<svg class="stacked" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f"{''.join(rects)}</svg>"
    )


def trend(points: Sequence[tuple[datetime, int | None]], width: int = 560, height: int = 120) -> Markup:
    """The score over time, oldest first; "" where there are fewer than two scores."""
    known = [(moment, score) for moment, score in points if score is not None]
    if len(known) < 2:
        return Markup("")
    first, last = known[0][0], known[-1][0]
    span = (last - first).total_seconds() or 1.0
    low = max(0, min(score for _, score in known) - 8)
    high = min(100, max(score for _, score in known) + 8)
    left, top, right, bottom = 30, 8, width - 8, height - 20

    def place(moment: datetime, score: int) -> tuple[float, float]:
        x = left + (moment - first).total_seconds() / span * (right - left)
        return x, bottom - (score - low) / (high - low) * (bottom - top)

    spots = [(*place(moment, score), moment, score) for moment, score in known]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in spots)
    dots = "".join(
        f'<circle class="trend-dot" cx="{x:.1f}" cy="{y:.1f}" r="{3.4 if index == len(spots) - 1 else 2.2}">'
        f"<title>{moment:%Y-%m-%d}: {score}</title></circle>"
        for index, (x, y, moment, score) in enumerate(spots)
    )
    said = f"Score from {known[0][1]} on {first:%Y-%m-%d} to {known[-1][1]} on {last:%Y-%m-%d}"
    return Markup(  # noqa: S704 - numbers and dates only
        f'<svg class="trend" viewBox="0 0 {width} {height}" role="img" aria-label="{said}">'
        f'<line class="axis" x1="{left}" y1="{bottom}" x2="{right}" y2="{bottom}"/>'
        f'<line class="axis faint" x1="{left}" y1="{top}" x2="{right}" y2="{top}"/>'
        f'<text x="{left - 6}" y="{top + 4}" text-anchor="end">{high}</text>'
        f'<text x="{left - 6}" y="{bottom + 4}" text-anchor="end">{low}</text>'
        f'<text x="{left}" y="{height - 4}">{first:%-d %b %Y}</text>'
        f'<text x="{right}" y="{height - 4}" text-anchor="end">{last:%-d %b %Y}</text>'
        f'<polygon class="trend-area" points="{left},{bottom} {line} {right},{bottom}"/>'
        f'<polyline class="trend-line" fill="none" points="{line}"/>{dots}</svg>'
    )


def sparkline(points: Sequence[tuple[datetime, int | None]], width: int = 116, height: int = 30) -> Markup:
    """The last twenty scores as a line without axes, oldest first; "" where there are fewer than two."""
    scores = [score for _, score in points if score is not None][-20:]
    if len(scores) < 2:
        return Markup("")
    low, high = min(scores) - 2, max(scores) + 2
    step = (width - 8) / (len(scores) - 1)
    spots = [
        (4 + index * step, height - 4 - (score - low) / (high - low) * (height - 8))
        for index, score in enumerate(scores)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    x, y = spots[-1]
    said = f"Scores so far: {', '.join(map(str, scores))}"
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="sparkline" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{said}"><polyline class="trend-line" fill="none" points="{line}"/>'
        f'<circle class="trend-dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/></svg>'
    )


def weeks(found: Sequence[Week], width: int = 560, height: int = 110) -> Markup:
    """Commits a week: people below, bots on top."""
    if not found:
        return Markup("")
    most = max(1, *(week.human + week.bot for week in found))
    left, bottom, top = 30, height - 20, 6
    step = (width - left - 4) / len(found)
    bars = []
    for index, week in enumerate(found):
        x = left + index * step
        human = (bottom - top) * week.human / most
        bot = (bottom - top) * week.bot / most
        said = f"Week of {week.starts}: {week.human} by people, {week.bot} by bots"
        bars.append(
            f"<g><title>{escape(said)}</title>"
            f'<rect class="hit" x="{x:.1f}" y="{top}" width="{step:.1f}" height="{bottom - top}"/>'
            f'<rect class="week-human" x="{x:.1f}" y="{bottom - human:.1f}" width="{step * 0.78:.1f}" '
            f'height="{human:.1f}"/>'
            f'<rect class="week-bot" x="{x:.1f}" y="{bottom - human - bot:.1f}" width="{step * 0.78:.1f}" '
            f'height="{bot:.1f}"/></g>'
        )
    human_total = sum(week.human for week in found)
    bot_total = sum(week.bot for week in found)
    said = f"Commits in {len(found)} weeks: {human_total} by people, {bot_total} by bots"
    return Markup(  # noqa: S704 - numbers; the weeks' dates are escaped
        f'<svg class="weeks" viewBox="0 0 {width} {height}" role="img" aria-label="{said}">'
        f'<line class="axis" x1="{left}" y1="{bottom}" x2="{width - 4}" y2="{bottom}"/>'
        f'<text x="{left - 6}" y="{top + 8}" text-anchor="end">{most}</text>'
        f'<text x="{left - 6}" y="{bottom}" text-anchor="end">0</text>'
        f'<text x="{left}" y="{height - 4}">{_day(found[0].starts)}</text>'
        f'<text x="{width - 4}" y="{height - 4}" text-anchor="end">{_day(found[-1].starts)}</text>'
        f"{''.join(bars)}</svg>"
    )


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%-d %b %Y}"


GLOBALS = {"ring": ring, "bar": bar, "stacked": stacked, "trend": trend, "sparkline": sparkline, "weeks": weeks}
