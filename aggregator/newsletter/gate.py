"""The last look at an issue before it is frozen: what no reader must get keeps the whole issue back.

Every variant is written as a letter to two invented readers and looked at as a stranger would: the HTML as a
mail program parses it, the bytes as they would go over the wire. Nothing is repaired here: a refusal says
what is wrong and where, and the issue waits for whoever can put it right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

from aggregator.model import (
    Delivery,
    FrozenIssue,
    LetterPicture,
    Member,
    Newsletter,
    PlannedVariant,
    Variant,
)
from aggregator.newsletter import encoding, verp
from aggregator.newsletter.assembly import MOST_PICTURES
from aggregator.newsletter.message import Writer, preferences_link, unsubscribe_link
from aggregator.newsletter.pieces import PICTURE_BYTES
from aggregator.newsletter.places import PREFERENCES, UNSUBSCRIBE
from aggregator.newsletter.plain import headline

LARGEST_HTML = 90_000
"""Bytes of the HTML part; programs clip a message near 102 kB, counted in ways of their own."""
LARGEST_LETTER = 200_000
"""Bytes of a message without the pictures that it carries."""
LARGEST_MESSAGE = 400_000
"""With them: what servers that count bytes still take in bulk."""
MOST_REASONS = 20
LINE_BYTES, ENCODED_LINE_BYTES, WORD_BYTES = 998, 76, 75
"""RFC 5322 section 2.1.1, RFC 2045 section 6.7, RFC 2047 section 2."""

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_SCHEME = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_ACTIVE = (
    "script, iframe, object, embed, form, input, button, select, textarea, link, base, video, audio, frame, "
    "source, svg, math, applet, meta[http-equiv='refresh' i]"
)
_FETCHED = frozenset({"background", "srcset", "ping", "poster", "lowsrc", "dynsrc"})
"""Attributes that load something, or tell somebody, besides what is looked at by name."""
_LOADS = re.compile(r"url\(|@import|expression\(", re.IGNORECASE)
_SUSPECT = re.compile(
    rf"""[\s"'/](?:on\w+|{"|".join(sorted(_FETCHED))})\s*=|url\(|@import|expression\(|(?:data|script)\s*:""",
    re.IGNORECASE,
)
"""Spelled where an element might do harm; words of a story may spell it too."""
_WORD = re.compile(rb"=\?[^ \r\n]+\?=")
_ONCE = ("from", "to", "date", "subject", "message-id")
_UNSUBSCRIBE = re.compile(rb"<https?://[^<>\s]+>(, <mailto:[^<>\s]+>)?")


def reasons(newsletter: Newsletter, issue: FrozenIssue, writer: Writer) -> tuple[str, ...]:
    """Why an issue must not go out, the first few; empty when it may."""
    return tuple(islice(_all(newsletter, issue, writer), MOST_REASONS))


def _all(newsletter: Newsletter, issue: FrozenIssue, writer: Writer) -> Iterator[str]:
    told = {(one.story.id, member.entry_id): member for one in issue.placed for member in one.story.members}
    for number, variant in enumerate(issue.variants, 1):
        tellings = zip(variant.story_ids, variant.entry_ids, strict=True)
        members = [told[telling] for telling in tellings if telling in told]
        for fault in faults(newsletter, variant, writer, issue.link_base, members):
            yield f"variant {number} ({variant.language}): {fault}"


def faults(
    newsletter: Newsletter,
    variant: PlannedVariant,
    writer: Writer,
    link_base: str,
    members: Sequence[Member] = (),
) -> Iterator[str]:
    """What is wrong with one variant. `members`: the entries that it tells, as far as they are known."""
    return _of_variant(newsletter, variant, members, writer, (_reader(1, link_base), _reader(2, link_base)))


def _reader(number: int, link_base: str) -> Delivery:
    """Somebody who is not there."""
    mark = f"reader{number}"
    return Delivery(
        id=number,
        issue_id=1,
        newsletter="",
        subscriber_id=number,
        address=f"{mark}@example.org",
        variant_id=1,
        link_base=link_base,
        message_id=f"1.{number}.{mark}@example.org",
        date=_SOME_DAY,
        token=(mark * 8)[:32],
        attempts=0,
        expires_at=_SOME_DAY,
        bounce_tag=f"{number}-{mark}",
    )


