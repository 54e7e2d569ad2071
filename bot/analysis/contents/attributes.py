"""Reads `.gitattributes` for linguist's overrides: what a repository says of its own files.

Grammar (gitattributes(5)): one `pattern attribute...` a line; `attr`, `-attr`, `attr=value`, `!attr`. Patterns are
those of .gitignore without negation, relative to the file's folder; the last line that matches decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pathspec import GitIgnoreSpec

_PREFIX = "linguist-"
_MAX_RULES = 200


@dataclass(frozen=True, slots=True)
class Overrides:
    """What applies to one path; None where nothing is said."""

    language: str | None = None
    is_vendored: bool | None = None
    is_generated: bool | None = None
    is_documentation: bool | None = None
    is_detectable: bool | None = None


NOTHING_SAID = Overrides()


@dataclass(slots=True)
class Attributes:
    """The rules of all `.gitattributes` files read so far, shallow folders before deep ones."""

    _rules: list[_Rule] = field(default_factory=list)

    def add(self, path: str, text: str) -> None:
        """Adds the rules of the file at `path`. Lines that do not parse say nothing."""
        folder = path.rpartition("/")[0]
        for line in text.splitlines():
            if len(self._rules) >= _MAX_RULES:
                return
            rule = _parse(folder, line)
            if rule is not None:
                self._rules.append(rule)
        self._rules.sort(key=lambda rule: rule.folder.count("/") + bool(rule.folder))

    def of(self, path: str) -> Overrides:
        """What the rules say of the file at `path`."""
        if not self._rules:
            return NOTHING_SAID
        said: dict[str, str | bool | None] = {}
        for rule in self._rules:
            if rule.matches(path):
                said.update(rule.settings)
        if not said:
            return NOTHING_SAID
        language = said.get("language")
        return Overrides(
            language if isinstance(language, str) else None,
            *(_as_bool(said.get(name)) for name in ("vendored", "generated", "documentation", "detectable")),
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    folder: str
    spec: Any
    settings: dict[str, str | bool | None]

    def matches(self, path: str) -> bool:
        if self.folder:
            if not path.startswith(self.folder + "/"):
                return False
            path = path[len(self.folder) + 1 :]
        return bool(self.spec.match_file(path))


def _parse(folder: str, line: str) -> _Rule | None:
    line = line.strip()
    if _PREFIX not in line or line.startswith("#"):
        return None
    if line.startswith('"'):
        pattern, _, rest = line[1:].partition('"')
    else:
        pattern, _, rest = line.partition(" ") if " " in line else line.partition("\t")
    settings: dict[str, str | bool | None] = {}
    for word in rest.split():
        name, equals, value = word.lstrip("-!").partition("=")
        if name.startswith(_PREFIX):
            settings[name.removeprefix(_PREFIX)] = value if equals else _flag(word)
    if not settings or not pattern or pattern.startswith("!") or len(pattern) > 500:
        return None
    try:
        return _Rule(folder, GitIgnoreSpec.from_lines([pattern]), settings)
    except ValueError:
        return None


def _flag(word: str) -> bool | None:
    return None if word.startswith("!") else not word.startswith("-")


def _as_bool(value: str | bool | None) -> bool | None:
    if isinstance(value, str):
        return value.lower() != "false"
    return value
