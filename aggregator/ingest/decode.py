"""Bytes to text: which characters a body holds, whatever it says of itself.

Sites declare an encoding in the HTTP header, in the XML declaration, in both or in none, and are wrong about
it. The order here trusts what can be checked before what is claimed:

1. a byte order mark, or the NULs of UTF-16 and UTF-32;
2. UTF-8, when the bytes are UTF-8, or are but for a few sequences cut in two: other encodings do not look
like it by
   accident;
3. a declared encoding that somebody must have chosen (RFC 7303: the HTTP header before the XML declaration),
but not
   the ones that servers declare by default (UTF-8, ASCII, Latin-1);
4. Cyrillic, by the shape of its bytes and the frequency of its letters;
5. windows-1252.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_BY_DEFAULT = frozenset({"utf-8", "ascii", "cp1252"})
"""What servers declare without anybody having looked."""
_NO_CHARACTER_SET = frozenset(
    {"idna", "punycode", "unicode_escape", "raw-unicode-escape", "utf-7", "undefined"}
)
"""Python's own codecs, and one that hides markup from whoever looks at the bytes."""
_MEANT = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252"}
"""Who declares the first uses characters of the second, which holds all of the first."""
_CYRILLIC = ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_LONGEST_NAME = 40
"""Characters of a charset's name; Python remembers each that it was asked for."""
_SAMPLE = 200_000
"""Bytes of a body that are enough to tell one Cyrillic encoding from another."""
_HIGH = bytes(range(0x80, 0x100))
_FREQUENT = frozenset("оеаинтсрвлкм")
"""The dozen most frequent letters of Russian, frequent in its neighbours' Cyrillic too."""

_XML_DECLARATION = re.compile(r"<\?xml[^>]{0,500}\?>", re.IGNORECASE)
_JUNK_BEFORE_XML = 2000
"""Characters that may stand before the XML declaration: blank lines, the warnings of a broken site."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(#\w{1,10};|\w{1,40};)?")
_CDATA_START, _CDATA_END = "<![CDATA[", "]]>"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as text, and how it was read."""

    text: str
    """Without byte order mark and XML declaration, and without characters that XML forbids."""
    encoding: str
    warning: str = ""
    """What was wrong with what the body said of itself."""


def decode(body: bytes, content_type: str) -> Decoded:
    """Read the characters of a body; never fails: what cannot be read becomes U+FFFD."""
    declared = [name for name in _declared(body, content_type) if name]
    text, encoding = _read(body, [name for name in declared if _is_chosen(name)])
    warning = ""
    if declared and encoding not in declared and not text.isascii():
        warning = f"declared as {declared[0]}, but read as {encoding}"
    return Decoded(without_forbidden(_without_declaration(text)), encoding, warning)


def holds_forbidden(text: str) -> bool:
    """Whether a text has characters that XML forbids."""
    return _NOT_XML.search(text) is not None


def without_forbidden(text: str) -> str:
    """Text without the characters that XML forbids (NUL, lone surrogates): no database takes them either."""
    return _NOT_XML.sub("", text)


def mend_references(text: str) -> str:
    """Make the `&`s of an XML text well-formed, so that a strict parser reads it.

    HTML's named entities become characters, a bare ampersand becomes `&amp;`, a reference to a character that
    XML forbids disappears. CDATA sections stay as they are; so does a text that declares entities of its own.
    """
    if "&" not in text or "<!ENTITY" in text:
        return text
    outside, *sections = text.split(_CDATA_START)
    pieces = [_REFERENCE.sub(_mended, outside)]
    for section in sections:
        inside, end, outside = section.partition(_CDATA_END)
        pieces += [_CDATA_START, inside, end, _REFERENCE.sub(_mended, outside)]
    return "".join(pieces)


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """The encodings named by the HTTP header and by the XML declaration, in Python's spelling."""
    if match := _CHARSET.search(content_type):
        yield _codec(match[1][:_LONGEST_NAME])
    if xml_match := _XML_ENCODING.match(body):
        yield _codec(xml_match[1][:_LONGEST_NAME].decode("ascii"))


def _is_chosen(encoding: str) -> bool:
    """Whether somebody may have looked; UTF-16 and UTF-32 show by their NULs, else they would take all."""
    return encoding not in _BY_DEFAULT and not encoding.startswith(("utf-16", "utf-32"))


def _codec(name: str) -> str:
    """Python's name of a character set; empty for what is none."""
    try:
        codec = codecs.lookup(name).name
        bytes(4).decode(codec)  # refused by codecs that are no character sets, such as zlib
    except (LookupError, UnicodeError):
        return ""
    return "" if codec in _NO_CHARACTER_SET else _MEANT.get(codec, codec)


def _read(body: bytes, chosen: list[str]) -> tuple[str, str]:
    """Text and the encoding it was read by; `chosen`: declared encodings that are not mere defaults."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace"), encoding
    # Encodings that switch by escape sequences are ASCII to the eye, and would pass for UTF-8.
    switching = [name for name in chosen if name.startswith(("iso2022", "hz"))]
    for encoding in (*switching, "utf-8"):
        if (text := _strictly(body, encoding)) is not None:
            return text, encoding
    if _is_damaged_utf8(body):
        return body.decode("utf-8", "replace"), "utf-8"
    for encoding in chosen:
        if (text := _strictly(body, encoding)) is not None:
            return text, encoding
    encoding = chosen[0] if chosen else _guessed(body)
    return body.decode(encoding, "replace"), encoding


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_damaged_utf8(body: bytes) -> bool:
    """UTF-8 in which a few sequences are broken: texts cut by bytes instead of characters."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(map(len, re.findall("[\x80-\U0010ffff]+", text))) - broken
    return broken * 10 <= whole


def _guessed(body: bytes) -> str:
    """Cyrillic writes whole words in bytes above 127; Western languages only single letters."""
    high = len(body) - len(body.translate(None, _HIGH))
    in_runs = sum(map(len, _HIGH_RUN.findall(body)))
    if in_runs * 2 < high:
        return "cp1252"
    sample = b" ".join(_HIGH_RUN.findall(body[:_SAMPLE]))
    return max(_CYRILLIC, key=lambda encoding: _cyrillic_score(sample.decode(encoding, "replace")))


def _cyrillic_score(text: str) -> int:
    """Frequent letters count for an encoding, capitals within a word and anything but Cyrillic against it.

    KOI8-R read as windows-1251 (and the other way round) turns small letters into capitals.
    """
    score = sum(character in _FREQUENT for character in text)
    strange = sum(not ("Ѐ" <= character <= "ӿ" or character == " ") for character in text)
    return score - 2 * strange - 2 * len(re.findall("[а-яА-Я][А-Я]", text))


def _without_declaration(text: str) -> str:
    """The declaration speaks of bytes that are gone; what stands before it is a broken site's."""
    text = text.lstrip("\ufeff\x00 \t\r\n")
    if (start := text.find("<?xml ", 0, _JUNK_BEFORE_XML)) > 0:
        text = text[start:]
    match = _XML_DECLARATION.match(text)
    return text[match.end() :].lstrip() if match else text


def _mended(match: re.Match[str]) -> str:
    name = match[1]
    if not name:
        return "&amp;"
    if name.startswith("#"):
        # html.unescape also knows what &#146; is meant to be: windows-1252, as browsers read it.
        return html.escape(_NOT_XML.sub("", html.unescape(f"&{name}")), quote=False)
    return html.escape(html5.get(name, f"&{name}"), quote=False)
