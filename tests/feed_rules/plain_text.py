"""Text without markup: titles, names, labels. Many readers take for markup whatever looks like it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import name2codepoint

from tests.feed_rules.fault import Fault

_END_TAG = re.compile(r"</([A-Za-z][A-Za-z0-9]*)>")
_REFERENCE = re.compile(r"&(#?\w+)")
_LIKE_MARKUP = re.compile(r"<[/A-Za-z!?]")
LONGEST_TITLE = 500
"""Characters."""


def faults(place: str, text: str, raw: str) -> Iterator[Fault]:
    """What of a text would be taken for markup.

    `raw`: the line of the document where the element begins. `<` and `&` written as `&#x3C;` and `&#x26;`
    are understood by both kinds of readers (RSS Best Practices Profile, character data).
    """
    if found := _END_TAG.search(text):
        yield Fault("ContainsHTML", place, found[0])
    elif "&#x" not in raw:
        if found := next(filter(_is_reference, _REFERENCE.finditer(text)), None):
            yield Fault("ContainsHTML", place, found[0])
        elif found := _LIKE_MARKUP.search(text):
            yield Fault("CharacterData", place, text[found.start() : found.start() + 40])


def _is_reference(found: re.Match[str]) -> bool:
    name = found[1]
    return name in name2codepoint or name == "apos" or not name.isalpha()


def title_faults(place: str, text: str) -> Iterator[Fault]:
    """What any title must be: one line, neither blank nor endless."""
    if not text.strip():
        yield Fault("NotBlank", place)
    if text != " ".join(text.split()):
        yield Fault("UnexpectedWhitespace", place, text)
    if len(text) > LONGEST_TITLE:
        yield Fault("TooLong", place, text)
