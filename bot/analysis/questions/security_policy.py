"""Does it say how to report a vulnerability in private? (catalogue entry 38)"""

from __future__ import annotations

import re2

from bot.analysis.finding import Finding, api, at, failed, not_applicable, passed, warned
from bot.analysis.questions.community import missing_elsewhere, where_is
from bot.analysis.view import View

_WAY = re2.compile(
    r"(?i)[\w.+-]+(?:@|\s*\[?\(?at\)?\]?\s*)[\w-]+\.[\w.-]+|https?://|security/advisories|private(?:ly)? "
    r"(?:vulnerability )?report|report a vulnerability|hackerone|bugcrowd|security tab|advisor(?:y|ies)|huntr"
    r"|tidelift"
)


def judge(view: View) -> list[Finding]:
    """security-policy."""
    return [_policy(view)]


def _policy(view: View) -> Finding:
    document = view.document("security")
    if document and document.source == "file":
        text = view.text(document.path)
        if text and not _WAY.search(text):
            return warned(
                "security-policy",
                f"`{document.path}` names no private way to report.",
                at(document.path, 1),
                action="Name a private way to report vulnerabilities",
                next_step=f"Put an address, or a link to GitHub's private reporting, into `{document.path}`.",
            )
        return passed("security-policy", f"`{document.path}`.", where_is(document))
    if document and document.source == "organisation":
        return passed("security-policy", f"The organisation's `{document.path}` applies.", where_is(document))
    if document:
        return passed("security-policy", "The README has a section on it.", where_is(document))
    if view.facts.security_policy_enabled:
        return passed("security-policy", "GitHub shows a security policy.", api("isSecurityPolicyEnabled", "true"))
    if view.facts.is_private:
        return not_applicable("security-policy", "the repository is private: only insiders could report")
    return missing_elsewhere(view, "security-policy", "a security policy") or failed(
        "security-policy",
        "Nothing says how to report a vulnerability.",
        action="Say how to report a vulnerability",
        next_step=(
            "Add `SECURITY.md` with the supported versions and a private way in, and switch on private "
            "vulnerability reporting (Settings, Code security)."
        ),
    )