def _of_variant(
    newsletter: Newsletter,
    planned: PlannedVariant,
    members: Sequence[Member],
    writer: Writer,
    readers: tuple[Delivery, ...],
) -> Iterator[str]:
    variant = Variant(
        0, planned.language, planned.subject, planned.html, planned.text, pictures=planned.pictures
    )
    try:
        letters = [writer.write_letter(newsletter, variant, reader).content for reader in readers]
    except ValueError as error:
        yield f"it cannot be written: {error}"
        return
    html, text = (_filled(parts, readers[0]) for parts in (planned.html, planned.text))
    tree = LexborHTMLParser(html)
    links = [node.attributes.get("href") or "" for node in tree.css("a[href], area[href]")]
    yield from _size(html, letters[0], planned.pictures)
    yield from _document(tree)
    yield from _pictures(tree, planned.pictures, readers[0])
    yield from _harm(tree, html)
    yield from (f"a link leads to {link[:80]!r}" for link in links if not _SCHEME.match(link))
    yield from _parity(tree, frozenset(links), text, members, readers[0])
    yield from _wire(letters[0])
    yield from _leaks(letters, readers)


def _filled(parts: tuple[str, str, str], reader: Delivery) -> str:
    """Head, body and foot with the reader's links in head and foot, where letters have them."""
    links = {UNSUBSCRIBE: unsubscribe_link(reader), PREFERENCES: preferences_link(reader)}
    head, body, foot = parts
    for slot, link in links.items():
        head, foot = head.replace(slot, link), foot.replace(slot, link)
    return head + body + foot


def _size(html: str, letter: bytes, pictures: Sequence[LetterPicture]) -> Iterator[str]:
    if (size := len(html.encode())) > LARGEST_HTML:
        yield f"its HTML takes {size} bytes, more than {LARGEST_HTML}: programs would clip it"
    bare = len(letter) - sum(len(encoding.rows(picture.content)) for picture in pictures)
    if bare > LARGEST_LETTER:
        yield f"it takes {bare} bytes without pictures, more than {LARGEST_LETTER}"
    if len(letter) > LARGEST_MESSAGE:
        yield f"it takes {len(letter)} bytes, more than {LARGEST_MESSAGE}"
    if len(pictures) > MOST_PICTURES:
        yield f"it carries {len(pictures)} pictures, more than {MOST_PICTURES}"
    for picture in pictures:
        if len(picture.content) > PICTURE_BYTES:
            yield f"a picture takes {len(picture.content)} bytes, more than {PICTURE_BYTES}: {picture.cid}"


# -------------------------------------------------------------------------------------------------- html


def _document(tree: LexborHTMLParser) -> Iterator[str]:
    root = tree.css_first("html")
    for name in ("lang", "dir"):
        if root is None or not root.attributes.get(name):
            yield f"<html> has no {name}"
    title = tree.css_first("title")
    if title is None or not title.text(strip=True):
        yield "there is no <title>"
    if tree.css_first("meta[charset]") is None:
        yield "there is no <meta charset>"


def _pictures(tree: LexborHTMLParser, carried: Sequence[LetterPicture], reader: Delivery) -> Iterator[str]:
    cids = {f"cid:{picture.cid}" for picture in carried}
    sources = [node.attributes.get("src") or "" for node in tree.css("img")]
    for source in sorted(cids.difference(sources)):
        yield f"a picture that it carries is not shown: {source[:80]}"
    for node, source in zip(tree.css("img"), sources, strict=True):
        if node.attributes.get("alt") is None:
            yield f"a picture has no alt text: {source[:80]}"
        if not source.startswith(("https://", "http://")) and source not in cids:
            yield f"a picture is neither on the web nor in the letter: {source[:80]!r}"
        if reader.token in source:
            yield "a picture's address is the reader's own: it would tell who opens the letter"


def _harm(tree: LexborHTMLParser, html: str) -> Iterator[str]:
    """What mail programs block, warn of, or run: none of it has a place in a letter."""
    for node in tree.css(_ACTIVE):
        yield f"it holds <{node.tag}>"
    for node in tree.css("style"):
        if _LOADS.search(node.text()):
            yield "its style sheet loads something"
    if not _SUSPECT.search(html):
        return  # nearly always; looking at every element takes longer than all the rest
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            if harm := _harm_of(name, (value or "").lstrip().lower()):
                yield f"<{node.tag}> {harm}"


