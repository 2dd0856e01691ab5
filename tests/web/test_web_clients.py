"""Who asks, behind proxies and pretending to be behind some."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from aggregator.web.clients import client_address, counted_as, requester

TRUSTED = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"), ip_network("::1")]


def asked(peer: str | None, **headers: str) -> dict[str, object]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": (peer, 1) if peer is not None else None, "headers": raw}


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        ("127.0.0.1", {}, "127.0.0.1"),
        ("127.0.0.1", {"x_forwarded_for": "192.0.2.7"}, "192.0.2.7"),
        ("127.0.0.1", {"x_forwarded_for": "198.51.100.1, 192.0.2.7, 10.1.2.3"}, "192.0.2.7"),
        ("127.0.0.1", {"x_forwarded_for": "10.1.2.3"}, "10.1.2.3"),
        ("127.0.0.1", {"x_forwarded_for": "192.0.2.7:4711"}, "192.0.2.7"),
        ("::1", {"x_forwarded_for": "[2001:db8::1]:80"}, "2001:db8::1"),
        ("::ffff:127.0.0.1", {"x_forwarded_for": "192.0.2.7"}, "192.0.2.7"),
        ("127.0.0.1", {"x_forwarded_for": "192.0.2.7, junk"}, "127.0.0.1"),
        ("127.0.0.1", {"x_forwarded_for": "192.0.2.7, junk, 10.1.1.1"}, "10.1.1.1"),
        ("127.0.0.1", {"x_forwarded_for": ""}, "127.0.0.1"),
        ("192.0.2.9", {"x_forwarded_for": "192.0.2.7"}, "192.0.2.9"),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7;proto=https"}, "192.0.2.7"),
        ("127.0.0.1", {"forwarded": 'for=1.1.1.1, proto=https;For="[2001:db8::2]:9"'}, "2001:db8::2"),
        ("127.0.0.1", {"forwarded": "for=_hidden"}, "127.0.0.1"),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7", "x_forwarded_for": "192.0.2.7"}, "192.0.2.7"),
        ("127.0.0.1", {"forwarded": "for=192.0.2.8", "x_forwarded_for": "192.0.2.7"}, "127.0.0.1"),
        (None, {"x_forwarded_for": "192.0.2.7"}, ""),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(
    peer: str | None, headers: dict[str, str], client: str
) -> None:
    assert client_address(asked(peer, **headers), TRUSTED) == client


def test_lines_of_one_field_are_one_list() -> None:
    scope = asked("127.0.0.1", x_forwarded_for="192.0.2.7")
    scope["headers"] = [(b"x-forwarded-for", b"192.0.2.7"), (b"x-forwarded-for", b"192.0.2.8")]
    assert client_address(scope, TRUSTED) == "192.0.2.8"


def test_without_trusted_proxies_nothing_is_believed() -> None:
    assert client_address(asked("127.0.0.1", x_forwarded_for="192.0.2.7"), ()) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_customer_count_as_one(address: str, name: str) -> None:
    assert counted_as(address) == name


def test_whoever_comes_by_a_socket_of_this_machine_has_no_address() -> None:
    assert requester({"client": None}) == ""
    assert requester({"client": ("192.0.2.7", 1)}) == "192.0.2.7"
