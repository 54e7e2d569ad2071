"""The Prometheus metrics that the bot counts while it works; gauges of the database are read when scraped."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """One registry for one process. Seconds are measured with a monotonic clock."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.analysis_seconds = Histogram(
            "radar_analysis_seconds",
            "Seconds from the archive's first byte to the stored report",
            registry=self.registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
        )
        self.github_requests = Counter(
            "radar_github_requests", "Billable requests to GitHub", ["kind"], registry=self.registry
        )
        self.runs = Counter(
            "radar_runs_finished", "Function runs by result", ["function", "result"], registry=self.registry
        )
        self.acknowledge_seconds = Histogram(
            "radar_acknowledge_seconds",
            "Seconds from a delivery's first byte to its answer",
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
