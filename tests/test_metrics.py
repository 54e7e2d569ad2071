"""The metrics: one registry for each bot, every name and label that monitoring is told of."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest

from bot.metrics import Metrics

NAMES = {
    "an analysis": "radar_analysis_seconds_count 1.0",
    "its bucket": 'radar_analysis_seconds_bucket{le="0.5"} 1.0',
    "a request to GitHub": 'radar_github_requests_total{kind="core"} 1.0',
    "a run": 'radar_runs_finished_total{function="settle-pushes",result="failed"} 1.0',
    "an acknowledgement": 'radar_acknowledge_seconds_bucket{le="0.0025"} 1.0',
    "none within a millisecond": 'radar_acknowledge_seconds_bucket{le="0.001"} 0.0',
}


@pytest.mark.parametrize("case", NAMES)
def test_what_is_counted_is_exposed(case: str) -> None:
    metrics = Metrics()
    metrics.analysis_seconds.observe(0.4)
    metrics.github_requests.labels("core").inc()
    metrics.runs.labels("settle-pushes", "failed").inc()
    metrics.acknowledge_seconds.observe(0.002)
    assert NAMES[case] in generate_latest(metrics.registry).decode().splitlines()


def test_two_bots_in_a_process_do_not_share_their_counts() -> None:
    one, other = Metrics(), Metrics()
    one.analysis_seconds.observe(1.0)
    assert other.registry.get_sample_value("radar_analysis_seconds_count") == 0.0
