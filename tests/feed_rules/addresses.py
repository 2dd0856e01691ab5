"""Addresses and identifiers: RFC 3986 and RFC 3987, RFC 4151 (`tag:`), RFC 8141 (`urn:`).

Stricter than the RFCs where readers are: addresses are ASCII, hosts names or IPv4 addresses in lower case.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

_ESCAPED = "%[0-9A-Fa-f]{2}"
_CHARACTER = rf"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|{_ESCAPED})"
_REST = rf"(?:{_CHARACTER}|/)*(?:\?(?:{_CHARACTER}|[/?])*)?(?:\#(?:{_CHARACTER}|[/?])*)?"
_LABEL = "[a-z0-9_-]+"
_WEB = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})*\.?(?::[0-9]{{1,5}})?(?:[/?\#]{_REST})?")
_OTHER = re.compile(rf"(?!https?:)[a-z][a-z0-9+.-]*:{_REST}")
_TAG = re.compile(
    rf"tag:(?:[a-z0-9._-]+@)?[a-z0-9.-]+,\d{{4}}(?:-\d\d(?:-\d\d)?)?:(?:{_CHARACTER}|[/?])*(?:\#(?:{_CHARACTER}|[/?])*)?"
)
_URN = re.compile(rf"urn:[a-z0-9][a-z0-9-]{{0,30}}[a-z0-9]:{_CHARACTER}(?:{_CHARACTER}|/)*")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

LONGEST = 2000
"""Characters: some readers cut what is longer."""


def web(address: str) -> bool:
    """Whether it is an absolute http(s) address."""
    return len(address) <= LONGEST and _WEB.fullmatch(address) is not None


def absolute(address: str) -> bool:
    """Whether it is an absolute address or identifier of any scheme."""
    if address.startswith("tag:"):
        return _TAG.fullmatch(address) is not None
    if address.startswith("urn:"):
        return _URN.fullmatch(address) is not None
    return web(address) or (len(address) <= LONGEST and _OTHER.fullmatch(address) is not None)


def mail(address: str) -> bool:
    """Whether it is a bare mail address (RFC 5322 addr-spec, without quoted forms)."""
    return len(address) <= 254 and _MAIL.fullmatch(address) is not None


def canonical(address: str) -> bool:
    """Whether identifiers that mean the same are spelled the same: RFC 3986 section 6.2, RFC 4287 4.2.6.1."""
    if not address.startswith(("http:", "https:")):
        return _same_escapes(address)
    parts = urlsplit(address)
    segments = parts.path.split("/")
    port = parts.netloc.rpartition(":")[2] if ":" in parts.netloc else None
    return (
        parts.netloc == parts.netloc.lower()
        and not parts.netloc.endswith(".")
        and port not in ("", _DEFAULT_PORTS[parts.scheme])
        and parts.path.startswith("/")
        and not {".", ".."} & set(segments)
        and _same_escapes(address)
    )


def _same_escapes(address: str) -> bool:
    return all(found == _normal(found) for found in re.findall(f"(?:{_ESCAPED})+", address))


def _normal(escaped: str) -> str:
    try:
        text = bytes.fromhex(escaped.replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return ""
    shown = unicodedata.normalize("NFC", text)
    return "".join(one if one in _UNRESERVED else quote(one, safe="") for one in shown)
