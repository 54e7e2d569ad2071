"""XML with line numbers, by expat: entity declarations refused, depth and size bounded, namespaces dropped."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from bot.analysis.manifests.formats.document import MAX_DEPTH, bounded
from bot.analysis.manifests.nouns import ManifestError

MAX_ELEMENTS = 100_000
"""Elements of one file."""


class Element:
    """One element: local `name`, attributes by local name, text, children, and the line it starts on."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.text = ""
        self.children: list[Element] = []

    def all(self, *names: str) -> Iterator[Element]:
        """Children along a path of names: `all("dependencies", "dependency")`."""
        level = [self]
        for name in names:
            level = [child for element in level for child in element.children if child.name == name]
        return iter(level)

    def first(self, *names: str) -> Element | None:
        """The first child along a path of names."""
        return next(self.all(*names), None)

    def value(self, *names: str) -> str:
        """The text of the first child along a path of names, "" where there is none."""
        found = self.first(*names)
        return "" if found is None else found.text.strip()

    def walk(self) -> Iterator[Element]:
        """This element and everything below it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def read_xml(text: str) -> Element:
    """The root element. Raises ManifestError with the line of the slip."""
    text = bounded(text)
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    builder.parser = parser
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.EntityDeclHandler = builder.refuse_entity
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise ManifestError(f"XML: {expat.ErrorString(error.code)}.", error.lineno) from None
    if builder.root is None:
        raise ManifestError("The XML has no element.")
    return builder.root


class _Builder:
    parser: expat.XMLParserType

    def __init__(self) -> None:
        self.root: Element | None = None
        self._stack: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self._count += 1
        if len(self._stack) >= MAX_DEPTH:
            raise ManifestError(f"The XML is nested deeper than {MAX_DEPTH} levels.", line)
        if self._count > MAX_ELEMENTS:
            raise ManifestError(f"The XML holds more than {MAX_ELEMENTS:,} elements.", line)
        element = Element(_local(name), {_local(key): value for key, value in attributes.items()}, line)
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self.root = element
        self._stack.append(element)

    def end(self, _name: str) -> None:
        self._stack.pop()

    def characters(self, data: str) -> None:
        if self._stack:
            self._stack[-1].text += data

    def refuse_entity(self, name: str, *_: object) -> None:
        raise ManifestError(
            f"The XML declares the entity `{name[:40]}`; entities are not read.", self.parser.CurrentLineNumber
        )
