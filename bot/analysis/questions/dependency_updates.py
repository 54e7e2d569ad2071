"""Does a bot keep dependencies up to date, for every ecosystem in use? (catalogue entry 39)"""

from __future__ import annotations

from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, warned
from bot.analysis.manifests import is_example
from bot.analysis.questions.stack import ECOSYSTEMS
from bot.analysis.view import View
from bot.analysis.words import code, counted, listed
from bot.analysis.yaml_tree import YamlProblem, parse_yaml
from bot.model.report import Evidence, Package

_RENOVATE = (
    "renovate.json", "renovate.json5", ".github/renovate.json", ".github/renovate.json5", ".gitlab/renovate.json",
    ".renovaterc", ".renovaterc.json", ".renovaterc.json5", "renovate.jsonc",
)  # fmt: skip
_OTHERS = {
    ".pyup.yml": "PyUp", ".scala-steward.conf": "Scala Steward", ".github/updatecli.yaml": "Updatecli",
    "updatecli.yaml": "Updatecli", ".snyk": "Snyk", "depfu.yml": "Depfu", ".updatecli/default.yaml": "Updatecli",
    "greenkeeper.json": "Greenkeeper",
}  # fmt: skip
_ACTIONS = (
    "scala-steward-org/scala-steward-action",
    "DeterminateSystems/update-flake-lock",
    "technote-space/create-pr-action",
    "updatecli/updatecli-action",
    "depfu/",
)
_RENOVATE_ACTION = "renovatebot/github-action"
_DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")

ECOSYSTEM_NAMES: dict[str, tuple[str, ...]] = {
    "npm": ("npm", "bun"), "pypi": ("pip", "uv"), "golang": ("gomod",), "cargo": ("cargo",),
    "maven": ("maven", "gradle", "sbt"), "gem": ("bundler",), "composer": ("composer",),
    "nuget": ("nuget", "dotnet-sdk"),
    "hex": ("mix",), "pub": ("pub",), "swift": ("swift",), "githubactions": ("github-actions",),
    "docker": ("docker", "docker-compose"), "terraform": ("terraform",), "helm": ("helm",),
}  # fmt: skip
"""purl type → Dependabot's `package-ecosystem` names for it, the usual one first."""


def judge(view: View) -> list[Finding]:
    """dependency-updates."""
    return [_updates(view)]


def _updates(view: View) -> Finding:
    if path := view.tree.has(*_DEPENDABOT):
        return _dependabot(view, path)
    if renovate := _renovate(view):
        return passed("dependency-updates", f"Renovate (`{renovate.path}`).", renovate)
    for name, tool in _OTHERS.items():
        if path := view.tree.has(name):
            return passed("dependency-updates", f"{tool} (`{path}`).", at(path, 1))
    for workflow in view.good_workflows:
        for step in workflow.steps:
            if step.uses.startswith(_ACTIONS):
                return passed(
                    "dependency-updates",
                    f"`{workflow.path}` runs {step.uses.split('@')[0]}.",
                    at(workflow.path, step.line),
                )
    if bots := _bots_at_work(view):
        return passed("dependency-updates", f"{bots} opens update pull requests.", api("pullRequests.author", bots))
    if not view.libraries:
        return not_applicable("dependency-updates", "it declares no dependency of a package manager")
    wanted = _wanted(view)
    own = [p for p in view.libraries if not is_example(p.path)] or list(view.libraries)
    names = {(package.ecosystem, package.name) for package in own}
    ecosystems = code([_usual_name(e, view) for e in wanted], limit=4)
    known = [p for p in own if _is_known_to_dependabot(p)]
    for_renovate = [p for p in own if p.ecosystem in _RENOVATE_TOO or p.path.endswith(_CLOJURE)]
    if not known and not for_renovate:
        which = listed(sorted({ECOSYSTEMS.get(p.ecosystem, p.ecosystem) for p in own}), limit=3)
        return not_applicable("dependency-updates", f"neither Dependabot nor Renovate knows packages of {which}")
    wanted = wanted if known else []
    known = known or for_renovate
    paths = sorted({package.path for package in known}, key=lambda path: (path.count("/"), path))
    return failed(
        "dependency-updates",
        f"Nothing updates its {counted(len(names), 'direct dependency')}.",
        *(at(path, None, "updated by nobody") for path in paths[:5]),
        action="Let a bot update dependencies",
        next_step=f"Add `.github/dependabot.yml` with {ecosystems}, weekly and grouped."
        if wanted
        else "Add a `renovate.json`.",
    )


