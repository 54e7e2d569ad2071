"""Which paths git leaves out of an archive: `.gitattributes` patterns with export-ignore. Pure.

Rules: https://git-scm.com/docs/gitattributes and git's archive.c: a folder is asked as `path/`, what is in a left-out
folder is left out, the last matching line wins, and a deeper file's lines come after those of the folders above.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ATTRIBUTE = "export-ignore"
MAX_LINES = 5_000


@dataclass(frozen=True)
class Rule:
    """One line that speaks of export-ignore: `hides` is its value; the pattern counts below `folder` ("" or "a/b/")."""

    folder: str
    pattern: re.Pattern[str]
    hides: bool
    is_basename: bool
    is_folder_only: bool

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Whether the line's pattern means `path` (no trailing slash)."""
        if self.is_folder_only and not is_folder:
            return False
        if not path.startswith(self.folder):
            return False
        relative = path[len(self.folder) :]
        subject = relative.rpartition("/")[2] if self.is_basename else relative
        return self.pattern.fullmatch(subject) is not None


def rules_of(text: str, folder: str = "") -> tuple[Rule, ...]:
    """The rules of one .gitattributes file that lies in `folder` ("" or "a/b/")."""
    if ATTRIBUTE not in text:
        return ()
    macros: dict[str, bool] = {}
    rules = []
    for line in text.splitlines()[:MAX_LINES]:
        pattern, values = _fields(line)
        if not pattern:
            continue
        hides = _value(values, macros)
        if pattern.startswith("[attr]"):
            if hides is not None:
                macros[pattern.removeprefix("[attr]")] = hides
        elif hides is not None:
            rules.append(_rule(folder, pattern, hides))
    return tuple(rules)


def _fields(line: str) -> tuple[str, list[str]]:
    stripped = line.strip()
    if not stripped or stripped.startswith("#"):
        return "", []
    if stripped.startswith('"'):
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"\s*(.*)', stripped)
        if quoted is None:
            return "", []
        return re.sub(r"\\(.)", r"\1", quoted[1]), quoted[2].split()
    pattern, *values = stripped.split()
    return pattern, values


def _value(values: Iterable[str], macros: Mapping[str, bool]) -> bool | None:
    """What the attributes say of export-ignore: set, unset, or nothing."""
    said: bool | None = None
    for value in values:
        if value in {ATTRIBUTE, f"{ATTRIBUTE}=true"}:
            said = True
        elif value in {f"-{ATTRIBUTE}", f"!{ATTRIBUTE}"} or value.startswith(f"{ATTRIBUTE}="):
            said = False
        elif value in macros:
            said = macros[value]
    return said


def _rule(folder: str, pattern: str, hides: bool) -> Rule:
    is_folder_only = pattern.endswith("/")
    bare = pattern.rstrip("/")
    is_basename = "/" not in bare
    return Rule(folder, _regex(bare.removeprefix("/")), hides, is_basename, is_folder_only)


def _regex(pattern: str) -> re.Pattern[str]:
    """git's wildmatch with WM_PATHNAME: `*` and `?` stop at a slash, `**` between slashes does not."""
    parts: list[str] = []
    index = 0
    while index < len(pattern):
        rest = pattern[index:]
        at_start = index == 0 or pattern[index - 1] == "/"
        if at_start and rest.startswith("**/"):
            parts.append("(?:[^/]+/)*")
            index += 3
        elif at_start and rest == "**":
            parts.append(".+")
            index += 2
        elif rest[0] == "*":
            parts.append("[^/]*")
            index += len(rest) - len(rest.lstrip("*"))
        elif rest[0] == "?":
            parts.append("[^/]")
            index += 1
        elif rest[0] == "[":
            taken, expression = _bracket(rest)
            parts.append(expression)
            index += taken
        elif rest[0] == "\\" and len(rest) > 1:
            parts.append(re.escape(rest[1]))
            index += 2
        else:
            parts.append(re.escape(rest[0]))
            index += 1
    return re.compile("".join(parts), re.DOTALL)


def _bracket(rest: str) -> tuple[int, str]:
    end = rest.find("]", 2 if rest[1:2] not in {"!", "^"} else 3)
    if end < 0:
        return len(rest), re.escape(rest)
    inner = rest[1:end]
    negated = inner[:1] in {"!", "^"}
    members = inner[1:] if negated else inner
    escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", members)
    try:
        re.compile(f"[{escaped}]")
    except re.error:
        return end + 1, re.escape(rest[: end + 1])
    return end + 1, f"(?!/)[{'^' if negated else ''}{escaped}]"


def is_hidden(path: str, rules: Sequence[Rule], *, is_folder: bool) -> bool:
    """Whether the last matching rule leaves `path` out. Folders above it are the caller's business.

    `rules`: those of the root first, then of each folder on the way down.
    """
    for rule in reversed(rules):
        if rule.matches(path, is_folder=is_folder):
            return rule.hides
    return False
