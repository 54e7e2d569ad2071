"""Scala: build.sbt, project/*.sbt and project/*.scala, as far as they state literals.

Source of the rules: the sbt reference manual. `%%` and `%%%` add the Scala version to the artifact; the name here is
without it, as developers write it.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats.textlines import Pages, without_c_comments
from bot.analysis.manifests.nouns import Draft, Tree
from bot.model.report import Scope

_MODULE = re.compile(
    r'(addSbtPlugin\([ \n]*)?"([\w.-]{1,200})"[ \n]*%{1,3}[ \n]*"([\w.-]{1,200})"[ \n]*%[ \n]*'
    r'(?:"([^"\n]{1,100})"|([A-Za-z_][\w.]{0,100}))'
    r'(?:[ \n]*%[ \n]*(?:"([^"\n]{1,100})"|([A-Za-z]\w{0,40})))?'
)
_VALUE = re.compile(r'\b(?:val|def)[ ]+(\w{1,100})[ ]*(?::[ ]*String)?[ ]*=[ ]*"([^"\n]{1,100})"')
_SETTING = re.compile(
    r'\b(name|version|organization|scalaVersion|description)[ ]*:=[ ]*(?:"([^"\n]{1,200})"|([A-Za-z_][\w.]{0,100}))'
)


def read_sbt(draft: Draft, text: str, tree: Tree) -> None:
    """An sbt definition: modules, plugins, the Scala version."""
    pages = Pages(without_c_comments(text))
    draft.package_manager = "sbt"
    values = {match.group(1): match.group(2) for match in pages.find(_VALUE)}
    for match in pages.find(_SETTING):
        value = match.group(2) or values.get((match.group(3) or "").rpartition(".")[2], "")
        if match.group(1) == "scalaVersion":
            draft.runtime("Scala", value, pages.line(match.start()), detail="scalaVersion")
        elif value and match.group(1) != "organization" and not getattr(draft, match.group(1)):
            setattr(draft, match.group(1), value)
    for match in pages.find(_MODULE):
        name = f"{match.group(2)}:{match.group(3)}"
        reference = match.group(5) or ""
        version = match.group(4) or values.get(reference.rpartition(".")[2], reference)
        scope = Scope.BUILD if match.group(1) else _scope((match.group(6) or match.group(7) or "").lower())
        exact = version if version[:1].isdigit() else ""
        draft.add(name, version, scope, line=pages.line(match.start(2)), version=exact)


def _scope(configuration: str) -> Scope:
    if configuration.startswith(("test", "it", "integrationtest")):
        return Scope.DEVELOPMENT
    return {"provided": Scope.BUILD, "optional": Scope.OPTIONAL}.get(configuration, Scope.RUNTIME)
