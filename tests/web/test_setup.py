"""Set-up: closed to strangers, one-time, and what GitHub hands over is kept safe and used at once."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx
import pytest
from dotenv import dotenv_values

from bot.web.env_file import merged, write_env
from tests.web.world import World

pytestmark = pytest.mark.anyio

PEM = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n"


async def begin(world: World, client: httpx.AsyncClient) -> str:
    """Come in by the printed link; the state that the page hands to GitHub."""
    link = httpx.URL(world.web.setup_link)
    answer = await client.get(f"{link.path}?{link.query.decode()}")
    assert answer.status_code == 303
    page = (await client.get("/setup")).text
    found = re.search(r'action="https://github.com/settings/apps/new\?state=([^"]+)"', page)
    assert found, page
    return html.unescape(found.group(1))


async def test_strangers_stay_out(bare_world: World) -> None:
    async with bare_world.client() as client:
        for path in ("/setup", "/setup?code=", "/setup?code=guess", "/setup?code=é", "/setup/created?code=good&state="):
            assert (await client.get(path)).status_code in {400, 403}, path
        assert (await client.post("/setup/import", data={"app_id": "1"})).status_code == 403
    assert not bare_world.set_up.applied


async def test_the_printed_link_works_once(bare_world: World) -> None:
    async with bare_world.client() as client, bare_world.client() as other:
        await begin(bare_world, client)
        assert (await client.get("/setup")).status_code == 200
        assert (await other.get(f"/setup?code={bare_world.web.setup_code}")).status_code == 403
        assert (await other.get("/setup")).status_code == 403


async def test_the_manifest_goes_to_an_organisation(bare_world: World) -> None:
    async with bare_world.client() as client:
        await begin(bare_world, client)
        page = (await client.get("/setup?organisation=har bour&name=Radar&hook=https://smee.io/x")).text
    assert "/organizations/har%20bour/settings/apps/new?state=" in page
    assert "https://smee.io/x" in html.unescape(page)


async def test_each_permission_and_event_stands_with_its_reason(bare_world: World) -> None:
    async with bare_world.client() as client:
        await begin(bare_world, client)
        page = (await client.get("/setup")).text
    assert '<tr><th scope="row">contents: read</th><td>read the &lt;files&gt;</td></tr>' in page
    assert '<tr><th scope="row">push</th><td>a push makes a new report</td></tr>' in page


async def test_credentials_go_into_env_and_into_use(bare_world: World) -> None:
    bare_world.web.env_path.write_text("# mine\nPORT=9000\nGITHUB_APP_ID=\n")
    async with bare_world.client() as client:
        state = await begin(bare_world, client)
        answer = await client.get("/setup/created", params={"code": "good", "state": state})
        assert answer.status_code == 200
        assert "https://github.com/apps/repo-radar/installations/new" in answer.text
        assert "a client secret" not in answer.text
        assert "PRIVATE KEY" not in answer.text
    kept = dotenv_values(bare_world.web.env_path)
    assert (kept["PORT"], kept["GITHUB_APP_ID"], kept["GITHUB_CLIENT_ID"]) == ("9000", "77", "Iv1.abc")
    assert kept["GITHUB_PRIVATE_KEY"] == PEM
    assert bare_world.web.env_path.stat().st_mode & 0o777 == 0o600
    assert bare_world.web.env_path.read_text().startswith("# mine\n")
    (applied,) = bare_world.set_up.applied
    assert (applied.github_app_id, applied.has_app, applied.has_sign_in) == (77, True, True)


@pytest.mark.parametrize("change", [{"state": "forged"}, {"state": ""}, {"code": "bad"}])
async def test_a_forged_way_back_is_refused(bare_world: World, change: dict[str, str]) -> None:
    async with bare_world.client() as client:
        state = await begin(bare_world, client)
        answer = await client.get("/setup/created", params={"code": "good", "state": state, **change})
    assert answer.status_code == 400
    assert not bare_world.web.env_path.exists()


IMPORTS = {
    "right": ({}, 200),
    "escaped newlines": ({"private_key": PEM.replace("\n", "\\n")}, 200),
    "no number": ({"app_id": "one"}, 400),
    "no key": ({"private_key": "hello"}, 400),
    "a short secret": ({"webhook_secret": "x"}, 400),
    "a comma in the secret": ({"webhook_secret": "a long,secret"}, 400),
    "two secrets during a rotation": ({"webhook_secret": "a long secret,another long secret"}, 200),
    "half a client": ({"client_id": "Iv1.abc"}, 400),
    "no App of GitHub's": ({"app_id": "404"}, 400),
    "GitHub is away": ({"app_id": "503"}, 503),
    "another browser's form": ({"nonce": "forged"}, 403),
}


@pytest.mark.parametrize("case", IMPORTS)
async def test_an_app_that_exists_is_imported(bare_world: World, case: str) -> None:
    changes, status = IMPORTS[case]
    async with bare_world.client() as client:
        nonce = await begin(bare_world, client)
        fields = {"nonce": nonce, "app_id": "5", "private_key": PEM, "webhook_secret": "a long secret", **changes}
        answer = await client.post("/setup/import", data=fields)
    assert answer.status_code == status, answer.text
    assert bool(bare_world.set_up.applied) is (status == 200)
    assert bare_world.web.env_path.exists() is (status == 200)
    assert "a long secret" not in answer.text
    assert "PRIVATE KEY" not in answer.text
    if status == 200:
        assert "Kelp&#39;s Radar is ready" in answer.text
        assert "https://github.com/apps/radar/installations/new" in answer.text


async def test_while_github_is_away_what_was_typed_is_kept_only_when_asked_for(bare_world: World) -> None:
    async with bare_world.client() as client:
        nonce = await begin(bare_world, client)
        fields = {"nonce": nonce, "app_id": "503", "private_key": PEM, "webhook_secret": "a long secret of 32"}
        away = await client.post("/setup/import", data=fields)
        assert "GitHub did not answer" in away.text
        assert "Save it anyway" in away.text
        assert 'value="503"' in away.text
        saved = await client.post("/setup/import", data={"nonce": nonce, "unproven": "yes"})
        assert "is not known yet" in saved.text
        again = await client.post("/setup/import", data={"nonce": nonce, "unproven": "yes"})
    assert (saved.status_code, again.status_code) == (200, 400)
    (applied,) = bare_world.set_up.applied
    assert (applied.github_app_id, applied.webhook_secrets) == (503, (b"a long secret of 32",))


async def test_a_short_secret_is_taken_with_advice(bare_world: World) -> None:
    async with bare_world.client() as client:
        nonce = await begin(bare_world, client)
        fields = {"nonce": nonce, "app_id": "5", "private_key": PEM, "webhook_secret": "12345678"}
        assert "short enough to be guessed" in (await client.post("/setup/import", data=fields)).text


async def test_a_file_that_cannot_be_written_loses_nothing(bare_world: World) -> None:
    """GitHub gives the credentials once: they are in use, and the operator is told that they are not kept."""
    bare_world.web.env_path.mkdir()
    async with bare_world.client() as client:
        state = await begin(bare_world, client)
        answer = await client.get("/setup/created", params={"code": "good", "state": state})
    assert answer.status_code == 200
    assert "could not be written to <code>.env</code>: Is a directory" in answer.text
    assert bare_world.set_up.applied


async def test_with_an_app_only_the_operator_comes_in(world: World) -> None:
    async with world.client() as stranger, world.operator() as operator:
        assert (await stranger.get(f"/setup?code={world.web.setup_code}")).status_code == 403
        assert (await operator.get("/setup")).status_code == 200


async def test_without_credentials_the_overview_says_what_is_missing(bare_world: World) -> None:
    async with bare_world.client() as client:
        page = (await client.get("/")).text
    for name in ("GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET", "/setup"):
        assert name in page
    assert bare_world.web.setup_code not in page


def test_env_lines_of_several_lines_are_replaced_whole(tmp_path: Path) -> None:
    old = 'A=1\nGITHUB_PRIVATE_KEY="-----BEGIN\nabc\n-----END"\nexport B=2\nB=3\n'
    new = merged(old, {"GITHUB_PRIVATE_KEY": PEM, "B": 'q"uo\\te $HOME #'})
    path = tmp_path / ".env"
    write_env(path, {})
    path.write_text(new)
    kept = dotenv_values(path, interpolate=False)
    assert kept == {"A": "1", "GITHUB_PRIVATE_KEY": PEM, "B": 'q"uo\\te $HOME #'}


async def test_a_foreign_link_chooses_no_webhook_address(bare_world: World) -> None:
    """Somebody who sends the operator to /setup must not get the deliveries sent to themselves."""
    async with bare_world.client() as client:
        await begin(bare_world, client)
        answer = await client.get("/setup?hook=https://thief.example/x", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert "thief.example" not in answer.text
