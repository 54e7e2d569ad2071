"""setup.cfg, literal setup.py (read by ast, never run), Pipfile and conda environments."""

from __future__ import annotations

import ast
import bisect
import configparser
import re
import warnings

from bot.analysis.manifests.formats import read_toml, read_yaml
from bot.analysis.manifests.nouns import MISSING, Draft, ManifestError, Tree, scalar
from bot.analysis.manifests.python_requirements import add_requirement, exact_pypi
from bot.model.report import Kind, Scope

MAX_SETUP = 200_000
MAX_BRACKETS = 60


def read_setup_cfg(draft: Draft, text: str, tree: Tree) -> None:
    """setup.cfg: [metadata], [options] and extras. One that only configures tools is no component."""
    if len(text) > MAX_SETUP:
        raise ManifestError("The file is too long for a setup.cfg and is not read.")
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(text.removeprefix("\ufeff"))
    except configparser.Error as error:
        raise ManifestError("It is no valid INI file.", getattr(error, "lineno", None)) from None
    lines = _Lines(text)
    draft.is_component = parser.has_option("metadata", "name") or parser.has_option("options", "install_requires")
    draft.name = parser.get("metadata", "name", fallback="").strip()
    draft.version = parser.get("metadata", "version", fallback="").strip()
    draft.description = parser.get("metadata", "description", fallback="").strip()
    draft.licence = parser.get("metadata", "license", fallback="").strip().partition("\n")[0]
    draft.licence_line = lines.of_key("license")
    for section, option, scope in (
        ("options", "install_requires", Scope.RUNTIME),
        ("options", "setup_requires", Scope.BUILD),
        ("options", "tests_require", Scope.DEVELOPMENT),
    ):
        _option(draft, lines, parser, section, option, scope)
    if parser.has_section("options.extras_require"):
        for option in parser.options("options.extras_require"):
            _option(draft, lines, parser, "options.extras_require", option, Scope.OPTIONAL)
    wanted = parser.get("options", "python_requires", fallback="")
    draft.runtime("Python", wanted, lines.of_key("python_requires"), detail="python_requires")
    _entry_points(draft, parser)


