"""Finds credentials that are certain by their shape, and keeps of each only its kind, place and a keyed hash.

Precision over recall: a token must have its issuer's exact form, enough randomness, and no sign of being a
placeholder; files of tests, examples and documents are not looked at. Patterns are RE2's: linear time on any input.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import re2
from msgspec import Struct

from bot.model.snapshot import SecretFact

MAX_PER_FILE = 20

_MIN_ENTROPY_BITS = 3.0
_PLACEHOLDER = re2.compile(
    rb"(?i)example|sample|dummy|fake|placeholder|changeme|change_me|your[-_]?|redacted|replace|insert|todo|secret_?here|"
    rb"xxxx|\*{3}|\.{3}|0{8}|1234567|abcdefg|deadbeef|<|>|\$\{|\{\{|%s|%\("
)


class Kind(Struct, frozen=True):
    """One kind of credential, a row of `secrets.toml`."""

    name: str
    hint: str
    pattern: str
    min_entropy_bits: float = _MIN_ENTROPY_BITS
    public_beside: str = ""
    """What stands near where the same form is no secret, such as the key by which browsers name their project."""


class _Table(Struct):
    kind: tuple[Kind, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind we know, in the table's order."""
    body = files(__package__).joinpath("secrets.toml").read_bytes()
    return msgspec.toml.decode(body, type=_Table).kind


def hints() -> str:
    """One pattern that is found in every file that may hold a credential."""
    return "|".join(f"(?:{kind.hint})" for kind in kinds())


_LOCAL_HOSTS = (b"localhost", b"127.0.0.1", b"example.", b".local", b".test", b".invalid", b".internal")


_SHOWN_IN_DOCUMENTS = frozenset({"aws-access-key", "aws-secret-key", "database-url", "private-key"})


def find_secrets(
    path: str, content: bytes, key: bytes, seen: Iterable[bytes], *, is_document: bool = False
) -> tuple[SecretFact, ...]:
    """The credentials in one file, by line. `key` (at most 64 bytes) keys the hash that stands for each.

    `seen` are the matches of `hints` in `content`: only kinds that have one are looked for. Documents show made-up
    keys of the common kinds, so those are not looked for in them.
    """
    found: dict[int, SecretFact] = {}
    for kind, hint, pattern, beside in _compiled():
        if is_document and kind.name in _SHOWN_IN_DOCUMENTS:
            continue
        if not any(hint.search(each) for each in seen):
            continue
        for match in pattern.finditer(content):
            secret, at = match.group(1), match.start(1)
            if beside is not None and beside.search(content, max(0, at - _BESIDE), at + _BESIDE):
                continue
            if at not in found and not _is_excused(content, at) and not _is_placeholder(kind, secret, match.group(0)):
                line = content.count(b"\n", 0, at) + 1
                found[at] = SecretFact(kind=kind.name, path=path, line=line, fingerprint=fingerprint(secret, key))
            if len(found) >= MAX_PER_FILE:
                break
    return tuple(found[at] for at in sorted(found))


_EXCUSE = re2.compile(rb"gitleaks:allow|pragma: ?allowlist|trufflehog:ignore|ggignore|nosec\b|NOSONAR")
"""Marks by which scanners are told that what stands on the line is no secret."""


def _is_excused(content: bytes, at: int) -> bool:
    start, end = content.rfind(b"\n", 0, at) + 1, content.find(b"\n", at)
    line = content[start : end if end >= 0 else len(content)]
    return len(line) < _MAX_MARKED_LINE and _EXCUSE.search(line) is not None


_MAX_MARKED_LINE = 10_000
_BESIDE = 400
"""Bytes before and after in which `public_beside` is looked for."""


@cache
def _compiled() -> tuple[tuple[Kind, Any, Any, Any], ...]:
    """Each kind with its hint, its pattern and, where it has one, `public_beside`."""
    return tuple(
        (
            kind,
            re2.compile(kind.hint.encode()),
            re2.compile(kind.pattern.encode()),
            re2.compile(kind.public_beside.encode()) if kind.public_beside else None,
        )
        for kind in kinds()
    )


def fingerprint(secret: bytes, key: bytes) -> str:
    """16 hexadecimal digits that tell two secrets apart and nothing else."""
    return hashlib.blake2b(secret, key=key[:64], digest_size=8).hexdigest()


def _is_placeholder(kind: Kind, secret: bytes, match: bytes) -> bool:
    is_url = kind.name == "database-url"
    if is_url and any(host in match for host in _LOCAL_HOSTS):
        return True
    if _PLACEHOLDER.search(match if is_url else secret) is not None:
        return True
    return _entropy_bits(secret) < kind.min_entropy_bits


def _entropy_bits(secret: bytes) -> float:
    """Shannon entropy per byte."""
    total = len(secret)
    return -sum(count / total * math.log2(count / total) for count in Counter(secret).values())
