from __future__ import annotations

from ipaddress import ip_network

import pytest

from aggregator.errors import BlockedAddressError
from aggregator.ingest.netguard import NetGuard


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("0.0.0.0", "unspecified"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("10.1.2.3", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("169.254.169.254", "link-local"),
        ("168.63.129.16", "cloud metadata"),
        ("100.100.100.200", "carrier-grade NAT"),
        ("192.0.0.8", "protocol assignment"),
        ("192.0.2.1", "documentation"),
        ("198.18.0.1", "benchmark"),
        ("198.51.100.7", "documentation"),
        ("203.0.113.9", "documentation"),
        ("192.88.99.1", "6to4"),
        ("224.0.0.1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:169.254.169.254", "link-local"),
        ("::7f00:1", "IPv4-compatible"),
        ("::ffff:0:7f00:1", "IPv4-compatible or translated"),
        ("64:ff9b::a9fe:a9fe", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("100::1", "discard"),
        ("2001::1", "Teredo"),
        ("2001:2::1", "benchmark"),
        ("2001:20::1", "protocol assignment"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::", "6to4"),
        ("3fff::1", "documentation"),
        ("5f00::1", "segment routing"),
        ("4000::1", "reserved"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "private"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "private"),
        ("ff0e::1", "multicast"),
    ],
)
def test_addresses_that_are_not_public_are_refused_with_their_kind(address: str, kind: str) -> None:
    with pytest.raises(BlockedAddressError, match=kind) as refusal:
        NetGuard().check(address)
    assert address in str(refusal.value)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_public_addresses_pass(address: str) -> None:
    NetGuard().check(address)


def test_only_the_allowed_network_is_opened() -> None:
    guard = NetGuard([ip_network("127.0.0.0/8")])
    guard.check("127.0.0.1")
    guard.check("::ffff:127.0.0.1")
    with pytest.raises(BlockedAddressError):
        guard.check("10.0.0.1")
