"""Does a machine check every change, do tests run on pull requests, is HEAD green? (catalogue entries 24, 32 and 33)"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, unknown, warned
from bot.analysis.shell import mentions_tests, runs_tests
from bot.analysis.view import View
from bot.analysis.weights import CHORES_SHARE
from bot.analysis.words import code, listed
from bot.analysis.workflows import Step, Workflow
from bot.model.report import Evidence, Kind, State

_SERVICES = {
    ".gitlab-ci.yml": "GitLab CI", ".travis.yml": "Travis CI", ".circleci/config.yml": "CircleCI",
    "azure-pipelines.yml": "Azure Pipelines", ".azure-pipelines.yml": "Azure Pipelines", "jenkinsfile": "Jenkins",
    "appveyor.yml": "AppVeyor", ".appveyor.yml": "AppVeyor", ".drone.yml": "Drone", ".woodpecker.yml": "Woodpecker",
    ".woodpecker.yaml": "Woodpecker", "bitbucket-pipelines.yml": "Bitbucket Pipelines", ".cirrus.yml": "Cirrus CI",
    ".buildkite/pipeline.yml": "Buildkite", ".semaphore/semaphore.yml": "Semaphore", "cloudbuild.yaml": "Cloud Build",
    "buildspec.yml": "CodeBuild", ".builds/main.yml": "builds.sr.ht", "codemagic.yaml": "Codemagic",
    "bitrise.yml": "Bitrise", ".teamcity/settings.kts": "TeamCity", "prow.yaml": "Prow", ".prow.yaml": "Prow",
    ".bazelci/presubmit.yml": "Bazel CI",
}  # fmt: skip
"""Other CI services by their file in the root (lower case)."""

_FORGES = re.compile(r"\.(forgejo|gitea)/workflows/[^/]+\.ya?ml\Z")
"""Workflows of other forges in GitHub's own language."""

_CHORES = re.compile(
    r"stale|labell?er|greetings?|lock(?:-threads)?|dependabot|release-drafter|welcome|auto-?(?:merge|assign"
    r"|approve|close|format)|sponsors?|cla\b|contributors|sync-labels|copilot-setup-steps|triage|backport|\bbot\b|\bsync\b|conflicts?\b|\breadme\b|\bcancel\b|\b(?:pr|pull-request)-title\b",
    re.IGNORECASE,
)
_DELIVERS = re.compile(r"release|publish|deploy|\bcd\b|docker|nightly", re.IGNORECASE)
"""Names of workflows that deliver what others checked."""

_TEST_ACTIONS = (
    "julia-actions/julia-runtest",
    "r-lib/actions/check-r-package",
    "ansible-community/molecule-action",
    "pypa/cibuildwheel",
)
_TEST_STEP = re.compile(r"(?:run )?(?:unit |integration )?tests?\b", re.IGNORECASE)
_TEST_WORD = re.compile(r"\b(?:tests?|tox|nox|pytest|unit|integration|e2e|specs?|check|ci|build)\b", re.IGNORECASE)


def judge(view: View) -> list[Finding]:
    """ci, ci-tests, ci-state."""
    return [_ci(view), _ci_tests(view), _ci_state(view)]


def services_of(view: View) -> list[tuple[str, str]]:
    """(service, file) of CI services other than GitHub Actions."""
    found = []
    for name, service in _SERVICES.items():
        path = view.tree.has(name)
        if path and (view.text(path) or name not in {"prow.yaml"}):
            found.append((service, path))
    for path in sorted(view.contents.texts):
        forge = _FORGES.match(path)
        if forge:
            found.append((f"{forge.group(1).capitalize()} Actions", path))
    return found


def checking_workflows(view: View) -> list[str]:
    """Workflows that check changes: started by pushes or pull requests, and more than a chore."""
    return [w.path for w in view.good_workflows if _checks_changes(w.path, w.name, view)]


def has_ci(view: View) -> bool:
    """Whether changes are checked by a machine."""
    return bool(checking_workflows(view) or services_of(view))


