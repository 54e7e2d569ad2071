"""XML with line numbers: no entities, bounded depth and size, no namespaces."""

from __future__ import annotations

import pytest

from bot.analysis.manifests.formats import xmltext
from bot.analysis.manifests.formats.document import MAX_DEPTH
from bot.analysis.manifests.formats.xmltext import read_xml
from bot.analysis.manifests.nouns import ManifestError

_TEXT = """<?xml version="1.0"?>
<m:project xmlns:m="urn:x" m:version="1">
  <m:name> shop </m:name>
  <dependencies>
    <dependency><id>a</id></dependency>
    <dependency><id>b<!-- c --></id></dependency>
  </dependencies>
  <dependencies><dependency><id>c</id></dependency></dependencies>
</m:project>
"""


def test_elements_by_path_without_their_namespaces() -> None:
    root = read_xml(_TEXT)
    assert (root.name, root.attributes["version"], root.line) == ("project", "1", 2)
    assert root.value("name") == "shop"
    assert [one.value("id") for one in root.all("dependencies", "dependency")] == ["a", "b", "c"]
    assert [one.line for one in root.all("dependencies", "dependency")] == [5, 6, 8]
    first = root.first("dependencies", "dependency")
    assert first is not None
    assert first.value("id") == "a"
    assert root.first("gone") is None
    assert root.value("dependencies", "gone") == ""
    assert list(root.all()) == [root]


def test_walk_goes_in_document_order() -> None:
    assert [one.name for one in read_xml("<a><b><c/></b><d/></a>").walk()] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "no element found", 1),
        ("<a>\n</b>", "mismatched tag", 2),
        ("<a/>\n<b/>", "junk after document element", 2),
        ('<!DOCTYPE a [\n<!ENTITY x "y">]><a/>', "declares the entity `x`", 2),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>', "declares the entity `x`", 1),
        ("<a>" * (MAX_DEPTH + 1), "nested deeper than 64 levels", 1),
    ],
)
def test_what_is_refused(text: str, message: str, line: int) -> None:
    with pytest.raises(ManifestError, match=message) as slip:
        read_xml(text)
    assert slip.value.line == line


def test_the_number_of_elements_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmltext, "MAX_ELEMENTS", 3)
    assert len(list(read_xml("<a><b/><b/></a>").walk())) == 3
    with pytest.raises(ManifestError, match="more than 3 elements"):
        read_xml("<a><b/><b/><b/></a>")


def test_depth_at_the_bound_is_read() -> None:
    assert len(list(read_xml("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH).walk())) == MAX_DEPTH


def test_a_declared_encoding_does_not_mislead() -> None:
    assert read_xml('<?xml version="1.0" encoding="UTF-16"?><a>é</a>').value() == "é"
