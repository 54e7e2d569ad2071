"""Why a database could not be opened: told with its place and what to do, never with its password."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model.errors import RadarError, UserError, WorldError
from bot.storage.database import Database, normalise_url
from bot.storage.reach import DatabaseUnreachableError, place_of
from tests.databases import named

pytestmark = pytest.mark.anyio

PASSWORD = "pa55word"


async def failing(url: str) -> RadarError:
    """What `migrate` raises there."""
    database = Database(url)
    try:
        with pytest.raises(RadarError) as caught:
            await database.migrate()
    finally:
        await database.close()
    assert PASSWORD not in str(caught.value)
    return caught.value


AWAY = {
    "a closed port": (f"postgresql://radar:{PASSWORD}@127.0.0.1:1/radar", "127.0.0.1:1/radar", "connection refused"),
    "no such name": (f"postgresql://radar:{PASSWORD}@no.invalid/radar", "no.invalid:5432/radar", "name is not known"),
    "no such socket": ("postgresql:///radar?host=/nowhere", "/nowhere:5432/radar", "no such socket"),
}


@pytest.mark.parametrize("case", AWAY)
async def test_who_does_not_answer_may_come_back(case: str) -> None:
    url, place, reason = AWAY[case]
    told = await failing(url)
    assert isinstance(told, DatabaseUnreachableError)
    assert f"The database at {place} cannot be reached: " in told.message
    assert reason in told.reason
    assert place not in told.reason
    assert "correct DATABASE_URL" in told.next_step


async def test_strangers_are_not_told_where_it_is() -> None:
    database = Database(AWAY["a closed port"][0])
    with pytest.raises(WorldError, match="cannot be reached: connection refused") as caught:
        await database.connect()
    await database.close()
    assert "127.0.0.1" not in str(caught.value)


async def test_a_database_that_does_not_exist_is_a_slip(postgresql_uri: str) -> None:
    told = await failing(named(postgresql_uri, "nope"))
    assert isinstance(told, UserError)
    assert 'refuses us: database "nope" does not exist' in told.message
    assert told.next_step.startswith("Create the database")


async def test_a_user_that_does_not_exist_is_a_slip(postgresql_uri: str) -> None:
    told = await failing(postgresql_uri.replace("postgres:", f"nobody:{PASSWORD}"))
    assert isinstance(told, UserError)
    assert 'role "nobody" does not exist' in told.message
    assert told.next_step.startswith("Correct the user and the password")


async def test_an_option_that_the_driver_refuses_is_a_slip(postgresql_uri: str) -> None:
    told = await failing(f"{postgresql_uri}&sslmode=bogus")
    assert isinstance(told, UserError)
    assert "sslmode" in told.message


def _folder(path: Path) -> None:
    path.mkdir()


def _text(path: Path) -> None:
    path.write_text("Dear diary, this is no database at all, and it is long enough to be looked at.\n" * 20)


def _full(path: Path) -> None:
    path.symlink_to("/dev/full")


FILES = {
    "a folder": (_folder, UserError, "the right to write there"),
    "something else": (_text, UserError, "It is no SQLite database"),
    "a full disk": (_full, WorldError, "Make room on the disk"),
}


@pytest.mark.parametrize("case", FILES)
async def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, case: str) -> None:
    make, kind, next_step = FILES[case]
    path = tmp_path / "radar.db"
    make(path)
    told = await failing(f"sqlite:///{path}")
    assert isinstance(told, kind)
    assert str(path) in told.message
    assert next_step in told.next_step


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://u:p@db.example/radar", "db.example:5432/radar"),
        ("postgresql://u:p@db.example:6000/radar", "db.example:6000/radar"),
        ("postgresql:///radar", "localhost:5432/radar"),
        ("sqlite:///data/radar.db", "data/radar.db"),
    ],
)
def test_a_place_is_what_a_person_looks_for(url: str, place: str) -> None:
    assert place_of(normalise_url(url)) == place
