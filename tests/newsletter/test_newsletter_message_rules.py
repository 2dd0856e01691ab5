"""Letters of all kinds, read by a stranger: a checker that shares nothing with what writes them."""

from __future__ import annotations

import base64
import email
import logging
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Delivery, Letter, LetterPicture, Newsletter, Rhythm, Site, Track, Variant
from aggregator.newsletter.dkim import Signer
from aggregator.newsletter.message import Writer

logging.getLogger("dkimpy").setLevel(logging.CRITICAL)

KEY = rsa.generate_private_key(65537, 2048)
SIGNER = Signer(
    "news.example.org", "s2026", KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
)
TOKEN = "Qm9aT0k3n-_Qm9aT0k3n-_Qm9aT0k3n-"
LINK = f"https://news.example.org/u/{TOKEN}"
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
PERSIAN = "پل تازه بر رودخانه گشوده شد و پنج کشور بر سر آب به توافق رسیدند "
CYRILLIC = "Мост через реку открыт, пять стран договорились о воде. "
WORDS = [
    PERSIAN,
    CYRILLIC,
    "The bridge ",
    "déjà vu ",
    '"',
    "\\",
    "=?utf-8?q?x?=",
    "=",
    ".",
    "🏔️",
    ", ",
    "x" * 80,
]
HOSTILE = ["\r\nBcc: all@example.org\r\n", "\x00", "\u202e", "\u2028", "\t", "\x85"]
names = st.lists(st.sampled_from([*WORDS, *HOSTILE]), min_size=1, max_size=6).map("".join)
bodies = st.lists(st.sampled_from([*WORDS, "\r\n", "\n", ".\n", "  \n", "\t", "<p>"]), max_size=30).map(
    "".join
)
addresses = st.sampled_from(
    [
        *("reader@example.net", "o'brien+news@example.net", f"{'x' * 64}@example.net"),
        *("reader@пример.рф", "айгүл@example.kz", "айгүл@пример.рф"),
    ]
)
pictures = st.lists(st.binary(min_size=1, max_size=300), max_size=3, unique=True)


def written(name: str, subject: str, body: str, address: str, shown: list[bytes], sender: str) -> Letter:
    site = Site(
        "News",
        "",
        "https://news.example.org",
        "fr",
        "desk@новости.рф",
        (),
        "UTC",
        {},
        "news.example.org",
    )
    newsletter = Newsletter(
        "weekly", {"fr": name}, sender, "UTC", "07:00", (Track("daily", Rhythm.DAILY),), ("KZ",)
    )
    carried = tuple(LetterPicture(f"p{number}@news.example.org", one) for number, one in enumerate(shown))
    variant = Variant(
        *(1, "fr", subject),
        html=("<p><a href='[[unsubscribe]]'>Out</a></p>", body, "<p>[[preferences]]</p>"),
        text=("Out: [[unsubscribe]]\n\n", body, "\n-- \nOut: [[unsubscribe]]\n"),
        pictures=carried,
    )
    delivery = Delivery(
        *(7, 42, "weekly", 3, address, 1, "https://news.example.org", "42.7.9c1e5b02@news.example.org"),
        *(NOW, TOKEN, 0, NOW),
        bounce_tag="7-0a1b2c3d",
    )
    writer = Writer(site, bounces="bounces@новости.рф", unsubscribe="u@новости.рф", signer=SIGNER)
    first, second = (writer.write_letter(newsletter, variant, delivery) for _ in range(2))
    assert first == second
    return first


def plain(text: str) -> str:
    """What a reader is shown of words that may hold anything: one line without controls."""
    return " ".join(re.sub("[\x00\u202e]", "", text).split())


def shown(value: str) -> str:
    """Words of a field, with its encoded words decoded one by one (RFC 2047 section 6.2)."""
    joined = re.sub(r"\?=\s+=\?", "?==?", value)
    return re.sub(r"=\?utf-8\?b\?([^?]*)\?=", lambda word: base64.b64decode(word[1]).decode(), joined)


def fields_of(head: bytes) -> dict[str, str]:
    lines = re.split(r"\r\n(?![ \t])", head.decode())
    found = {line.partition(":")[0].lower(): line.partition(": ")[2] for line in lines}
    assert len(found) == len(lines), "each field once"
    return found


def check_lines(content: bytes) -> None:
    assert content.replace(b"\r\n", b"").translate(None, b"\r\n\0") == content.replace(b"\r\n", b"")
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert body.isascii()
    for line in head.split(b"\r\n"):
        assert line.strip(), "no line of white space alone"
        assert len(line) <= (76 if b"=?" in line else 998)
        for word in re.findall(rb"=\?utf-8\?b\?[^?]*\?=", line):
            assert len(word) <= 75


def check_fields(fields: dict[str, str], name: str, subject: str, to: str, sender: str) -> None:
    assert shown(fields["subject"]) == plain(subject)
    phrase, _, address = fields["from"].rpartition("<")
    phrase = phrase.strip()
    if phrase.startswith('"'):
        phrase = re.sub(r"\\(.)", r"\1", phrase[1:-1])
    assert shown(phrase) == plain(name)
    assert address == f"{sender}>"
    ways = rf"<{LINK}>, <mailto:u\+[a-z2-7]{{39}}@xn--b1amnebsh\.xn--p1ai>"
    assert re.fullmatch(ways, fields["list-unsubscribe"])
    verbatim = {
        "to": f"<{to}>",
        "reply-to": "desk@xn--b1amnebsh.xn--p1ai",
        "list-owner": "<mailto:desk@xn--b1amnebsh.xn--p1ai>",
        "date": "Mon, 23 Nov 2026 06:30:00 +0000",
        "message-id": "<42.7.9c1e5b02@news.example.org>",
        "list-id": "<weekly.news.example.org>",
        "list-unsubscribe-post": "List-Unsubscribe=One-Click",
        "feedback-id": "42:weekly:fr:newsexampleorg",
        "auto-submitted": "auto-generated",
        "mime-version": "1.0",
        "content-language": "fr",
    }
    assert {one: fields[one] for one in verbatim} == verbatim
    assert "bcc" not in fields


def check_parts(content: bytes, body: str, carried: list[bytes]) -> None:
    message = email.message_from_bytes(content, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    leaves = [one for one in message.walk() if not one.is_multipart()]
    assert [defect for one in message.walk() for defect in one.defects] == []
    assert [one.get_content_type() for one in leaves[:2]] == ["text/plain", "text/html"]
    assert [one.get_payload(decode=True) for one in leaves[2:]] == carried
    lines = body.replace("\r\n", "\n")
    text, html = (leaf.get_payload(decode=True).decode().replace("\r\n", "\n") for leaf in leaves[:2])
    assert text == f"Out: {LINK}\n\n{lines}\n-- \nOut: {LINK}\n"
    assert html == f"<p><a href='{LINK}'>Out</a></p>{lines}<p>{LINK.replace('/u/', '/p/')}</p>"


def verifies(content: bytes) -> bool:
    return bool(dkimpy.verify(content, dnsfunc=lambda name, timeout=5: SIGNER.record().value.encode()))


@settings(max_examples=60)
@given(
    names,
    names,
    bodies,
    addresses,
    pictures,
    st.sampled_from(["digest@news.example.org", "digest@новости.рф"]),
)
def test_every_letter_keeps_the_rules_of_mail(
    name: str, subject: str, body: str, address: str, carried: list[bytes], sender: str
) -> None:
    letter = written(name, subject, body, address, carried, sender)
    to, by = (one.replace("пример.рф", "xn--e1afmkfd.xn--p1ai") for one in (address, sender))
    by = by.replace("новости.рф", "xn--b1amnebsh.xn--p1ai")
    assert (letter.sender, letter.recipient) == ("bounces+7-0a1b2c3d@xn--b1amnebsh.xn--p1ai", to)
    check_lines(letter.content)
    fields = fields_of(letter.content.partition(b"\r\n\r\n")[0])
    check_fields(fields, name, subject, to, by)
    check_parts(letter.content, body, carried)
    signed = re.sub(r"\s", "", re.search(r"h=([^;]+)", fields["dkim-signature"])[1]).split(":")  # type: ignore[index]
    assert set(fields) - {"dkim-signature"} <= set(signed)
    assert verifies(letter.content)


@pytest.mark.parametrize("subject", [PERSIAN * 4, CYRILLIC * 4, "x" * 200, "Bridge " * 30])
def test_a_subject_of_two_hundred_characters_is_whole(subject: str) -> None:
    letter = written("News", subject, "", "reader@example.net", [], "digest@news.example.org")
    assert len(plain(subject)) >= 200
    assert shown(fields_of(letter.content.partition(b"\r\n\r\n")[0])["subject"]) == plain(subject)
    assert verifies(letter.content)
