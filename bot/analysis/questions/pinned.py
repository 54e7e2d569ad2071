"""Are actions and images pinned to what was reviewed? (catalogue entry 41)"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.view import View
from bot.analysis.words import capital, code, counted, percent
from bot.analysis.workflows import read_action_steps

_SHA = re.compile(r"[0-9a-f]{40}\Z|[0-9a-f]{64}\Z")
_FROM = re.compile(r"(?im)^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?")
_TRUSTED = ("actions/", "github/")
_HERE = ("./", "$/", "${{")
"""How actions and workflows of this very repository are named; `$/` is GitHub's newer form."""

_ACTION = re.compile(r"(?:\A|\.github/actions/(?:[^/]+/)+)action\.ya?ml\Z")
_DOCKERFILE = re.compile(r"(?:\A|/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?\Z|\.dockerfile\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Use:
    """One action or image in use. `is_first_party`: GitHub's own action, where a tag is the common choice."""

    reference: str
    path: str
    line: int
    is_pinned: bool
    is_first_party: bool


def judge(view: View) -> list[Finding]:
    """pinned."""
    return [_pinned(view)]


def uses_of(view: View) -> list[Use]:
    """All actions, reusable workflows and images that run from outside this repository."""
    found = []
    for workflow in view.good_workflows:
        references = [(step.uses, step.line) for step in workflow.steps if step.uses]
        references += [(job.uses, job.line) for job in workflow.jobs if job.uses]
        found += [_action(ref, workflow.path, line) for ref, line in references if not ref.startswith(_HERE)]
        found += [
            _image(ref, workflow.path, line) for job in workflow.jobs for ref, line in job.images if "${{" not in ref
        ]
    for path, text in sorted(view.contents.texts.items()):
        if _ACTION.search(path):
            references = [(step.uses, step.line) for step in read_action_steps(text) if step.uses]
            found += [_action(ref, path, line) for ref, line in references if not ref.startswith(_HERE)]
        if _DOCKERFILE.search(path):
            found += _images_of(path, text)
    return found


def _action(reference: str, path: str, line: int) -> Use:
    if reference.startswith("docker://"):
        return _image(reference.removeprefix("docker://"), path, line)
    version = reference.partition("@")[2]
    return Use(reference, path, line, bool(_SHA.match(version)), reference.startswith(_TRUSTED))


def _image(reference: str, path: str, line: int) -> Use:
    return Use(reference, path, line, "@sha256:" in reference, False)


def _images_of(path: str, text: str) -> list[Use]:
    stages: set[str] = set()
    found = []
    for match in _FROM.finditer(text[:200_000]):
        image, stage = match.group(1), match.group(2)
        if image.lower() not in stages and image.lower() != "scratch" and "$" not in image:
            found.append(_image(image, path, text.count("\n", 0, match.start()) + 1))
        if stage:
            stages.add(stage.lower())
    return found


def _pinned(view: View) -> Finding:
    uses = uses_of(view)
    if not uses:
        return not_applicable("pinned", "no action or image from outside is used")
    loose = [use for use in uses if not use.is_pinned]
    if not loose:
        return passed(
            "pinned",
            f"{capital(counted(len(uses), 'use'))} of actions and images, all pinned by digest.",
            at(uses[0].path, uses[0].line),
        )
    foreign = [use for use in loose if not use.is_first_party]
    share = (len(uses) - len(loose)) / len(uses)
    shown = foreign or loose
    references = list(dict.fromkeys(use.reference for use in shown))
    evidence = [at(use.path, use.line, use.reference[:120]) for use in shown[:20]]
    found = (
        f"{capital(counted(len(loose), 'use'))} of actions and images by a tag or branch that can move "
        f"({percent(share)} pinned), such as {code(references, limit=3)}."
    )
    floating = [
        use
        for use in foreign
        if use.reference.rpartition("@")[2] in {"main", "master", "latest", "HEAD"}
        or use.reference.endswith(":latest")
        or _has_no_version(use.reference)
    ]
    what = "tag or branch" if floating else "tag"
    step = (
        f"Replace the {what} by the commit's SHA, with the tag as a comment, beginning with "
        f"{code([f'{u.path}:{u.line}' for u in floating or shown], limit=2)}; Dependabot keeps both current."
    )
    if floating:
        names = list(dict.fromkeys(use.reference for use in floating))
        return failed(
            "pinned",
            f"{code(names, limit=3)} {'follows' if len(names) == 1 else 'follow'} a branch or `latest`; "
            f"{percent(share)} of {counted(len(uses), 'use')} are pinned.",
            *(at(use.path, use.line, use.reference[:120]) for use in floating[:20]),
            action="Pin what follows a branch",
            next_step=step,
        )
    if not foreign:
        return warned(
            "pinned", found, *evidence, action="Pin GitHub's own actions", next_step=step, share=max(0.8, share)
        )
    return warned(
        "pinned", found, *evidence, action="Pin actions and images", next_step=step, share=min(0.9, 0.3 + 0.6 * share)
    )


def _has_no_version(reference: str) -> bool:
    """An image or action without tag and digest: `latest` by default."""
    return "@" not in reference and ":" not in reference.rpartition("/")[2]
