"""Python requirements: PEP 508 lines, and requirements files with -r, -c, continuation lines and markers."""

from __future__ import annotations

import posixpath
import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from bot.analysis.manifests.nouns import Draft, Tree
from bot.model.report import Scope

_DEVELOPMENT_WORDS = frozenset(
    {"dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "doc", "docs", "ci", "check",
     "checks", "typing", "types", "mypy", "format", "style", "coverage", "bench", "benchmarks", "local", "debug"}
)  # fmt: skip
_WORDS = re.compile(r"[A-Za-z]+")
_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]{0,200})[ \t]*(\[[^\]\n]{0,300}\])?[ \t]*")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]{1,200})")
_INCLUDE = re.compile(r"^(?:-r|--requirement)[ \t=]*(\S+)")
_OPTION = re.compile(r"[ \t]+--(?:hash|config-settings|global-option|install-option)\b.*$")
MAX_LINE = 4_000
MAX_INCLUDES = 50


def is_requirements_file(path: str) -> bool:
    """Whether a .txt or .in file is a requirements file by its name or its folder's."""
    folder, name = posixpath.split(path)
    stem, extension = posixpath.splitext(name.lower())
    if extension not in {".txt", ".in", ".pip"}:
        return False
    words = _WORDS.findall(stem)
    if "requirements" in words or "requirement" in words or stem in {"reqs", "pip-requirements"}:
        return True
    return posixpath.basename(folder).lower() in {"requirements", "reqs"} and stem != "readme"


def scope_of_file(path: str) -> Scope:
    """Development where the file's name says so (requirements-dev.txt, requirements/test.in)."""
    folder, name = posixpath.split(path.lower())
    words = set(_WORDS.findall(posixpath.splitext(name)[0]))
    if posixpath.basename(folder) in _DEVELOPMENT_WORDS:
        return Scope.DEVELOPMENT
    if words & _DEVELOPMENT_WORDS:
        return Scope.DEVELOPMENT
    return Scope.BUILD if "build" in words else Scope.RUNTIME


def is_constraints_name(path: str) -> bool:
    """Whether the file is a constraints file: it pins, but asks for nothing."""
    return "constraints" in _WORDS.findall(posixpath.basename(path).lower())


def read_requirements(draft: Draft, text: str, tree: Tree) -> None:
    """A requirements file. An included file that the tables of names would miss is read here, in its own place."""
    if is_constraints_name(draft.path):
        return
    if len(text) > 1_000_000:
        draft.problem("The file is longer than 1,000,000 characters and is not read.")
        return
    _read(draft, text, tree, draft.path, scope_of_file(draft.path), {draft.path})


def _read(draft: Draft, text: str, tree: Tree, path: str, scope: Scope, seen: set[str]) -> None:
    for line, content in _logical_lines(text):
        if draft.is_full:
            return
        if include := _INCLUDE.match(content):
            _include(draft, tree, path, include.group(1), line, scope, seen)
        elif content.startswith(("-e", "--editable")):
            location = content.removeprefix("--editable").removeprefix("-e").strip(" =\t")
            _add_location(draft, location, scope, line, path)
        elif content.startswith("-"):
            continue
        else:
            _add_line(draft, content, scope, line, path)


def _logical_lines(text: str) -> list[tuple[int, str]]:
    lines: list[tuple[int, str]] = []
    held, start = "", 0
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        start = start or number
        if raw.endswith("\\") and len(held) < MAX_LINE:
            held += raw[:-1] + " "
            continue
        content = re.sub(r"(^|[ \t])#.*$", "", (held + raw)[:MAX_LINE]).strip()
        if content:
            lines.append((start, content))
        held, start = "", 0
    return [*lines, (start, held.strip())] if held.strip() else lines


def _include(draft: Draft, tree: Tree, path: str, relative: str, line: int, scope: Scope, seen: set[str]) -> None:
    target = tree.beside(path, relative)
    text = tree.text(target) if target else None
    if (
        target
        and target in tree.paths
        and (text is None or is_requirements_file(target) or is_constraints_name(target))
    ):
        return
    if text is None:
        draft.problem(f"It includes `{relative[:100]}`, which is not in the repository.", line)
    elif target not in seen and len(seen) < MAX_INCLUDES:
        seen.add(target)
        _read(draft, text, tree, target, scope, seen)


def _add_line(draft: Draft, content: str, scope: Scope, line: int, path: str) -> None:
    if (
        "://" in content.partition("@")[0]
        or content.startswith((".", "/", "git+"))
        or content.endswith((".whl", ".zip", ".tar.gz"))
    ):
        _add_location(draft, content, scope, line, path)
        return
    add_requirement(draft, _OPTION.sub("", content), scope, line, path=path)


def _add_location(draft: Draft, content: str, scope: Scope, line: int, path: str) -> None:
    egg = _EGG.search(content)
    name = egg.group(1) if egg else _wheel_name(content)
    if not name and " @ " in content:
        add_requirement(draft, content, scope, line, path=path)
    elif name:
        draft.add(name, content.partition("#")[0], scope, line=line, path=path)


def _wheel_name(content: str) -> str:
    if not content.endswith(".whl"):
        return ""
    try:
        return str(parse_wheel_filename(posixpath.basename(content))[0])
    except InvalidWheelFilename:
        return ""


def add_requirement(draft: Draft, content: str, scope: Scope, line: int | None, *, path: str = "") -> None:
    """Notes one PEP 508 requirement, its specifier word for word; a wrong one becomes a problem."""
    content = content.strip()
    if not content or len(content) > MAX_LINE:
        return
    try:
        requirement = Requirement(content)
    except (InvalidRequirement, RecursionError, ValueError):
        draft.problem(f"`{content[:80]}` is no valid Python requirement.", line)
        return
    name = requirement.name
    if requirement.url:
        draft.add(name, requirement.url, scope, line=line, path=path)
        return
    head = _NAME.match(content)
    written = content[head.end() :] if head else str(requirement.specifier)
    specifier = "".join(written.partition(";")[0].split()).strip("()")
    draft.add(name, specifier, scope, line=line, version=exact_pypi(specifier), path=path)


def exact_pypi(specifier: str) -> str:
    """The version that `==` or `===` pins, "" where the specifier is a range."""
    if "," in specifier or not specifier.startswith("=="):
        return ""
    version = specifier.lstrip("=").strip()
    return "" if "*" in version else version
