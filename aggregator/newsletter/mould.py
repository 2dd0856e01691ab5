"""What the letters of one variant share, encoded once: fields and parts, but for the slots. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.model import LetterPicture, Variant
from aggregator.newsletter import dkim, encoding
from aggregator.newsletter.fields import verbatim

if TYPE_CHECKING:
    from _hashlib import HASH


@dataclass(frozen=True, slots=True)
class Mould:
    """A letter but for what is its reader's own."""

    fields: tuple[dkim.Field | str, ...]
    """A reader's own ones by name."""
    begun: HASH
    """SHA-256 of the body before the first thing that is a reader's own."""
    first: bytes
    """That beginning."""
    rest: tuple[tuple[bytes, bytes] | encoding.Own, ...]
    """Bytes, each with the bytes that are signed for them, and what is encoded per letter."""

    def body(self, words: encoding.Words) -> list[bytes]:
        """One reader's body in pieces."""
        own = (one.encoded(words) if isinstance(one, encoding.Own) else one[0] for one in self.rest)
        return [self.first, *own]

    def body_hash(self, pieces: Sequence[bytes]) -> bytes:
        """SHA-256 of what is signed for a body in these pieces."""
        digest = self.begun.copy()
        for sent, shared in zip(pieces[1:], self.rest, strict=True):
            digest.update(dkim.relaxed(sent) if isinstance(shared, encoding.Own) else shared[1])
        return digest.digest()


def moulded(
    head: Sequence[bytes | str], variant: Variant, slots: Sequence[str], lengths: Mapping[str, int]
) -> Mould:
    """Head and multipart/alternative, text first (RFC 2046 section 5.1.4).

    `head`: fields before those of MIME, a reader's own ones by name. `lengths`: see `encoding.encode`; in
    HTML a slot goes by the name that `in_html` gives it.
    """
    parts = {
        "plain": encoding.encode(variant.text, {slot: slot for slot in slots}, lengths),
        "html": encoding.encode(variant.html, {slot: in_html(slot) for slot in slots}, lengths),
    }
    boundary = _boundary(variant)
    mime = (
        b"MIME-Version: 1.0\r\n",
        b'Content-Type: multipart/alternative;\r\n boundary="%b"\r\n' % boundary,
        verbatim("Content-Language", variant.language),
    )
    fields = (dkim.field(one) if isinstance(one, bytes) else one for one in (*head, *mime))
    first, *body = _joined(_body(parts, variant.pictures, boundary))
    assert isinstance(first, bytes)  # the boundary comes before anything of a reader's own
    return Mould(
        tuple(fields),
        hashlib.sha256(dkim.relaxed(first)),
        first,
        tuple(one if isinstance(one, encoding.Own) else (one, dkim.relaxed(one)) for one in body),
    )


def in_html(slot: str) -> str:
    """Under which name a slot is filled in HTML, where its words are escaped."""
    return f"html {slot}"


def _body(
    parts: Mapping[str, encoding.Encoded], pictures: Sequence[LetterPicture], boundary: bytes
) -> Iterator[bytes | encoding.Own]:
    yield b"--%b\r\n" % boundary
    yield from _part("plain", parts["plain"])
    yield b"\r\n--%b\r\n" % boundary
    if pictures:
        yield from _related(parts["html"], pictures, boundary + b"-p")
    else:
        yield from _part("html", parts["html"])
    yield b"\r\n--%b--\r\n" % boundary


def _part(subtype: str, part: encoding.Encoded) -> Iterator[bytes | encoding.Own]:
    yield f'Content-Type: text/{subtype}; charset="utf-8"\r\n'.encode("ascii")
    yield f"Content-Transfer-Encoding: {part.encoding}\r\n\r\n".encode("ascii")
    yield from part.pieces


def _related(
    part: encoding.Encoded, pictures: Sequence[LetterPicture], boundary: bytes
) -> Iterator[bytes | encoding.Own]:
    """HTML with the pictures that it names (RFC 2387)."""
    yield b'Content-Type: multipart/related; type="text/html";\r\n boundary="%b"\r\n\r\n' % boundary
    yield b"--%b\r\n" % boundary
    yield from _part("html", part)
    for picture in pictures:
        yield b"\r\n--%b\r\n" % boundary
        yield verbatim("Content-Type", picture.media_type)
        yield verbatim("Content-ID", f"<{picture.cid}>")
        yield b"Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        yield encoding.rows(picture.content)
    yield b"\r\n--%b--\r\n" % boundary


def _joined(pieces: Iterator[bytes | encoding.Own]) -> list[bytes | encoding.Own]:
    """Neighbouring bytes as one."""
    joined: list[bytes | encoding.Own] = []
    for piece in pieces:
        if isinstance(piece, bytes) and joined and isinstance(last := joined[-1], bytes):
            joined[-1] = last + piece
        else:
            joined.append(piece)
    return joined


def _boundary(variant: Variant) -> bytes:
    """Derived from the words; `=_` occurs in neither base64 nor quoted-printable (RFC 2045 section 6.7)."""
    words = "\0".join((variant.subject, *variant.text, *variant.html))
    return b"=_" + hashlib.sha256(words.encode()).hexdigest()[:32].encode("ascii")
