"""What each kind is called, and which checks a kind makes no sense for."""

from __future__ import annotations

from bot.model.report import Kind

K = Kind

NOUNS: dict[Kind, str] = {
    K.APPLICATION: "application",
    K.LIBRARY: "library",
    K.COMMAND_LINE_TOOL: "command-line tool",
    K.ACTION: "GitHub Action",
    K.TEMPLATE: "template",
    K.DOCS_SITE: "documentation repository",
    K.CONFIGURATION: "configuration",
    K.INFRASTRUCTURE: "infrastructure repository",
    K.DATA: "data set",
    K.MONOREPO: "monorepo",
    K.UNKNOWN: "repository",
}

_PROSE = frozenset({K.DOCS_SITE, K.DATA, K.CONFIGURATION})
_NO_RELEASES = frozenset({K.APPLICATION, K.TEMPLATE, K.DOCS_SITE, K.CONFIGURATION, K.INFRASTRUCTURE, K.DATA, K.UNKNOWN})
_NOT_LIBRARY = frozenset(Kind) - {K.LIBRARY, K.MONOREPO, K.COMMAND_LINE_TOOL, K.ACTION}

NOT_FOR: dict[str, tuple[frozenset[Kind], str]] = {
    "releases": (_NO_RELEASES, "{kind} is deployed or read at HEAD, not released in versions"),
    "changelog": (_NO_RELEASES, "{kind} has no versions that users upgrade to"),
    "publishing": (_NO_RELEASES, "{kind} is not published as a package"),
    "signed-releases": (_NO_RELEASES, "{kind} is not released in versions"),
    "docs-site": (_NOT_LIBRARY | {K.ACTION}, "{kind} is explained well enough by its README"),
    "lockfile": (_PROSE | {K.LIBRARY, K.ACTION, K.TEMPLATE}, "{kind} leaves exact versions to those who use it"),
    "runtime-versions": (_PROSE | {K.INFRASTRUCTURE}, "{kind} runs nothing itself"),
    "tests": (_PROSE | {K.TEMPLATE, K.INFRASTRUCTURE}, "{kind} has no code of its own to test"),
    "ci-tests": (_PROSE | {K.TEMPLATE, K.INFRASTRUCTURE}, "{kind} has no code of its own to test"),
    "coverage": (_PROSE | {K.TEMPLATE, K.INFRASTRUCTURE, K.ACTION}, "{kind} has no tests to measure"),
    "fuzzing": (
        _PROSE | {K.TEMPLATE, K.INFRASTRUCTURE, K.ACTION, K.APPLICATION, K.UNKNOWN},
        "{kind} seldom parses untrusted input of its own",
    ),
    "static-analysis": (_PROSE | {K.TEMPLATE}, "{kind} has no code of its own to analyse"),
    "security-policy": (_PROSE, "{kind} runs nowhere, so there is nothing to exploit"),
    "status": (frozenset({K.CONFIGURATION, K.DATA}), "{kind} is done when it is done"),
    "complexity": (_PROSE, "{kind} has no code of its own to measure"),
    "duplication": (_PROSE, "{kind} has no code of its own to measure"),
    "debt": (frozenset({K.DATA}), "{kind} has no code of its own to measure"),
    "lint": (frozenset({K.DATA}), "{kind} has no code of its own to check"),
}
"""Check → the kinds it makes no sense for, and the reason that the report gives."""


def reason_for(check: str, kind: Kind) -> str:
    """Why `check` does not apply to `kind`; "" where it applies."""
    kinds, reason = NOT_FOR.get(check, (frozenset(), ""))
    if kind not in kinds:
        return ""
    noun = NOUNS[kind]
    if kind is Kind.CONFIGURATION:
        named = "a configuration repository"
    else:
        named = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    return reason.format(kind=named)
