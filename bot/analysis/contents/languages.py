"""Names the language of a file as linguist would: modeline, file name, shebang, extension, then its content.

The first step that leaves one language decides. Where an extension or file name leaves several, the rules of
`ambiguous` read the content.
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

from bot.analysis.contents.ambiguous import choose
from bot.analysis.contents.facts import lookups

_EDGE_BYTES = 1024
_EDGE_LINES = 5

_EMACS = re2.compile(rb"(?i)-\*-[ \t]*(?:[^\n]{0,200}?\bmode:[ \t]*)?([\w+#-]+)[ \t]*(?:;[^\n]{0,200}?)?-\*-")
_VIM = re2.compile(rb"(?im)(?:^|[ \t/*#;])(?:vim?|ex):[ \t]*[^\n]{0,200}?\b(?:ft|filetype|syntax)=([\w+#.-]+)")
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh"})
_EXEC = re2.compile(rb"(?m)^[ \t]*exec[ \t]+([\w./-]+)[^\n]*\$[0@]")
_XML = re2.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml version=")


def name_language(path: str, content: bytes) -> str:
    """The language's name, "" where nothing tells. `content` may be only the file's beginning."""
    name = path.rpartition("/")[2]
    by_mode = _modeline(content)
    if by_mode:
        return by_mode
    candidates, rule = _by_filename(name)
    if not candidates:
        by_shebang = _shebang(content) if content.startswith(b"#!") else ()
        candidates, rule = _by_extension(_dotted(name))
        if by_shebang:
            candidates = tuple(each for each in by_shebang if each in candidates) or by_shebang
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        return choose(rule, candidates, content)
    return "XML" if _XML.search(content[:100]) else ""


def _modeline(content: bytes) -> str:
    head, tail = content[:_EDGE_BYTES], content[-_EDGE_BYTES:]
    match = _EMACS.search(_first_lines(head)) if b"-*-" in head else None
    for edge, lines in ((head, _first_lines), (tail, _last_lines)):
        if match is None and (b"ft=" in edge or b"syntax=" in edge or b"filetype=" in edge):
            match = _VIM.search(lines(edge))
    if match is None:
        return ""
    return lookups().by_alias.get(match.group(1).decode("ascii", "replace").lower(), "")


def _first_lines(head: bytes) -> bytes:
    return b"\n".join(head.split(b"\n", _EDGE_LINES)[:_EDGE_LINES])


def _last_lines(tail: bytes) -> bytes:
    return b"\n".join(tail.rstrip().rsplit(b"\n", _EDGE_LINES)[-_EDGE_LINES:])


def _shebang(content: bytes) -> tuple[str, ...]:
    line = content[2:300].partition(b"\n")[0].decode("utf-8", "replace")
    words = line.split()
    if words and words[0].rpartition("/")[2] == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if not words:
        return ()
    interpreter = words[0].rpartition("/")[2].lower()
    if interpreter == "osascript" and " -l" in line:
        return ()
    if interpreter in _SHELLS:
        match = _EXEC.search(content[:500])
        if match is not None:
            executed = match.group(1).decode("ascii", "replace").rpartition("/")[2]
            found = lookups().by_interpreter.get(executed)
            if found:
                return found
    table = lookups().by_interpreter
    return table.get(interpreter) or table.get(re.sub(r"[-\d.]+$", "", interpreter), ())


@lru_cache(maxsize=4096)
def _by_filename(name: str) -> tuple[tuple[str, ...], str]:
    return lookups().by_filename.get(name, ()), f"={name}"


def _dotted(name: str) -> str:
    at = name.find(".")
    return name[at:].lower() if at >= 0 else ""


@lru_cache(maxsize=4096)
def _by_extension(dotted: str) -> tuple[tuple[str, ...], str]:
    """Candidates by the longest known extension, and that extension."""
    table = lookups().by_extension
    while dotted:
        found = table.get(dotted)
        if found:
            return found, dotted
        at = dotted.find(".", 1)
        dotted = dotted[at:] if at >= 0 else ""
    return (), ""
