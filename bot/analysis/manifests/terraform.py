"""Terraform and OpenTofu: providers and modules of *.tf files.

Source of the rules: HashiCorp's provider requirements and module sources documentation.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats.textlines import STRING, Pages, without_c_comments
from bot.analysis.manifests.nouns import Draft, ManifestError, Tree
from bot.model.report import Scope

_HASH = re.compile(rf"{STRING}|#[^\n]*")
_BLOCK = re.compile(r'^[ \t]*(terraform|module|provider)(?:[ \t]+"([^"\n]{1,200})")?[ \t]*\{', re.MULTILINE)
_BRACE = re.compile(rf"{STRING}|[{{}}]")
_REQUIRED = re.compile(r"\brequired_providers[ \t]*\{")
_PROVIDER = re.compile(r'\b([a-z][a-z0-9_-]{0,100})[ \t]*=[ \t]*(?:\{([^{}]{0,1000})\}|"([^"\n]{0,100})")')
_ATTRIBUTE = re.compile(r'\b(source|version)[ \t]*=[ \t]*"([^"\n]{1,300})"')
_CORE = re.compile(r'\brequired_version[ \t]*=[ \t]*"([^"\n]{1,100})"')


def read_terraform(draft: Draft, text: str, tree: Tree) -> None:
    """A .tf file: required providers, modules from elsewhere, the required version. Its folder is a component if it
    has any."""
    cleaned = _HASH.sub(lambda match: match.group(0) if match.group(0)[0] == '"' else "", without_c_comments(text))
    pages = Pages(cleaned)
    draft.package_manager = "terraform"
    states_providers = _REQUIRED.search(pages.text) is not None
    end = 0
    for block in pages.find(_BLOCK):
        if block.start() < end:
            continue
        end = _closing(pages, block.end())
        kind, label = block.group(1), block.group(2) or ""
        if kind == "terraform":
            _terraform(draft, pages, block.end(), end)
        elif kind == "module":
            _module(draft, pages, block, end)
        elif label and not states_providers:
            draft.signal("terraform", f"hashicorp/{label}", pages.line(block.start(1)))
    draft.is_component = draft.has_packages


def _closing(pages: Pages, start: int) -> int:
    depth = 1
    for match in pages.find(_BRACE, start):
        if match.group(0) in "{}":
            depth += 1 if match.group(0) == "{" else -1
            if not depth:
                return match.start()
    raise ManifestError("A block is not closed.", pages.line(start))


def _terraform(draft: Draft, pages: Pages, start: int, end: int) -> None:
    if core := _CORE.search(pages.text, start, end):
        draft.runtime("Terraform", core.group(1), pages.line(core.start()), detail="required_version")
    required = _REQUIRED.search(pages.text, start, end)
    if required is None:
        return
    for match in pages.find(_PROVIDER, required.end(), _closing(pages, required.end())):
        facts = dict(_ATTRIBUTE.findall(match.group(2) or ""))
        source = facts.get("source", f"hashicorp/{match.group(1)}")
        version = facts.get("version") or match.group(3) or ""
        draft.add(_provider(source), version, line=pages.line(match.start(1)), version=_exact(version))


def _provider(source: str) -> str:
    """`hashicorp/aws` for any spelling: a host in front falls away."""
    return "/".join(source.split("/")[-2:])


def _exact(version: str) -> str:
    bare = version.removeprefix("=").strip()
    return bare if re.fullmatch(r"\d+\.\d+\.\d+", bare) else ""


def _module(draft: Draft, pages: Pages, block: re.Match[str], end: int) -> None:
    facts: dict[str, str] = {}
    line = pages.line(block.start(1))
    for match in pages.find(_ATTRIBUTE, block.end(), end):
        facts.setdefault(match.group(1), match.group(2))
    source = facts.get("source", "")
    if source and not source.startswith((".", "/")):
        name, _, query = source.partition("?")
        requirement = facts.get("version") or query.removeprefix("ref=")
        draft.add(name.removeprefix("git::"), requirement, Scope.RUNTIME, line=line, version=_exact(requirement))
