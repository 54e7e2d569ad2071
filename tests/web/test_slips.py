"""Each slip of a caller is a sentence that names the field and the next step, in no words of the library that reads."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from bot.web import api_endpoints
from bot.web.slips import slip, takes
from tests.web.world import World

pytestmark = pytest.mark.anyio

QUERIES = {
    "/api/repos?limit=0": "The query parameter `limit` takes a whole number from 1 to 200. Correct it or leave it out.",
    "/api/repos?limit=x": "The query parameter `limit` takes a whole number from 1 to 200. Correct it or leave it out.",
    "/api/batches/batch-1/items?state=odd": "The query parameter `state` takes `done` or `failed` or `queued` or "
    "`skipped`, or nothing. Correct it or leave it out.",
    f"/api/repos?q={'a' * 256}": "The query parameter `q` takes a text of at most 255 characters. Correct it or leave "
    "it out.",
    "/api/repos?stauts=stale": "There is no query parameter `stauts` here. Did you mean `status`?",
    "/api/batches?colour=red": "There is no query parameter `colour` here. There are",
    f"/api/batches?{'n' * 300}=1": f"There is no query parameter `{'n' * 60}…` here. There are",
    "/api/technologies?q=Go": "This call takes nothing, but `q` was given. Leave it out.",
    "/api/repos?limit=1&q=a&q=b": "The query parameter `q` is given twice. Give it once.",
    "/api/repos?q=a%00b": "The query parameter `q` holds the character NUL, which no value has. Leave it out.",
    "/api/repos?a%00b=1": "The query parameter `ab` holds the character NUL, which no value has. Leave it out.",
    "/api/repos/harbour/tidemark/compare?after=1": "The query parameter `before` is missing: give a whole number "
    "from 1.",
    "/api/repos/harbour/tidemark/compare?before=0&after=1": "The query parameter `before` takes a whole number from 1. "
    "Correct it or leave it out.",
}


@pytest.mark.parametrize("path", QUERIES)
async def test_a_query(world: World, path: str) -> None:
    async with world.api() as api:
        answer = await api.get(path)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(QUERIES[path])


BODIES = {
    b"{": "The body is not JSON in UTF-8. Send an object with `owner`, `forks`, `force`.",
    b'{"owner":"\xff"}': "The body is not JSON in UTF-8. Send an object with `owner`, `forks`, `force`.",
    b"[]": "The body is not a JSON object. Send an object with `owner`, `forks`, `force`.",
    b'{"ownre":"x"}': "There is no field `ownre` here. Did you mean `owner`?",
    b'{"force":"yes"}': "The field `force` takes `true` or `false`. Correct it or leave it out.",
    b'{"forks":"some"}': "The field `forks` takes `all` or `with-forks` or `without-forks`. "
    "Correct it or leave it out.",
    b'{"owner":5}': "The field `owner` takes a text of at most 255 characters or `null`. Correct it or leave it out.",
    b'{"owner":"a\\u0000"}': "The field `owner` holds the character NUL, which no value has. Leave it out.",
}


@pytest.mark.parametrize("body", BODIES)
async def test_a_body(world: World, body: bytes) -> None:
    async with world.api() as api:
        kind = {"content-type": "application/json"}
        answer = await api.post("/api/batch/generate-remaining", content=body, headers=kind)
        assert answer.status_code == 400
        assert answer.json()["detail"] == BODIES[body]
        lacks = await api.post("/api/webhooks", content=b"{}", headers=kind)
        assert lacks.json()["detail"] == "The field `url` is missing: give a text of at most 2,000 characters."


TAKEN: list[type[Struct]] = [
    kind for found in api_endpoints() for kind in (found.query, found.body) if kind is not None
]
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", max_size=80)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.lists(st.text())


@given(kind=st.sampled_from(TAKEN), given_=st.dictionaries(NAMES, VALUES) | VALUES, data=st.data())
def test_no_slip_shows_how_it_is_read(kind: type[Struct], given_: object, data: st.DataObject) -> None:
    if isinstance(given_, dict) and kind.__struct_fields__:
        given_ |= {data.draw(st.sampled_from(kind.__struct_fields__)): data.draw(VALUES)}
    try:
        msgspec.json.decode(msgspec.json.encode(given_), type=kind)
    except msgspec.MsgspecError as error:
        said = slip(error, kind, "body")
        assert re.fullmatch(r"(The|There|This) .*[.?]", said)
        assert not re.search(r"Expected|Invalid enum|Object (contains|missing)|\$\.", said)


def test_every_field_of_the_api_can_be_put_in_words() -> None:
    for kind in TAKEN:
        (schema,), components = msgspec.json.schema_components([kind])
        for name, field in components[schema["$ref"].rpartition("/")[2]]["properties"].items():
            assert re.search(r"[a-z`]", takes(field)), (kind, name)
