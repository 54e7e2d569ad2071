"""Reads GitHub Actions workflows and actions into triggers, jobs and steps with their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.analysis.yaml_tree import Node, YamlProblem, parse_yaml

WORKFLOW_PATH = re.compile(r"\.github/workflows/[^/]+\.ya?ml\Z")
MAX_STEPS = 5_000

_PULL_REQUESTS = frozenset({"pull_request", "merge_group"})
WITH_SECRETS = "pull_request_target"
"""Started by pull requests too, but with the secrets and for the code of the base: no way to test strangers' code.

https://docs.github.com/en/actions/reference/events-that-trigger-workflows#pull_request_target
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `uses` is the action as written, `run` the shell text; `line` is where that stands."""

    name: str
    uses: str
    run: str
    line: int


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `uses` is a reusable workflow; `images` are (reference, line) of container and services."""

    id: str
    name: str
    line: int
    uses: str
    steps: tuple[Step, ...]
    images: tuple[tuple[str, int], ...]
    has_permissions: bool


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow file. `triggers` maps an event's name to its line; `problem` is set when it does not parse."""

    path: str
    name: str
    triggers: dict[str, int]
    jobs: tuple[Job, ...]
    has_permissions: bool
    writes_all: int | None = None
    problem: str = ""
    problem_line: int | None = None
    pushes_are_tags: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all jobs, in order."""
        return tuple(step for job in self.jobs for step in job.steps)

    @property
    def runs_on_pull_requests(self) -> bool:
        """Whether a pull request (or a merge queue) starts it, without the repository's secrets."""
        return bool(_PULL_REQUESTS & self.triggers.keys())

    @property
    def pull_request_line(self) -> int | None:
        """The line of the trigger that makes pull requests start it."""
        return next((line for name, line in self.triggers.items() if name in _PULL_REQUESTS), None)

    @property
    def secrets_line(self) -> int | None:
        """The line of `pull_request_target`, which starts it with the repository's secrets."""
        return self.triggers.get(WITH_SECRETS)

    @property
    def runs_on_pushes(self) -> bool:
        """Whether a push starts it."""
        return "push" in self.triggers

    @property
    def runs_on_tags_only(self) -> bool:
        """Whether of all changes only a pushed tag starts it."""
        return self.pushes_are_tags and not self.runs_on_pull_requests


def read_workflow(path: str, text: str) -> Workflow:
    """The workflow in `text`; never raises: what does not parse comes back with its problem."""
    try:
        root = parse_yaml(text)
    except YamlProblem as problem:
        return _broken(path, problem.message, problem.line)
    if root.kind != "map" or root.get("jobs") is None:
        return _broken(path, "has no `jobs`", root.line)
    permissions = root.get("permissions")
    return Workflow(
        path=path,
        name=root.text("name"),
        triggers=_triggers(root),
        jobs=_jobs(root),
        has_permissions="permissions" in root.entries,
        writes_all=permissions.line if permissions is not None and root.text("permissions") == "write-all" else None,
        pushes_are_tags=_pushes_are_tags(root),
    )


def read_action_steps(text: str) -> tuple[Step, ...]:
    """The steps of a composite action; empty for other actions and for what does not parse."""
    try:
        steps = parse_yaml(text).get("runs", "steps")
    except YamlProblem:
        return ()
    return _steps(steps)


def _broken(path: str, problem: str, line: int) -> Workflow:
    return Workflow(path=path, name="", triggers={}, jobs=(), has_permissions=False, problem=problem, problem_line=line)


def _triggers(root: Node) -> dict[str, int]:
    node = root.get("on") or root.get("true")
    if node is None:
        return {}
    if node.kind == "map":
        return {key: line for key, line, _ in node.pairs()}
    return dict(node.strings())


def _pushes_are_tags(root: Node) -> bool:
    """Whether `on: push` names tags and no branches."""
    push = root.get("on", "push") or root.get("true", "push")
    return push is not None and push.kind == "map" and "tags" in push.entries and "branches" not in push.entries


def _jobs(root: Node) -> tuple[Job, ...]:
    jobs = root.get("jobs")
    found = []
    for job_id, line, job in jobs.pairs() if jobs is not None else ():
        if job.kind == "map":
            found.append(
                Job(
                    id=job_id,
                    name=job.text("name"),
                    line=line,
                    uses=job.text("uses"),
                    steps=_steps(job.get("steps")),
                    images=tuple(_images(job)),
                    has_permissions="permissions" in job.entries,
                )
            )
    return tuple(found)


def _steps(node: Node | None) -> tuple[Step, ...]:
    if node is None:
        return ()
    return tuple(_step(step) for step in node.items[:MAX_STEPS] if step.kind == "map")


def _step(node: Node) -> Step:
    where = node.get("uses") or node.get("run") or node
    return Step(name=node.text("name"), uses=node.text("uses"), run=node.text("run"), line=where.line)


def _images(job: Node) -> list[tuple[str, int]]:
    containers = [job.get("container")]
    services = job.get("services")
    if services is not None:
        containers += [service for _, _, service in services.pairs()]
    images = []
    for container in containers:
        if container is None:
            continue
        image = container.get("image") if container.kind == "map" else container
        if image is not None and image.kind == "scalar" and image.value is not None:
            images.append((str(image.value), image.line))
    return images
