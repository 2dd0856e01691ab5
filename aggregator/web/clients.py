"""Who asks, when a web server stands before us.

Forwarding headers are believed only from addresses in `web.trusted_proxies`, and only as far as these wrote
them: the last address that is none of them is the client. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

Network = IPv4Network | IPv6Network
_MOST_HOPS = 20
_FORWARDED_FOR = re.compile(rb'(?:^|[;,])\s*for\s*=\s*("[^"]*"|[^;,\s]*)', re.IGNORECASE)
_PORT = re.compile(r"^\[(?P<six>[^\]]+)\](?::\d+)?$|^(?P<four>[\d.]+)(?::\d+)?$")
_SHARED_PREFIX = 64
"""Bits of an IPv6 address that one customer has: what follows is his to choose."""


def client_address(scope: Scope, trusted: Sequence[Network]) -> str:
    """The address of whoever asks; empty when it is not known (a socket of this machine).

    X-Forwarded-For and Forwarded (RFC 7239) are read alike. When both are there and disagree, one of them was
    not written by the proxy but let through: then it is the proxy that asked.
    """
    peer = scope["client"][0] if scope.get("client") else ""
    if not trusted or not _is_in(peer, trusted):
        return peer
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in (b"x-forwarded-for", b"forwarded"):
            headers[name] = headers[name] + b"," + value if name in headers else value
    told = set()
    if b"x-forwarded-for" in headers:
        told.add(_first_stranger(headers[b"x-forwarded-for"].split(b","), peer, trusted))
    if b"forwarded" in headers:
        told.add(_first_stranger(_FORWARDED_FOR.findall(headers[b"forwarded"]), peer, trusted))
    return told.pop() if len(told) == 1 else peer


def counted_as(address: str) -> str:
    """The name under which requests of an address are counted: an IPv6 customer has a network, not one."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((parsed, _SHARED_PREFIX), strict=False))
    return address


def requester(scope: Scope) -> str:
    """The name under which whoever asks is counted, once `client_address` has its place in the scope."""
    return counted_as(scope["client"][0] if scope.get("client") else "")


def _first_stranger(hops: Sequence[bytes], peer: str, trusted: Sequence[Network]) -> str:
    """From the nearest hop outwards, the first that is no proxy of ours; what is no address ends the way."""
    nearest = peer
    for hop in reversed(hops[-_MOST_HOPS:]):
        address = _without_port(hop.decode("latin-1").strip().strip('"'))
        if _parsed(address) is None:
            return nearest
        nearest = address
        if not _is_in(address, trusted):
            return nearest
    return nearest


def _without_port(hop: str) -> str:
    found = _PORT.match(hop)
    return (found["six"] or found["four"]) if found else hop


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
