"""Does it say which runtime it needs? (catalogue entry 9)"""

from __future__ import annotations

from bot.analysis.finding import Finding, at, failed, not_applicable, passed
from bot.analysis.view import View, central_components
from bot.analysis.words import code, listed

_HOW = {
    "npm": ("Node.js", '`"engines": {"node": ">=20"}` to `package.json`'),
    "pypi": ("Python", '`requires-python = ">=3.11"` to `pyproject.toml`'),
    "cargo": ("Rust", "`rust-version` to `Cargo.toml`"),
    "golang": ("Go", "a `go` directive to `go.mod`"),
    "gem": ("Ruby", "`required_ruby_version` to the gemspec, or a `.ruby-version` file"),
    "composer": ("PHP", '`"php"` to `require` in `composer.json`'),
    "maven": ("Java", "`maven.compiler.release` to `pom.xml`, or a toolchain to the Gradle build"),
    "nuget": (".NET", "`TargetFramework` to the project file"),
}
"""Ecosystem → its runtime, and where to state it."""


def judge(view: View) -> list[Finding]:
    """runtime-versions."""
    stated = [f"{runtime.name} {runtime.requirement}".strip() for runtime in view.runtimes]
    if stated:
        evidence = [runtime.evidence for runtime in view.runtimes]
        return [passed("runtime-versions", f"{listed(list(dict.fromkeys(stated)), limit=6)}.", *evidence[:10])]
    central = central_components(view)
    missing = {
        m.ecosystem: m.path
        for m in view.inventory.manifests
        if m.is_component and m.ecosystem in _HOW and m.folder in central
    }
    if not missing:
        return [not_applicable("runtime-versions", "no manifest names a runtime that has versions to choose from")]
    names = [_HOW[ecosystem][0] for ecosystem in missing]
    return [
        failed(
            "runtime-versions",
            f"Nothing says which version of {listed(names)} it needs; {code(sorted(missing.values()))} could.",
            *(at(path) for path in sorted(missing.values())),
            action=f"State the version of {listed(names)}",
            next_step=f"Add {listed([_HOW[ecosystem][1] for ecosystem in missing], limit=3)}.",
        )
    ]
