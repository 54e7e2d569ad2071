"""Webhooks of ours never reach into a private network, however the address is spelt."""

from __future__ import annotations

import pytest

from bot.model.errors import UserError
from bot.model.outward import check_addresses, check_webhook_url, is_public

REFUSED = (
    "",
    "example.org",
    "ftp://example.org/",
    "http://example.org/",
    "https://",
    "https://user:secret@example.org/",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://exa mple.org/",
    "https://localhost/",
    "https://api.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://2130706433/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://224.0.0.1/",
    f"https://example.org/{'a' * 2_000}",
    "https://exämple.org/",
    "https://[::1/",
)


@pytest.mark.parametrize("url", REFUSED)
def test_refused(url: str) -> None:
    with pytest.raises(UserError):
        check_webhook_url(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/hook", "https://example.org:8443/a?b=c", "https://93.184.216.34/"]
)
def test_taken(url: str) -> None:
    assert check_webhook_url(url)


def test_a_private_network_may_be_allowed() -> None:
    assert check_webhook_url("http://127.0.0.1:9000/", allow_private=True) == "127.0.0.1"
    check_addresses("a.test", ["10.0.0.1"], allow_private=True)
    with pytest.raises(UserError):
        check_webhook_url("file:///etc/passwd", allow_private=True)


def test_one_private_address_of_several_is_enough_to_refuse() -> None:
    with pytest.raises(UserError):
        check_addresses("rebind.test", ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(UserError):
        check_addresses("nowhere.test", [])
    check_addresses("a.test", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])


def test_what_is_no_address_is_not_public() -> None:
    assert not is_public("example.org")
    assert not is_public("fe80::1%eth0")
