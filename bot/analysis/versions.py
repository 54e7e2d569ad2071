"""Tells from a tag what version it names: semantic, calendar, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass

# https://semver.org's own expression, with a prefix ("v", "name-v", "name@") that tags commonly carry
_SEMVER = re.compile(
    r"(?P<prefix>(?:@?[\w./-]*[-_/@])?v?)"
    r"(?P<major>0|[1-9]\d{0,8})\.(?P<minor>0|[1-9]\d{0,8})(?:\.(?P<patch>0|[1-9]\d{0,8}))?(?P<fourth>\.\d{1,9})?"
    r"(?P<pre>[-.]?(?:a|b|rc|alpha|beta|pre|preview|dev|canary|next|snapshot|m)[-.]?\d*[0-9A-Za-z.-]{0,60}"
    r"|-[0-9A-Za-z.-]{1,80})?"
    r"(?:\+[0-9A-Za-z.-]{1,80})?\Z",
    re.IGNORECASE,
)
_CALVER_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Version:
    """A version as a tag names it. `is_calendar`: the first part is a year."""

    major: int
    minor: int
    patch: int | None
    is_prerelease: bool
    is_calendar: bool

    @property
    def is_released(self) -> bool:
        """1.0 or later and no prerelease."""
        return not self.is_prerelease and self.major >= 1


def version_of(tag: str) -> Version | None:
    """The version in `tag`; None where it names none."""
    match = _SEMVER.match(tag.strip()[:200])
    if match is None:
        return None
    major, patch = int(match["major"]), match["patch"]
    return Version(
        major=major,
        minor=int(match["minor"]),
        patch=int(patch) if patch is not None else None,
        is_prerelease=bool(match["pre"]),
        is_calendar=major in _CALVER_YEARS,
    )
