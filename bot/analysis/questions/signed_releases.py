"""Can users prove what they run? Signatures, attestations, SBOMs. (catalogue entry 45)"""

from __future__ import annotations

import re

from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, unknown
from bot.analysis.view import View

_ASSET = re.compile(
    r"\.(?:asc|sig|sign|minisig|sigstore(?:\.json)?|intoto\.jsonl|pem|cert|crt|att|bundle|cosign\.bundle"
    r"|sbom(?:\.json)?|spdx(?:\.json)?|cdx\.(?:json|xml))\Z|sbom|bom\.(?:json|xml)\Z|cyclonedx",
    re.IGNORECASE,
)
_ACTIONS = (
    "actions/attest",
    "sigstore/",
    "slsa-framework/",
    "anchore/sbom-action",
    "CycloneDX/",
    "crazy-max/ghaction-import-gpg",
    "advanced-security/",
    "pypa/gh-action-pypi-publish",
)
_COMMANDS = re.compile(
    r"\b(?:cosign (?:sign|attest)|gpg2? .{0,80}(?:--detach-sig|--sign|-sb|--clearsign)|npm publish "
    r".{0,80}--provenance|--provenance\b|syft |cyclonedx|cargo[- ](?:auditable|sbom|cyclonedx)|minisign|signtool"
    r"|sigstore|codesign )"
)
_SETTINGS = re.compile(r"(?m)^(?:signs|sboms|docker_signs|binary_signs):|\"provenance\"\s*:\s*true")


def judge(view: View) -> list[Finding]:
    """signed-releases."""
    return [_signed(view)]


def _signed(view: View) -> Finding:
    for workflow in view.good_workflows:
        for step in workflow.steps:
            if step.uses.startswith(_ACTIONS) or (step.run and _COMMANDS.search(step.run[:20_000])):
                return passed(
                    "signed-releases",
                    f"`{workflow.path}` signs or attests what it releases.",
                    at(workflow.path, step.line, (step.uses or step.name)[:80]),
                )
        for job in workflow.jobs:
            if job.uses.startswith("slsa-framework/"):
                return passed(
                    "signed-releases",
                    f"`{workflow.path}` makes SLSA provenance.",
                    at(workflow.path, job.line, job.uses[:80]),
                )
    for path in (".goreleaser.yml", ".goreleaser.yaml", "package.json", ".npmrc"):
        text = view.text(path)
        if match := _SETTINGS.search(text[:100_000]):
            return passed("signed-releases", f"`{path}` asks for it.", at(path, text.count("\n", 0, match.start()) + 1))
    releases = view.facts.releases
    for release in (releases or ())[:10]:
        if asset := next((name for name in release.assets if _ASSET.search(name)), ""):
            return passed("signed-releases", f"Release {release.tag} carries `{asset}`.", api("releases.assets", asset))
    if releases is None:
        return unknown("signed-releases", view.why_unknown("releases"))
    if not releases:
        return not_applicable("signed-releases", "nothing has been released yet")
    if view.is_local:
        return unknown("signed-releases", view.why_unknown("assets"))
    # asked of the releases alone: a workflow must not make this check appear (weights.CI_DEPENDENT)
    if not any(release.assets for release in releases):
        return not_applicable("signed-releases", "releases are tags only: there is no artefact to sign")
    return failed(
        "signed-releases",
        "Releases carry neither a signature, an attestation nor an SBOM.",
        api("releases.assets", releases[0].tag),
        action="Attest what is released",
        next_step="Add `actions/attest-build-provenance` to the workflow that publishes: one step, no keys to keep.",
    )
