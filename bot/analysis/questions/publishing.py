"""Is it published by a workflow rather than by hand? (catalogue entry 37)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, at, failed, not_applicable, passed
from bot.analysis.shell import publishes
from bot.analysis.view import View
from bot.analysis.workflows import Step
from bot.model.report import Kind

ACTIONS = (
    "pypa/gh-action-pypi-publish", "JS-DevTools/npm-publish", "changesets/action", "cycjimmy/semantic-release-action",
    "googleapis/release-please-action", "google-github-actions/release-please-action", "goreleaser/goreleaser-action",
    "softprops/action-gh-release", "ncipollo/release-action", "actions/create-release",
    "release-drafter/release-drafter", "docker/build-push-action", "docker/bake-action", "rubygems/release-gem",
    "katyo/publish-crates", "crate-ci/cargo-release", "MarcoIeni/release-plz-action", "release-plz/action",
    "relekang/python-semantic-release", "python-semantic-release/", "helm/chart-releaser-action",
    "PyO3/maturin-action", "taiki-e/upload-rust-binary-action", "svenstaro/upload-release-action", "gradle/publish",
    "julia-actions/RegisterAction", "JuliaRegistries/TagBot", "HaaLeo/publish-vscode-extension",
    "dart-lang/setup-dart/.github/workflows/publish.yml", "axodotdev/", "actions/publish-action",
    "actions/publish-immutable-action", "elgohr/Publish-Docker-Github-Action", "redhat-actions/push-to-registry",
    "semantic-release-action/", "rubygems/configure-rubygems-credentials",
    "robertdebock/galaxy-action", "marvinpinto/action-automatic-releases",
)  # fmt: skip
"""Actions that publish a package, an image or a release."""

_PUBLISHER = re.compile(r"/publish(?![\w-]*test)[\w-]*(?:@|\Z)", re.IGNORECASE)
"""The path of an action that is called after what it does."""

_REUSED = re.compile(r"publish|release", re.IGNORECASE)


def judge(view: View) -> list[Finding]:
    """publishing."""
    return [_publishing(view)]


def publishing_step(view: View) -> tuple[str, Step] | None:
    """(workflow, step) of the first step that publishes."""
    for workflow in view.good_workflows:
        for step in workflow.steps:
            if step.uses.startswith(ACTIONS) or _PUBLISHER.search(step.uses) or (step.run and publishes(step.run)):
                return workflow.path, step
    return None


def _publishing(view: View) -> Finding:
    if found := publishing_step(view):
        path, step = found
        return passed(
            "publishing", f"`{path}` publishes.", at(path, step.line, (step.uses or step.name or "publishes")[:80])
        )
    for workflow in view.good_workflows:
        for job in workflow.jobs:
            if job.uses and _REUSED.search(f"{job.uses} {job.id}"):
                return passed(
                    "publishing", f"`{workflow.path}` publishes by `{job.uses}`.", at(workflow.path, job.line)
                )
    for workflow in view.good_workflows:
        is_started = workflow.pushes_are_tags or "release" in workflow.triggers
        if is_started and _REUSED.search(f"{workflow.path.rpartition('/')[2]} {workflow.name}"):
            return passed("publishing", f"`{workflow.path}` makes the releases.", at(workflow.path, 1))
    if view.facts.releases is not None and not view.facts.releases:
        return not_applicable("publishing", "nothing has been released yet")
    ecosystems = {m.ecosystem for m in view.inventory.manifests if m.folder == "" and m.is_component}
    if (
        view.kind.kind is Kind.LIBRARY
        and ecosystems
        and ecosystems <= {"golang", "swift", "composer", "terraform", "github"}
    ):
        return not_applicable("publishing", "its ecosystem publishes tags as they are")
    if view.kind.kind is Kind.LIBRARY and "cran" in ecosystems:
        return not_applicable("publishing", "CRAN takes submissions from a person")
    if view.kind.kind is Kind.ACTION:
        return not_applicable("publishing", "an action is published by its tag")
    if view.is_local and not view.facts.releases:
        return not_applicable("publishing", "no version was tagged yet")
    return failed(
        "publishing",
        "No workflow publishes; releases are made by hand.",
        action="Publish from a workflow",
        next_step=(
            "Add a workflow on `release: published` (or on version tags) that builds and publishes with short-lived "
            "credentials (OIDC)."
        ),
    )
