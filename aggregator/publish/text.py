"""Text of sources, made safe to stand in a feed or a page.

A source's text may hold what XML forbids, halves of surrogate pairs, or direction controls that would reorder
whatever stands beside it. Direction is said by markup here (`dir`), never by control characters.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.entities import name2codepoint
from urllib.parse import quote, urlsplit, urlunsplit

from babel.core import get_global
from yarl import URL

_NONCHARACTERS = "".join(chr(last - 1) + chr(last) for last in range(0x1FFFF, 0x10FFFF, 0x10000))
_UNFIT = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffc\U00010000-\U0010fffd]"
    f"|[{_NONCHARACTERS}]"
)
"""All but the Char production of XML 1.0 (section 2.2), less C1 controls, noncharacters, bidi controls, and
the character that stands for what could not be read."""
_LANGUAGE = re.compile("[a-z]{2}")
_SCRIPT = re.compile("[A-Z][a-z]{3}")
_URL = re.compile(r"[\x21-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?")
"""Names and IPv4 addresses: nobody publishes at an IPv6 address without a name, and validators know none."""
_NO_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})")
_URL_SAFE = "%/:?=&;@!$'()*+,~"
_PLAIN_URL = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"/(?:[a-zA-Z0-9/:=&;@!$'()*+,~._-]|%[0-9a-fA-F]{2})*"
    r"(?:\?(?:[a-zA-Z0-9/:?=&;@!$'()*+,~._-]|%[0-9a-fA-F]{2})+)?"
)
"""What nearly all addresses look like: nothing of them needs to change."""
_SECRET = re.compile(
    r"token|secret|passw|pwd|auth(?!or)|signature|credential|session"
    r"|(?:api|user|private|access|feed|rss)[-_.]?key|(?:^|[-_.])(?:key|pass|sig|sid)(?:$|[-_.])",
    re.IGNORECASE,
)
"""Names of query fields whose value may open what only the operator may read."""
_REFERENCE = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile("</?[A-Za-z][^<>]*>|<!--.*?-->")
_LIKE_A_TAG = re.compile("<(?=[/!?A-Za-z])")
_LIKE_A_REFERENCE = re.compile("&(?=(#?[A-Za-z0-9_]+))")
_ESCAPED_AT_MOST = 5
_UNKNOWN = {"", "und", "Zyyy", "Zzzz", "Zinh"}
_RIGHT_TO_LEFT = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}

URL_CHARACTERS = 2000
"""A longer address is none: no page has one, and some readers cut it."""


def clean(text: str) -> str:
    """Text without characters that XML forbids and without direction controls; line breaks stay."""
    return text if text.isprintable() and "\ufffd" not in text else _UNFIT.sub("", text)


def line(text: str) -> str:
    """Clean text on one line: every run of white space is one space."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut at a word, with an ellipsis where something is missing.

    A single word that fills the limit (or a script without spaces) is cut inside. Of a long text no more is
    looked at than is needed.
    """
    whole = line(text[: limit + limit // 4])
    if len(whole) <= limit < len(text):
        whole = line(text)
    if len(whole) <= limit:
        return whole
    head = whole[: limit - 1]
    at_word = head if whole[limit - 1] == " " else head.rpartition(" ")[0]
    return (at_word or head).rstrip(" ,;:–—-") + "…"


def unmarked(text: str) -> str:
    """Plain text without what a reader would take for markup: what is left of it was escaped once too often.

    Tags vanish, references become their characters; a `<` or `&` that only looks like the beginning of one is
    set apart. The W3C's validator warns of either in titles.
    """
    for _ in range(_ESCAPED_AT_MOST):
        if "&" not in text:
            break
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
    if "<" in text:
        text = _LIKE_A_TAG.sub("< ", _TAG.sub("", text))
    return _LIKE_A_REFERENCE.sub(_apart, text) if "&" in text else text


def _apart(found: re.Match[str]) -> str:
    word = found[1]
    return "& " if word in name2codepoint or word == "apos" or not word.isalpha() else "&"


def plain(text: str, limit: int) -> str:
    """A source's text as one plain line of at most `limit` characters, without markup."""
    return shorten(unmarked(text) if "<" in text or "&" in text else text, limit)


def web_address(url: str) -> str:
    """An absolute http(s) address as an ASCII URI (RFC 3986), without user and password; "" for all else.

    All else is `javascript:`, relative, with spaces or controls inside, or over `URL_CHARACTERS`.
    """
    if len(url) <= URL_CHARACTERS and _PLAIN_URL.fullmatch(url):
        return url
    return _as_uri(url)


def public_address(url: str) -> str:
    """The address of a source as anybody may know it: without what lets only the operator in.

    Left out are user, password, fragment, and query fields with names such as `token`, `key` or `signature`.
    It is written in the one normal form (RFC 3986 section 6.2.2), as it identifies the source's feed in ours.
    """
    if not (address := web_address(url)):
        return ""
    parts = urlsplit(str(URL(address)))
    fields = [one for one in re.split("[&;]", parts.query) if not _SECRET.search(one.partition("=")[0])]
    return urlunsplit(parts._replace(path=parts.path or "/", query="&".join(fields), fragment=""))


def _as_uri(url: str) -> str:
    url = _NO_ESCAPE.sub("%25", url.strip())
    if not _URL.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    netloc = host + port
    path, query, fragment = (
        quote(part, safe=_URL_SAFE) for part in (parts.path, parts.query, parts.fragment)
    )
    address = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return address if len(address) <= URL_CHARACTERS else ""


@lru_cache(maxsize=1024)
def language_tag(language: str, script: str) -> str:
    """A BCP 47 tag: `ru`, `uz-Cyrl`; the script only where it is not the usual one; "" when unknown."""
    likely = get_global("likely_subtags").get(language)
    if likely is None or language in _UNKNOWN or not _LANGUAGE.fullmatch(language):
        return ""
    usual = likely.split("_")
    if script in _UNKNOWN or script in usual or not _SCRIPT.fullmatch(script):
        return language
    return f"{language}-{script}"


@lru_cache(maxsize=1024)
def direction(language: str, script: str) -> str:
    """`rtl` or `ltr`: by script; by the language's usual script where there are no letters to tell it."""
    if script not in _UNKNOWN:
        return "rtl" if script in _RIGHT_TO_LEFT else "ltr"
    usual = get_global("likely_subtags").get(language, "").split("_")
    return "rtl" if _RIGHT_TO_LEFT.intersection(usual) else "ltr"
