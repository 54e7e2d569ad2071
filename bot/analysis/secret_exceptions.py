"""Which findings of credentials a repository declares harmless, in the files and marks of the scanners it uses.

Understood: `paths` of allowlists in `.gitleaks.toml`, `.gitleaksignore`, `.secrets.baseline` (detect-secrets) and
`paths-ignore` of `.github/secret_scanning.yml` (GitHub). Marks on the line itself are seen where secrets are found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import re2
from pathspec import GitIgnoreSpec

from bot.analysis.yaml_tree import YamlProblem, parse_yaml
from bot.model.snapshot import SecretFact

FILES = (".gitleaks.toml", ".gitleaksignore", ".secrets.baseline", ".github/secret_scanning.yml")
"""The files that declare exceptions."""

_MAX_TEXT = 1_000_000
_MAX_PATTERNS = 500
_IGNORED = re.compile(r"(?m)^(?:[0-9a-f]{7,64}:)?([^:#\n]{1,500}):[\w.-]{1,100}:(\d{1,7})\s*$")

_UNREADABLE = (ValueError, RecursionError)
"""What the parsers of TOML and JSON raise, numbers of too many digits and brackets nested too deep included."""

Excuses = Callable[[SecretFact], bool]


def declared_harmless(texts: Mapping[str, str], secrets: Iterable[SecretFact]) -> dict[SecretFact, str]:
    """Those of `secrets` that a file of the repository declares harmless, each with that file."""
    rules = tuple(_rules(texts))
    found = ((secret, next((path for path, excuses in rules if excuses(secret)), "")) for secret in secrets)
    return {secret: path for secret, path in found if path}


def _rules(texts: Mapping[str, str]) -> Iterator[tuple[str, Excuses]]:
    readers = dict(zip(FILES, (_gitleaks, _gitleaks_ignore, _baseline, _github), strict=True))
    for path, read in readers.items():
        text = texts.get(path, "")
        if text and len(text) <= _MAX_TEXT:
            yield path, read(text)


def _nothing(_: SecretFact) -> bool:
    return False


def _gitleaks(text: str) -> Excuses:
    try:
        document = tomllib.loads(text)
    except _UNREADABLE:
        return _nothing
    lists = [document.get("allowlist"), *_items(document.get("allowlists"))]
    lists += [one for rule in _items(document.get("rules")) if isinstance(rule, dict) for one in _of_rule(rule)]
    patterns = [p for one in lists if isinstance(one, dict) for p in _items(one.get("paths")) if isinstance(p, str)]
    compiled = [pattern for text in patterns[:_MAX_PATTERNS] if (pattern := _compiled(text)) is not None]
    return lambda secret: any(pattern.search(secret.path) for pattern in compiled)


def _of_rule(rule: dict[str, Any]) -> list[Any]:
    return [rule.get("allowlist"), *_items(rule.get("allowlists"))]


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _compiled(text: str) -> Any:
    try:
        return re2.compile(text)
    except re2.error:
        return None


def _gitleaks_ignore(text: str) -> Excuses:
    places = {(path, int(line)) for path, line in _IGNORED.findall(text)}
    return lambda secret: (secret.path, secret.line) in places


def _baseline(text: str) -> Excuses:
    try:
        results = msgspec.json.decode(text.encode(), type=dict[str, Any]).get("results")
    except _UNREADABLE:
        return _nothing
    known = results if isinstance(results, dict) else {}
    return lambda secret: secret.path in known


def _github(text: str) -> Excuses:
    try:
        ignored = parse_yaml(text).get("paths-ignore")
    except YamlProblem:
        return _nothing
    patterns = [pattern for pattern, _ in ignored.strings()][:_MAX_PATTERNS] if ignored is not None else []
    matches = GitIgnoreSpec.from_lines(patterns).match_file
    return lambda secret: bool(matches(secret.path))
