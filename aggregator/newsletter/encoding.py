"""Text with slots as the bytes of one MIME part: encoded once, a reader's own words joined in per letter.

Both encodings are 7-bit, so that no relay has a reason to encode anew (RFC 2045 section 6). Of 60 kB some
hundred bytes are encoded per letter: in quoted-printable a reader's words stand on lines of their own,
between soft line breaks; in base64 the rows that hold a byte of them are encoded per letter, no others.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

LINE_BYTES = 76
"""Longest line of both encodings (RFC 2045 sections 6.7 and 6.8)."""
ROW_BYTES = 57
"""What one line of base64 holds."""

_PRINTED = bytes([9, 10, *range(0x20, 0x3D), *range(0x3E, 0x7F)])
"""Bytes that quoted-printable leaves as they are."""
_SOFT = b"=\r\n"

Words = Mapping[str, bytes]
"""What slots are filled with, by name."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """The bytes of one part, but for its slots."""

    encoding: str
    """As `Content-Transfer-Encoding` names it."""
    pieces: tuple[bytes | Own, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """Bytes that are encoded per letter: `parts` are bytes as they are, and slots by name."""

    encode: Callable[[bytes], bytes]
    parts: tuple[bytes | str, ...]

    def encoded(self, words: Words) -> bytes:
        """The bytes with the reader's words in them, encoded."""
        return self.encode(b"".join(words[part] if isinstance(part, str) else part for part in self.parts))


def encode(text: Sequence[str], slots: Mapping[str, str], lengths: Mapping[str, int]) -> Encoded:
    """Encode (head, body, foot) in the encoding that takes fewer bytes.

    `slots`: under which name each is filled. They are looked for in head and foot only: a body holds words of
    sources. `lengths`: by name, how many bytes will fill it; what fills it must have that length.
    """
    head, *body, foot = (one.replace("\r\n", "\n").replace("\r", "\n") for one in text)
    parts = _merged(chain(_split(head, slots), (one.encode() for one in body), _split(foot, slots)))
    fixed = b"".join(part for part in parts if isinstance(part, bytes))
    # Quoted-printable spends two more bytes on each byte that it quotes, base64 a third of everything.
    if 2 * len(fixed.translate(None, _PRINTED)) < len(fixed) / 3:
        return Encoded("quoted-printable", tuple(_quoted_pieces(parts)))
    return Encoded("base64", tuple(_base64_pieces(parts, lengths)))


def _split(text: str, slots: Mapping[str, str]) -> list[bytes | str]:
    """The text's bytes, and between them the names of slots."""
    if not slots:
        return [text.encode()]
    found = re.split("(" + "|".join(map(re.escape, slots)) + ")", text)
    return [slots[one] if number % 2 else one.encode() for number, one in enumerate(found)]


def _merged(parts: chain[bytes | str]) -> list[bytes | str]:
    """Neighbouring bytes as one; empty ones are dropped."""
    merged: list[bytes | str] = []
    for part in parts:
        if isinstance(part, bytes) and merged and isinstance(last := merged[-1], bytes):
            merged[-1] = last + part
        elif part:
            merged.append(part)
    return merged


# ------------------------------------------------------------------------------------- quoted-printable


def quoted(content: bytes) -> bytes:
    """Quoted-printable with CRLF line ends; `content` has LF alone."""
    lines = binascii.b2a_qp(content, istext=True).split(b"\n")
    # White space at the end of a line is quoted, and b2a_qp does not look whether there is room for that.
    return b"\r\n".join([one if len(one) <= LINE_BYTES else one[:-3] + _SOFT + one[-3:] for one in lines])


def _quoted_pieces(parts: Sequence[bytes | str]) -> list[bytes | Own]:
    pieces: list[bytes | Own] = []
    for number, part in enumerate(parts):
        if isinstance(part, str):
            # Always a line break behind it: the letter may end in one, the next piece begins a line.
            pieces.append(Own(_quoted_own, (part,)))
        elif number + 1 < len(parts):
            pieces.append(_continued(quoted(part)))
        else:
            pieces.append(quoted(part))
    return pieces


def _quoted_own(content: bytes) -> bytes:
    return _continued(quoted(content))


def _continued(lines: bytes) -> bytes:
    """The lines, so that what follows continues the last of them on a line of its own."""
    last = len(lines) - (lines.rfind(b"\n") + 1)
    if not last:
        return lines
    if last >= LINE_BYTES:  # no room for the sign of continuation: the last character goes down with it
        at = len(lines) - (3 if lines[-3:-2] == b"=" else 1)
        lines = lines[:at] + _SOFT + lines[at:]
    return lines + _SOFT


# ------------------------------------------------------------------------------------------------ base64


def rows(content: bytes) -> bytes:
    """Base64 in lines of 76 characters, each with its line end."""
    whole = binascii.b2a_base64(content, newline=False)
    return b"".join([whole[at : at + LINE_BYTES] + b"\r\n" for at in range(0, len(whole), LINE_BYTES)])


def _base64_pieces(parts: Sequence[bytes | str], lengths: Mapping[str, int]) -> list[bytes | Own]:
    """Rows without a slot are encoded here, those with one per letter; the lengths say which they are."""
    pieces: list[bytes | Own] = []
    pending: list[bytes | str] = []
    """Of the rows with slots that are being gathered; it begins at the beginning of a row."""
    size = 0
    for part in parts:
        if isinstance(part, str):
            pending.append(part)
            size += lengths[part]
            continue
        rest = part
        if any(isinstance(one, str) for one in pending):
            to_row_end = -size % ROW_BYTES
            pending.append(rest[:to_row_end])
            size += len(rest[:to_row_end])
            rest = rest[to_row_end:]
            if not rest:
                continue
            pieces.append(Own(rows, tuple(pending)))
            pending, size = [], 0
        rest = b"".join(one for one in pending if isinstance(one, bytes)) + rest
        whole = len(rest) - len(rest) % ROW_BYTES
        pieces.append(rows(rest[:whole]))
        pending, size = [rest[whole:]], len(rest) - whole
    pieces.append(Own(rows, tuple(pending)))
    return pieces