def _checks_changes(path: str, name: str, view: View) -> bool:
    workflow = next(w for w in view.good_workflows if w.path == path)
    if not (workflow.runs_on_pull_requests or workflow.runs_on_pushes):
        return False
    if workflow.runs_on_tags_only:
        return False
    if test_step(workflow.steps):
        return True
    said = f"{path.rpartition('/')[2]} {name}"
    if _CHORES.search(said):
        return False
    return workflow.runs_on_pull_requests or not _DELIVERS.search(said)


def test_step(steps: tuple[Step, ...]) -> Step | None:
    """The first step that runs tests."""
    for or_checks in (False, True):
        for step in steps:
            if step.run and runs_tests(step.run, or_checks=or_checks):
                return step
            if step.uses.startswith(_TEST_ACTIONS) or (or_checks and _is_named_test(step)):
                return step
    return None


def _is_named_test(step: Step) -> bool:
    """A step that is called a test and takes its command from a matrix or an input."""
    return bool(_TEST_STEP.match(step.name)) and step.run.lstrip().startswith("${{")


def _ci(view: View) -> Finding:
    services = services_of(view)
    workflows = checking_workflows(view)
    evidence = [*(at(path, 1, "workflow") for path in workflows), *(at(path, 1, service) for service, path in services)]
    broken = [w for w in view.workflows if w.problem]
    if workflows or services:
        names = list(dict.fromkeys([*(["GitHub Actions"] if workflows else []), *(service for service, _ in services)]))
        found = (
            f"{listed(names)} {'checks' if len(names) == 1 else 'check'} changes "
            f"({code([e.path for e in evidence], limit=4)})."
        )
        return passed("ci", found, *evidence[:10])
    if broken:
        return failed(
            "ci",
            f"{code([w.path for w in broken])} cannot be run: {broken[0].problem}.",
            *(at(w.path, w.problem_line, w.problem) for w in broken),
            action="Repair the workflow",
            next_step=f"Correct `{broken[0].path}:{broken[0].problem_line}`; GitHub ignores the whole file until then.",
        )
    if unsafe := next((run for run in _test_runs(view) if _is_for_outsiders(run[0])), None):
        workflow, step = unsafe
        return warned(
            "ci",
            _WITH_SECRETS.format(path=workflow.path),
            *_where_with_secrets(workflow, step),
            action="Check every change in CI",
            next_step=_without_secrets(workflow),
            share=CHORES_SHARE,
        )
    if view.good_workflows:
        paths = [w.path for w in view.good_workflows]
        return warned(
            "ci",
            f"{code(paths)} {'does' if len(paths) == 1 else 'do'} chores or deploys; nothing checks a change.",
            *(at(path, 1) for path in paths[:5]),
            action="Check every change in CI",
            next_step=_first_workflow(view),
            share=CHORES_SHARE,
        )
    return failed(
        "ci",
        "Nothing checks a change automatically: no workflow, and no other CI service's file.",
        *_where_ci_would_be(view),
        action="Check every change in CI",
        next_step=_first_workflow(view),
    )


def _where_ci_would_be(view: View) -> list[Evidence]:
    manifest = next((m.path for m in view.inventory.manifests if m.folder == "" and m.is_component), "")
    return [at(manifest, None, "nothing runs its checks")] if manifest else []


_NODE_COMMANDS = {
    "pnpm": "`pnpm install && pnpm test`",
    "yarn": "`yarn install && yarn test`",
    "bun": "`bun install && bun test`",
}
_COMMANDS = (
    ("npm", "`npm ci && npm test`"),
    ("pypi", "`pytest`"),
    ("golang", "`go test ./...`"),
    ("cargo", "`cargo test`"),
    ("maven", "`./mvnw verify` or `./gradlew check`"),
    ("gem", "`bundle exec rake`"),
    ("composer", "`composer test`"),
    ("nuget", "`dotnet test`"),
    ("hex", "`mix test`"),
    ("pub", "`dart test`"),
    ("swift", "`swift test`"),
)


