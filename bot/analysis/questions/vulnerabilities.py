"""Are there known vulnerabilities in its dependencies? (catalogue entry 43)"""

from __future__ import annotations

from bot.analysis.finding import Finding, api, failed, passed, unknown, warned
from bot.analysis.view import View
from bot.analysis.words import capital, counted, plural


def judge(view: View) -> list[Finding]:
    """vulnerabilities."""
    count = view.facts.vulnerability_alerts
    if count is None:
        return [unknown("vulnerabilities", view.why_unknown("vulnerability_alerts"))]
    evidence = api("vulnerabilityAlerts.totalCount", str(count))
    if count == 0:
        return [passed("vulnerabilities", "No Dependabot alert is open.", evidence)]
    found = f"{capital(counted(count, 'Dependabot alert'))} {plural('is', count)} open."
    action = f"Close {counted(count, 'Dependabot alert')}"
    step = (
        "Open Security, Dependabot: merge the updates that it proposes, gravest first, and dismiss with a reason "
        "what does not concern you."
    )
    if count <= 2:
        return [warned("vulnerabilities", found, evidence, action=action, next_step=step, share=0.4)]
    return [failed("vulnerabilities", found, evidence, action=action, next_step=step)]
