"""Badges as a README's reader gets them through GitHub's image proxy: what they say, how long they keep, for whom."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator

import httpx
import pytest
from itsdangerous import Signer

from tests.fakehub.world import Repository
from tests.journeys.bot_process import SECRET_KEY, eventually
from tests.journeys.conftest import Stage
from tests.patience import PATIENCE_S
from tests.samples.history import mit_licence

FILES = {
    "README.md": "# Tidy\n\nKeeps things tidy.\n",
    "LICENSE": mit_licence("Ada Lovelace"),
    "main.go": "package main\n\nfunc main() {}\n",
    "go.mod": "module example.test/tidy\n\ngo 1.23\n",
}
LABELS = {
    "score": "radar score",
    "grade": "radar grade",
    "status": "status",
    "languages": "language",
    "licence": "licence",
}


@pytest.fixture(scope="module")
def public(stage: Stage) -> Repository:
    return stage.installed(FILES, name="tidy")


@pytest.fixture(scope="module")
def private(stage: Stage) -> Repository:
    """A private repository with a report."""
    login = stage.account()
    made = stage.hub.add_repository(login, "ledger", FILES, private=True)
    stage.hub.install(login)
    stage.bot.wait_report(made.full_name, made.git.head())
    return made


@pytest.fixture
def camo(stage: Stage) -> Iterator[httpx.Client]:
    """GitHub's image proxy: it brings no cookie and no token."""
    headers = {"user-agent": "github-camo (fakehub)", "accept": "image/*"}
    with httpx.Client(base_url=stage.bot.url, headers=headers, timeout=PATIENCE_S, trust_env=False) as client:
        yield client


def words(answer: httpx.Response) -> str:
    """The picture, read aloud."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    return ElementTree.fromstring(answer.text).attrib["aria-label"]


def key(secret: str, repository: Repository) -> str:
    """A badge's signature by some secret key."""
    return Signer(secret, salt="radar badge").get_signature(str(repository.id)).decode()


def links_on_the_page(stage: Stage, repository: Repository) -> list[str]:
    """The badges that the report page offers to the operator, for copying."""
    with httpx.Client(follow_redirects=True, timeout=PATIENCE_S, trust_env=False) as browser:
        browser.get(stage.bot.printed("sign-in/operator"))
        page = browser.get(f"{stage.bot.url}/repos/{repository.full_name}").text
    return [html.unescape(link) for link in re.findall(r"https?://[^\"')\s]+/badge/[^\"')\s<]+\.svg[^\"')\s<]*", page)]


def expected(stage: Stage, repository: Repository) -> dict[str, str]:
    """What each kind must say, from the report by the API."""
    report = stage.bot.report(repository.full_name)["report"]
    return {
        "score": f"{report['score']} / 100",
        "grade": report["grade"],
        "status": report["status"],
        "languages": "Go",
        "licence": "MIT",
    }


@pytest.mark.parametrize("kind", LABELS)
def test_every_kind_as_a_picture_and_for_shields_io(
    stage: Stage, public: Repository, camo: httpx.Client, kind: str
) -> None:
    said = expected(stage, public)[kind]
    answer = camo.get(f"/badge/{public.full_name}.svg", params={"kind": kind})
    assert words(answer) == f"{LABELS[kind]}: {said}"
    shields = camo.get(f"/badge/{public.full_name}.json", params={"kind": kind})
    assert shields.headers["content-type"] == "application/json"
    assert shields.headers["access-control-allow-origin"] == "*"
    body = shields.json()
    assert (body["schemaVersion"], body["label"], body["message"]) == (1, LABELS[kind], said)
    assert re.fullmatch("#[0-9a-f]{6}", body["color"])
    assert 300 <= body["cacheSeconds"] <= 3_600


def test_the_image_proxy_keeps_it_for_minutes_and_shows_a_push_after_that(
    stage: Stage, public: Repository, camo: httpx.Client
) -> None:
    path = f"/badge/{public.full_name}.svg?kind=languages"
    first = camo.get(path)
    directives = {part.strip() for part in first.headers["cache-control"].split(",")}
    assert {"public", "max-age=300"} <= directives
    assert not directives & {"no-store", "private", "immutable"}
    assert "set-cookie" not in first.headers
    assert "vary" not in first.headers, "or each reader has a copy of their own"
    again = camo.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert again.headers["etag"] == first.headers["etag"]
    sha = stage.hub.push(public, {"main.go": None, "go.mod": None, "main.rs": "fn main() {}\n" * 40})
    stage.bot.wait_report(public.full_name, sha)
    fresh = camo.get(path, headers={"if-none-match": first.headers["etag"]})
    assert words(fresh) == "language: Rust"


