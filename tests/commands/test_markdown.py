"""Foreign text says what it says and does nothing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.commands.markdown import Links, code, fenced, fitted, one_line, plain, prose
from bot.model.report import Evidence

render = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render
BREAK = "\u200b"
ACTIVE = re.compile(r"@\w|#\d|://\w|(?i:\bwww\.\w|\bgh-\d)|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b")
"""What GitHub makes active in rendered text outside of code: mentions, references, addresses, commits."""
NASTY = [
    "@octocat", "@acme/security", "fixes #12", "acme/hello#3", "GH-7", "https://evil.test/x", "www.evil.test",
    "<b>x</b>", "<img src=x onerror=alert(1)>", "<!-- repo-radar:comment-1 -->", "[a](javascript:alert(1))",
    "![x](https://evil.test)", "**bold** _it_ ~~no~~ `code`", "# heading", "> quote", "- item", "1. item", "2) item",
    "| a | b |", "a\nb\r\nc", "/radar batch", "deadbeef123456", "eve@example.com", "&copy; &lt;", "\\", "$$x$$",
    ":tada:", "a\u202eb\u2066c\x00d\x1b[31m", "", " ", "[x]: https://evil.test", "<details><summary>", "`", "``` \n",
    "`@octocat", "a ` b ` c ` d", "</summary>", "mailto:a@b.test", "=", "---", "+ item", "~~~",
]  # fmt: skip
texts = st.one_of(
    st.text(max_size=60), st.sampled_from(NASTY), st.lists(st.sampled_from(NASTY), max_size=4).map(" ".join)
)


def paragraph(markdown: str) -> str:
    """The HTML inside the one paragraph that the Markdown makes."""
    html: str = render(f"begin {markdown} end").strip()
    assert html.startswith("<p>begin")
    assert html.endswith("end</p>")
    return html.removeprefix("<p>begin ").removesuffix(" end</p>")


@given(texts)
@example("1. a")
def test_plain_is_inert_and_reads_the_same(text: str) -> None:
    inner = paragraph(plain(text))
    assert "<" not in inner
    shown = unescape(inner)
    assert not ACTIVE.search(shown)
    assert shown.replace(BREAK, "").strip() == one_line(text).replace(BREAK, "")


@given(texts)
def test_plain_at_the_start_of_a_line_stays_a_paragraph(text: str) -> None:
    html = render(plain(text) + " end")
    assert html.count("<") == 2
    assert html.startswith("<p>")


@given(texts)
def test_code_is_one_span_of_code(text: str) -> None:
    inner = paragraph(code(text))
    assert re.fullmatch(r"<code>[^<]*</code>", inner)
    assert unescape(inner[6:-7]).strip() == one_line(text)


@given(texts)
def test_prose_is_inert_outside_of_its_code(text: str) -> None:
    inner = paragraph(prose(text))
    assert set(re.findall(r"<[^>]*>", inner)) <= {"<code>", "</code>"}
    assert not ACTIVE.search(unescape(re.sub(r"<code>[^<]*</code>", "", inner)))
    words = re.sub(r"[`\s\u200b]", "", unescape(re.sub(r"</?code>", "", inner)))
    assert words == re.sub(r"[`\s\u200b]", "", one_line(text))


def test_prose_shows_code_as_code() -> None:
    assert prose("Run `pytest` on `pull_request`.") == "Run `pytest` on `pull_request`."
    assert prose("a `lone tick") == "a \\`lone tick"


@given(st.text(max_size=200))
def test_a_fence_holds_its_content(text: str) -> None:
    html = render(fenced(text) + "\n\nafter")
    assert html.count("<pre>") == 1
    assert html.endswith("<p>after</p>\n")


def test_long_texts_are_cut() -> None:
    assert plain("x" * 900, 10) == "x" * 9 + "…"
    assert len(code("y" * 900)) < 210


PLACES = [
    (Evidence(path="a b/[x].py", line=3), "[`a b/[x].py:3`](https://github.test/acme/hello/blob/SHA/a%20b/%5Bx%5D.py#L3)"),
    (Evidence(path="README.md", line=2), "[`README.md:2`](https://github.test/acme/hello/blob/SHA/README.md?plain=1#L2)"),
    (Evidence(path="x) <b>"), "[`x) <b>`](https://github.test/acme/hello/blob/SHA/x%29%20%3Cb%3E)"),
    (Evidence(path="acme/.github/SECURITY.md"), "[`acme/.github/SECURITY.md`](https://github.test/acme/.github/blob/HEAD/SECURITY.md)"),
    (Evidence(field="repository.licenseInfo"), "`repository.licenseInfo`"),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "expected"), PLACES)
def test_evidence_is_linked_to_its_line_at_that_commit(evidence: Evidence, expected: str, links: Links) -> None:
    assert links.place(evidence, "SHA") == expected


@given(st.text(min_size=1, max_size=40), st.one_of(st.none(), st.integers(1, 10**6)))
def test_a_link_leads_to_the_repository_whatever_the_path(path: str, line: int | None) -> None:
    links = Links(web_url="https://github.test", public_url="https://radar.test", owner="acme", name="hello")
    inner = paragraph(links.place(Evidence(path=path, line=line), "f" * 40))
    assert re.fullmatch(r'<a href="https://github\.test/acme/hello/blob/f{40}/[^"]*"><code>[^<]*</code></a>', inner)


def test_several_places_are_counted(links: Links) -> None:
    shown = links.places([Evidence(path=f"{n}.py") for n in range(5)], "SHA", 2)
    assert shown.count("](") == 2
    assert shown.endswith("and 3 more")


@given(st.lists(st.integers(0, 400), max_size=12), st.integers(300, 1000))
def test_what_does_not_fit_is_left_out_whole(sizes: list[int], limit: int) -> None:
    parts = [str(index % 10) * size for index, size in enumerate(sizes)]
    text = fitted(parts, limit, ending="The end.")
    assert len(text) <= limit
    assert text.endswith("The end.")
    shown = text.split("\n\n")
    left_out = [part for part in parts if part and part not in shown]
    assert bool(left_out) == ("Shortened" in text)
