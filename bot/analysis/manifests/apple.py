"""Swift and Apple platforms: Package.swift, Podfile, podspecs and Cartfile, as far as they state literals.

Source of the rules: the PackageDescription reference, the Podfile syntax reference and Carthage's documentation.
"""

from __future__ import annotations

import posixpath
import re

from bot.analysis.manifests.formats.textlines import Pages, numbered, quoted, without_c_comments
from bot.analysis.manifests.lockfiles import swift_name
from bot.analysis.manifests.nouns import Draft, Tree
from bot.model.report import Kind, Scope

_PACKAGE = re.compile(r"\.package\(((?:[^()]|\([^()]{0,300}\)){1,1000})\)")
_URL = re.compile(r'\burl:[ \n]*"([^"\n]{1,300})"')
_NAME = re.compile(r'\bPackage\([ \n]*name:[ \n]*"([^"\n]{1,200})"')
_TOOLS = re.compile(r"^//[ ]*swift-tools-version:[ ]*([0-9.]{1,20})")
_VERSION = re.compile(r'\b(from|exact|branch|revision):[ \n]*"([^"\n]{1,100})"')
_RANGE = re.compile(r'"([^"\n]{1,50})"[ ]*(\.\.<|\.\.\.)[ ]*"([^"\n]{1,50})"')


def read_package_swift(draft: Draft, text: str, tree: Tree) -> None:
    """Package.swift: the packages with an address, by it."""
    pages = Pages(without_c_comments(text))
    draft.package_manager = "swiftpm"
    if tools := _TOOLS.match(text.lstrip("\ufeff")):
        draft.runtime("Swift", tools.group(1), 1, detail="swift-tools-version")
    if name := _NAME.search(pages.text):
        draft.name = name.group(1)
    draft.kind = Kind.COMMAND_LINE_TOOL if ".executable(" in pages.text else Kind.LIBRARY
    for match in pages.find(_PACKAGE):
        url = _URL.search(match.group(1))
        if url is None:
            continue
        requirement, exact = _swift_requirement(match.group(1)[url.end() :])
        draft.add(swift_name(url.group(1)), requirement, line=pages.line(match.start()), version=exact)


def _swift_requirement(rest: str) -> tuple[str, str]:
    if found := _RANGE.search(rest):
        return f"{found.group(1)}{found.group(2)}{found.group(3)}", ""
    if found := _VERSION.search(rest):
        kind, version = found.groups()
        if "upToNextMinor" in rest:
            return f"upToNextMinor(from: {version})", ""
        return (version, version) if kind == "exact" else (f"{kind}: {version}", "")
    if found := re.search(r'\.exact\([ ]*"([^"\n]{1,100})"', rest):
        return found.group(1), found.group(1)
    return "", ""


_POD = re.compile(r"^pod[ (]+[\"']([^\"'\n]{1,200})[\"'](.*)$")
_PLATFORM = re.compile(r"^platform[ (]+:([a-z]+)[ ]*,[ ]*[\"']([0-9.]{1,20})[\"']")
_DEPENDENCY = re.compile(r"\.(test_)?(?:spec\.)?dependency[ (]+[\"']([^\"'\n]{1,200})[\"'](.*)$")
_SPEC_FIELD = re.compile(r"\.(name|version|license|summary)[ ]*=[ ]*(.{1,300})$")


def read_podfile(draft: Draft, text: str, tree: Tree) -> None:
    """Podfile: pods with requirements; a test target's pods are for development."""
    draft.package_manager = "cocoapods"
    target = ""
    for line, content in numbered(text, "#"):
        if content.startswith(("target ", "abstract_target ")):
            target = next(iter(quoted(content)), "")
        elif match := _POD.match(content):
            wanted = [value for value in quoted(match.group(2).partition(":")[0]) if value]
            scope = Scope.DEVELOPMENT if "test" in target.lower() else Scope.RUNTIME
            requirement = ", ".join(wanted)
            exact = requirement if re.fullmatch(r"\d[\d.]*", requirement) else ""
            draft.add(match.group(1), requirement, scope, line=line, version=exact)
        elif match := _PLATFORM.match(content):
            draft.runtime({"ios": "iOS", "osx": "macOS"}.get(match.group(1), match.group(1)), match.group(2), line)


def read_podspec(draft: Draft, text: str, tree: Tree) -> None:
    """A podspec: its dependencies, name and licence."""
    draft.package_manager = "cocoapods"
    draft.name = posixpath.basename(draft.path).removesuffix(".podspec")
    draft.kind = Kind.LIBRARY
    for line, content in numbered(text, "#"):
        if match := _DEPENDENCY.search(content):
            scope = Scope.DEVELOPMENT if match.group(1) else Scope.RUNTIME
            draft.add(match.group(2), ", ".join(quoted(match.group(3))), scope, line=line)
        elif (match := _SPEC_FIELD.search(content)) and (values := quoted(match.group(2))):
            if match.group(1) == "license":
                draft.licence, draft.licence_line = values[0], line
            elif match.group(1) == "summary":
                draft.description = values[0]
            else:
                setattr(draft, match.group(1), values[0])


_CART = re.compile(r'^(github|git|binary)[ ]+"([^"\n]{1,300})"[ ]*(.{0,100})$')


def read_cartfile(draft: Draft, text: str, tree: Tree) -> None:
    """Cartfile: frameworks by repository."""
    draft.package_manager = "carthage"
    scope = Scope.DEVELOPMENT if draft.path.endswith(".private") else Scope.RUNTIME
    for line, content in numbered(text, "#"):
        if match := _CART.match(content):
            name = swift_name(match.group(2))
            name = f"github.com/{name}" if match.group(1) == "github" and name.count("/") == 1 else name
            draft.add(name, match.group(3).strip().strip('"'), scope, line=line)
