"""What is it built with, and can its manifests be read? (catalogue entries 6, 7, 8 and 11)"""

from __future__ import annotations

import re
from collections import Counter

from bot.analysis.finding import Finding, at, not_applicable, passed, told, warned
from bot.analysis.manifests import is_example
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, listed, sentence
from bot.model.report import Scope
from bot.model.snapshot import FileClass

ECOSYSTEMS = {
    "npm": "npm", "pypi": "PyPI", "golang": "Go", "cargo": "crates.io", "maven": "Maven", "gem": "RubyGems",
    "composer": "Packagist", "nuget": "NuGet", "docker": "container images", "githubactions": "GitHub Actions",
    "hex": "Hex", "pub": "pub.dev", "swift": "Swift packages", "cocoapods": "CocoaPods", "hackage": "Hackage",
    "conda": "conda", "terraform": "Terraform", "helm": "Helm", "cran": "CRAN", "julia": "Julia",
    "luarocks": "LuaRocks", "conan": "Conan", "vcpkg": "vcpkg", "clojars": "Clojars",
    "pre-commit": "pre-commit hooks", "deno": "Deno",
}  # fmt: skip


def judge(view: View) -> list[Finding]:
    """manifests, dependencies, technologies, deployment."""
    return [_manifests(view), _dependencies(view), _technologies(view), _deployment(view)]


def _manifests(view: View) -> Finding:
    workflow_paths = {workflow.path for workflow in view.workflows}
    problems = [problem for problem in view.inventory.problems if problem.path not in workflow_paths]
    manifests = [manifest for manifest in view.inventory.manifests if manifest.is_component]
    if problems:
        paths = sorted({problem.path for problem in problems})
        return warned(
            "manifests",
            f"{capital(counted(len(problems), 'problem'))} in {code(paths)}: {problems[0].message.rstrip('.')}.",
            *(at(problem.path, problem.line, problem.message) for problem in problems[:10]),
            action=f"Repair {code(paths, limit=2)}",
            next_step=sentence(
                f"Correct {code([f'{p.path}:{p.line}' if p.line else p.path for p in problems], limit=3)}; "
                "installs and audits stop at the same place"
            ),
        )
    if not manifests:
        return not_applicable("manifests", "there is no manifest of a package manager")
    found = capital(counted(len(manifests), "manifest"))
    return passed("manifests", f"{found}, all readable.", *(at(manifest.path) for manifest in manifests[:10]))


def _dependencies(view: View) -> Finding:
    packages = view.libraries
    if not packages:
        return not_applicable("dependencies", "no manifest declares a dependency")
    names = {(p.ecosystem, p.name) for p in packages}
    runtime = {(p.ecosystem, p.name) for p in packages if p.scope is Scope.RUNTIME}
    by_ecosystem = Counter(ecosystem for ecosystem, _ in names)
    parts = [
        f"{count} from {ECOSYSTEMS.get(e, e)}" for e, count in sorted(by_ecosystem.items(), key=lambda i: (-i[1], i[0]))
    ]
    paths = Counter(p.path for p in packages)
    found = (
        f"{capital(counted(len(names), 'direct dependency'))} ({listed(parts, limit=4)}), {len(runtime):,} at run time."
    )
    return told("dependencies", found, *(at(path, None, counted(n, "entry")) for path, n in sorted(paths.items())[:10]))


def _technologies(view: View) -> Finding:
    if not view.technologies:
        return not_applicable("technologies", "no technology was recognised")
    names = [technology.name for technology in view.technologies]
    evidence = [technology.evidence[0] for technology in view.technologies if technology.evidence]
    found = f"{capital(counted(len(names), 'technology'))}: {listed(names, limit=8)}."
    return told("technologies", found, *evidence[:10])


_DEPLOYMENT_NAMES = {
    "procfile": "Procfile", "fly.toml": "Fly.io", "vercel.json": "Vercel", "netlify.toml": "Netlify",
    "render.yaml": "Render", "app.yaml": "App Engine", "railway.json": "Railway",
    "wrangler.toml": "Cloudflare Workers", "wrangler.jsonc": "Cloudflare Workers",
    "serverless.yml": "Serverless Framework", "chart.yaml": "Helm", "kustomization.yaml": "Kustomize",
    "skaffold.yaml": "Skaffold", "pulumi.yaml": "Pulumi", "cdk.json": "AWS CDK", "samconfig.toml": "AWS SAM",
    "docker-compose.yml": "Compose", "docker-compose.yaml": "Compose", "compose.yml": "Compose",
    "compose.yaml": "Compose", "dockerfile": "Docker", "containerfile": "Containerfile", "ansible.cfg": "Ansible",
    "vagrantfile": "Vagrant", "heroku.yml": "Heroku", "firebase.json": "Firebase", "tiltfile": "Tilt",
    "devcontainer.json": "dev container",
}  # fmt: skip


_COMPOSED = re.compile(r"(?m)^[\"']?(?:services|include)\b")


def _deployment(view: View) -> Finding:
    found: dict[str, str] = {}
    for name, label in _DEPLOYMENT_NAMES.items():
        for path in [path for path in view.tree.named(name) if not is_example(path)][:1]:
            if label != "Compose" or _COMPOSED.search(view.text(path)):
                found.setdefault(label, path)
    modules = [f.path for f in view.contents.files if f.path.endswith(".tf") and f.file_class is FileClass.SOURCE]
    terraform = min((path for path in modules if not is_example(path)), key=lambda p: (p.count("/"), p), default="")
    if terraform:
        found["Terraform"] = terraform
    if not found:
        return not_applicable("deployment", "there are no files for containers, deployment or infrastructure")
    evidence = [at(path, None, label) for label, path in found.items()]
    return told("deployment", f"{listed(list(found), limit=8)}.", *evidence)