def test_a_private_badge_opens_by_the_link_of_its_page_only(
    stage: Stage, private: Repository, camo: httpx.Client
) -> None:
    links = links_on_the_page(stage, private)
    assert len(links) >= len(LABELS)
    assert all("key=" in link for link in links)
    said = expected(stage, private)
    for link in links:
        kind = httpx.URL(link).params.get("kind", "score")
        assert words(camo.get(link)) == f"{LABELS[kind]}: {said[kind]}"
    as_json = links[0].replace(".svg", ".json")
    assert camo.get(as_json).json()["message"] == said["score"]


REFUSED: dict[str, Callable[[Repository], str]] = {
    "no signature": lambda _: "",
    "an empty one": lambda _: "?key=",
    "a wrong one": lambda _: "?key=AAAA",
    "not ASCII": lambda _: "?key=%C3%A9",
    "one more character": lambda repository: f"?key={key(SECRET_KEY, repository)}A",
    "one less": lambda repository: f"?key={key(SECRET_KEY, repository)[:-1]}",
    "of a secret key that was replaced": lambda repository: f"?key={key('the key before this one', repository)}",
    "twice, the good one first": lambda repository: f"?key={key(SECRET_KEY, repository)}&key=wrong",
    "of another repository": lambda repository: (
        f"?key={Signer(SECRET_KEY, salt='radar badge').get_signature('1').decode()}"
    ),
}


@pytest.mark.parametrize("suffix", ["svg", "json"])
@pytest.mark.parametrize("name", REFUSED)
def test_without_it_a_private_repository_looks_like_one_that_does_not_exist(
    private: Repository, camo: httpx.Client, name: str, suffix: str
) -> None:
    query = REFUSED[name](private)
    hidden = camo.get(f"/badge/{private.full_name}.{suffix}{query}")
    unknown = camo.get(f"/badge/{private.owner.login}/no-such-repository.{suffix}{query}")
    stranger = camo.get(f"/badge/nobody-at-all/{private.name}.{suffix}{query}")
    assert hidden.content == unknown.content == stranger.content
    assert seen(hidden) == seen(unknown) == seen(stranger)
    assert (words(hidden) if suffix == "svg" else hidden.json()["message"]).endswith("unknown")


def seen(answer: httpx.Response) -> tuple[int, list[tuple[str, str]]]:
    """What a stranger can tell answers apart by."""
    return answer.status_code, sorted(
        (name, value) for name, value in answer.headers.items() if name not in {"date", "x-request-id"}
    )


def test_a_repository_that_turned_private_is_unknown_until_its_link_is_used(stage: Stage, camo: httpx.Client) -> None:
    repository = stage.installed(FILES, name="turning")
    path = f"/badge/{repository.full_name}.svg"
    before = camo.get(path)
    assert words(before).endswith("/ 100")
    stage.hub.set_private(repository, private=True)
    eventually(lambda: "unknown" in camo.get(path).text, what="the badge closes")
    closed = camo.get(path, headers={"if-none-match": before.headers["etag"]})
    assert words(closed) == "radar score: unknown", "an old copy is not confirmed"
    (link, *_) = links_on_the_page(stage, repository)
    assert words(camo.get(link)) == words(before)
    stage.hub.rename(repository, "turned")
    eventually(lambda: "unknown" in camo.get(link).text, what="the old name is given up")
    assert words(camo.get(link.replace("/turning.", "/turned."))) == words(before), "the signature outlives a rename"


def test_an_uninstalled_repository_is_unknown(stage: Stage, camo: httpx.Client) -> None:
    repository = stage.installed(FILES)
    installation = stage.hub.world.installation_of(repository)
    assert installation is not None
    stage.hub.uninstall(installation)
    path = f"/badge/{repository.full_name}.svg"
    eventually(lambda: words(camo.get(path)) == "radar score: unknown", what="the badge closes")
