"""How values read, and that nothing a repository's owner wrote becomes active."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.analysis.technologies.table import entries
from bot.model.report import Evidence
from bot.web import words
from tests.web.sample_reports import rich_report
from tests.web.world import NOW

REPORT = rich_report(1, "har bour", "tide#mark", NOW)
SHA = REPORT.repository.head_sha


def test_every_category_of_technologies_has_its_place() -> None:
    assert sorted(words.CATEGORY_ORDER) == sorted({entry.category for entry in entries()})
    assert sorted(["zeppelin", "docs", "language"], key=words.category_rank) == ["language", "docs", "zeppelin"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=20), "2 weeks ago"),
        (timedelta(days=400), "1 year ago"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_ago(value: timedelta, said: str) -> None:
    assert words.ago(NOW - value, NOW) == said


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (words.number(1_234_567), "1,234,567"),
        (words.number(None), "–"),
        (words.compact(1_240), "1.2k"),
        (words.compact(999), "999"),
        (words.percent(0.874), "87 %"),
        (words.percent(0.004), "0.4 %"),
        (words.size(1_400_000), "1.4 MB"),
        (words.size(60), "60 bytes"),
        (words.seconds(0.34), "340 ms"),
        (words.seconds(130), "2 min"),
        (words.title("command-line-tool"), "Command line tool"),
        (words.title("orm"), "ORM"),
        (words.outcome_words("asked"), "a refresh is asked for"),
        (words.outcome_words("a newer commit is there"), "a newer commit is there"),
        (words.ecosystem("githubactions"), "GitHub Actions"),
        (words.ecosystem("conan"), "conan"),
        (words.short_sha("11bd71901bbe5b1630ceea73d27597364c9af683"), "11bd71901bbe…"),
        (words.short_sha("^9.17.0"), "^9.17.0"),
        (words.grade_class("A"), "grade-a"),
        (words.grade_class('"><b>'), "grade-none"),
        (words.colour("#3572A5"), "#3572A5"),
        (words.colour('red" onload="x'), "#8b949e"),
        (words.web_link("example.org/docs"), "https://example.org/docs"),
        (words.web_link("javascript:alert(1)"), ""),
        (words.web_link("data:text/html,x"), ""),
        (words.web_link("http://[::1"), ""),
        (words.with_query({"q": "a b", "after": "x"}, after="", sort="name"), "?q=a+b&sort=name"),
    ],
)
def test_values_read_well(said: str, wanted: str) -> None:
    assert said == wanted


def test_evidence_leads_to_the_line_at_the_commit() -> None:
    link = words.blob_link("https://github.com", REPORT, "src/a b#c.py", 12)
    assert link == f"https://github.com/har%20bour/tide%23mark/blob/{SHA}/src/a%20b%23c.py#L12"
    assert words.blob_link("https://github.com", REPORT, "README.md", 3).endswith("/README.md?plain=1#L3")
    shared = words.blob_link("https://github.com", REPORT, "har bour/.github/CONTRIBUTING.md")
    assert shared == "https://github.com/har%20bour/.github/blob/HEAD/CONTRIBUTING.md"
    assert words.blob_link("https://github.com", REPORT, "docs/").endswith(f"/tree/{SHA}/docs")


def test_evidence_of_the_api_has_no_link() -> None:
    said = words.evidence(Evidence(field="repositoryTopics", detail="<empty>"), "https://github.com", REPORT)
    assert "<a" not in said
    assert "&lt;empty&gt;" in said


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<a href="https://a.test" onclick="x()">y</a>',
        "![x](https://evil.test/track.png)",
        '<img src="x" onerror="alert(1)">',
        "<style>*{display:none}</style>",
        "[x](data:text/html;base64,AAAA)",
    ],
)
def test_prose_of_others_is_harmless(text: str) -> None:
    safe = str(words.prose(text))
    for active in ("<script", "<img", "<style", 'href="javascript', 'href="data', "<a onclick"):
        assert active not in safe.lower().replace("&lt;", "<escaped ")


def test_prose_keeps_a_link_to_the_web() -> None:
    assert words.prose("see [docs](https://a.test)") == (
        '<p>see <a href="https://a.test" rel="nofollow noopener ugc">docs</a></p>'
    )


def test_a_time_tells_the_exact_moment() -> None:
    assert words.when(None, NOW) == "never"
    assert words.when(NOW - timedelta(days=3, microseconds=5), NOW) == (
        '<time datetime="2026-11-21T07:59:59.999995+00:00" title="2026-11-21 07:59 UTC">3 days ago</time>'
    )


def test_our_own_sentences_have_code_and_nothing_else() -> None:
    assert words.codes("Run `a<b` **now**") == "Run <code>a&lt;b</code> **now**"
    assert words.codes("Run <b>") + words.codes("`a") == "Run &lt;b&gt;`a"
