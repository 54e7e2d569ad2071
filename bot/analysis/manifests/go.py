"""Go: go.mod (direct requirements, tools, go and toolchain lines) and go.work.

Source of the rules: the Go modules reference (https://go.dev/ref/mod).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.analysis.manifests.nouns import Draft, ManifestError, Tree
from bot.model.report import Scope

MAX_LINES = 50_000
_BLOCK = re.compile(r"^([a-z]+)[ \t]*\([ \t]*(?://.*)?$")


def _statements(text: str) -> Iterator[tuple[int, str, list[str], str]]:
    """(line, verb, words, comment) of each statement, blocks opened up."""
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MAX_LINES:
        raise ManifestError(f"The file has more than {MAX_LINES:,} lines and is not read.")
    block = ""
    for number, line in enumerate(lines, 1):
        content, _, comment = line[:2_000].partition("//")
        content = content.strip()
        if opened := _BLOCK.match(content):
            block = opened.group(1)
        elif content == ")":
            block = ""
        elif content:
            words = content.split()
            verb, rest = (block, words) if block else (words[0], words[1:])
            yield number, verb, [word.strip('"`') for word in rest], comment.strip()


def read_go_mod(draft: Draft, text: str, tree: Tree) -> None:
    """go.mod: requirements without `// indirect` are direct; `replace` and `exclude` change none of them."""
    draft.package_manager = "go"
    tools: dict[str, int] = {}
    for line, verb, words, comment in _statements(text):
        if verb == "module" and words:
            draft.name = words[0]
            if comment.startswith("Deprecated:"):
                draft.deprecated = comment
        elif verb in {"go", "toolchain"} and words:
            draft.runtime("Go", words[0].removeprefix("go"), line, detail=verb)
        elif verb == "tool" and words:
            tools[words[0]] = line
        elif verb == "require" and words:
            if len(words) < 2:
                draft.problem("A requirement has no version.", line)
            elif not comment.startswith("indirect"):
                draft.add(words[0], words[1], line=line, version=words[1])
    for tool, line in tools.items():
        draft.add(tool, "", Scope.DEVELOPMENT, line=line)
    if not draft.name:
        draft.is_component = draft.has_packages
        if draft.is_component:
            draft.problem("There is no module line.")


def read_go_work(draft: Draft, text: str, tree: Tree) -> None:
    """go.work: the modules of a workspace."""
    draft.workspace_manager = "go.work"
    for line, verb, words, _ in _statements(text):
        if verb == "use" and words:
            draft.members.append(words[0].removeprefix("./") or ".")
        elif verb in {"go", "toolchain"} and words:
            draft.runtime("Go", words[0].removeprefix("go"), line, detail="go.work")
