"""What is wrong with a query or body, as a sentence that names the field and says what it takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import Struct

from bot.web.paths import NUL

Part = Literal["query", "body"]

FIELD: Mapping[Part, str] = {"query": "query parameter", "body": "field"}
SHOWN_LETTERS = 60
ENDLESS = 1_000_000
"""Greater bounds of a number are no help to a person."""

_AT = re.compile(r" - at `\$\.(\w+)")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")


def slip(error: msgspec.MsgspecError | UnicodeDecodeError, kind: type[Struct], part: Part) -> str:
    """The sentence for `error`, which msgspec raised while it read a `kind`."""
    fields = _properties(kind)
    message = str(error)
    if unknown := _UNKNOWN.match(message):
        return _unknown(unknown[1], list(fields), part)
    if missing := _MISSING.match(message):
        return f"The {FIELD[part]} `{missing[1]}` is missing: give {takes(fields[missing[1]])}."
    at = _AT.search(message)
    if at and at[1] in fields:
        return f"The {FIELD[part]} `{at[1]}` takes {takes(fields[at[1]])}. Correct it or leave it out."
    what = "a JSON object" if isinstance(error, msgspec.ValidationError) else "JSON in UTF-8"
    return f"The {part} is not {what}. Send an object with {_listed(fields)}."


def twice(names: Iterable[str]) -> str:
    """The sentence for a query that gives a parameter more than once; "" for one that does not."""
    again = next((name for name, times in Counter(names).items() if times > 1), None)
    return "" if again is None else f"The query parameter `{_short(again)}` is given twice. Give it once."


def with_nul(values: Iterable[tuple[str, object]], part: Part) -> str:
    """The sentence for (name, value) pairs of which one holds a NUL; "" for those without."""
    name = next((name for name, value in values if NUL in name or (isinstance(value, str) and NUL in value)), None)
    if name is None:
        return ""
    return f"The {FIELD[part]} `{_short(name)}` holds the character NUL, which no value has. Leave it out."


def takes(schema: Mapping[str, Any]) -> str:
    """What a value of this JSON Schema is, in words."""
    if "anyOf" in schema:
        return " or ".join(takes(one) for one in schema["anyOf"])
    if "enum" in schema:
        words = " or ".join(f"`{value}`" for value in schema["enum"] if value)
        return f"{words}, or nothing" if "" in schema["enum"] else words
    match schema.get("type"):
        case "integer":
            least, most = schema.get("minimum", 0), schema.get("maximum", ENDLESS)
            return f"a whole number from {least}" + (f" to {most}" if most < ENDLESS else "")
        case "boolean":
            return "`true` or `false`"
        case "null":
            return "`null`"
        case _:
            return f"a text of at most {schema['maxLength']:,} characters"


def _unknown(name: str, known: list[str], part: Part) -> str:
    if not known:
        return f"This call takes nothing, but `{_short(name)}` was given. Leave it out."
    near = get_close_matches(name[:SHOWN_LETTERS], known, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else f"There are {_listed(known)}."
    return f"There is no {FIELD[part]} `{_short(name)}` here. {hint}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _short(name: str) -> str:
    shown = name.replace(NUL, "")
    return shown if len(shown) <= SHOWN_LETTERS else f"{shown[:SHOWN_LETTERS]}…"


@cache
def _properties(kind: type[Struct]) -> Mapping[str, Any]:
    """The JSON Schema of each field."""
    (schema,), components = msgspec.json.schema_components([kind])
    found: Mapping[str, Any] = components[schema["$ref"].rpartition("/")[2]]["properties"]
    return found
