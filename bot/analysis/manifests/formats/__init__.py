"""Documents with line numbers: each format read within bounds of size and depth, so that no input can stall us."""

from bot.analysis.manifests.formats.document import MAX_CHARACTERS, MAX_DEPTH, Document
from bot.analysis.manifests.formats.jsontext import read_json
from bot.analysis.manifests.formats.tomltext import read_toml
from bot.analysis.manifests.formats.xmltext import Element, read_xml
from bot.analysis.manifests.formats.yamltext import read_yaml

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "Document",
    "Element",
    "read_json",
    "read_toml",
    "read_xml",
    "read_yaml",
]
