"""C and C++: vcpkg.json, conanfile.txt and conanfile.py, and CMake's find_package and FetchContent.

Source of the rules: the vcpkg manifest reference, Conan's conanfile references, CMake's command references.
"""

from __future__ import annotations

import ast
import re

from bot.analysis.manifests.formats import read_json
from bot.analysis.manifests.formats.textlines import LONG_STRING, Pages, numbered
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, scalar
from bot.analysis.manifests.python_setup import parse_python
from bot.model.report import Scope


def read_vcpkg(draft: Draft, text: str, tree: Tree) -> None:
    """vcpkg.json: dependencies with their minimum, overrides, and those of features, which are optional."""
    document = read_json(text)
    root = draft.mapping(document.value, "vcpkg.json", 1)
    draft.package_manager = "vcpkg"
    draft.name = scalar(root.get("name"))
    draft.version = next((scalar(root[key]) for key in root if key.startswith("version") and scalar(root[key])), "")
    draft.description = scalar(root.get("description"))
    draft.licence, draft.licence_line = scalar(root.get("license")), document.line("license")
    overrides = {
        scalar(one.get("name")): scalar(one.get("version"))
        for one in draft.items(root.get("overrides", MISSING), "overrides", document.line("overrides"))
        if isinstance(one, dict)
    }
    places: list[tuple[tuple[str, ...], object, Scope]] = [
        (("dependencies",), root.get("dependencies", MISSING), Scope.RUNTIME)
    ]
    for name, feature in draft.mapping(root.get("features", MISSING), "features", document.line("features")).items():
        if isinstance(feature, dict):
            places.append((("features", name, "dependencies"), feature.get("dependencies", MISSING), Scope.OPTIONAL))
    for steps, value, scope in places:
        for index, entry in enumerate(draft.items(value, ".".join(steps), document.line(*steps))):
            facts = entry if isinstance(entry, dict) else {"name": entry}
            name = scalar(facts.get("name"))
            if name and name != draft.name:
                requirement = overrides.get(name) or (
                    f">={scalar(facts['version>='])}" if scalar(facts.get("version>=")) else ""
                )
                used = Scope.BUILD if facts.get("host") is True else scope
                draft.add(name, requirement, used, line=document.line(*steps, index), version=overrides.get(name, ""))


_CONAN = re.compile(r"^([A-Za-z0-9_][\w+.-]{0,100})/(\[[^\]\n]{1,100}\]|[^@#\s]{1,100})")
_CONAN_SECTIONS = {
    "requires": Scope.RUNTIME,
    "build_requires": Scope.BUILD,
    "tool_requires": Scope.BUILD,
    "test_requires": Scope.DEVELOPMENT,
}


def _add_conan(draft: Draft, reference: str, scope: Scope, line: int) -> None:
    match = _CONAN.match(reference.strip())
    if match:
        version = match.group(2)
        draft.add(match.group(1), version, scope, line=line, version="" if version.startswith("[") else version)
    elif reference.strip():
        draft.problem(f"`{reference.strip()[:80]}` is no Conan reference.", line)


def read_conanfile_txt(draft: Draft, text: str, tree: Tree) -> None:
    """conanfile.txt: [requires], [tool_requires], [test_requires]."""
    draft.package_manager = "conan"
    section = ""
    for line, content in numbered(text, "#"):
        if content.startswith("["):
            section = content.strip("[]").strip()
        elif section in _CONAN_SECTIONS:
            _add_conan(draft, content, _CONAN_SECTIONS[section], line)


def read_conanfile_py(draft: Draft, text: str, tree: Tree) -> None:
    """conanfile.py: literal `requires` attributes and `self.requires("…")` calls, read by ast and never run."""
    module = parse_python(text)
    draft.package_manager = "conan"
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            scope = _CONAN_SECTIONS.get(node.func.attr)
            first = node.args[0]
            if scope and isinstance(first, ast.Constant) and isinstance(first.value, str):
                _add_conan(draft, first.value, scope, first.lineno)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            _attribute(draft, node.targets[0].id, node.value)


def _attribute(draft: Draft, name: str, value: ast.expr) -> None:
    if name in {"name", "version", "license", "description"}:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            setattr(draft, "licence" if name == "license" else name, value.value)
            if name == "license":
                draft.licence_line = value.lineno
    elif name in _CONAN_SECTIONS:
        elements = value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
        for element in elements:
            if isinstance(element, ast.Constant) and isinstance(element.value, str):
                for reference in element.value.split(","):
                    _add_conan(draft, reference, _CONAN_SECTIONS[name], element.lineno)


_CMAKE_COMMENT = re.compile(rf"{LONG_STRING}|#\[\[[\s\S]*?(?:\]\]|\Z)|#[^\n]*")
_COMMAND = re.compile(
    r"\b(find_package|find_dependency|FetchContent_Declare|CPMAddPackage|project|cmake_minimum_required)"
    r"[ \t]*\(([^()]{0,2000})\)",
    re.IGNORECASE,
)
_CMAKE_VERSION = re.compile(r"^\d+(?:\.\d+){0,3}(?:\.\.\.<?\d+(?:\.\d+){0,3})?$")
_CPM = re.compile(r"^(?:gh|gl|bb):([\w.-]+)/([\w.-]+?)(?:[@#]([\w.-]+))?$")


def read_cmake(draft: Draft, text: str, tree: Tree) -> None:
    """CMakeLists.txt: packages found or fetched, by name. It is a component where it declares a project."""
    cleaned = _CMAKE_COMMENT.sub(
        lambda match: match.group(0) if match.group(0)[0] == '"' else "\n" * match.group(0).count("\n"),
        text[:1_000_001],
    )
    pages = Pages(cleaned)
    draft.package_manager = "cmake"
    draft.is_component = False
    for match in pages.find(_COMMAND):
        command, words = match.group(1).lower(), match.group(2).split()
        line = pages.line(match.start())
        if words and "$" not in words[0]:
            _command(draft, command, [word.strip('"') for word in words], line)


def _command(draft: Draft, command: str, words: list[str], line: int) -> None:
    upper = [word.upper() for word in words]
    if command in {"find_package", "find_dependency"}:
        version = words[1] if len(words) > 1 and _CMAKE_VERSION.match(words[1]) else ""
        scope = Scope.RUNTIME if "REQUIRED" in upper or command == "find_dependency" else Scope.OPTIONAL
        draft.add(words[0], version, scope, line=line)
    elif command == "fetchcontent_declare":
        draft.add(words[0], _after(words, upper, "GIT_TAG") or _after(words, upper, "URL"), line=line)
    elif command == "cpmaddpackage":
        if short := _CPM.match(words[0]):
            draft.add(short.group(2), short.group(3) or "", line=line)
        else:
            name = _after(words, upper, "NAME") or words[0].rpartition("/")[2]
            draft.add(name, _after(words, upper, "VERSION") or _after(words, upper, "GIT_TAG"), line=line)
    elif command == "project":
        draft.is_component = True
        draft.name = draft.name or words[0]
        draft.version = draft.version or _after(words, upper, "VERSION")
    elif command == "cmake_minimum_required":
        draft.runtime("CMake", _after(words, upper, "VERSION"), line, detail="cmake_minimum_required")


def _after(words: list[str], upper: list[str], key: str) -> str:
    at = upper.index(key) if key in upper else len(words)
    return words[at + 1] if at + 1 < len(words) else ""
