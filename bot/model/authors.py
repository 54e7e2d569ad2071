"""Tells bots from people by what commits and comments carry. Pure.

GitHub types only comment authors (`Bot`); a commit of an App carries `name[bot]` in name and e-mail, and many services
commit under an ordinary name.
"""

from __future__ import annotations

import re
from functools import lru_cache

KNOWN_BOTS = frozenset(
    {
        "actions-user", "allcontributors", "ansible-bot", "autofix-ci", "bors", "codecov-commenter", "codecov-io",
        "commitlint", "copilot", "copilot-swe-agent", "copybara-service", "coveralls", "crowdin-bot",
        "cypress-io-bot", "dependabot",
        "dependabot-preview", "dependabot-support", "docker-library-bot", "facebook-github-bot", "gardener-robot",
        "github actions", "github-actions", "github-classroom", "github-merge-queue", "gitlocalize-app",
        "google-cloud-policy-bot", "googlebot", "greenkeeper", "greenkeeperio-bot", "hacktoberfest-bot", "homu",
        "imgbot", "imgbotapp", "jenkins", "k8s-ci-robot", "k8s-merge-robot", "k8s-publishing-bot", "kodiakhq",
        "lgtm-com", "mergify", "mergify-bot", "msftbot", "nixpkgs-merge-bot", "openshift-merge-robot",
        "opensuse-commit-bot", "patchback", "pre-commit-ci", "pyup-bot", "r-ryantm", "release-please",
        "renovate", "renovate-bot", "restyled-io", "scala-steward", "semantic-release-bot", "sentry-io",
        "snyk-bot", "sonarcloud", "sourcegraph-bot", "step-security-bot",
        "tidelift", "transifex-integration", "travis-ci", "web-flow", "weblate", "whitesource-bolt-for-github",
        "hosted weblate", "elasticmachine", "angular-robot", "bazel-io", "conda-forge-admin", "regro-cf-autotick-bot",
        "rust-timer", "rustbot", "gitpod-io", "sourcery-ai", "deepsource-autofix", "deepsource-io",
        "changeset-bot", "github-pages-deploy-action", "lerna-bot", "nx-cloud", "mend-bolt-for-github",
    }
)  # fmt: skip
_BOT_SUFFIX = re.compile(r"(\[bot\]|[-_. ](?:ro)?bot|[-_]automation|\(bot\))$")
_BOT_EMAIL = re.compile(
    r"(?:\[bot\]@|^bot@|^noreply@github\.com$|^(?:github-)?actions@github\.com$|bot@renovateapp\.com$|"
    r"^action@github\.com$|^noreply@anthropic\.com$|^cursoragent@cursor\.com$|@users\.noreply\.dependabot\.com$|^support@dependabot\.com$)"
)


@lru_cache(maxsize=20_000)
def is_bot(login: str = "", name: str = "", email: str = "", *, type_name: str = "") -> bool:
    """Whether the author is a machine. `type_name` is GraphQL's `__typename` of an Actor where it is known."""
    if type_name == "Bot":
        return True
    for label in (login.lower(), name.lower().strip()):
        bare = label.removesuffix("[bot]")
        if label and (bare in KNOWN_BOTS or _BOT_SUFFIX.search(label)):
            return True
    return bool(_BOT_EMAIL.search(email.lower()))
