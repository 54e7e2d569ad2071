"""NuGet: project files (csproj, fsproj, vbproj) with central versions, packages.config, dotnet tools and Paket.

Source of the rules: Microsoft's PackageReference and central package management documentation.
"""

from __future__ import annotations

import posixpath
import re

from bot.analysis.manifests.formats import Element, read_json, read_xml
from bot.analysis.manifests.formats.textlines import numbered
from bot.analysis.manifests.nouns import Draft, ManifestError, Tree, scalar
from bot.model.report import Kind, Scope

_PROPERTY = re.compile(r"\$\(([A-Za-z_][\w.]{0,100})\)")
_EXACT = re.compile(r"^\[?(\d+(?:\.\d+){1,3}(?:-[\w.]+)?)\]?$")
_SWITCHES = ("UseWPF", "UseWindowsForms", "UseMaui")
_TEST_SDK = "microsoft.net.test.sdk"


def read_project(draft: Draft, text: str, tree: Tree) -> None:
    """A project file: package references with central versions, target frameworks, SDK."""
    root = _project(text)
    draft.package_manager = "nuget"
    draft.name = posixpath.splitext(posixpath.basename(draft.path))[0]
    properties, central = _central(draft, tree)
    properties |= _properties(root)
    sdk = root.attributes.get("Sdk", "")
    draft.signal("msbuild", sdk, root.line)
    _switches(draft, root)
    references = _references(root, "PackageReference")
    is_test = any(_name(reference).lower() == _TEST_SDK for reference in references)
    for reference in references:
        _reference(draft, reference, properties, central, is_test=is_test)
    for name in ("TargetFramework", "TargetFrameworks"):
        for element in root.walk():
            if element.name == name:
                draft.runtime(".NET", _frameworks(element.text, properties), element.line, detail=name)
    draft.version = properties.get("Version", "")
    draft.description = properties.get("Description", "")
    draft.licence = properties.get("PackageLicenseExpression", "")
    is_described = any(name.startswith("Package") and properties[name] for name in properties)
    draft.is_private = properties.get("IsPackable", "").lower() == "false" or not is_described
    executable = properties.get("OutputType", "").lower() in {"exe", "winexe"} or sdk == "Microsoft.NET.Sdk.Web"
    if not is_test:
        draft.kind = Kind.APPLICATION if executable else Kind.LIBRARY
    if properties.get("PackAsTool", "").lower() == "true":
        draft.kind = Kind.COMMAND_LINE_TOOL


def _frameworks(text: str, properties: dict[str, str]) -> str:
    """The target frameworks that an element adds: `$(TargetFrameworks);net8.0-windows` adds one."""
    added = [
        part.strip() for part in text.split(";") if part.strip() and not part.strip().startswith("$(TargetFramework")
    ]
    resolved = _resolved(";".join(added), properties)
    return ";".join(part for part in resolved.split(";") if "$(" not in part)  # set on the command line of a build


def _project(text: str) -> Element:
    root = read_xml(text)
    if root.name != "Project":
        raise ManifestError("The root element is not <Project>.", root.line)
    return root


def _properties(root: Element) -> dict[str, str]:
    return {element.name: element.text.strip() for group in root.all("PropertyGroup") for element in group.children}


def _resolved(text: str, properties: dict[str, str]) -> str:
    for _ in range(5):
        if "$(" not in text or len(text) > 1_000:
            break
        replaced = _PROPERTY.sub(lambda match: properties.get(match.group(1), match.group(0)), text)
        if replaced == text:
            break
        text = replaced
    return text


def _references(root: Element, name: str) -> list[Element]:
    return [element for element in root.walk() if element.name == name and _name(element)]


def _name(element: Element) -> str:
    return (element.attributes.get("Include") or element.attributes.get("Update") or "").strip()