class _Lines:
    """On which line a key or a value of an INI file stands."""

    def __init__(self, text: str) -> None:
        self._places: dict[str, list[int]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            content = line.partition("#")[0].strip()
            key, _, value = content.partition("=")
            for one in {content, value.strip(), key.strip() + "="}:
                self._places.setdefault(one, []).append(number)

    def of_key(self, key: str, after: int = 1) -> int | None:
        """The first line at or after `after` that sets `key`."""
        return self.of_text(f"{key}=", after)

    def of_text(self, text: str, after: int = 1) -> int | None:
        """The first line at or after `after` that is `text`, alone or as the value of a key."""
        places = self._places.get(text, [])
        at = bisect.bisect_left(places, after)
        return places[at] if at < len(places) else None


def _option(
    draft: Draft, lines: _Lines, parser: configparser.RawConfigParser, section: str, option: str, scope: Scope
) -> None:
    start = lines.of_key(option, lines.of_text(f"[{section}]") or 1)
    for wanted in parser.get(section, option, fallback="").splitlines():
        content = wanted.partition("#")[0].strip()
        if content and not content.startswith("file:"):
            add_requirement(draft, content, scope, lines.of_text(content, start or 1))


def _entry_points(draft: Draft, parser: configparser.RawConfigParser) -> None:
    scripts = parser.get("options.entry_points", "console_scripts", fallback="")
    draft.entry_points = [one.partition("=")[0].strip() for one in scripts.splitlines() if "=" in one]
    if draft.entry_points:
        draft.kind = Kind.COMMAND_LINE_TOOL
    elif draft.name:
        draft.kind = Kind.LIBRARY


def read_setup_py(draft: Draft, text: str, tree: Tree) -> None:
    """setup.py where `setup(...)` is given literals, directly or through module-level names."""
    call, names = _setup_call(text)
    if call is None:
        draft.is_component = False
        return
    arguments = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    draft.name, draft.version = (_text(arguments.get(key), names) for key in ("name", "version"))
    draft.description = _text(arguments.get("description"), names)
    draft.licence = _text(arguments.get("license"), names)
    draft.licence_line = getattr(arguments.get("license"), "lineno", None)
    for key, scope in (
        ("install_requires", Scope.RUNTIME),
        ("setup_requires", Scope.BUILD),
        ("tests_require", Scope.DEVELOPMENT),
    ):
        _requirements(draft, arguments.get(key), names, scope)
    extras = _resolve(arguments.get("extras_require"), names)
    if isinstance(extras, ast.Dict):
        for value in extras.values:
            _requirements(draft, value, names, Scope.OPTIONAL)
    wanted = arguments.get("python_requires")
    draft.runtime("Python", _text(wanted, names), getattr(wanted, "lineno", None), detail="python_requires")
    entries = _resolve(arguments.get("entry_points"), names)
    scripts = _console_scripts(entries, names)
    draft.entry_points = [one.partition("=")[0].strip() for one in scripts]
    draft.kind = Kind.COMMAND_LINE_TOOL if scripts or "scripts" in arguments else Kind.LIBRARY


def parse_python(text: str) -> ast.Module:
    """The syntax tree. Raises ManifestError where the text is no Python, too long or nested too deep."""
    if len(text) > MAX_SETUP or "\0" in text:
        raise ManifestError("The file is too long, or no text, and is not read.")
    depth = deepest = 0
    for mark in re.findall(r"[\[({})\]]", text):
        depth += 1 if mark in "[({" else -1
        deepest = max(deepest, depth)
    if deepest > MAX_BRACKETS or re.search(
        r"(?:[-~+][ \t]*|not[ \t]+){80}|(?:\blambda\b[^\n:]{0,40}:[ \t]*){60}", text
    ):
        raise ManifestError("The Python is nested too deep and is not read.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        raise ManifestError("It is no valid Python 3.", error.lineno) from None
    except (ValueError, RecursionError, MemoryError):
        raise ManifestError("The Python cannot be parsed.") from None


def _setup_call(text: str) -> tuple[ast.Call | None, dict[str, ast.expr]]:
    module = parse_python(text)
    names: dict[str, ast.expr] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                names[target.id] = statement.value
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name == "setup":
                return node, names
    return None, names


def _resolve(node: ast.expr | None, names: dict[str, ast.expr]) -> ast.expr | None:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
        table = names.get(node.value.id)
        if isinstance(table, ast.Dict):
            for key, value in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == node.slice.value:
                    return value
    return node


def _text(node: ast.expr | None, names: dict[str, ast.expr]) -> str:
    found = _resolve(node, names)
    return found.value.strip() if isinstance(found, ast.Constant) and isinstance(found.value, str) else ""


def _texts(node: ast.expr | None, names: dict[str, ast.expr], depth: int = 0) -> list[tuple[str, int]]:
    found = _resolve(node, names)
    if depth > 10:
        return []
    if isinstance(found, ast.BinOp) and isinstance(found.op, ast.Add):
        return _texts(found.left, names, depth + 1) + _texts(found.right, names, depth + 1)
    if isinstance(found, ast.Constant) and isinstance(found.value, str):
        lines = found.value.split("\n")
        return [(one.strip(), found.lineno + number) for number, one in enumerate(lines) if one.strip()]
    if isinstance(found, (ast.List, ast.Tuple)):
        return [
            (one.value.strip(), one.lineno)
            for element in found.elts
            if isinstance(one := _resolve(element, names), ast.Constant) and isinstance(one.value, str)
        ]
    return []


def _requirements(draft: Draft, node: ast.expr | None, names: dict[str, ast.expr], scope: Scope) -> None:
    for content, line in _texts(node, names):
        if not content.startswith(("#", "[")):
            add_requirement(draft, content, scope, line)


def _console_scripts(node: ast.expr | None, names: dict[str, ast.expr]) -> list[str]:
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "console_scripts":
                return [text for text, _ in _texts(value, names)]
    return []


def read_pipfile(draft: Draft, text: str, tree: Tree) -> None:
    """Pipfile: [packages], [dev-packages] and [requires]."""
    document = read_toml(text)
    draft.package_manager = "pipenv"
    for section, scope in (("packages", Scope.RUNTIME), ("dev-packages", Scope.DEVELOPMENT)):
        table = draft.mapping(document.get(section), section, document.line(section))
        for name, value in table.items():
            wanted = value
            if isinstance(value, dict):
                wanted = next((value[key] for key in ("version", "git", "path", "file") if key in value), "")
            requirement = scalar(wanted)
            draft.add(name, requirement, scope, line=document.line(section, name), version=exact_pypi(requirement))
    for key in ("python_version", "python_full_version"):
        draft.runtime("Python", document.get("requires", key), document.line("requires", key), detail="Pipfile")


_CONDA = re.compile(r"^(?:[A-Za-z0-9_./-]{1,100}::)?([A-Za-z0-9_.-]{1,200})[ \t]*(.*)$")


def read_conda(draft: Draft, text: str, tree: Tree) -> None:
    """conda environment.yml: its packages, and those under `pip:`."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "environment", 1)
    draft.name = scalar(root.get("name"))
    draft.is_component = "dependencies" in root
    draft.package_manager = "conda"
    entries = draft.items(root.get("dependencies", MISSING), "dependencies", document.line("dependencies"))
    for index, entry in enumerate(entries):
        line = document.line("dependencies", index)
        if isinstance(entry, dict):
            pip = draft.items(entry.get("pip", MISSING), "pip", line)
            for number, content in enumerate(pip):
                if scalar(content) and not scalar(content).startswith("-"):
                    place = document.line("dependencies", index, "pip", number)
                    requirement_draft(draft, scalar(content), place)
            continue
        match = _CONDA.match(scalar(entry)[:500])
        if match is None:
            draft.problem("A dependency is no conda package.", line)
        elif match.group(1) == "python":
            draft.runtime("Python", match.group(2).lstrip("= "), line, detail="conda")
        else:
            draft.add(match.group(1), match.group(2), line=line)


def requirement_draft(draft: Draft, content: str, line: int | None, scope: Scope = Scope.RUNTIME) -> None:
    """Notes a pip requirement inside a file of another ecosystem."""
    inner = Draft(draft.path, "pypi")
    add_requirement(inner, content, scope, line)
    found = inner.finish()
    for package in found.packages:
        draft.add(
            package.name,
            package.requirement,
            scope,
            line=line,
            ecosystem="pypi",
            version=exact_pypi(package.requirement),
        )
    for problem in found.problems:
        draft.problem(problem.message, problem.line)
