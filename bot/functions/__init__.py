"""What follows an event: one Inngest function a file; this is their table of contents.

| event                       | function                         | file                   |
|-----------------------------|----------------------------------|------------------------|
| `repo/push.received`        | settle-pushes                    | settle_pushes          |
| `repo/refresh.requested`    | refresh-repository-intelligence  | refresh_repository     |
| `repo/batch.requested`      | process-batch-repositories       | process_batch          |
| `repo/command.received`     | answer-command                   | answer_command         |
| `repo/pull_request.updated` | check-pull-request               | check_pull_request     |
| `report/stored`             | announce-report                  | announce_report        |
| `check_runs/wanted`         | publish-check-runs               | publish_check_runs     |
| `installation/changed`      | reconcile-installation           | reconcile_installation |
| `user/authorization.revoked`| end-sessions                     | end_sessions           |
| every hour                  | sweep-stale-repositories         | sweep_stale            |
| every five minutes          | recover-deliveries               | recover_deliveries     |
"""

from __future__ import annotations

from typing import Any

import inngest

from bot.functions import (
    announce_report,
    answer_command,
    check_pull_request,
    end_sessions,
    process_batch,
    publish_check_runs,
    reconcile_installation,
    recover_deliveries,
    refresh_repository,
    settle_pushes,
    sweep_stale,
)
from bot.functions.deps import Deps


def build_functions(client: inngest.Inngest, deps: Deps) -> list[inngest.Function[Any]]:
    """All functions of the bot, bound to a client and to the bot's parts."""
    modules = (
        settle_pushes,
        refresh_repository,
        process_batch,
        answer_command,
        check_pull_request,
        announce_report,
        publish_check_runs,
        end_sessions,
        reconcile_installation,
        sweep_stale,
        recover_deliveries,
    )
    return [module.build(client, deps) for module in modules]