def _harm_of(name: str, value: str) -> str:
    """What an attribute does that it must not; empty for nothing."""
    if name.startswith("on"):
        return f"runs a script: {name}"
    if name in _FETCHED or (name == "style" and _LOADS.search(value)):
        return f"loads something: {name}"
    if value.startswith(("data:", "javascript:", "vbscript:")):
        return f"holds a {value.partition(':')[0]}: address"
    return ""


# ------------------------------------------------------------------------------------------------ parity


def _parity(
    tree: LexborHTMLParser, links: frozenset[str], text: str, members: Sequence[Member], reader: Delivery
) -> Iterator[str]:
    """Whoever reads the text alone is told the same stories, and finds the same ways."""
    seen = " ".join(tree.body.text(separator=" ").split()) if tree.body else ""
    read = " ".join(text.split())
    addresses = set(text.split())
    for member in members:
        title = " ".join(headline(member).split())
        if title not in seen or title not in read:
            yield f"{title[:80]!r} stands {_where(title in seen, title in read)}"
        if member.url.startswith(("https://", "http://")):
            in_html, in_text = member.url in links, member.url in addresses or member.url in text
            if not (in_html and in_text):
                yield f"the address of {title[:80]!r} stands {_where(in_html, in_text)}"
    way, choice = unsubscribe_link(reader), preferences_link(reader)
    if not (way in links and way in text):
        yield f"the way to unsubscribe stands {_where(way in links, way in text)}"
    if (choice in links) != (choice in text):
        yield f"the way to the preferences stands {_where(choice in links, choice in text)}"


def _where(in_html: bool, in_text: bool) -> str:
    if in_html or in_text:
        return "in the HTML and not in the text" if in_html else "in the text and not in the HTML"
    return "in neither HTML nor text"


# -------------------------------------------------------------------------------------------------- wire


def _wire(letter: bytes) -> Iterator[str]:
    head, _, body = letter.partition(b"\r\n\r\n")
    if letter.count(b"\r\n") != letter.count(b"\n") or letter.count(b"\r\n") != letter.count(b"\r"):
        yield "a line ends in something else than CRLF"
    if max(map(len, head.split(b"\r\n"))) > LINE_BYTES:
        yield f"a header line is longer than {LINE_BYTES} bytes"
    if max(map(len, body.split(b"\r\n"))) > ENCODED_LINE_BYTES:
        yield f"a line of the body is longer than {ENCODED_LINE_BYTES} bytes"
    if max(map(len, _WORD.findall(head)), default=0) > WORD_BYTES:
        yield f"an encoded word is longer than {WORD_BYTES} bytes"
    fields = re.split(rb"\r\n(?![ \t])", head)
    names = [field.partition(b":")[0].decode("latin-1").lower() for field in fields]
    for name in _ONCE:
        if names.count(name) != 1:
            yield f"it has {names.count(name)} fields {name}"
    ways = dict(zip(names, fields, strict=True)).get("list-unsubscribe", b"").partition(b": ")[2]
    if not _UNSUBSCRIBE.fullmatch(ways):
        yield "List-Unsubscribe names no address that mail programs would find"


def _leaks(letters: Sequence[bytes], readers: Sequence[Delivery]) -> Iterator[str]:
    """The letters of two readers are the same but for what is their own."""
    bodies = [_decoded(letter) for letter in letters]
    first, second = (
        body.replace(reader.token.encode(), b"*") for body, reader in zip(bodies, readers, strict=True)
    )
    if first != second or len(letters[0]) != len(letters[1]):
        yield "the letters of two readers differ in more than their own links"
    for letter, body, other in zip(letters, bodies, reversed(readers), strict=True):
        own = body + letter.partition(b"\r\n\r\n")[0]
        if any(secret.encode() in own for secret in (other.token, verp.caseless(other.token), other.address)):
            yield "a reader's letter holds what is another's own"


def _decoded(letter: bytes) -> bytes:
    parts: list[Message] = [part for part in message_from_bytes(letter).walk() if not part.is_multipart()]
    return b"\0".join(bytes(part.get_payload(decode=True) or b"") for part in parts)
