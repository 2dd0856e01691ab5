"""One content in the codings in which it is sent, and the ASGI messages that send it.

Everything that does not depend on the request is made once, so that a hit costs next to nothing. Messages are
shared between answers: nobody may change them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate

from starlette.types import Message

from aggregator.web import conditions, negotiation
from aggregator.web.headers import RAW_SECURITY

Field = tuple[bytes, bytes]
Reply = tuple[Message, Message]
"""Head and body."""

FIELDS = conditions.OF_INTEREST | {b"accept-encoding", b"accept-language", b"sec-fetch-dest"}
"""Fields of a request, by lower-case name, that anything here or in `site` looks at."""
NO_BODY: Message = {"type": "http.response.body", "body": b""}
_IN_304 = frozenset({b"cache-control", b"vary", b"access-control-allow-origin", b"x-robots-tag"})
"""Besides the validators: what RFC 9110 section 15.4.5 asks for, and what a cache updates."""
OVERHEAD = 4_000
"""Bytes that the messages of one content take besides it, roughly."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One coding's bytes with their strong validator."""

    content: bytes
    etag: bytes
    whole: Message
    """Head of a 200."""
    unchanged: Message
    """Head of a 304."""
    body: Message


@dataclass(frozen=True, slots=True)
class Representations:
    """A content in all codings in which it is sent; `identity` is always among them."""

    by_coding: Mapping[bytes, Coded]
    modified: int | None
    """Seconds since the epoch; None when nobody knows."""
    size: int
    """Bytes of memory it takes, roughly."""


def prepare(
    contents: Mapping[bytes, bytes], headers: Sequence[Field], modified: int | None, *, varies: bytes = b""
) -> Representations:
    """Make all that does not depend on a request.

    `contents`: bytes by coding. `headers`: those of the content, its type among them. `varies`: fields of the
    request by which there is another answer at the same address, besides Accept-Encoding.
    """
    vary = b", ".join(filter(None, (b"accept-encoding" if len(contents) > 1 else b"", varies)))
    common = [*headers, *([(b"vary", vary)] if vary else [])]
    if modified is not None:
        common.append((b"last-modified", formatdate(modified, usegmt=True).encode()))
    by_coding = {coding: _coded(coding, content, common) for coding, content in contents.items()}
    return Representations(by_coding, modified, sum(map(len, contents.values())) + OVERHEAD)


def _coded(coding: bytes, content: bytes, common: Iterable[Field]) -> Coded:
    etag = b'"' + hashlib.blake2b(content, digest_size=12).hexdigest().encode() + b'"'
    headers = [(b"etag", etag), *common]
    unchanged = [field for field in headers if field[0] in _IN_304 or field[0] in (b"etag", b"last-modified")]
    if coding != negotiation.IDENTITY:
        headers.append((b"content-encoding", coding))
    headers += [(b"accept-ranges", b"bytes"), *RAW_SECURITY]
    whole = [(b"content-length", str(len(content)).encode()), *headers]
    return Coded(
        content,
        etag,
        whole={"type": "http.response.start", "status": 200, "headers": whole},
        unchanged={"type": "http.response.start", "status": 304, "headers": unchanged},
        body={"type": "http.response.body", "body": content},
    )


def of_interest(raw: Iterable[Field]) -> dict[bytes, bytes]:
    """The fields of a request that decide what is sent; one that came in several lines as one list."""
    fields: dict[bytes, bytes] = {}
    for name, value in raw:
        if name in FIELDS:
            fields[name] = fields[name] + b"," + value if name in fields else value
    return fields


def reply(fields: Mapping[bytes, bytes], method: str, found: Representations) -> Reply:
    """What a GET or HEAD with these fields is answered: 200, 206, 304, 412 or 416."""
    coded = _chosen(fields.get(b"accept-encoding"), found.by_coding)
    if fields.keys() & conditions.OF_INTEREST:
        status = conditions.precondition(fields, coded.etag, found.modified)
        if status == 304:
            return coded.unchanged, NO_BODY
        if status == 412:
            return plain(412, b"It has changed.\n")
        if method == "GET" and b"range" in fields:
            return _part(fields, coded, found.modified)
    return coded.whole, coded.body


def _chosen(accepted: bytes | None, by_coding: Mapping[bytes, Coded]) -> Coded:
    if accepted is None or len(by_coding) == 1:
        return by_coding[negotiation.IDENTITY]
    return next(by_coding[coding] for coding in negotiation.codings(accepted) if coding in by_coding)


def _part(fields: Mapping[bytes, bytes], coded: Coded, modified: int | None) -> Reply:
    length = len(coded.content)
    asked = conditions.part(fields, coded.etag, modified, length)
    if asked is None:
        return coded.whole, coded.body
    if not asked:
        return plain(416, b"There are no such bytes.\n", [(b"content-range", b"bytes */%d" % length)])
    span = b"bytes %d-%d/%d" % (asked.start, asked.stop - 1, length)
    headers = [field for field in coded.whole["headers"] if field[0] != b"content-length"]
    headers += [(b"content-length", b"%d" % len(asked)), (b"content-range", span)]
    head: Message = {"type": "http.response.start", "status": 206, "headers": headers}
    return head, {"type": "http.response.body", "body": coded.content[asked.start : asked.stop]}


def varying_also(answer: Reply, fields: bytes) -> Reply:
    """The same reply at an address where it depends on more of the request than by itself."""
    head, body = answer
    known = b", ".join([value for name, value in head["headers"] if name == b"vary"])
    others = [field for field in head["headers"] if field[0] != b"vary"]
    return {**head, "headers": [*others, (b"vary", b", ".join(filter(None, (known, fields))))]}, body


def plain(status: int, content: bytes, headers: Iterable[Field] = ()) -> Reply:
    """A line of text that is kept nowhere."""
    return page(status, content, b"text/plain; charset=utf-8", [(b"cache-control", b"no-store"), *headers])


def page(status: int, content: bytes, media_type: bytes, headers: Iterable[Field] = ()) -> Reply:
    """A content without validators."""
    own = [(b"content-type", media_type), (b"content-length", b"%d" % len(content)), *headers]
    head: Message = {"type": "http.response.start", "status": status, "headers": [*own, *RAW_SECURITY]}
    return head, {"type": "http.response.body", "body": content}


def redirect(status: int, location: str, headers: Iterable[Field] = ()) -> Reply:
    """Elsewhere; `location` is ASCII and without control characters."""
    return page(
        status, b"", b"text/plain; charset=utf-8", [(b"location", location.encode("ascii")), *headers]
    )
