"""Which kind it is: the rules are tried in the order of `_RULES`, and the first that finds evidence decides."""

from __future__ import annotations

from bot.analysis.config import RadarConfig
from bot.analysis.finding import at
from bot.analysis.kinds import composites, documents, infrastructure, programs
from bot.analysis.kinds.clues import Clues, Rule
from bot.analysis.view import KindAnswer
from bot.model.report import Kind

K = Kind


def find_kind(clues: Clues, config: RadarConfig) -> KindAnswer:
    """The declared kind, else the first that a rule finds."""
    if config.kind is not None:
        return KindAnswer(config.kind, (at(config.path, config.kind_line, "declared"),))
    for kind, rule in _RULES:
        if evidence := rule(clues):
            return KindAnswer(kind, evidence)
    return KindAnswer(Kind.UNKNOWN)


_RULES: tuple[tuple[Kind, Rule], ...] = (
    (K.ACTION, documents.action),
    (K.TEMPLATE, documents.template),
    (K.DOCS_SITE, composites.samples),
    (K.INFRASTRUCTURE, composites.infrastructure_parts),
    (K.MONOREPO, composites.monorepo),
    (K.CONFIGURATION, documents.configuration),
    (K.INFRASTRUCTURE, infrastructure.infrastructure),
    (K.DATA, documents.data),
    (K.DOCS_SITE, documents.docs_site),
    (K.DOCS_SITE, documents.notebooks),
    (K.APPLICATION, programs.editor_extension),
    (K.COMMAND_LINE_TOOL, programs.spoken_tool),
    (K.LIBRARY, programs.private_library),
    (K.APPLICATION, programs.application),
    (K.COMMAND_LINE_TOOL, programs.declared(K.COMMAND_LINE_TOOL)),
    (K.LIBRARY, programs.declared(K.LIBRARY)),
    (K.APPLICATION, programs.declared(K.APPLICATION)),
    (K.LIBRARY, programs.library),
    (K.COMMAND_LINE_TOOL, programs.part(K.COMMAND_LINE_TOOL)),
    (K.LIBRARY, programs.part(K.LIBRARY)),
    (K.LIBRARY, programs.AUTOTOOLS_LIBRARY),
    (K.APPLICATION, programs.AUTOTOOLS_PROGRAM),
    (K.APPLICATION, programs.program),
    (K.APPLICATION, programs.any_code),
)