def test_command(view: View) -> str:
    """How the tests of the main ecosystem are run; "" where that is not known."""
    ecosystems = {m.ecosystem for m in view.inventory.manifests if m.is_component and m.folder == ""}
    ecosystems = ecosystems or {m.ecosystem for m in view.inventory.manifests if m.is_component}
    command = next((command for ecosystem, command in _COMMANDS if ecosystem in ecosystems), "")
    if "npm" in ecosystems:
        managers = [lock.manager for lock in view.inventory.lockfiles if lock.manager in _NODE_COMMANDS]
        return _NODE_COMMANDS[managers[0]] if managers else command
    if "maven" in ecosystems:
        for name, run in _JVM_COMMANDS.items():
            if view.tree.has(name):
                return run
        return "`./mvnw verify`" if view.tree.has("pom.xml") else "`./gradlew check`"
    return command


_JVM_COMMANDS = {"project.clj": "`lein test`", "deps.edn": "`clojure -X:test`", "build.sbt": "`sbt test`"}

_BY_KIND = {
    Kind.DOCS_SITE: "builds the pages and checks their links",
    Kind.DATA: "reads every file and checks its form",
    Kind.INFRASTRUCTURE: "formats, validates and plans",
    Kind.CONFIGURATION: "applies it to a clean machine",
}


def _first_workflow(view: View) -> str:
    command = test_command(view)
    runs = f"runs {command}" if command else "runs what you run by hand before a release"
    runs = _BY_KIND.get(view.kind.kind, runs)
    return f"Add `.github/workflows/ci.yml` that {runs} on `pull_request` and on pushes to the default branch."


def _test_runs(view: View) -> list[tuple[Workflow, Step]]:
    """Workflows with the step that runs tests, those that say so in as many words first."""
    found = [(workflow, step) for workflow in view.good_workflows if (step := test_step(workflow.steps))]
    return sorted(found, key=lambda pair: _doubt(*pair))


def _doubt(workflow: Workflow, step: Step) -> int:
    """How little step and workflow say that they test: 0, 1 or 2."""
    said = f"{workflow.path.rpartition('/')[2]} {workflow.name}".replace("_", " ").replace("-", " ")
    return (not runs_tests(step.run, or_checks=False)) + (not _TEST_WORD.search(said))


def _ci_tests(view: View) -> Finding:
    if not view.has_code:
        return not_applicable("ci-tests", "there is no code to test")
    runs = _test_runs(view)
    for workflow, step in runs:
        if workflow.runs_on_pull_requests:
            trigger = at(workflow.path, workflow.pull_request_line, "trigger")
            found = f"`{workflow.path}` runs the tests on pull requests."
            return passed("ci-tests", found, _where(workflow, step), trigger)
    if finding := _reused_tests(view):
        return finding
    elsewhere = services_of(view)
    if elsewhere and (finding := _tests_elsewhere(view, elsewhere)).state is State.PASS:
        return finding
    if pushed := next((run for run in runs if not _is_for_outsiders(run[0])), None):
        return _only_on_push(*pushed)
    if elsewhere:
        return _tests_elsewhere(view, elsewhere)
    if runs:
        return _only_with_secrets(*runs[0])
    if paths := checking_workflows(view):
        if called := _called_elsewhere(view, paths):
            return unknown("ci-tests", f"what `{called}` runs does not stand in this repository")
        return failed(
            "ci-tests",
            f"No step of {code(paths)} runs tests.",
            *(at(path, 1) for path in paths[:5]),
            action="Run the tests in CI",
            next_step=f"Add a step that runs {test_command(view) or 'the tests'} to `{paths[0]}`, on `pull_request`.",
        )
    return failed(
        "ci-tests",
        "No tests run on pull requests: there is no CI.",
        action="Run the tests on pull requests",
        next_step=_first_workflow(view),
    )


def _where(workflow: Workflow, step: Step) -> Evidence:
    said = step.name or step.uses or step.run.strip().splitlines()[0]
    return at(workflow.path, step.line, said[:80])


