"""Characters that a published text may hold: XML 1.0 section 2.2, less what readers stumble on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.feed_rules.fault import Fault

_RULES = {
    "SAXError": re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"),
    "BadCharacters": re.compile("[\x80-\x9f\ufffd]"),
    "BidiControl": re.compile("[\u202a-\u202e\u2066-\u2069]"),
    "Noncharacter": re.compile("[\x7f\ufdd0-\ufdef]|[" + "".join(
        f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
    ) + "]"),
}  # fmt: skip
_TWICE_ENCODED = re.compile("[\xc2\xc3][\x80-\xbf]")


def faults(place: str, text: str) -> Iterator[Fault]:
    """Which rules a text breaks: each once."""
    for rule, pattern in _RULES.items():
        if found := pattern.search(text):
            yield Fault(rule, place, ascii(text[max(0, found.start() - 20) : found.end() + 20]))
    if _TWICE_ENCODED.search(text) and _was_utf8(text):
        yield Fault("BadCharacters", place, ascii(text[:80]))


def _was_utf8(text: str) -> bool:
    """Whether the whole is UTF-8 that was read as Latin-1."""
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True
