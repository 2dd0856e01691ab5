"""What strangers can do to a fetcher and to a parser, one misdeed a name.

`KINDS` says of each how it is played and in which states it may leave its source. `hostile.py` plays them.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache

from aggregator.model import SourceState

Speak = Callable[[asyncio.StreamWriter, random.Random], Awaitable[None]]
OK, HTTP, SLOW, BAD = SourceState.OK, SourceState.HTTP_ERROR, SourceState.TIMEOUT, SourceState.PARSE_ERROR
PAGE, NONE, BLOCKED = SourceState.HTML_INSTEAD, SourceState.EMPTY, SourceState.BLOCKED


@dataclass(frozen=True, slots=True)
class Kind:
    """One misdeed, and the states that may come of it."""

    states: frozenset[SourceState]
    speak: Speak
    tls: bool = False


KINDS: dict[str, Kind] = {}
ANSWERS: list[Callable[[], bytes]] = []
"""What is made once and kept: call them all before time counts."""
TODAY = formatdate(usegmt=True)


def kind(name: str, *states: SourceState, tls: bool = False) -> Callable[[Speak], Speak]:
    def keep(speak: Speak) -> Speak:
        KINDS[name] = Kind(frozenset(states), speak, tls)
        return speak

    return keep


def head(*lines: str, status: str = "200 OK", kind: str = "application/rss+xml") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", f"Content-Type: {kind}", *lines, "", "")).encode(
        "utf-8", "surrogateescape"
    )


def whole(body: bytes, *lines: str, status: str = "200 OK", kind: str = "application/rss+xml") -> bytes:
    return head(f"Content-Length: {len(body)}", *lines, status=status, kind=kind) + body


def says(name: str, *states: SourceState, answer: Callable[[], bytes]) -> None:
    """A misdeed that is a fixed answer; made when first asked for, because some are large."""
    answer = cache(answer)
    ANSWERS.append(answer)

    async def speak(writer: asyncio.StreamWriter, chance: random.Random) -> None:
        writer.write(answer())

    kind(name, *states)(speak)


def feed(*items: bytes, before: bytes = b"") -> bytes:
    return before + b"<rss version='2.0'><channel><title>T</title>" + b"".join(items) + b"</channel></rss>"


def item(number: int, inside: bytes = b"") -> bytes:
    return b"<item><guid>g%d</guid><title>Title %d</title>%b</item>" % (number, number, inside)


def good(name: str, items: int = 5) -> bytes:
    """An honest feed whose entries are its own."""
    entries = (
        f"<item><guid>{name}-{n}</guid><pubDate>{TODAY}</pubDate><link>https://{name}.example/{n}</link>"
        f"<title>Bridge {n} of {name} opens in Almaty</title>"
        f"<description>The bridge number {n} of the {name} road was opened to traffic.</description></item>"
        for n in range(items)
    )
    return feed(*(entry.encode() for entry in entries))


# ----------------------------------------------------------------------------------------------------- slowly


async def drip(writer: asyncio.StreamWriter, start: bytes, piece: bytes, pause: float = 0.1) -> None:
    writer.write(start)
    for _ in iter(int, 1):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


@kind("drip-body", SLOW)
async def drip_body(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await drip(writer, head("Content-Length: 100000") + b"<rss>", b" ")


@kind("drip-headers", SLOW, HTTP)
async def drip_headers(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await drip(writer, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")


@kind("drip-one-header", SLOW, HTTP)
async def drip_one_header(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await drip(writer, b"HTTP/1.1 200 OK\r\nX-A: ", b"b")


@kind("drip-chunks", SLOW)
async def drip_chunks(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await drip(writer, head("Transfer-Encoding: chunked"), b"1\r\n \r\n")


@kind("drip-tls", SLOW, HTTP, tls=True)
@kind("silence", SLOW)
async def silence(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await asyncio.sleep(3600)


# -------------------------------------------------------------------------------------------------- endlessly


async def flood(writer: asyncio.StreamWriter, start: bytes, piece: bytes) -> None:
    writer.write(start)
    for _ in iter(int, 1):
        writer.write(piece)
        await writer.drain()


@kind("endless-body", HTTP, SLOW)
async def endless_body(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, head() + b"<rss>", b"x" * 65536)


@kind("endless-error", HTTP)
async def endless_error(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, head(status="500 Oops"), b"x" * 65536)


@kind("endless-chunk-size", HTTP, SLOW)
async def endless_chunk_size(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, head("Transfer-Encoding: chunked"), b"0" * 65536)


@kind("endless-chunk-extension", HTTP, SLOW)
async def endless_chunk_extension(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, head("Transfer-Encoding: chunked") + b"5;a=", b"b" * 65536)


@kind("endless-trailers", HTTP, SLOW, BAD)
async def endless_trailers(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    start = head("Transfer-Encoding: chunked") + b"5\r\n<rss>\r\n0\r\n"
    await flood(writer, start, b"X-A: b\r\n" * 8192)


@kind("endless-continue", HTTP, SLOW)
async def endless_continue(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


@kind("endless-headers", HTTP)
async def endless_headers(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 8192)


@kind("endless-blank-lines", HTTP, SLOW)
async def endless_blank_lines(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, b"", b"\r\n" * 32768)


# ----------------------------------------------------------------------------------------------------- packed


def bomb(size: int = 100_000_000) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


GZIP = "Content-Encoding: gzip"
says("gzip-bomb", HTTP, answer=lambda: whole(bomb(), GZIP))
says("gzip-bomb-unnamed", HTTP, answer=lambda: whole(bomb()))
says("gzip-members", HTTP, answer=lambda: whole(gzip.compress(b"", 1) * 400_000, GZIP))
says("gzip-cut-short", HTTP, answer=lambda: whole(gzip.compress(good("cut"))[:-30], GZIP))
says("gzip-damaged", HTTP, answer=lambda: whole(gzip.compress(good("bad"))[:-8] + bytes(8), GZIP))
says("gzip-in-gzip", BAD, HTTP, answer=lambda: whole(gzip.compress(gzip.compress(good("twice"))), GZIP))
says("gzip-named-twice", HTTP, answer=lambda: whole(gzip.compress(good("x")), "Content-Encoding: gzip, gzip"))
says("brotli-unasked", HTTP, answer=lambda: whole(b"\x0b\x02\x80", "Content-Encoding: br"))
says("coding-unknown", HTTP, answer=lambda: whole(good("x"), "Content-Encoding: \x1b[2Jx-mine"))

# --------------------------------------------------------------------------------------------- framed wrongly

says("length-too-long", HTTP, answer=lambda: head("Content-Length: 900000") + good("long"))
says("length-too-short", HTTP, BAD, OK, answer=lambda: head("Content-Length: 60") + good("short"))
says("length-negative", HTTP, answer=lambda: head("Content-Length: -7") + good("minus"))
says("length-absurd", HTTP, answer=lambda: head(f"Content-Length: {'9' * 40}") + good("absurd"))
says("lengths-differ", HTTP, answer=lambda: head("Content-Length: 5", "Content-Length: 9") + good("two"))
says("chunk-size-no-number", HTTP, answer=lambda: head("Transfer-Encoding: chunked") + b"ZZ\r\n<rss>\r\n")
says("chunk-cut-short", HTTP, answer=lambda: head("Transfer-Encoding: chunked") + b"fff\r\n<rss>")
says("chunk-size-huge", HTTP, answer=lambda: head("Transfer-Encoding: chunked") + b"f" * 40 + b"\r\n<rss>")
says("chunked-and-length", HTTP, BAD, NONE, answer=lambda: whole(b"0\r\n\r\n", "Transfer-Encoding: chunked"))
says("headers-8-mb", HTTP, answer=lambda: head("X-Long: " + "x" * 8_000_000))
says("headers-thousands", HTTP, answer=lambda: head(*(f"X-{n}: y" for n in range(5000))) + good("many"))
says("header-control-bytes", HTTP, OK, answer=lambda: whole(good("esc"), "X-A: \x1b[2J\x07"))
says("header-nul", HTTP, OK, answer=lambda: whole(good("nul"), "X-A: a\0b"))
says("status-no-number", HTTP, answer=lambda: head(status="abc OK"))
says("status-999", HTTP, answer=lambda: whole(good("x"), status="999 Denied"))
says("other-protocol", HTTP, answer=lambda: b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n")
says("http-0.9", HTTP, answer=lambda: good("old"))
says("nothing-at-all", HTTP, answer=lambda: b"")
says("empty-202", NONE, answer=lambda: whole(b"", status="202 Accepted"))
says("blanks-only", NONE, answer=lambda: whole(b" \n" * 1000))
says(
    "page-instead",
    PAGE,
    answer=lambda: whole(b"<!doctype html><title>Are you human?</title>", kind="text/html"),
)
says("page-as-feed", PAGE, answer=lambda: whole(b"<html><body>" + b"<div>" * 10_000))


def resets(name: str, before: bytes) -> None:
    """A connection reset (not closed) after these bytes."""

    async def speak(writer: asyncio.StreamWriter, chance: random.Random) -> None:
        writer.write(before)
        await writer.drain()
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    kind(name, HTTP)(speak)


resets("reset-at-once", b"")
resets("reset-in-status", b"HTTP/1.")
resets("reset-in-headers", b"HTTP/1.1 200 OK\r\nContent-Ty")
resets("reset-after-headers", head("Content-Length: 5000"))
resets("reset-in-body", head("Content-Length: 5000") + b"<rss>")
resets("reset-in-chunks", head("Transfer-Encoding: chunked") + b"5\r\n<rss>\r\n")

# --------------------------------------------------------------------------------------------- leading astray


def leads(name: str, target: str, *states: SourceState) -> None:
    says(name, *states, answer=lambda: whole(b"", f"Location: {target}", status="301 Moved"))


leads("redirect-to-itself", "/redirect-to-itself/0", HTTP)
leads("redirect-ping", "/redirect-pong/0", HTTP)
leads("redirect-pong", "/redirect-ping/0", HTTP)
leads("redirect-private", "http://10.0.0.1/feed", BLOCKED)
leads("redirect-metadata", "http://169.254.169.254/latest/meta-data/", BLOCKED)
leads("redirect-loopback", "http://127.0.0.2/feed", BLOCKED)
leads("redirect-loopback-hex", "http://0x7f000002/feed", BLOCKED, HTTP)
leads("redirect-loopback-number", "http://2130706434/feed", BLOCKED, HTTP)
leads("redirect-mapped", "http://[::ffff:10.0.0.1]/feed", BLOCKED)
leads("redirect-nat64", "http://[64:ff9b::a9fe:a9fe]/feed", BLOCKED, HTTP)
leads("redirect-file", "file:///etc/passwd", HTTP)
leads("redirect-ftp", "ftp://127.0.0.1/feed", HTTP)
leads("redirect-data", "data:text/xml,<rss/>", HTTP)
leads("redirect-nowhere", "", HTTP)
leads("redirect-no-host", "http:///feed", HTTP)
leads("redirect-bad-label", f"http://{'a' * 70}..example/feed", HTTP)
leads("redirect-bad-port", "http://127.0.0.1:99999/feed", HTTP)
leads("redirect-not-utf8", "http://\udce9\udcff/", HTTP)
leads("redirect-long", "http://127.0.0.1/" + "x" * 30_000, HTTP, BLOCKED)


@kind("redirect-endless-body", HTTP)
async def redirect_endless_body(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await flood(writer, head("Location: /redirect-endless-body/0", status="302 Found"), b"x" * 65536)


@kind("redirect-slowly", SLOW)
async def redirect_slowly(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    await asyncio.sleep(3.1)
    writer.write(whole(b"", f"Location: /redirect-slowly/{chance.random()}", status="302 Found"))


@kind("tls-plaintext", HTTP, tls=True)
async def tls_plaintext(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")


@kind("tls-self-signed", HTTP, tls=True)
async def tls_self_signed(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    raise AssertionError("played by a server of its own")


# ------------------------------------------------------------------------------------------------- unreadable

XHTML = b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><content type='xhtml'>"
JSON = b'{"version":"https://jsonfeed.org/version/1.1","title":"T","items":'
LAUGHS = b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))


def doctype(declarations: bytes) -> bytes:
    return b"<!DOCTYPE rss [" + declarations + b"]>"


def body(name: str, *states: SourceState, of: Callable[[], bytes], kind: str = "application/rss+xml") -> None:
    """A misdeed that lies in the body alone; sent packed, as large ones would be."""
    says(name, *states, answer=lambda: whole(gzip.compress(of(), 1), GZIP, kind=kind))


body("nesting", OK, BAD, of=lambda: feed(item(1, b"<a>" * 200_000)))
body("nesting-closed", OK, BAD, of=lambda: feed(item(1, b"<a>" * 200_000 + b"</a>" * 200_000)))
body("nesting-xhtml", OK, BAD, of=lambda: XHTML + b"<div>" * 200_000)
body(
    "nesting-html",
    OK,
    of=lambda: feed(item(1, b"<description><![CDATA[%b]]></description>" % (b"<b>" * 30_000))),
)
body("nesting-json", BAD, of=lambda: b"[" * 3_000_000)
body("brackets", OK, BAD, NONE, of=lambda: feed(b"<" * 3_000_000))
body("tags-never-closed", BAD, of=lambda: feed(b"<a " * 2_000_000))
body(
    "attributes-many",
    BAD,
    of=lambda: feed(b"<item " + b" ".join(b"a%d='1'" % n for n in range(300_000)) + b"/>"),
)
body("attribute-megabytes", OK, BAD, of=lambda: feed(item(1, b"<x a='" + b"x" * 8_000_000 + b"'/>")))
body("attribute-unclosed", OK, BAD, of=lambda: feed(b"<item a='" + b"x'y" * 2_000_000))
body("namespaces", BAD, of=lambda: feed(*(b"<a%d:b xmlns:a%d='u%d'>" % (n, n, n) for n in range(100_000))))
body(
    "billion-laughs",
    OK,
    of=lambda: feed(item(1, b"<link>&a11;</link>"), before=doctype(b'<!ENTITY a0 "ha">' + LAUGHS)),
)
body(
    "entity-quadratic",
    OK,
    of=lambda: feed(item(1, b"&a;" * 100_000), before=doctype(b'<!ENTITY a "' + b"a" * 100_000 + b'">')),
)
body(
    "entity-external",
    OK,
    of=lambda: feed(
        item(1, b"<description>&a;</description>"), before=doctype(b'<!ENTITY a SYSTEM "file:///etc/passwd">')
    ),
)
body("doctype-endless", OK, BAD, NONE, of=lambda: b"<!DOCTYPE " + b"<!ENTITY " * 500_000 + feed(item(1)))
body("cdata-unclosed", OK, BAD, of=lambda: feed(item(1, b"<description>" + b"<![CDATA[" * 500_000)))
body("comments-unclosed", OK, BAD, NONE, of=lambda: feed(item(1), b"<!--" * 500_000))
body("nul-bytes", OK, BAD, of=lambda: feed(item(1, b"\0" * 1000 + b"<description>a\0b</description>")))
body("nul-only", BAD, of=lambda: bytes(100_000))
body(
    "nul-in-json",
    OK,
    of=lambda: JSON + b'[{"id":"a\\u0000b","title":"a\\u0000b","content_text":"\\ud800x\\u0000"}]}',
)
body(
    "surrogates-in-json",
    OK,
    of=lambda: JSON + b'[{"id":"\\udc80","url":"https://a.example/\\ud800","tags":["\\udfff"]}]}',
)
body("json-numbers", OK, BAD, of=lambda: JSON + b'[{"id":%b,"title":1e999}]}' % (b"9" * 5000))
body("random-bytes", BAD, of=lambda: random.Random(1).randbytes(200_000))
body("entries-100,000", OK, of=lambda: feed(*map(item, range(100_000))))
body(
    "fields-megabytes",
    OK,
    of=lambda: feed(*(item(n, b"<title>" + b"x" * 2_000_000 + b"</title>") for n in range(4))),
)
body(
    "high-bytes",
    OK,
    BAD,
    of=lambda: feed(item(1, b"<description>" + b"\xd0\xff" * 2_000_000 + b"</description>")),
)
body(
    "formatting-bomb",
    OK,
    of=lambda: feed(item(1, b"<description><![CDATA[%b]]></description>" % formatting_bomb())),
)
body(
    "author-regex",
    OK,
    BAD,
    of=lambda: feed(*(item(n, b"<author>%b</author>" % (b"a." * 1000)) for n in range(1000))),
)
body(
    "footer-regex",
    OK,
    BAD,
    of=lambda: feed(
        *(item(n, b"<description>%b</description>" % (b"The post " * 11_000)) for n in range(40))
    ),
)
body(
    "charset-lies",
    OK,
    of=lambda: feed(item(1, "<description>Жаңалық</description>".encode("koi8-r", "replace"))),
    kind="text/xml; charset=utf-16",
)
body(
    "charset-mixed",
    OK,
    of=lambda: feed(
        *(
            item(n, "<description>Новости дня</description>".encode(("cp1251", "utf-8")[n % 2]))
            for n in range(20)
        )
    ),
)
body(
    "charset-codec",
    OK,
    BAD,
    of=lambda: feed(item(1, b"<description>\xff\xfe</description>")),
    kind="text/xml; charset=" + "zlib_codec." * 900,
)
body(
    "charset-utf7",
    OK,
    of=lambda: feed(item(1, b"<description>+ADw-script+AD4-</description>")),
    kind="text/xml; charset=utf-7",
)
body("type-lies", OK, of=lambda: good("type"), kind="image/png")


def formatting_bomb() -> bytes:
    """Every paragraph reopens all formatting that is still open: a parser's tree grows with the product."""
    return b"".join(b"<b lang=a%d>" % n for n in range(2400)) + b"<p>x" * 2400
