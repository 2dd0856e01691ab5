"""The domain that somebody registered: one household, however many host names it has."""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """`news.steppe.co.uk` -> `steppe.co.uk`, by the Public Suffix List that the library brings along.

    Only the registries' part of the list: `a.blogspot.com` and `b.blogspot.com` are the same machines, which
    is what counts when they are asked. An IP address, or a name without a known suffix, stands for itself.
    """
    name = host.rstrip(".").lower()
    try:
        return str(ip_address(name))
    except ValueError:
        return _suffixes().privatesuffix(name) or name


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)
