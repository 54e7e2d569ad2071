"""GitHub Actions: what workflows and actions use, with their refs.

Source of the rules: GitHub's workflow syntax and metadata syntax references.
"""

from __future__ import annotations

import re

from bot.analysis.manifests.docker import add_image
from bot.analysis.manifests.formats import read_yaml
from bot.analysis.manifests.formats.document import Document, Steps
from bot.analysis.manifests.nouns import MISSING, Draft, Tree, scalar
from bot.model.report import Kind, Scope

_REPOSITORY = re.compile(r"^[\w.-]*\w[\w.-]*/[\w.-]+")

_SETUP = {
    "actions/setup-node": ("node-version", "Node.js"),
    "actions/setup-python": ("python-version", "Python"),
    "actions/setup-go": ("go-version", "Go"),
    "actions/setup-java": ("java-version", "Java"),
    "actions/setup-dotnet": ("dotnet-version", ".NET"),
    "ruby/setup-ruby": ("ruby-version", "Ruby"),
    "shivammathur/setup-php": ("php-version", "PHP"),
    "erlef/setup-beam": ("elixir-version", "Elixir"),
    "dtolnay/rust-toolchain": ("toolchain", "Rust"),
}


def read_workflow(draft: Draft, text: str, tree: Tree) -> None:
    """A workflow: actions and reusable workflows, job and service containers."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "workflow", 1)
    draft.name = scalar(root.get("name"))
    jobs = draft.mapping(root.get("jobs", MISSING), "jobs", document.line("jobs"))
    for name, value in jobs.items():
        steps: Steps = ("jobs", name)
        job = draft.mapping(value, f"jobs.{name}", document.line(*steps))
        _uses(draft, document, (*steps, "uses"), {})
        _container(draft, document, (*steps, "container"))
        services = draft.mapping(job.get("services", MISSING), f"jobs.{name}.services", document.line(*steps))
        for service in services:
            _container(draft, document, (*steps, "services", service))
        _steps(draft, document, (*steps, "steps"), job.get("steps", MISSING))


def read_action(draft: Draft, text: str, tree: Tree) -> None:
    """action.yml: the steps of a composite action, or the image or script it runs."""
    document = read_yaml(text)
    root = draft.mapping(document.value, "action", 1)
    draft.name = scalar(root.get("name"))
    draft.kind = Kind.ACTION
    runs = draft.mapping(root.get("runs", MISSING), "runs", document.line("runs"))
    using = scalar(runs.get("using"))
    if using.startswith("node"):
        draft.runtime("Node.js", using.removeprefix("node"), document.line("runs", "using"), detail="runs.using")
    if scalar(runs.get("main")):
        draft.entry_points.append(scalar(runs.get("main")))
    image = scalar(runs.get("image"))
    if image.startswith("docker://"):
        add_image(draft, image.removeprefix("docker://"), Scope.RUNTIME, document.line("runs", "image"))
    _steps(draft, document, ("runs", "steps"), runs.get("steps", MISSING))


def _steps(draft: Draft, document: Document, steps: Steps, value: object) -> None:
    for index, step in enumerate(draft.items(value, ".".join(map(str, steps)), document.line(*steps))):
        if isinstance(step, dict):
            given = step.get("with")
            _uses(draft, document, (*steps, index, "uses"), given if isinstance(given, dict) else {})


def _uses(draft: Draft, document: Document, steps: Steps, given: dict[str, object]) -> None:
    reference = scalar(document.get(*steps))
    line = document.line(*steps)
    if reference.startswith("docker://"):
        add_image(draft, reference.removeprefix("docker://"), Scope.BUILD, line)
    elif _REPOSITORY.match(reference) and "${{" not in reference:
        name, _, ref = reference.partition("@")
        draft.add(name, ref, Scope.BUILD, line=line, version=ref)
        key, runtime = _SETUP.get(name.lower(), ("", ""))
        wanted = scalar(given.get(key)) if key else ""
        if wanted and "${{" not in wanted and "\n" not in wanted and wanted.lower() != runtime.lower():
            at = (*steps[:-1], "with", key)
            draft.runtime(runtime, wanted, document.line(*at), detail=f"{name} {key}")


def _container(draft: Draft, document: Document, steps: Steps) -> None:
    value = document.get(*steps)
    at = (*steps, "image") if isinstance(value, dict) else steps
    image = scalar(document.get(*at))
    if image and "${{" not in image:
        add_image(draft, image, Scope.BUILD, document.line(*at))
