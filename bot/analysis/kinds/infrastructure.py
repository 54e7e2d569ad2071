"""Repositories of what others run on: infrastructure as code, roles, images."""

from __future__ import annotations

import re

from bot.analysis.finding import at
from bot.analysis.kinds.clues import Clues, is_aside
from bot.model.report import Evidence, Kind

K = Kind

_INFRASTRUCTURE_LANGUAGES = frozenset(
    {"HCL", "Bicep", "Jsonnet", "Nix", "Puppet", "SaltStack", "Smarty", "Go Template"}
)


def infrastructure(clues: Clues) -> tuple[Evidence, ...]:
    """Most code is infrastructure as code; a role, a chart, a playbook; images."""
    counted = sum(language.code for language in clues.languages)
    infra = sum(language.code for language in clues.languages if language.name in _INFRASTRUCTURE_LANGUAGES)
    if counted and infra * 2 > counted:
        sources = [f for f in clues.contents.files if f.language in _INFRASTRUCTURE_LANGUAGES]
        first = min(sources, key=lambda f: (f.path.count("/"), f.path), default=None)
        return (at(first.path, None, f"most code is {first.language}"),) if first else ()
    if clues.tree.has("tasks/main.yml", "tasks/main.yaml") and {"meta", "defaults"} & clues.tree.folders:
        return (at(clues.tree.has("tasks/main.yml", "tasks/main.yaml"), 1, "the tasks of an Ansible role"),)
    if roles := _roles(clues):
        return roles
    if images := _image_builds(clues):
        return images
    path = clues.tree.has("Chart.yaml", "ansible.cfg", "galaxy.yml", "kustomization.yaml", "site.yml", "Pulumi.yaml")
    if path and clues.size.code < 200:
        return (at(path, None, "and little other code"),)
    return ()


_ROLE_LANGUAGES = _INFRASTRUCTURE_LANGUAGES | {"Jinja", "Shell", "Makefile", "Dockerfile"}
SEVERAL_ROLES = 3


def _roles(clues: Clues) -> tuple[Evidence, ...]:
    """Several Ansible roles with what plays them, and hardly any other code than their templates."""
    tasks = [p for p in clues.tree.named("main.yml", "main.yaml") if p.rpartition("/")[0].endswith("/tasks")]
    roles = [path for path in tasks if "roles" in path.split("/") and not is_aside(path)]
    played = clues.tree.has("ansible.cfg", "galaxy.yml", "site.yml") or clues.tree.folders & {"playbooks"}
    counted = sum(language.code for language in clues.languages)
    own = sum(language.code for language in clues.languages if language.name in _ROLE_LANGUAGES)
    if not played or len(roles) < SEVERAL_ROLES or own * 2 < counted:
        return ()
    return (at(roles[0], 1, f"the tasks of one of {len(roles)} Ansible roles"),)


_BUILD_LANGUAGES = frozenset({"Dockerfile", "Shell", "Makefile", "Batchfile", "PowerShell"})
SEVERAL_IMAGES = 3


def _image_builds(clues: Clues) -> tuple[Evidence, ...]:
    """Dockerfiles with the scripts that they need, and nothing else that would be built into the images."""
    dockerfiles = [f.path for f in clues.own_files if f.language == "Dockerfile" and not is_aside(f.path)]
    is_about = re.search(r"\b(?:docker|container|OCI)\b", clues.about, re.IGNORECASE) is not None
    if not dockerfiles or clues.root_manifests or not (len(dockerfiles) >= SEVERAL_IMAGES or is_about):
        return ()
    counted = sum(language.code for language in clues.languages)
    building = sum(language.code for language in clues.languages if language.name in _BUILD_LANGUAGES)
    return (at(dockerfiles[0], 1, "builds an image, as most code here does"),) if building >= 0.9 * counted else ()
