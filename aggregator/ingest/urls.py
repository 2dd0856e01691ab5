"""Links: made absolute for readers, and folded for comparison across sources."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

LONGEST = 2_000
"""Characters of a URL; what is longer is no article's address."""

_TRACKING = frozenset({
    "fbclid", "gclid", "gbraid", "wbraid", "dclid", "yclid", "ysclid", "msclkid", "twclid", "igsh", "igshid",
    "_ga", "_gl", "mc_cid", "mc_eid", "_openstat", "noredirect",
})  # fmt: skip
"""Keys that say how a reader came, never what he reads. `from`, `ref` or `id` may well name the article."""
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_")
_AMP_KEYS = frozenset({"amp", "amp=1"})
_HOST_TWINS = ("www.", "m.", "amp.", "mobile.", "lite.")
_AMP_SUFFIX = re.compile(r"(?:/amp)+$")
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_UNESCAPED = re.compile(r"[A-Za-z0-9/._~&=-]*")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LEGAL_IN_PATH = "/%:@!$&'()*+,;=~-._"
_LEGAL_IN_QUERY = _LEGAL_IN_PATH + "?[]"
_PLAIN = re.compile(r"https?://([A-Za-z0-9.-]+)((?:/[A-Za-z0-9/._~-]*)?)(?:\?([A-Za-z0-9._~&=-]+))?")
"""An address in which there is nothing to mend or to fold but its ends: host, path, query."""


def absolute(link: str, base: str) -> str:
    """`link` as an absolute http or https URL, resolved against `base`; empty when it leads nowhere else.

    RFC 3986 section 5. The address is the source's own: only what no address may hold (blanks around it,
    control characters, a user name) is taken away.
    """
    if _PLAIN.fullmatch(link) and len(link) <= LONGEST:
        return link
    link = _UNSEEN.sub("", link).strip().replace(" ", "%20")
    if not link or len(link) > LONGEST:
        return ""
    try:
        parts = urlsplit(urljoin(base, link))
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def canonical(url: str) -> str:
    """An absolute URL folded so that addresses of one article compare equal; empty for a home page.

    Host in lower case and without `www.`, `m.`, `amp.`; https for http; no fragment, no tracking keys, no
    `/amp`, no trailing slash. All other query keys stay: some sites name their articles there. A home page
    stands for no article: entries that link to it must not be taken for one another.
    """
    if not url:
        return ""
    if plain := _PLAIN.fullmatch(url):
        host, path, query = _canonical_host(plain[1].lower()), plain[2], plain[3] or ""
    else:
        parts = urlsplit(url)
        host, path, query = _canonical_place(parts), parts.path, parts.query
    path = _escaped(_AMP_SUFFIX.sub("", path.rstrip("/")), _LEGAL_IN_PATH).rstrip("/")
    query = "&".join(piece for piece in query.split("&") if not _is_tracking(piece))
    if not path and not query:
        return ""
    return urlunsplit(("https", host, path, _escaped(query, _LEGAL_IN_QUERY), ""))


def _canonical_place(parts: SplitResult) -> str:
    host, port = _canonical_host(parts.hostname or ""), parts.port
    return host if port in {None, *_DEFAULT_PORTS.values()} else f"{host}:{port}"


@lru_cache(maxsize=1000)
def _canonical_host(host: str) -> str:
    host = host.rstrip(".")
    with suppress(UnicodeError):  # no name that DNS would take is still the same text on both sides
        host = host.encode("idna").decode("ascii")
    while (twin := next((t for t in _HOST_TWINS if host.startswith(t)), "")) and "." in host[len(twin) :]:
        host = host[len(twin) :]
    return host


def _is_tracking(piece: str) -> bool:
    key = piece.partition("=")[0].lower()
    return not piece or piece.lower() in _AMP_KEYS or key in _TRACKING or key.startswith(_TRACKING_PREFIXES)


def _escaped(text: str, legal: str) -> str:
    """Percent-encoding in one spelling: the same Cyrillic path comes written out and encoded."""
    if _UNESCAPED.fullmatch(text):
        return text
    return _ESCAPE.sub(lambda match: match[0].upper(), quote(text, safe=legal))
