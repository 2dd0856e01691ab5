"""Which addresses feeds must not lead us to.

An explicit list: `ipaddress.is_global` calls several of these global (NAT64, 6to4, site-local, multicast).
From the IANA special-purpose registries (RFC 6890 and its successors) and the metadata addresses of cloud
providers.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aggregator.errors import BlockedAddressError

Network = IPv4Network | IPv6Network

_KINDS: dict[str, tuple[str, ...]] = {
    "unspecified": ("0.0.0.0/8", "::/128"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "cloud metadata": ("168.63.129.16/32",),
    "carrier-grade NAT": ("100.64.0.0/10",),
    "NAT64": ("64:ff9b::/96", "64:ff9b:1::/48"),
    "6to4": ("192.88.99.0/24", "2002::/16"),
    "Teredo": ("2001::/32",),
    "IPv4-compatible or translated": ("::/96", "::ffff:0:0:0/96"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
    "benchmark": ("198.18.0.0/15", "2001:2::/48"),
    "protocol assignment": (
        "192.0.0.0/24",
        "2001::/23",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.175.48.0/24",
    ),
    "discard": ("100::/64", "100:0:0:1::/64"),
    "segment routing": ("5f00::/16",),
    # Last, because they hold several of those above: all IPv6 outside of 2000::/3 is not global unicast.
    "reserved": ("240.0.0.0/4", "::/3", "4000::/2", "8000::/1"),
}

FORBIDDEN: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), kind) for kind, networks in _KINDS.items() for network in networks
)
"""Forbidden networks with what they are, the more specific first."""


class NetGuard:
    """Refuses addresses that feeds must not lead us to, save those that the operator allows."""

    def __init__(self, allow: Collection[Network] = ()) -> None:
        """`allow`: networks that may be reached although they are on the list (loopback for the demo)."""
        self._allow = tuple(allow)

    def check(self, address: str) -> None:
        """Raise BlockedAddressError when `address`, an IP address as text, must not be connected to."""
        ip = _unwrapped(ip_address(address))
        if any(ip in network for network in self._allow):
            return
        for network, kind in FORBIDDEN:
            if ip in network:
                raise BlockedAddressError(
                    f"address {address} is {kind} ({network}) and is not reached on a feed's word; "
                    "allow its network (`polling: allow_networks`) if the source really stands there"
                )


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv4-mapped one: the kernel connects to that."""
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip
