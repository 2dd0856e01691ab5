"""The bytes of a letter: headers, parts, and that the same input gives the same bytes."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from aggregator.model import (
    Delivery,
    DeliveryKind,
    Letter,
    LetterPicture,
    Newsletter,
    Notice,
    Site,
    Variant,
)
from aggregator.newsletter import message
from aggregator.newsletter.fields import sender_id
from aggregator.newsletter.message import Writer, unsubscribe_link

CYRILLIC = "Мост через реку открыт для движения. " * 40


@pytest.fixture
def variant() -> Variant:
    return Variant(
        id=1,
        language="fr",
        subject="Cinq pays s’accordent sur l’eau",
        html=("<p><a href='[[unsubscribe]]'>Out</a></p>", "<p>The bridge</p>", "<p>[[unsubscribe]]</p>"),
        text=("Out: [[unsubscribe]]\n\n", "* The bridge\n", "-- \nOut: [[unsubscribe]]\n"),
    )


def write(newsletter: Newsletter, variant: Variant, delivery: Delivery, site: Site) -> Letter:
    return Writer(site).write_letter(newsletter, variant, delivery)


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def raw_headers(content: bytes) -> dict[str, str]:
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in re.split(r"\r\n(?=\S)", head)]
    assert len(names) == len({name.lower() for name in names})
    return {line.partition(": ")[0]: line.partition(": ")[2] for line in re.split(r"\r\n(?=\S)", head)}


def part(content: bytes, subtype: str) -> str:
    body = parsed(content).get_body((subtype,))
    assert isinstance(body, EmailMessage)
    text = body.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def test_the_headers_of_a_bulk_mail_stand_verbatim(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    headers = raw_headers(write(weekly, variant, delivery, site).content)
    content_type = headers.pop("Content-Type")
    assert re.fullmatch(r'multipart/alternative;\r\n boundary="=_[0-9a-f]{32}"', content_type)
    assert headers == {
        "From": '"Asie centrale, la semaine" <digest@news.example.org>',
        "To": "<reader@example.net>",
        "Reply-To": "desk@news.example.org",
        "Subject": headers["Subject"],
        "Date": "Mon, 23 Nov 2026 06:30:00 +0000",
        "Message-ID": "<42.7.9c1e5b02@news.example.org>",
        "List-Id": "<weekly.news.example.org>",
        "List-Unsubscribe": "<https://news.example.org/u/Qm9aT0k3n-_>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Subscribe": "<https://news.example.org/subscribe>",
        "List-Archive": "<https://news.example.org/letters>",
        "List-Help": "<mailto:desk@news.example.org>",
        "List-Owner": "<mailto:desk@news.example.org>",
        "List-Post": "NO",
        "Feedback-ID": "42:weekly:fr:newsexampleorg",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Language": "fr",
    }
    assert parsed(write(weekly, variant, delivery, site).content)["Subject"] == variant.subject


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("News.Example.org", "newsexampleorg"),
        ("a.kz", "akzxx"),
        ("very-long.news.example.org", "gnewsexampleorg"),
    ],
)
def test_the_sender_of_all_our_mail_is_named_in_five_to_fifteen_characters(domain: str, said: str) -> None:
    assert sender_id(domain) == said


def test_long_list_headers_are_neither_folded_nor_encoded(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    long = replace(delivery, token="t" * 200, message_id="m" * 120 + "@news.example.org")
    headers = raw_headers(write(weekly, variant, long, site).content)
    assert headers["List-Unsubscribe"] == f"<https://news.example.org/u/{'t' * 200}>"
    assert headers["Message-ID"] == f"<{long.message_id}>"


def test_the_envelope_is_the_newsletters_and_the_readers_address(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    letter = write(weekly, variant, delivery, site)
    assert (letter.sender, letter.recipient) == ("digest@news.example.org", "reader@example.net")


def test_the_text_comes_first_and_both_parts_are_whole(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    content = write(weekly, variant, delivery, site).content
    parts = [one.get_content_type() for one in parsed(content).iter_parts()]
    assert parts == ["text/plain", "text/html"]
    link = "https://news.example.org/u/Qm9aT0k3n-_"
    assert part(content, "plain") == f"Out: {link}\n\n* The bridge\n-- \nOut: {link}\n"
    assert part(content, "html").strip() == f"<p><a href='{link}'>Out</a></p><p>The bridge</p><p>{link}</p>"


def test_the_same_input_gives_identical_bytes_from_any_writer(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    writer = Writer(site)
    first = writer.write_letter(weekly, variant, delivery).content
    assert writer.write_letter(weekly, variant, delivery).content == first
    assert Writer(site).write_letter(weekly, variant, delivery).content == first


def test_other_words_have_another_boundary(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    first = write(weekly, variant, delivery, site).content
    other = write(weekly, replace(variant, subject="Autre"), delivery, site).content
    assert parsed(other).get_boundary() != parsed(first).get_boundary()


def test_readers_of_one_variant_get_it_whole_with_their_own_links(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    writer = Writer(site)
    for body in (CYRILLIC, "The bridge opened. " * 300):
        heavy = replace(variant, html=(variant.html[0], body, variant.html[2]))
        for number in range(40):
            # Tokens of other lengths move all that follows them in base64.
            token = "t" * (number % 7) + str(number)
            content = writer.write_letter(weekly, heavy, replace(delivery, token=token)).content
            link = f"https://news.example.org/u/{token}"
            assert part(content, "html") == f"<p><a href='{link}'>Out</a></p>{body}<p>{link}</p>"


def test_only_so_many_variants_are_kept(
    monkeypatch: pytest.MonkeyPatch, weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    monkeypatch.setattr(message, "VARIANTS_CACHED", 2)
    writer = Writer(site)
    for _ in range(2):
        for number in range(3):
            one = replace(variant, subject=f"Story {number}")
            assert parsed(writer.write_letter(weekly, one, delivery).content)["Subject"] == f"Story {number}"
    assert len(writer._moulds) == 2


def test_bounces_and_letters_that_ask_to_leave_come_back_with_the_letters_own_tag(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    writer = Writer(site, bounces="bounces@news.example.org", unsubscribe="u@news.example.org")
    letter = writer.write_letter(weekly, variant, replace(delivery, bounce_tag="7-9c1e5b02"))
    assert letter.sender == "bounces+7-9c1e5b02@news.example.org"
    assert raw_headers(letter.content)["List-Unsubscribe"] == (
        "<https://news.example.org/u/Qm9aT0k3n-_>, <mailto:u+Qm9aT0k3n-_@news.example.org>"
    )
    assert writer.write_letter(weekly, variant, delivery).sender == "digest@news.example.org"


def test_pictures_travel_beside_the_html_that_names_them(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    pictures = (LetterPicture("p1@news.example.org", b"\xff\xd8" * 400), LetterPicture("p2@x", b"second"))
    content = write(weekly, replace(variant, pictures=pictures), delivery, site).content
    _, related = parsed(content).iter_parts()
    assert isinstance(related, EmailMessage)
    html, *images = related.iter_parts()
    assert (related.get_content_type(), html.get_content_type()) == ("multipart/related", "text/html")
    assert [one["Content-ID"] for one in images] == ["<p1@news.example.org>", "<p2@x>"]
    assert [one.get_content() for one in images] == [one.content for one in pictures]


def test_a_notice_carries_its_link_and_is_no_bulk_mail(delivery: Delivery, site: Site) -> None:
    notice = Notice("de", "Bitte bestätigen", "<a href='[[link]]'>Ja</a>", "Ja: [[link]]\n", "/c/")
    own = replace(delivery, kind=DeliveryKind.CONFIRM, newsletter="", issue_id=None, variant_id=None)
    letter = Writer(site, notices_from="digest@news.example.org").write_notice(notice, own)
    headers = raw_headers(letter.content)
    assert set(headers) == {
        *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "Content-Language"),
    }
    link = "https://news.example.org/c/Qm9aT0k3n-_"
    assert part(letter.content, "plain") == f"Ja: {link}\n"
    assert part(letter.content, "html") == f"<a href='{link}'>Ja</a>"
    assert parsed(letter.content)["From"].addresses[0].addr_spec == "digest@news.example.org"
    assert letter.sender == "digest@news.example.org"


def test_a_notice_without_a_link_leaves_its_words_alone(delivery: Delivery, site: Site) -> None:
    notice = Notice("en", "Letters are held", "<p>3 letters [[link]]</p>", "3 letters\n")
    content = Writer(site).write_notice(notice, delivery).content
    assert part(content, "html") == "<p>3 letters [[link]]</p>"
    assert parsed(content)["From"].addresses[0].addr_spec == "desk@news.example.org"


@pytest.mark.parametrize("name", ["Новости недели " * 9, 'A "quoted" \\ name', "=?utf-8?q?x?=", "Plain Name"])
def test_any_name_can_stand_before_an_address(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site, name: str
) -> None:
    content = write(replace(weekly, names={"fr": name}), variant, delivery, site).content
    shown = raw_headers(content)["From"].rpartition("<")[0]
    # The email package's own reader of addresses puts spaces between encoded words (RFC 2047 section 6.2).
    words = str(make_header(decode_header(re.sub(r"\s+", " ", shown)))) if "?b?" in shown else shown
    assert words.strip().strip('"').replace("\\\\", "\\").replace('\\"', '"') == name.strip()
    assert max(map(len, content.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    ("body", "encoding"),
    [("The bridge opened on Friday. " * 40, "quoted-printable"), (CYRILLIC, "base64")],
)
def test_each_part_takes_the_smaller_of_two_seven_bit_encodings(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site, body: str, encoding: str
) -> None:
    heavy = replace(variant, html=("", f"<p>{body}</p>", ""), text=("", body + "\n", ""))
    content = write(weekly, heavy, delivery, site).content
    assert {one["Content-Transfer-Encoding"] for one in parsed(content).iter_parts()} == {encoding}
    assert part(content, "plain") == body + "\n"
    assert content.isascii()


def test_lines_end_in_crlf_and_keep_the_limits_of_mail(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    long = replace(
        variant,
        subject="Мост " * 12,
        html=("", "<p>" + "a wide bridge, déjà vu " * 2000 + "</p>", ""),
        text=("", CYRILLIC, ""),
    )
    content = write(weekly, long, delivery, site).content
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content.endswith(b"\r\n")
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, re.findall(rb"=\?[^ \r\n]+\?=", head))) <= 75
    assert parsed(content)["Subject"] == ("Мост " * 12).strip()


@pytest.mark.parametrize(
    "title",
    [
        "a\r\nBcc: victim@example.org",
        "a\nX: y",
        "a\x00b",
        "a\u202eb",
        "a\u2028b\x85",
        "x" * 10_000,
        "[[unsubscribe]]",
    ],
)
def test_a_hostile_subject_does_nothing(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site, title: str
) -> None:
    message = parsed(write(weekly, replace(variant, subject=title), delivery, site).content)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert "https://" not in str(message["Subject"])
    assert not re.search("[\x00\u202e\u2028]", str(message["Subject"]))


def test_a_slot_in_the_body_is_left_alone(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    spelled = replace(variant, html=("", "[[unsubscribe]]", ""), text=("", "[[unsubscribe]]", ""))
    content = write(weekly, spelled, delivery, site).content
    assert part(content, "html").strip() == part(content, "plain").strip() == "[[unsubscribe]]"


def test_the_way_out_is_escaped_for_where_it_stands(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    odd = replace(delivery, link_base="https://news.example.org/a&b", token="a/b c\r\n")
    assert unsubscribe_link(odd) == "https://news.example.org/a&b/u/a%2Fb%20c%0D%0A"
    content = write(weekly, variant, odd, site).content
    assert "href='https://news.example.org/a&amp;b/u/" in part(content, "html")
    assert "https://news.example.org/a&b/u/" in part(content, "plain")


def test_a_newsletter_without_a_name_in_the_letters_language_goes_by_its_first(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    message = parsed(write(weekly, replace(variant, language="de"), delivery, site).content)
    assert message["From"].addresses[0].display_name == "Asie centrale, la semaine"


def test_an_international_domain_becomes_ascii(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    letter = write(weekly, variant, replace(delivery, address="reader@пример.рф"), site)
    assert letter.recipient == "reader@xn--e1afmkfd.xn--p1ai"
    assert parsed(letter.content)["To"].addresses[0].addr_spec == letter.recipient


def test_an_international_local_part_is_written_as_utf8(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site
) -> None:
    letter = write(weekly, variant, replace(delivery, address="айгүл@example.kz"), site)
    assert letter.recipient == "айгүл@example.kz"
    assert "To: <айгүл@example.kz>\r\n".encode() in letter.content


@pytest.mark.parametrize(
    "changed",
    [
        {"message_id": "ж@example.org"},
        {"message_id": "m" * 999},
        {"address": "a@b@c"},
        {"address": "x\r\ny@z.org"},
    ],
)
def test_what_cannot_stand_in_a_header_is_refused(
    weekly: Newsletter, variant: Variant, delivery: Delivery, site: Site, changed: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        write(weekly, variant, replace(delivery, **changed), site)
