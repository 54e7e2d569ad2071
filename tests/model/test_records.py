"""What the bot keeps about its own work."""

from __future__ import annotations

import msgspec
import pytest

from bot.model.records import ReportSummary, StoredReport
from bot.model.report import encode_report
from tests.storage.samples import NOW, report


def _stored(body: bytes) -> StoredReport:
    summary = ReportSummary(
        id=1,
        repository_id=42,
        head_sha="a" * 40,
        ruleset_version="1",
        config_digest="c",
        trigger="push",
        run_id="r",
        created_at=NOW,
        score=80,
        grade="B",
        coverage=0.9,
        status="active",
        duration_ms=1,
        api_requests=1.0,
    )
    return StoredReport(summary=summary, body=body)


def test_a_stored_report_is_the_report_again() -> None:
    assert _stored(encode_report(report())).report == report()


def test_what_does_not_validate_is_not_read() -> None:
    with pytest.raises(msgspec.ValidationError):
        _ = _stored(b"{}").report
