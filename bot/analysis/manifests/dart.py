"""Dart and Flutter: pubspec.yaml.

Source of the rules: the pubspec reference of dart.dev.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats import read_yaml
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, scalar
from bot.model.report import Kind, Scope

_EXACT = re.compile(r"^\d+\.\d+\.\d+(?:[-+][\w.]+)?$")


def read_pubspec(draft: Draft, text: str, tree: Tree) -> None:
    """pubspec.yaml: dependencies, dev_dependencies, SDK constraints, workspace members."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "pubspec.yaml", 1)
    draft.package_manager = "pub"
    draft.name, draft.version = scalar(root.get("name")), scalar(root.get("version"))
    draft.description = scalar(root.get("description"))
    draft.is_private = root.get("publish_to") == "none"
    draft.kind = Kind.APPLICATION if draft.is_private else Kind.LIBRARY
    if isinstance(root.get("executables"), dict):
        draft.kind = Kind.COMMAND_LINE_TOOL
    for section, scope in (("dependencies", Scope.RUNTIME), ("dev_dependencies", Scope.DEVELOPMENT)):
        value = root.get(section, MISSING)
        for name, wanted in draft.mapping({} if value is None else value, section, document.line(section)).items():
            requirement = _requirement(wanted)
            exact = requirement if _EXACT.match(requirement) else ""
            draft.add(name, requirement, scope, line=document.line(section, name), version=exact)
    for name, label in (("sdk", "Dart"), ("flutter", "Flutter")):
        draft.runtime(
            label, document.get("environment", name), document.line("environment", name), detail="environment"
        )
    members = root.get("workspace", MISSING)
    if isinstance(members, list):
        draft.members = [scalar(one) for one in members if scalar(one)]
        draft.workspace_manager = "pub"


def _requirement(wanted: object) -> str:
    if isinstance(wanted, dict):
        for key in ("version", "path", "git", "sdk"):
            value = wanted.get(key)
            if isinstance(value, dict):
                value = value.get("url")
            if scalar(value):
                return f"sdk: {scalar(value)}" if key == "sdk" else scalar(value)
        return ""
    return scalar(wanted)
