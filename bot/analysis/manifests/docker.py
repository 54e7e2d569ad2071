"""Containers: Dockerfile (stages, FROM tags) and compose files.

Source of the rules: Docker's Dockerfile reference and the Compose specification.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats import read_yaml
from bot.analysis.manifests.nouns import MISSING, Draft, ManifestError, Tree, scalar
from bot.model.report import Scope

_FROM = re.compile(r"^FROM[ \t]+((?:--[a-z]+=\S+[ \t]+)*)(\S+)(?:[ \t]+AS[ \t]+(\S+))?[ \t]*$", re.IGNORECASE)
_COPY_FROM = re.compile(r"^(?:COPY|ADD)[ \t]+(?:--[a-z]+(?:=\S+)?[ \t]+)*?--from=(\S+)", re.IGNORECASE)
_ARG = re.compile(r"^ARG[ \t]+([A-Za-z_][A-Za-z0-9_]*)(?:=(\S*))?", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^{}]{0,200}))?\}|([A-Za-z_][A-Za-z0-9_]*))")
MAX_LINES = 20_000

RUNTIME_IMAGES = {
    "node": "Node.js", "python": "Python", "golang": "Go", "rust": "Rust", "ruby": "Ruby", "php": "PHP",
    "openjdk": "Java", "eclipse-temurin": "Java", "amazoncorretto": "Java", "elixir": "Elixir", "erlang": "Erlang",
    "swift": "Swift", "dart": "Dart", "oven/bun": "Bun", "denoland/deno": "Deno", "julia": "Julia", "perl": "Perl",
    "haskell": "GHC", "r-base": "R", "mcr.microsoft.com/dotnet/sdk": ".NET", "mcr.microsoft.com/dotnet/aspnet": ".NET",
    "mcr.microsoft.com/dotnet/runtime": ".NET",
}  # fmt: skip
"""Official image → the runtime whose version its tag tells."""


def split_image(reference: str) -> tuple[str, str]:
    """(name, tag or digest) of an image reference; a registry's port is no tag."""
    name, _, digest = reference.partition("@")
    head, _, tail = name.rpartition("/")
    bare, _, tag = tail.partition(":")
    name = f"{head}/{bare}" if head else bare
    return name.removeprefix("docker.io/").removeprefix("library/"), digest or tag


def add_image(draft: Draft, reference: str, scope: Scope, line: int | None) -> None:
    """Notes an image and, where it is a runtime's own, the version it brings."""
    name, tag = split_image(reference)
    if not name or "$" in name:
        return
    draft.add(name, "" if "$" in tag else tag, scope, line=line, ecosystem="docker", version="" if "$" in tag else tag)
    version = tag.partition("-")[0]
    if name in RUNTIME_IMAGES and version[:1].isdigit():
        draft.runtime(RUNTIME_IMAGES[name], version, line, detail=f"{name}:{tag}")


def read_dockerfile(draft: Draft, text: str, tree: Tree) -> None:
    """Dockerfile: base images; the last stage's is needed at run time, those of earlier stages to build."""
    arguments: dict[str, str] = {}
    stages: dict[str, str] = {}
    bases: list[tuple[str, str, int]] = []
    copied: list[tuple[str, int]] = []
    for line, instruction in _instructions(text):
        if found := _FROM.match(instruction):
            image = _expand(found.group(2), arguments)
            name = (found.group(3) or str(len(bases))).lower()
            bases.append((name, image, line))
            stages[name] = image
        elif (found := _ARG.match(instruction)) and not bases:
            arguments[found.group(1)] = (found.group(2) or "").strip("\"'")
        elif found := _COPY_FROM.match(instruction):
            copied.append((_expand(found.group(1), arguments), line))
    if not bases:
        raise ManifestError("The Dockerfile has no FROM line.")
    final = _final_base(bases)
    for index, (_, image, line) in enumerate(bases):
        if image.lower() not in stages and image != "scratch":
            add_image(draft, image, Scope.RUNTIME if index == final else Scope.BUILD, line)
    for image, line in copied:
        if image.lower() not in stages and not image.isdigit() and (":" in image or "/" in image):
            add_image(draft, image, Scope.BUILD, line)


def _final_base(bases: list[tuple[str, str, int]]) -> int:
    """The index of the stage whose image the last stage grows from."""
    names = {name: index for index, (name, _, _) in enumerate(bases)}
    index = len(bases) - 1
    for _ in bases:
        below = names.get(bases[index][1].lower(), -1)
        if below < 0 or below >= index:
            break
        index = below
    return index


def _instructions(text: str) -> list[tuple[int, str]]:
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MAX_LINES:
        raise ManifestError(f"The file has more than {MAX_LINES:,} lines and is not read.")
    found: list[tuple[int, str]] = []
    held, start = "", 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line.startswith("#") or (held and not line):
            continue
        start = start if held else number
        if line.endswith(("\\", "`")) and len(held) < 8_000:
            held += line[:-1] + " "
            continue
        if instruction := (held + line).strip():
            found.append((start, instruction[:8_000]))
        held = ""
    return found


def _expand(text: str, arguments: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(3)
        return arguments.get(name) or match.group(2) or match.group(0)

    return _VARIABLE.sub(value, text.strip("\"'"))


def read_compose(draft: Draft, text: str, tree: Tree) -> None:
    """compose.yaml: the images of its services; where one is built here, `image` only names the result."""
    document = read_yaml(text)
    if isinstance(document.value, list):
        return  # a list is no compose file, but another tool's file of that name, as Ansible's task lists are
    root = draft.mapping(document.value, "compose file", 1)
    services = draft.mapping(root.get("services", MISSING), "services", document.line("services"))
    for name, value in services.items():
        service = draft.mapping(value, f"services.{name}", document.line("services", name))
        image = scalar(service.get("image"))
        if image and "build" not in service:
            add_image(draft, _expand(image, {}), Scope.RUNTIME, document.line("services", name, "image"))
