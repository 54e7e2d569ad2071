"""Maven: pom.xml with parents, properties and dependencyManagement, as far as they stand in the tree.

Source of the rules: Maven's POM reference and its introduction to the dependency mechanism.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.analysis.manifests.formats import Element, read_xml
from bot.analysis.manifests.nouns import Draft, ManifestError, Tree
from bot.model.report import Scope

MAX_PARENTS = 10
_PROPERTY = re.compile(r"\$\{([^${}]{1,200})\}")
_SCOPES = {"test": Scope.DEVELOPMENT, "provided": Scope.BUILD}


@dataclass
class _Model:
    """A POM with what it inherits: properties, and managed (version, scope) by group:artifact."""

    root: Element
    properties: dict[str, str] = field(default_factory=dict)
    managed: dict[str, tuple[str, str]] = field(default_factory=dict)
    managed_plugins: dict[str, str] = field(default_factory=dict)

    def resolve(self, text: str) -> str:
        """`text` with its properties replaced; an unknown one stays as written."""
        for _ in range(5):
            if "${" not in text or len(text) > 1_000:
                break
            replaced = _PROPERTY.sub(lambda match: self.properties.get(match.group(1), match.group(0)), text)
            if replaced == text:
                break
            text = replaced
        return text.strip()


def read_pom(draft: Draft, text: str, tree: Tree) -> None:
    """pom.xml: dependencies with resolved versions, plugins and the outside parent as build dependencies."""
    root = read_xml(text)
    if root.name != "project":
        raise ManifestError("The root element is not <project>.", root.line)
    draft.package_manager = "maven"
    model = _model(root, draft.path, tree, 0)
    group = root.value("groupId") or root.value("parent", "groupId")
    artifact = root.value("artifactId")
    draft.name = model.resolve(f"{group}:{artifact}" if group else artifact)
    draft.version = model.resolve(root.value("version") or root.value("parent", "version"))
    draft.description = root.value("description")
    licence = root.first("licenses", "license", "name")
    if licence is not None:
        draft.licence, draft.licence_line = licence.text.strip(), licence.line
    _parent(draft, root, model, tree)
    for dependency in root.all("dependencies", "dependency"):
        _dependency(draft, dependency, model)
    for profile in root.all("profiles", "profile"):
        for dependency in profile.all("dependencies", "dependency"):
            _dependency(draft, dependency, model)
    for plugin in root.all("build", "plugins", "plugin"):
        _plugin(draft, plugin, model)
    _release(draft, root, model)
    modules = [module.text.strip() for module in root.all("modules", "module") if module.text.strip()]
    if modules:
        draft.members = [module.removesuffix("/pom.xml") for module in modules]
        draft.workspace_manager = "maven"


def _model(root: Element, path: str, tree: Tree, depth: int) -> _Model:
    model = _Model(root)
    parent = root.first("parent")
    if parent is not None and depth < MAX_PARENTS:
        above = _parent_path(parent, path, tree)
        if above and above != path:
            try:
                inherited = tree.remember(
                    "maven model", above, lambda: _model(tree.once(above, read_xml), above, tree, depth + 1)
                )
            except ManifestError:
                inherited = _Model(root)
            model.properties |= inherited.properties
            model.managed |= inherited.managed
            model.managed_plugins |= inherited.managed_plugins
    properties = root.first("properties")
    for element in properties.children if properties is not None else []:
        model.properties[element.name] = element.text.strip()
    _add_project_properties(model, root, parent)
    for dependency in root.all("dependencyManagement", "dependencies", "dependency"):
        model.managed[_key(dependency, model)] = (dependency.value("version"), dependency.value("scope"))
    for plugin in root.all("build", "pluginManagement", "plugins", "plugin"):
        model.managed_plugins[_key(plugin, model, "org.apache.maven.plugins")] = plugin.value("version")
    return model


def _add_project_properties(model: _Model, root: Element, parent: Element | None) -> None:
    for key in ("groupId", "artifactId", "version"):
        value = root.value(key) or (parent.value(key) if parent is not None and key != "artifactId" else "")
        for prefix in ("project.", "pom.", ""):
            model.properties[f"{prefix}{key}"] = value
        if parent is not None:
            model.properties[f"project.parent.{key}"] = parent.value(key)


def _parent_path(parent: Element, path: str, tree: Tree) -> str:
    """Where the parent stands in the tree: at relativePath (default ../pom.xml), if its artifactId is the right one."""
    relative = parent.first("relativePath")
    written = "../pom.xml" if relative is None else relative.text.strip()
    if not written:
        return ""
    target = tree.beside(path, written)
    if target and not target.endswith((".xml", ".pom")):
        target = f"{target}/pom.xml"
    text = tree.text(target) if target else None
    if text is None or parent.value("artifactId") not in text:
        return ""
    return target


def _key(element: Element, model: _Model, default_group: str = "") -> str:
    group = model.resolve(element.value("groupId")) or default_group
    return f"{group}:{model.resolve(element.value('artifactId'))}"


def _parent(draft: Draft, root: Element, model: _Model, tree: Tree) -> None:
    parent = root.first("parent")
    if parent is not None and not _parent_path(parent, draft.path, tree):
        version = model.resolve(parent.value("version"))
        if parent.value("artifactId"):
            draft.add(_key(parent, model), version, Scope.BUILD, line=parent.line, version=_exact(version))


def _dependency(draft: Draft, dependency: Element, model: _Model) -> None:
    key = _key(dependency, model)
    if key in {":", ""} or key.endswith(":"):
        draft.problem("A dependency has no artifactId.", dependency.line)
        return
    managed_version, managed_scope = model.managed.get(key, ("", ""))
    version = model.resolve(dependency.value("version") or managed_version)
    scope = _SCOPES.get(model.resolve(dependency.value("scope") or managed_scope), Scope.RUNTIME)
    if model.resolve(dependency.value("optional")) == "true" and scope is Scope.RUNTIME:
        scope = Scope.OPTIONAL
    draft.add(key, version, scope, line=dependency.line, version=_exact(version))


def _plugin(draft: Draft, plugin: Element, model: _Model) -> None:
    key = _key(plugin, model, "org.apache.maven.plugins")
    version = model.resolve(plugin.value("version") or model.managed_plugins.get(key, ""))
    if not key.endswith(":"):
        draft.add(key, version, Scope.BUILD, line=plugin.line, version=_exact(version))


def _exact(version: str) -> str:
    return "" if not version or set(version) & set("[](),${}") else version


_JAVA_PROPERTIES = ("maven.compiler.release", "java.version", "maven.compiler.source", "maven.compiler.target")


def _release(draft: Draft, root: Element, model: _Model) -> None:
    properties = root.first("properties")
    for name in _JAVA_PROPERTIES:
        element = properties.first(name) if properties is not None else None
        if element is not None:
            draft.runtime("Java", model.resolve(element.text), element.line, detail=name)
            return
    for plugin in root.all("build", "plugins", "plugin"):
        if plugin.value("artifactId") == "maven-compiler-plugin":
            for key in ("release", "source", "target"):
                element = plugin.first("configuration", key)
                if element is not None:
                    draft.runtime("Java", model.resolve(element.text), element.line, detail="maven-compiler-plugin")
                    return