def _reused_tests(view: View) -> Finding | None:
    """A reusable workflow that tests, called on pull requests: by its steps where it stands here, else by its name."""
    calls = [(w, job) for w in view.good_workflows if w.runs_on_pull_requests for job in w.jobs if job.uses]
    of_path = {workflow.path: workflow for workflow in view.good_workflows}
    for workflow, job in calls:
        called = of_path.get(job.uses.removeprefix("./").removeprefix("$/"))
        if called is not None and (step := test_step(called.steps)):
            found = f"`{workflow.path}` calls `{called.path}`, which runs the tests, on pull requests."
            return passed("ci-tests", found, _where(called, step), at(workflow.path, job.line))
    for names_workflow in (False, True):
        for workflow, job in calls:
            said = f"{job.id} {job.name} {job.uses} {workflow.name if names_workflow else ''}"
            if _TEST_WORD.search(said.replace("_", " ").replace("-", " ")):
                found = f"`{workflow.path}` calls `{job.uses}` on pull requests."
                return passed("ci-tests", found, at(workflow.path, job.line))
    return None


def _called_elsewhere(view: View, paths: Collection[str]) -> str:
    """A reusable workflow of another repository that one of the workflows at `paths` calls; "" without one."""
    called = (job.uses for w in view.good_workflows if w.path in paths for job in w.jobs if job.uses)
    return next((uses.partition("@")[0] for uses in called if not uses.startswith(("./", "$/"))), "")


def _only_on_push(workflow: Workflow, step: Step) -> Finding:
    outsiders = ", or only beside the repository's secrets (`pull_request_target`)" if workflow.secrets_line else ""
    return warned(
        "ci-tests",
        f"`{workflow.path}` runs the tests, but not on pull requests{outsiders}.",
        _where(workflow, step),
        action="Run the tests on pull requests too",
        next_step=(
            f"Add `pull_request:` to `on:` in `{workflow.path}`: contributors then see a failure before the merge."
        ),
    )


_WITH_SECRETS = (
    "`{path}` tests pull requests on `pull_request_target` alone: the code of strangers would run beside the "
    "repository's secrets, or is not what is tested."
)


def _is_for_outsiders(workflow: Workflow) -> bool:
    """Whether of all changes only a pull request starts it, and with the repository's secrets."""
    return workflow.secrets_line is not None and not (workflow.runs_on_pull_requests or workflow.runs_on_pushes)


def _only_with_secrets(workflow: Workflow, step: Step) -> Finding:
    return failed(
        "ci-tests",
        _WITH_SECRETS.format(path=workflow.path),
        *_where_with_secrets(workflow, step),
        action="Run the tests on pull requests without secrets",
        next_step=_without_secrets(workflow),
    )


def _where_with_secrets(workflow: Workflow, step: Step) -> tuple[Evidence, Evidence]:
    return _where(workflow, step), at(workflow.path, workflow.secrets_line, "trigger")


def _without_secrets(workflow: Workflow) -> str:
    return (
        f"Start the tests in `{workflow.path}` on `pull_request` and on pushes; leave to `pull_request_target` what "
        "must write and runs no code of the pull request, such as labels."
    )


def _tests_elsewhere(view: View, services: list[tuple[str, str]]) -> Finding:
    for service, path in services:
        if mentions_tests(view.text(path)) or "test_targets:" in view.text(path):
            return passed("ci-tests", f"{service} runs the tests (`{path}`).", at(path, 1))
    return unknown("ci-tests", f"what {services[0][0]} runs is not readable from {services[0][1]}")


def _ci_state(view: View) -> Finding:
    if not has_ci(view):
        return not_applicable("ci-state", "there is no CI whose state could be told")
    state = view.activity.ci_state
    if view.facts.ci_state is None:
        return unknown("ci-state", view.why_unknown("ci_state"))
    evidence = api("statusCheckRollup.state", view.facts.ci_state)
    if state == "success":
        return passed("ci-state", "All checks of HEAD passed.", evidence)
    if state in {"pending", "expected"}:
        return unknown("ci-state", "the checks of HEAD are still running")
    if state in {"failure", "error"}:
        return failed(
            "ci-state",
            f"The checks of HEAD ended in {state}.",
            evidence,
            action="Make the default branch green again",
            next_step=f"Open the failed check of `{view.facts.head_sha[:7] or 'HEAD'}`; fix or revert what broke it.",
        )
    return unknown("ci-state", "no check has run on HEAD")
