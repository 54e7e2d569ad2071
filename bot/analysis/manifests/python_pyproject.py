"""pyproject.toml: PEP 621, PEP 735, build-system, Poetry, uv, PDM and Hatch tables."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from bot.analysis.manifests.formats import read_toml
from bot.analysis.manifests.formats.tomltext import TomlDocument
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, pypi_name, scalar
from bot.analysis.manifests.python_requirements import add_requirement, exact_pypi
from bot.model.report import Kind, Scope

Steps = tuple[str, ...]


def read_pyproject(draft: Draft, text: str, tree: Tree) -> None:
    """pyproject.toml. A file that only configures tools (no project) is no component."""
    document = read_toml(text)
    project = draft.mapping(document.get("project"), "project", document.line("project"))
    poetry = draft.mapping(document.get("tool", "poetry"), "tool.poetry", document.line("tool", "poetry"))
    draft.is_component = bool(project or poetry) or document.get("dependency-groups") is not MISSING
    _describe(draft, document, project, poetry)
    _list(draft, document, ("project", "dependencies"), Scope.RUNTIME)
    _table_of_lists(draft, document, ("project", "optional-dependencies"), Scope.OPTIONAL)
    _table_of_lists(draft, document, ("dependency-groups",), Scope.DEVELOPMENT)
    _list(draft, document, ("build-system", "requires"), Scope.BUILD)
    _list(draft, document, ("tool", "uv", "dev-dependencies"), Scope.DEVELOPMENT)
    _table_of_lists(draft, document, ("tool", "pdm", "dev-dependencies"), Scope.DEVELOPMENT)
    _hatch(draft, document)
    _poetry(draft, document, poetry, {pypi_name(name) for name in draft.names})
    members = document.get("tool", "uv", "workspace", "members")
    found = draft.items(members, "tool.uv.workspace.members", document.line("tool", "uv", "workspace"))
    if found:
        excluded = document.get("tool", "uv", "workspace", "exclude")
        draft.members = [scalar(one) for one in found if scalar(one)]
        if isinstance(excluded, list):
            draft.members += [f"!{scalar(one)}" for one in excluded if scalar(one)]
        draft.workspace_manager = "uv"


def _describe(draft: Draft, document: TomlDocument, project: dict[str, object], poetry: dict[str, object]) -> None:
    source, steps = (project, ("project",)) if project else (poetry, ("tool", "poetry"))
    draft.name = scalar(source.get("name"))
    draft.version = scalar(source.get("version"))
    draft.description = scalar(source.get("description"))
    licence = source.get("license")
    if isinstance(licence, dict):
        licence = licence.get("text")
    text = scalar(licence)
    draft.licence = text if text and "\n" not in text and len(text) < 100 else ""
    draft.licence_line = document.line(*steps, "license")
    classifiers = source.get("classifiers")
    _classifiers(draft, document, (*steps, "classifiers"), classifiers if isinstance(classifiers, list) else [])
    scripts: dict[str, object] = {}
    for at in (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts")):
        scripts |= draft.mapping(document.get(*at), ".".join(at), document.line(*at))
    draft.entry_points = [name for name in scripts if name]
    if scripts:
        draft.kind = Kind.COMMAND_LINE_TOOL
    elif draft.name and document.get("build-system") is not MISSING:
        draft.kind = Kind.LIBRARY
    draft.runtime(
        "Python", project.get("requires-python"), document.line("project", "requires-python"), detail="requires-python"
    )
    managers = (("uv",), ("poetry",), ("pdm",))
    found = [name[0] for name in managers if document.get("tool", *name) is not MISSING]
    draft.package_manager = found[0] if found else ""


def _classifiers(draft: Draft, document: TomlDocument, steps: Steps, classifiers: list[object]) -> None:
    for value in classifiers:
        text = scalar(value)
        if text == "Development Status :: 7 - Inactive":
            draft.deprecated = text
        if text.startswith("License ::") and not draft.licence:
            draft.licence = text
            draft.licence_line = document.item_line(steps, text)
        if text == "Private :: Do Not Upload":
            draft.is_private = True


def _list(draft: Draft, document: TomlDocument, steps: Steps, scope: Scope) -> None:
    last = None
    for value in draft.items(document.get(*steps), ".".join(steps), document.line(*steps)):
        text = scalar(value)
        if text:
            last = document.item_line(steps, text, last)
            add_requirement(draft, text, scope, last)
        elif not (isinstance(value, dict) and "include-group" in value):
            draft.problem(f"`{'.'.join(steps)}` holds something that is no requirement.", document.line(*steps))


def _table_of_lists(draft: Draft, document: TomlDocument, steps: Steps, scope: Scope) -> None:
    for name in draft.mapping(document.get(*steps), ".".join(steps), document.line(*steps)):
        _list(draft, document, (*steps, name), scope)


def _hatch(draft: Draft, document: TomlDocument) -> None:
    environments = document.get("tool", "hatch", "envs")
    if isinstance(environments, dict):
        for name in environments:
            for key in ("dependencies", "extra-dependencies"):
                if document.get("tool", "hatch", "envs", name, key) is not MISSING:
                    _list(draft, document, ("tool", "hatch", "envs", name, key), Scope.DEVELOPMENT)


def _poetry(draft: Draft, document: TomlDocument, poetry: dict[str, object], known: set[str]) -> None:
    """Poetry's own tables. Beside [project] the first only adds sources to what that declares (Poetry 2)."""
    _poetry_table(draft, document, ("tool", "poetry", "dependencies"), Scope.RUNTIME, known)
    _poetry_table(draft, document, ("tool", "poetry", "dev-dependencies"), Scope.DEVELOPMENT)
    groups = draft.mapping(poetry.get("group", MISSING), "tool.poetry.group", document.line("tool", "poetry", "group"))
    for name in groups:
        scope = Scope.RUNTIME if name == "main" else Scope.DEVELOPMENT
        _poetry_table(draft, document, ("tool", "poetry", "group", name, "dependencies"), scope)


def _poetry_table(
    draft: Draft, document: TomlDocument, steps: Steps, scope: Scope, known: AbstractSet[str] = frozenset()
) -> None:
    table = draft.mapping(document.get(*steps), ".".join(steps), document.line(*steps))
    for name, value in table.items():
        line = document.line(*steps, name)
        requirement, optional = _poetry_requirement(value)
        if name.lower() == "python":
            draft.runtime("Python", requirement, line, detail="Poetry")
            continue
        used = Scope.OPTIONAL if optional and scope is Scope.RUNTIME else scope
        if pypi_name(name) not in known:
            draft.add(name, requirement, used, line=line, version=exact_poetry(requirement))


def _poetry_requirement(value: object) -> tuple[str, bool]:
    if isinstance(value, list):
        wanted = [_poetry_requirement(one)[0] for one in value]
        return " || ".join(dict.fromkeys(one for one in wanted if one)), False
    if isinstance(value, dict):
        for key in ("version", "git", "url", "path"):
            if scalar(value.get(key)):
                return scalar(value.get(key)), value.get("optional") is True
        return "", value.get("optional") is True
    return scalar(value), False


def exact_poetry(requirement: str) -> str:
    """The version that a Poetry requirement pins: a bare version is exact there, `^1.2` is not."""
    if requirement.startswith("=="):
        return exact_pypi(requirement)
    return requirement if requirement and requirement[0].isdigit() and not set(requirement) & set("*, |<>") else ""
