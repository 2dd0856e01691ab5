"""Text of sources, made safe to stand in a feed or a page.

A source's text may hold what XML forbids, halves of surrogate pairs, or direction controls that would reorder
whatever stands beside it. Direction is said by markup here (`dir`), never by control characters.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from babel.core import get_global

_UNFIT = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)
"""All but the Char production of XML 1.0 (section 2.2), less C1 controls, noncharacters and bidi controls."""
_LANGUAGE = re.compile("[a-z]{2,3}")
_SCRIPT = re.compile("[A-Z][a-z]{3}")
_URL = re.compile(r"[\x21-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_URL_SAFE = "%/:?=&;@!$'()*+,~"
_UNKNOWN = {"", "und", "Zyyy", "Zzzz", "Zinh"}
_RIGHT_TO_LEFT = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}

URL_CHARACTERS = 2000
"""A longer address is none: no page has one, and some readers cut it."""


def clean(text: str) -> str:
    """Text without characters that XML forbids and without direction controls; line breaks stay."""
    return _UNFIT.sub("", text)


def line(text: str) -> str:
    """Clean text on one line: every run of white space is one space."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut at a word, with an ellipsis where something is missing.

    A single word that fills the limit (or a script without spaces) is cut inside.
    """
    whole = line(text)
    if len(whole) <= limit:
        return whole
    head = whole[: limit - 1]
    at_word = head if whole[limit - 1] == " " else head.rpartition(" ")[0]
    return (at_word or head).rstrip(" ,;:–—-") + "…"


def web_address(url: str) -> str:
    """An absolute http(s) address as an ASCII URI (RFC 3986), without user and password; "" for all else.

    All else is `javascript:`, relative, with spaces or controls inside, or over `URL_CHARACTERS`.
    """
    url = url.strip()
    if not _URL.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    netloc = (f"[{host}]" if ":" in host else host) + port
    path, query, fragment = (
        quote(part, safe=_URL_SAFE) for part in (parts.path, parts.query, parts.fragment)
    )
    address = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return address if len(address) <= URL_CHARACTERS else ""


def language_tag(language: str, script: str) -> str:
    """A BCP 47 tag: `ru`, `uz-Cyrl`; the script only where it is not the usual one; "" when unknown."""
    if language in _UNKNOWN or not _LANGUAGE.fullmatch(language):
        return ""
    usual = get_global("likely_subtags").get(language, "").split("_")
    if script in _UNKNOWN or script in usual or not _SCRIPT.fullmatch(script):
        return language
    return f"{language}-{script}"


def direction(language: str, script: str) -> str:
    """`rtl` or `ltr`: by script; by the language's usual script where there are no letters to tell it."""
    if script not in _UNKNOWN:
        return "rtl" if script in _RIGHT_TO_LEFT else "ltr"
    usual = get_global("likely_subtags").get(language, "").split("_")
    return "rtl" if _RIGHT_TO_LEFT.intersection(usual) else "ltr"
