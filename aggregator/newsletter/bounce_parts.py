"""A returned mail taken apart, as far as reports go: header fields and the parts of one multipart.

By hand and bounded, for anybody can write to the address that bounces come to. Reports stand at the top level
(RFC 6522), so that nothing nested is looked into: no depth, no loop, nothing decoded but what a report needs.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header

MESSAGE_BYTES = 1_000_000
"""Of a mail that are read: reports stand before the letter that they return."""
HEADER_BYTES = 64_000
MOST_FIELDS = 500
MOST_PARTS = 20
FIELD_CHARACTERS = 2_000
"""Of one field's value."""

_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.ASCII | re.DOTALL)
_PARAMETER = re.compile(r';\s*([a-z-]{1,40})\s*=\s*(?:"([^"]{0,200})"|([^\s;"]{0,200}))', re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")

Fields = Mapping[str, Sequence[str]]
"""Values by name in lower case."""


@dataclass(frozen=True, slots=True)
class Part:
    """A mail, or one part of it."""

    fields: Fields
    body: bytes
    """Not decoded."""

    def first(self, name: str) -> str:
        """The first value of a header field; empty without one."""
        return next(iter(self.fields.get(name, ())), "")

    @property
    def media_type(self) -> str:
        """`text/plain` where nothing is said (RFC 2045 section 5.2)."""
        return self.first("content-type").partition(";")[0].strip().lower() or "text/plain"

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type; empty without one."""
        for key, quoted, plain in _PARAMETER.findall(self.first("content-type")):
            if key.lower() == name:
                return str(quoted or plain)
        return ""

    def content(self) -> bytes:
        """The body without its transfer encoding; what cannot be decoded comes as it is."""
        encoding = self.first("content-transfer-encoding").strip().lower()
        try:
            if encoding == "base64":
                return base64.b64decode(self.body)
            if encoding == "quoted-printable":
                return quopri.decodestring(self.body)
        except (binascii.Error, ValueError):
            pass
        return self.body

    def parts(self) -> list[Part]:
        """The parts of a multipart, the first few; none of anything else."""
        boundary = self.parameter("boundary")
        if not self.media_type.startswith("multipart/") or not boundary:
            return []
        delimiter = re.compile(
            rb"(?:^|\r?\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*(?:\r?\n|$)"
        )
        found: list[Part] = []
        start = None
        for match in delimiter.finditer(self.body):
            if start is not None:
                found.append(part(self.body[start : match.start()]))
            start = match.end()
            if match[1] or len(found) == MOST_PARTS:
                return found
        if start is not None:  # it was cut, or its end is missing
            found.append(part(self.body[start:]))
        return found


def part(raw: bytes) -> Part:
    """A mail or a part, of its bytes."""
    raw = raw[:MESSAGE_BYTES]
    if raw.startswith((b"\r\n", b"\n")):
        return Part({}, raw.lstrip(b"\r\n"))
    blank = _BLANK_LINE.search(raw, 0, HEADER_BYTES)
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw[:HEADER_BYTES], b"")
    return Part(fields(head), body)


def fields(head: bytes) -> Fields:
    """The header fields of one block, unfolded, with encoded words as text."""
    text = head.decode("utf-8", "replace").replace("\r\n", "\n")
    found: dict[str, list[str]] = {}
    for line in re.sub(r"\n[ \t]+", " ", text).split("\n")[:MOST_FIELDS]:
        if match := _FIELD.fullmatch(line):
            found.setdefault(match[1].lower(), []).append(_plain(match[2][:FIELD_CHARACTERS].strip()))
    return found


def blocks(content: bytes) -> list[Fields]:
    """The blocks of fields that a delivery status consists of (RFC 3464 section 2.1)."""
    return [fields(block) for block in _BLANK_LINE.split(content.strip(), MOST_FIELDS) if block.strip()]


def _plain(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, ValueError, LookupError):
        return value
