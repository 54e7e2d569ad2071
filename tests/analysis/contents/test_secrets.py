"""Credentials are found by their exact form; placeholders are not; the secret itself is never kept."""

from __future__ import annotations

import random
import re
import string

import msgspec
import pytest
import re2

from bot.analysis.contents.secrets import find_secrets, fingerprint, hints, kinds
from bot.model.snapshot import SecretFact
from tests.cpu import cpu_s

KEY = b"k" * 32


def drawn(alphabet: str, length: int, seed: int = 7) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


WORD = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"
BASE64 = WORD + "+/"

REAL = {
    "aws-access-key": f'key = "AKIA{drawn(UPPER, 16)}"',
    "aws-secret-key": f"aws_secret_access_key = {drawn(BASE64, 40)}",
    "github-token": f"TOKEN=ghp_{drawn(WORD, 36)}",
    "gitlab-token": f"glpat-{drawn(WORD, 20)}",
    "slack-token": f"xoxb-{drawn('123456789', 11)}-{drawn('123456789', 11)}-{drawn(WORD, 24)}",
    "slack-webhook": f"https://hooks.slack.com/services/T{drawn(UPPER, 8)}/B{drawn(UPPER, 8)}/{drawn(WORD, 24)}",
    "stripe-key": f"stripe.api_key = 'sk_live_{drawn(WORD, 24)}'",
    "google-api-key": f"AIza{drawn(WORD, 35)}",
    "anthropic-key": f"sk-ant-api03-{drawn(WORD, 93)}",
    "openai-key": f"sk-proj-{drawn(WORD, 40)}T3BlbkFJ{drawn(WORD, 40)}",
    "npm-token": f"//registry/:_authToken=npm_{drawn(WORD, 36)}",
    "pypi-token": f"pypi-AgE{drawn(WORD, 80)}",
    "sendgrid-key": f"SG.{drawn(WORD, 22)}.{drawn(WORD, 43)}",
    "hugging-face-token": f"hf_{drawn(string.ascii_letters, 34)}",
    "digitalocean-token": f"dop_v1_{drawn(HEX, 64)}",
    "telegram-token": f"bot = {drawn('123456789', 9)}:AA{drawn(WORD, 33)}",
    "azure-storage-key": f"AccountName=x;AccountKey={drawn(BASE64, 86)}==;",
    "private-key": "-----BEGIN RSA PRIVATE KEY-----\n"
    + "\n".join(drawn(BASE64, 64, seed) for seed in range(5))
    + "\n-----END RSA PRIVATE KEY-----",
    "database-url": f"DATABASE_URL=postgres://app:{drawn(WORD, 20)}@db.prod-company.net:5432/app",
}


def find(text: str, *, is_document: bool = False) -> tuple[SecretFact, ...]:
    content = text.encode()
    seen = {match.group() for match in re2.compile(hints().encode()).finditer(content)}
    return find_secrets("src/settings.py", content, KEY, seen, is_document=is_document)


@pytest.mark.parametrize(("kind", "line"), REAL.items(), ids=REAL)
def test_a_real_one_is_found_at_its_line(kind: str, line: str) -> None:
    found = find(f"# settings\n\n{line}\n")
    assert [(fact.kind, fact.path, fact.line) for fact in found] == [(kind, "src/settings.py", 3)]


@pytest.mark.parametrize(("kind", "line"), REAL.items(), ids=REAL)
def test_the_secret_is_not_kept(kind: str, line: str) -> None:
    kept = msgspec.json.encode(find(line)).decode()
    for part in re.findall(r"\w{10,}", line):
        assert part not in kept or part in {"src", kind}
    assert all(re.fullmatch(r"[0-9a-f]{16}", fact.fingerprint) for fact in find(line))


FIREBASE = REAL["google-api-key"].split('"')[1] if '"' in REAL["google-api-key"] else REAL["google-api-key"]

PLACEHOLDERS = {
    "AWS's own example": "AKIAIOSFODNN7EXAMPLE",
    "AWS's other example": "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "crosses": f"ghp_{'x' * 36}",
    "a run of digits": "ghp_123456789012345678901234567890123456",
    "one letter": f"glpat-{'a' * 20}",
    "a word": "sk_live_your_secret_key_goes_here_please",
    "too short": "ghp_abc",
    "in a longer word": f"{drawn(WORD, 10)}ghp_{drawn(WORD, 36)}",
    "a template": "postgres://app:${DB_PASSWORD_OF_PRODUCTION}@db.company.net/app",
    "a local database": f"postgres://app:{drawn(WORD, 20)}@localhost:5432/app",
    "a short password": "mysql://root:password@db.company.net/app",
    "your host": f"postgresql://user:{drawn(WORD, 16)}@your-db-host.db",
    "an example host": f"redis://user:{drawn(WORD, 20)}@redis.example.com:6379",
    "a public key": "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n",
    "a key's head alone": "if '-----BEGIN RSA PRIVATE KEY-----' in text:",
    "an elided key": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "Firebase's name for a project": f'{{"apiKey":"{FIREBASE}","authDomain":"a-b.firebaseapp.com"}}',
    "stripe's test key": f"sk_test_{drawn(WORD, 24)}",
}


@pytest.mark.parametrize("line", PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_what_only_looks_like_one_is_left_alone(line: str) -> None:
    assert find(line) == ()


def test_documents_show_common_keys() -> None:
    assert find(REAL["private-key"], is_document=True) == ()
    assert [fact.kind for fact in find(REAL["github-token"], is_document=True)] == ["github-token"]


def test_fingerprints_depend_on_the_key() -> None:
    assert fingerprint(b"s", b"a") != fingerprint(b"s", b"b")
    assert fingerprint(b"s", b"a") == fingerprint(b"s", b"a")
    assert fingerprint(b"s", b"a" * 200) == fingerprint(b"s", b"a" * 64)


def test_every_hint_is_part_of_what_its_pattern_finds() -> None:
    for kind in kinds():
        re2.compile(kind.pattern.encode())
        if kind.name in REAL:
            hint = re2.compile(kind.hint.encode())
            assert hint.search(REAL[kind.name].encode()) or kind.name == "github-token"


def test_hostile_text_takes_no_time() -> None:
    text = "postgres://a:" + "b" * 200_000 + "-----BEGIN PRIVATE KEY-----" + "A" * 200_000 + "twilio " * 20_000
    assert cpu_s(lambda: find(text)) < 2
