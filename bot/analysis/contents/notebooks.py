"""Takes out of a Jupyter notebook what a person wrote as code: no outputs, no prose, no JSON around them."""

from __future__ import annotations

import msgspec
from msgspec import Struct

LANGUAGE = "Jupyter Notebook"


class _Cell(Struct):
    cell_type: str = ""
    source: str | list[str] = ""
    input: str | list[str] = ""


class _Sheet(Struct):
    cells: list[_Cell] = []


class _Notebook(Struct):
    cells: list[_Cell] = []
    worksheets: list[_Sheet] = []


_DECODER = msgspec.json.Decoder(_Notebook)


def code_of(content: bytes) -> bytes:
    """The source of all code cells (nbformat 3 and 4), each ended by a line feed; nothing where it does not parse."""
    try:
        notebook = _DECODER.decode(content)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return b""
    cells = [*notebook.cells, *(cell for sheet in notebook.worksheets for cell in sheet.cells)]
    written = (_text(cell.source) or _text(cell.input) for cell in cells if cell.cell_type == "code")
    return "".join(f"{text}\n" for text in written if text).encode()


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
