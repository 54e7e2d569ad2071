"""Helm charts and Kustomize: chart dependencies, images and remote bases.

Source of the rules: Helm's chart documentation and the kustomization reference.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.docker import add_image
from bot.analysis.manifests.formats import read_yaml
from bot.analysis.manifests.formats.document import Document
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, scalar
from bot.model.report import Kind, Scope

_TEMPLATE = re.compile(r"\{\{")


def read_chart(draft: Draft, text: str, tree: Tree) -> None:
    """Chart.yaml: name, version, and the charts it depends on."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "Chart.yaml", 1)
    draft.package_manager = "helm"
    draft.kind = Kind.INFRASTRUCTURE
    draft.name, draft.version = scalar(root.get("name")), scalar(root.get("version"))
    draft.description = scalar(root.get("description"))
    if root.get("deprecated") is True:
        draft.deprecated = "deprecated: true"
    _charts(draft, document, root.get("dependencies", MISSING))


def read_requirements_yaml(draft: Draft, text: str, tree: Tree) -> None:
    """requirements.yaml of charts before Helm 3. Ansible's file of the same name has no dependencies and says nothing
    here."""
    document = read_yaml(text)
    if isinstance(document.value, dict):
        _charts(draft, document, document.value.get("dependencies", MISSING))


def _charts(draft: Draft, document: Document, value: object) -> None:
    for index, chart in enumerate(draft.items(value, "dependencies", document.line("dependencies"))):
        line = document.line("dependencies", index, "name")
        if isinstance(chart, dict) and scalar(chart.get("name")):
            version = scalar(chart.get("version"))
            exact = version if re.fullmatch(r"v?\d+\.\d+\.\d+", version) else ""
            draft.add(scalar(chart.get("name")), version, line=line, version=exact)
        else:
            draft.problem("A chart dependency has no name.", line)


def read_kustomization(draft: Draft, text: str, tree: Tree) -> None:
    """kustomization.yaml: remote bases by address and ref, images it sets, charts it inflates."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "kustomization", 1)
    for key in ("resources", "bases", "components"):
        for index, entry in enumerate(draft.items(root.get(key, MISSING), key, document.line(key))):
            address = scalar(entry)
            if address.startswith(("https://", "github.com/", "git@", "git::")):
                name, _, query = address.partition("?")
                ref = query.removeprefix("ref=").partition("&")[0]
                draft.add(name.removeprefix("https://"), ref, line=document.line(key, index), ecosystem="kustomize")
    for index, image in enumerate(draft.items(root.get("images", MISSING), "images", document.line("images"))):
        if isinstance(image, dict):
            name = scalar(image.get("newName")) or scalar(image.get("name"))
            tag = scalar(image.get("newTag"))
            if name and not _TEMPLATE.search(name + tag):
                add_image(draft, f"{name}:{tag}" if tag else name, Scope.RUNTIME, document.line("images", index))
    for index, chart in enumerate(
        draft.items(root.get("helmCharts", MISSING), "helmCharts", document.line("helmCharts"))
    ):
        if isinstance(chart, dict) and scalar(chart.get("name")):
            version = scalar(chart.get("version"))
            draft.add(scalar(chart.get("name")), version, line=document.line("helmCharts", index), ecosystem="helm")
