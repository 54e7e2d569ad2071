"""PHP: composer.json.

Source of the rules: the composer.json schema; `php`, `ext-*` and `lib-*` are platform packages, not dependencies.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.formats import read_json
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, scalar
from bot.model.report import Kind, Scope

_PLATFORM = frozenset({"php-64bit", "hhvm", "composer", "composer-plugin-api", "composer-runtime-api"})
_EXACT = re.compile(r"^=?v?(\d+\.\d+\.\d+(?:\.\d+)?)$")


def read_composer(draft: Draft, text: str, tree: Tree) -> None:
    """composer.json: require and require-dev, the PHP version, licences and binaries."""
    document = read_json(text)
    root = draft.mapping(document.value, "composer.json", 1)
    draft.package_manager = "composer"
    draft.name, draft.version = scalar(root.get("name")), scalar(root.get("version"))
    draft.description = scalar(root.get("description"))
    licence = root.get("license")
    parts = [scalar(one) for one in licence] if isinstance(licence, list) else [scalar(licence)]
    draft.licence = " OR ".join(part for part in parts if part)
    draft.licence_line = document.line("license")
    abandoned = root.get("abandoned")
    draft.deprecated = "abandoned" if abandoned is True else scalar(abandoned)
    binaries = root.get("bin")
    draft.entry_points = [
        scalar(one) for one in (binaries if isinstance(binaries, list) else [binaries]) if scalar(one)
    ]
    kinds = {"library": Kind.LIBRARY, "project": Kind.APPLICATION}
    draft.kind = Kind.COMMAND_LINE_TOOL if draft.entry_points else kinds.get(scalar(root.get("type")), Kind.UNKNOWN)
    if draft.name and "type" not in root and isinstance(root.get("replace"), dict):
        draft.kind = Kind.LIBRARY  # Composer's own default; it replaces the parts that are published from it
    for section, scope in (("require", Scope.RUNTIME), ("require-dev", Scope.DEVELOPMENT)):
        table = root.get(section, MISSING)
        if table == []:
            continue
        for name, value in draft.mapping(table, section, document.line(section)).items():
            line = document.line(section, name)
            requirement = draft.text(value, f"{section}.{name}", line)
            if name == "php":
                draft.runtime("PHP", requirement, line, detail=section)
            elif not name.startswith(("ext-", "lib-")) and name not in _PLATFORM:
                exact = _EXACT.match(requirement)
                draft.add(name, requirement, scope, line=line, version=exact.group(1) if exact else "")
