"""The gate: what keeps an issue back, and that the shipped templates pass it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aggregator.editorial.rank import Voices
from aggregator.model import (
    Choice,
    Delivery,
    FrozenIssue,
    Letter,
    LetterPicture,
    Newsletter,
    Period,
    Placed,
    Site,
    Story,
    Variant,
)
from aggregator.newsletter import encoding, gate, verp
from aggregator.newsletter.assembly import MOST_PICTURES, PICTURES_BYTES
from aggregator.newsletter.message import Writer
from aggregator.newsletter.pieces import PICTURE_BYTES
from aggregator.newsletter.render import Press
from aggregator.pipeline import ComposePorts, rendered

StoryMaker = Callable[..., Story]


@pytest.fixture
def issue(weekly: Newsletter, week: Period, press: Press, site: Site, make_story: StoryMaker) -> FrozenIssue:
    """As `pipeline.draft` makes it of three stories, for readers of three languages."""
    ports = ComposePorts((weekly,), None, press, site.base_url, Voices())  # type: ignore[arg-type]
    placed = [
        Placed("KZ", make_story("KZ", title='A <b> "bridge" & more'), "first"),
        Placed("KG", make_story("KG", title="Мост " * 20, language="ru", script="Cyrl"), "second"),
        Placed("UZ", make_story("UZ", title="[[unsubscribe]]", text="{{7*7}}"), "third"),
    ]
    choices = [Choice(language) for language in weekly.names]
    frames, blocks, variants = rendered(weekly, weekly.tracks[0], week, placed, choices, ports)
    return FrozenIssue(
        newsletter=weekly.id,
        track="weekly-1",
        period=week,
        frozen_at=week.end,
        send_after=week.end,
        expires_at=week.end,
        link_base=site.base_url,
        template_version="1",
        placed=tuple(placed),
        frames=frames,
        blocks=blocks,
        variants=variants,
        watermark=3,
    )


def with_html(issue: FrozenIssue, old: str, new: str) -> FrozenIssue:
    """The issue with something else in the HTML of its first variant."""
    first, *others = issue.variants
    parts = tuple(part.replace(old, new) for part in first.html)
    assert parts != first.html
    return replace(issue, variants=(replace(first, html=parts), *others))


def test_the_shipped_templates_pass(weekly: Newsletter, issue: FrozenIssue, site: Site) -> None:
    assert len(issue.variants) == 3
    assert gate.reasons(weekly, issue, Writer(site)) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</body>", "<p>" + "x" * 90_000 + "</p></body>", "more than 90000"),
        ("<html lang", "<html data-lang", "<html> has no lang"),
        ("<title>", "<title></title><x>", "no <title>"),
        ('<meta charset="utf-8">', "", "no <meta charset>"),
        ("</body>", '<img src="https://a.test/x.png"></body>', "no alt text"),
        ("</body>", '<img alt="" src="cid:unknown"></body>', "neither on the web nor in the letter"),
        ("</body>", '<img alt="" src="data:image/png;base64,AA"></body>', "holds a data: address"),
        ("</body>", '<a href="javascript:alert(1)">x</a></body>', "a link leads to 'javascript"),
        ("</body>", '<a href="ftp://a.test/">x</a></body>', "a link leads to 'ftp"),
        ("</body>", '<a href="/relative">x</a></body>', "a link leads to '/relative"),
        ("</body>", '<a href="//a.test/">x</a></body>', "a link leads to '//a.test/"),
        ("</body>", '<a href=" javascript:1">x</a></body>', "a link leads to ' javascript"),
        ("</body>", '<img alt="" src="//a.test/x.png"></body>', "neither on the web nor in the letter"),
        ("</body>", '<img alt="" src="https://a.test/[[unsubscribe]]"></body>', "tell who opens the letter"),
        ("</body>", '<img alt="" src="https://a.test/x" srcset="https://a.test/y"></body>', "<img> loads"),
        ("</body>", '<table background="https://a.test/x"></table></body>', "<table> loads something"),
        ("</body>", '<a href="https://a.test/" ping="https://b.test/">x</a></body>', "<a> loads something"),
        ("</head>", '<meta http-equiv="Refresh" content="0;url=https://a.test"></head>', "it holds <meta>"),
        ("</body>", '<svg><a href="https://a.test/">x</a></svg></body>', "it holds <svg>"),
        ("</body>", "<script>1</script></body>", "it holds <script>"),
        ("</body>", "<form></form></body>", "it holds <form>"),
        ("</head>", '<link rel="stylesheet" href="https://a.test/x.css"></head>', "it holds <link>"),
        ("</head>", "<style>@import 'https://a.test/x.css'</style></head>", "its style sheet loads"),
        ("</body>", '<p style="background:url(https://a.test/x)">x</p></body>', "<p> loads something: style"),
        ("</body>", '<p onclick="1">x</p></body>', "<p> runs a script"),
        ("[[unsubscribe]]", "https://a.test/", "the way to unsubscribe stands in the text and not in"),
        ("[[preferences]]", "https://a.test/", "the way to the preferences stands in the text and not in"),
    ],
)
def test_what_no_reader_must_get_keeps_the_issue_back(
    weekly: Newsletter, issue: FrozenIssue, site: Site, old: str, new: str, said: str
) -> None:
    reasons = gate.reasons(weekly, with_html(issue, old, new), Writer(site))
    assert any(said in reason for reason in reasons), reasons
    assert all(reason.startswith("variant 1 (fr): ") for reason in reasons)


def test_a_story_must_stand_in_both_parts(weekly: Newsletter, issue: FrozenIssue, site: Site) -> None:
    first, *others = issue.variants
    head, body, foot = first.text
    lost = body.replace("Мост", "Most").replace(issue.placed[0].story.lead.url, "")
    reasons = gate.reasons(
        weekly, replace(issue, variants=(replace(first, text=(head, lost, foot)), *others)), Writer(site)
    )
    assert any("stands in the HTML and not in the text" in one and "Мост" in one for one in reasons)
    assert any("the address of" in one for one in reasons)


def test_a_picture_in_the_letter_is_let_through(weekly: Newsletter, issue: FrozenIssue, site: Site) -> None:
    shown = with_html(issue, "</body>", '<img alt="" src="cid:p1"></body>')
    first, *others = shown.variants
    carried = replace(first, pictures=(LetterPicture("p1", b"x"),))
    assert gate.reasons(weekly, replace(shown, variants=(carried, *others)), Writer(site)) == ()


SMALL, HALF = b"x", b"x" * 30_000


@pytest.mark.parametrize(
    ("contents", "shown", "said"),
    [
        ([SMALL] * 4, 4, "it carries 4 pictures, more than 3"),
        ([b"x" * 60_001], 1, "a picture takes 60001 bytes, more than 60000: p0"),
        ([SMALL], 0, "a picture that it carries is not shown: cid:p0"),
        ([SMALL], 2, "neither on the web nor in the letter: 'cid:p1'"),
        ([HALF] * 10, 10, "bytes, more than 400000"),
    ],
)
def test_pictures_that_are_too_many_too_large_or_not_shown_keep_it_back(
    weekly: Newsletter, issue: FrozenIssue, site: Site, contents: list[bytes], shown: int, said: str
) -> None:
    images = "".join(f'<img alt="x" src="cid:p{number}">' for number in range(shown))
    first, *others = with_html(issue, "</body>", f"<p>Here:</p>{images}</body>").variants
    pictures = tuple(LetterPicture(f"p{number}", content) for number, content in enumerate(contents))
    carried = replace(issue, variants=(replace(first, pictures=pictures), *others))
    reasons = gate.reasons(weekly, carried, Writer(site))
    assert any(said in reason for reason in reasons), reasons


def test_as_many_pictures_as_a_letter_may_carry_never_keep_it_back(
    weekly: Newsletter, issue: FrozenIssue, site: Site
) -> None:
    """Beside the largest letter without any."""
    contents = [b"x" * PICTURE_BYTES, b"y" * PICTURE_BYTES, b"z" * (PICTURES_BYTES - 2 * PICTURE_BYTES)]
    encoded = sum(len(encoding.rows(content)) for content in contents)
    parts = 1_000  # boundaries and fields around them
    assert gate.LARGEST_LETTER + encoded + parts < gate.LARGEST_MESSAGE
    assert len(contents) == MOST_PICTURES
    images = "".join(f'<img alt="x" src="cid:p{number}">' for number in range(3))
    first, *others = with_html(issue, "</body>", f"{images}</body>").variants
    pictures = tuple(LetterPicture(f"p{number}", content) for number, content in enumerate(contents))
    carried = replace(issue, variants=(replace(first, pictures=pictures), *others))
    assert gate.reasons(weekly, carried, Writer(site)) == ()


def test_no_more_reasons_are_given_than_somebody_reads(
    weekly: Newsletter, issue: FrozenIssue, site: Site
) -> None:
    many = with_html(issue, "</body>", '<a href="x:">x</a>' * 100 + "</body>")
    assert len(gate.reasons(weekly, many, Writer(site))) == gate.MOST_REASONS


class Careless(Writer):
    """Writes what `spoil` makes of each letter."""

    def __init__(self, site: Site, spoil: Callable[[bytes, Delivery], bytes]) -> None:
        super().__init__(site)
        self._spoil = spoil

    def write_letter(self, newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:
        letter = super().write_letter(newsletter, variant, delivery)
        return replace(letter, content=self._spoil(letter.content, delivery))


def put(old: bytes, new: bytes) -> Callable[[bytes, Delivery], bytes]:
    return lambda content, _: content.replace(old, new, 1)


def caseless(number: int) -> bytes:
    """What stands in the address at which one of the gate's readers would leave."""
    return verp.caseless((f"reader{number}" * 8)[:32]).encode()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (put(b"\r\n", b"\n"), "something else than CRLF"),
        (put(b"To: ", b"X: " + b"x" * 1000 + b"\r\nTo: "), "header line is longer"),
        (put(b"\r\n\r\n--", b"\r\n\r\n" + b"x" * 77 + b"\r\n--"), "line of the body is longer"),
        (put(b"To: ", b"X: =?utf-8?q?" + b"x" * 70 + b"?=\r\nTo: "), "encoded word is longer"),
        (put(b"Date: ", b"Subject: x\r\nDate: "), "it has 2 fields subject"),
        (put(b"Message-ID: ", b"X-Message-ID: "), "it has 0 fields message-id"),
        (put(b"List-Unsubscribe: <", b"List-Unsubscribe: =?utf-8?q?<"), "List-Unsubscribe names no address"),
        (lambda content, reader: content + b"x" * reader.id, "differ in more than their own links"),
        (lambda content, reader: b"X: reader%d@example.org\r\n" % (3 - reader.id) + content, "another's own"),
        (lambda content, reader: b"X: %s\r\n" % caseless(3 - reader.id) + content, "another's own"),
    ],
)
def test_bytes_that_break_the_rules_of_mail_keep_it_back(
    weekly: Newsletter, issue: FrozenIssue, site: Site, spoil: Any, said: str
) -> None:
    reasons = gate.reasons(weekly, issue, Careless(site, spoil))
    assert any(said in reason for reason in reasons), reasons


def test_a_letter_that_cannot_be_written_says_why(weekly: Newsletter, issue: FrozenIssue, site: Site) -> None:
    reasons = gate.reasons(replace(weekly, sender="nobody"), issue, Writer(site))
    assert (
        reasons[0]
        == "variant 1 (fr): it cannot be written: no mail address: it needs a name, one @ and a domain"
    )


def test_faults_of_one_variant_can_be_asked_without_its_stories(
    weekly: Newsletter, issue: FrozenIssue, site: Site
) -> None:
    found = [list(gate.faults(weekly, one, Writer(site), site.base_url)) for one in issue.variants]
    assert found == [[], [], []]
