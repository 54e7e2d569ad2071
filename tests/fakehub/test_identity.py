"""Who may do what: JSON web tokens, installation tokens, people, strangers."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakehub import FakeHub
from tests.fakehub.client import app_jwt, as_app, as_installation, as_person, as_stranger
from tests.patience import PATIENCE_S


def other_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


@pytest.mark.parametrize(
    ("name", "age_s", "lifetime_s", "status"),
    [
        ("backdated by a minute", 60, 300, 200),
        ("issued in the future", -120, 300, 401),
        ("expired", 700, -10, 401),
        ("valid for too long", 0, 3600, 401),
    ],
)
def test_the_json_web_token_is_checked(hub: FakeHub, name: str, age_s: float, lifetime_s: float, status: int) -> None:
    headers = {"authorization": f"Bearer {app_jwt(hub, age_s=age_s, lifetime_s=lifetime_s)}"}
    assert httpx.get(f"{hub.api_url}/app", headers=headers, timeout=PATIENCE_S).status_code == status, name


def test_a_foreign_key_and_a_foreign_issuer_are_refused(hub: FakeHub) -> None:
    for token in (app_jwt(hub, key=other_key()), app_jwt(hub, iss="999999")):
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{hub.api_url}/app", headers=headers, timeout=PATIENCE_S).status_code in {401, 404}


def test_a_skewed_clock_makes_a_good_token_bad(hub: FakeHub) -> None:
    hub.world.skew = timedelta(minutes=-5)
    with as_app(hub) as client:
        answer = client.get("/app")
    assert answer.status_code == 401
    assert "Issued at" in answer.json()["message"]


def test_an_installation_token_opens_only_its_repositories(hub: FakeHub) -> None:
    other = hub.add_repository("globex", "vault", {"a": "b"}, private=True)
    installation = hub.install("acme", [hub.find("acme/secret")])
    with as_installation(hub, installation) as client:
        assert client.get("/repos/acme/secret").status_code == 200
        assert client.get(f"/repos/{other.full_name}").status_code == 404
        assert client.get("/repos/acme/hello").status_code == 200  # public: anybody reads
        assert client.post("/repos/acme/hello/issues", json={"title": "x"}).status_code == 403
        listed = client.get("/installation/repositories").json()
    assert [item["name"] for item in listed["repositories"]] == ["secret"]


def test_tokens_expire_and_are_revoked(hub: FakeHub) -> None:
    installation = hub.install("acme")
    with as_installation(hub, installation, timedelta(seconds=-1)) as client:
        assert client.get("/installation/repositories").status_code == 401
    with as_installation(hub, installation) as client:
        assert client.delete("/installation/token").status_code == 204
        assert client.get("/installation/repositories").status_code == 401


def test_suspension_and_uninstallation_close_the_door(hub: FakeHub) -> None:
    installation = hub.install("acme")
    with as_installation(hub, installation) as client, as_app(hub) as app:
        hub.suspend(installation)
        assert client.get("/installation/repositories").status_code == 403
        assert app.post(f"/app/installations/{installation.id}/access_tokens").status_code == 403
        hub.unsuspend(installation)
        assert client.get("/installation/repositories").status_code == 200
        hub.uninstall(installation)
        assert client.get("/installation/repositories").status_code == 401
        assert app.post(f"/app/installations/{installation.id}/access_tokens").status_code == 404


def test_people_see_what_they_may(hub: FakeHub) -> None:
    hub.grant(hub.find("acme/secret"), "ada", "write")
    with as_person(hub, "ada") as ada, as_person(hub, "eve") as eve, as_stranger(hub) as nobody:
        assert ada.get("/repos/acme/secret").status_code == 200
        assert eve.get("/repos/acme/secret").status_code == 404
        assert nobody.get("/repos/acme/secret").status_code == 404
        assert nobody.get("/repos/acme/hello").status_code == 200
        assert ada.get("/user").json()["login"] == "ada"


def test_the_permission_of_a_person_is_told(hub: FakeHub) -> None:
    installation = hub.install("acme")
    hub.grant(hub.find("acme/hello"), "mia", "maintain")
    hub.user("eve")
    with as_installation(hub, installation) as client:
        mia = client.get("/repos/acme/hello/collaborators/mia/permission").json()
        eve = client.get("/repos/acme/hello/collaborators/eve/permission").json()
        nobody = client.get("/repos/acme/hello/collaborators/nobody/permission")
    assert (mia["permission"], mia["role_name"]) == ("write", "maintain")
    assert eve["permission"] == "read"
    assert nobody.status_code == 404


def test_sign_in_passes_through_oauth_with_proof(hub: FakeHub) -> None:
    hub.service.signed_in = hub.user("ada")
    query = {"client_id": hub.app.client_id, "redirect_uri": "http://bot.test/back", "state": "s"}
    # The challenge of the verifier "secret-words", by RFC 7636.
    query["code_challenge"] = "i20sOdmzBDZdCt9Gt3sdJ9FtCmpV7_xnzOpNfZD8OPA"
    sent = httpx.get(f"{hub.url}/login/oauth/authorize", params=query, timeout=PATIENCE_S)
    code = httpx.URL(sent.headers["location"]).params["code"]
    form = {"client_id": hub.app.client_id, "client_secret": hub.app.client_secret, "code": code}
    accept = {"accept": "application/json"}
    address = f"{hub.url}/login/oauth/access_token"
    refused = httpx.post(address, data={**form, "code_verifier": "wrong"}, headers=accept, timeout=PATIENCE_S).json()
    assert refused["error"] == "bad_verification_code"
    sent = httpx.get(f"{hub.url}/login/oauth/authorize", params={**query, "code_challenge": ""}, timeout=PATIENCE_S)
    form["code"] = httpx.URL(sent.headers["location"]).params["code"]
    token = httpx.post(address, data=form, headers=accept, timeout=PATIENCE_S).json()["access_token"]
    me = httpx.get(f"{hub.api_url}/user", headers={"authorization": f"token {token}"}, timeout=PATIENCE_S).json()
    assert me["login"] == "ada"