_CLOJURE = ("project.clj", "deps.edn", "bb.edn")
_RENOVATE_TOO = frozenset({"hackage", "cocoapods", "conan", "bazel", "nix", "cpan", "kustomize", "jsr"})
"""Ecosystems that Renovate updates and Dependabot does not."""


def _is_known_to_dependabot(package: Package) -> bool:
    return package.ecosystem in ECOSYSTEM_NAMES and not package.path.endswith(_CLOJURE)


def _wanted(view: View) -> list[str]:
    """The ecosystems that Dependabot knows: of images only those that Dockerfiles and compose files name."""
    every = [p for p in view.packages if _is_known_to_dependabot(p)]
    own = [p for p in every if not is_example(p.path)] or every
    return sorted({p.ecosystem for p in own if p.ecosystem != "docker" or not p.path.startswith(".github/")})


def _renovate(view: View) -> Evidence | None:
    """Where Renovate is set up; it updates whatever it finds."""
    if path := view.tree.has(*_RENOVATE):
        return at(path, 1)
    text = view.text("package.json")
    if '"renovate"' in text:
        return at("package.json", text.split('"renovate"')[0].count("\n") + 1)
    for workflow in view.good_workflows:
        for step in workflow.steps:
            if step.uses.startswith(_RENOVATE_ACTION):
                return at(workflow.path, step.line)
    return None


_LOCKED_BY = {("pypi", "uv"): "uv", ("npm", "bun"): "bun"}
"""Ecosystems whose name for Dependabot is that of the package manager which wrote the lockfile."""


def _usual_name(ecosystem: str, view: View) -> str:
    managers = {lock.manager for lock in view.inventory.lockfiles if lock.ecosystem == ecosystem}
    if len(managers) == 1 and (name := _LOCKED_BY.get((ecosystem, managers.pop()))):
        return name
    if ecosystem == "maven" and not any(p.ecosystem == "maven" and p.path.endswith("pom.xml") for p in view.packages):
        return "gradle"
    return ECOSYSTEM_NAMES[ecosystem][0]


def _bots_at_work(view: View) -> str:
    authors = {p.author.lower().removesuffix("[bot]") for p in view.facts.pull_requests or () if p.author_is_bot}
    known = {
        "dependabot": "Dependabot",
        "renovate": "Renovate",
        "dependabot-preview": "Dependabot",
        "pyup-bot": "PyUp",
        "depfu": "Depfu",
        "snyk-bot": "Snyk",
        "scala-steward": "Scala Steward",
    }
    return next((label for name, label in sorted(known.items()) if name in authors), "")


def _dependabot(view: View, path: str) -> Finding:
    try:
        updates = parse_yaml(view.text(path)).get("updates")
    except YamlProblem as problem:
        return warned(
            "dependency-updates",
            f"`{path}` is no valid YAML: {problem.message}.",
            at(path, problem.line, problem.message),
            action="Repair the Dependabot configuration",
            next_step=f"Correct `{path}:{problem.line}`; Dependabot does nothing until then.",
            share=0.1,
        )
    entries = [entry for entry in (updates.items if updates else []) if entry.kind == "map"]
    named = {entry.text("package-ecosystem"): entry.line for entry in entries}
    if not named:
        return warned(
            "dependency-updates",
            f"`{path}` lists no updates.",
            at(path, 1),
            action="Tell Dependabot what to update",
            next_step=f"Add under `updates:` {code([_usual_name(e, view) for e in _wanted(view)])}.",
            share=0.1,
        )
    evidence = [at(path, line, name) for name, line in named.items()]
    # images and actions alone do not make the configuration incomplete: those are judged by `pinned`
    missing = [
        e
        for e in _wanted(view)
        if not named.keys() & set(ECOSYSTEM_NAMES[e]) and e not in {"docker", "githubactions", "helm", "terraform"}
    ]
    if missing and (renovate := _renovate(view)):
        found = f"Dependabot updates {listed(sorted(named))}, Renovate (`{renovate.path}`) the rest."
        return passed("dependency-updates", found, *evidence, renovate)
    if missing:
        names = code([_usual_name(e, view) for e in missing])
        return warned(
            "dependency-updates",
            f"Dependabot updates {listed(sorted(named))}, but not {names}.",
            *evidence,
            action=f"Let Dependabot update {names} too",
            next_step=f"Add {names} under `updates:` in `{path}`.",
            share=0.6,
        )
    return passed("dependency-updates", f"Dependabot updates {listed(sorted(named))}.", *evidence)