def _central(draft: Draft, tree: Tree) -> tuple[dict[str, str], dict[str, str]]:
    """Properties and central versions that hold for the project: the nearest props files above it."""
    properties: dict[str, str] = {}
    central: dict[str, str] = {}
    for name in ("Directory.Build.props", "Directory.Packages.props"):
        path = tree.above(draft.path, name)
        if not path:
            continue
        try:
            root = tree.once(path, _project)
        except ManifestError:
            continue
        properties |= _properties(root)
        for element in _references(root, "PackageVersion"):
            central[_name(element).lower()] = _version(element)
    return properties, central


def _version(element: Element) -> str:
    for name in ("VersionOverride", "Version"):
        value = element.attributes.get(name) or element.value(name)
        if value:
            return value.strip()
    return ""


def _reference(
    draft: Draft, reference: Element, properties: dict[str, str], central: dict[str, str], *, is_test: bool
) -> None:
    name = _resolved(_name(reference), properties)
    version = _resolved(_version(reference) or central.get(name.lower(), ""), properties)
    private = (reference.attributes.get("PrivateAssets") or reference.value("PrivateAssets")).lower()
    scope = Scope.DEVELOPMENT if is_test or private == "all" else Scope.RUNTIME
    draft.add(name, version, scope, line=reference.line, version=exact_nuget(version))


def exact_nuget(version: str) -> str:
    """The version that a NuGet requirement starts from: `1.2.3` (a minimum by its rules) or `[1.2.3]`."""
    found = _EXACT.match(version)
    return found.group(1) if found else ""


def _switches(draft: Draft, root: Element) -> None:
    for element in root.walk():
        if element.name in _SWITCHES and element.text.strip().lower() == "true":
            draft.signal("msbuild", element.name, element.line)
        elif element.name == "FrameworkReference" and _name(element):
            draft.signal("msbuild", _name(element), element.line)
        elif element.name == "Sdk" and element.attributes.get("Name"):
            draft.signal("msbuild", element.attributes["Name"], element.line)


def read_props(draft: Draft, text: str, tree: Tree) -> None:
    """Directory.Build.props and its kin: package references that hold for every project below."""
    root = _project(text)
    properties, central = _central(draft, tree)
    properties |= _properties(root)
    for reference in _references(root, "PackageReference"):
        _reference(draft, reference, properties, central, is_test=False)
    for reference in _references(root, "GlobalPackageReference"):
        version = _resolved(_version(reference), properties)
        draft.add(_name(reference), version, Scope.DEVELOPMENT, line=reference.line, version=exact_nuget(version))


def read_packages_config(draft: Draft, text: str, tree: Tree) -> None:
    """packages.config, the older form: exact versions."""
    root = read_xml(text)
    draft.package_manager = "nuget"
    for element in root.all("package"):
        name, version = element.attributes.get("id", ""), element.attributes.get("version", "")
        is_development = element.attributes.get("developmentDependency", "").lower() == "true"
        if name:
            scope = Scope.DEVELOPMENT if is_development else Scope.RUNTIME
            draft.add(name, version, scope, line=element.line, version=version)


def read_tools(draft: Draft, text: str, tree: Tree) -> None:
    """.config/dotnet-tools.json: local tools."""
    document = read_json(text)
    tools = draft.mapping(document.get("tools"), "tools", document.line("tools"))
    for name, facts in tools.items():
        version = scalar(facts.get("version")) if isinstance(facts, dict) else ""
        draft.add(name, version, Scope.DEVELOPMENT, line=document.line("tools", name), version=version)


def read_paket(draft: Draft, text: str, tree: Tree) -> None:
    """paket.dependencies: `nuget NAME requirement`, by group."""
    draft.package_manager = "paket"
    scope = Scope.RUNTIME
    for line, content in numbered(text, "//"):
        words = content.split()
        if words[0].lower() == "group" and len(words) > 1:
            scope = Scope.DEVELOPMENT if words[1].lower() in {"test", "build", "tests"} else Scope.RUNTIME
        elif words[0].lower() == "nuget" and len(words) > 1:
            wanted = [word for word in words[2:] if ":" not in word]
            draft.add(words[1], " ".join(wanted), scope, line=line)
