"""Pictures that letters carry: frozen with the issue, loaded with the variant, mended and undone with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from aggregator.model import (
    Choice,
    DeliveryState,
    LetterPicture,
    Newsletter,
    Outcome,
    Phase,
    Rhythm,
    Settlement,
    SmtpReply,
    Track,
)
from aggregator.store.engine import reading
from aggregator.store.stale_issues import StaleIssues
from aggregator.store.tables import issue_pictures, issues

EN, FR = Choice("en"), Choice("fr")
WEEKLY = Track("weekly-1", Rhythm.WEEKLY, 1)
NEWSLETTER = Newsletter("weekly", {"en": "Weekly"}, "d@example.org", "Asia/Almaty", "07:00", (WEEKLY,), ())
BOAT = LetterPicture("boat@news.example", bytes(range(256)) * 4)
CAMEL = LetterPicture("camel@news.example", b"\x89PNG\r\n\x1a\n\0", "image/png")
SENT = SmtpReply(Phase.DOT, 250, "fine", server="mail.example")


def carrying(*pictures, words=""):
    """Makes a variant one that shows these pictures."""
    shown = "".join(f'<img src="cid:{one.cid}" alt="x">' for one in pictures)

    def pictured(variant):
        return replace(variant, html=("<head>", f"{shown}{words}", "<foot>"), pictures=pictures)

    return pictured


def frozen(adapters, make, *emails, choices=(EN,), variants=()):
    """An issue of two stories, and when its letters may go; `variants`: what to make of those planned."""
    told = make.told(adapters, "a", "b")
    for number, email in enumerate(emails):
        choice = choices[min(number, len(choices) - 1)]
        adapters.subscribers.add(email, "weekly", "weekly-1", choice, consent="on paper", now=make.now)
    issue = make.issue(told, choices=choices, watermark=2)
    planned = tuple(make_of(one) for make_of, one in zip(variants, issue.variants, strict=True))
    issue = replace(issue, variants=planned)
    assert adapters.issues.freeze(issue) == len(emails)
    return told, planned, issue.send_after


def stored(adapters):
    with reading(adapters.engine) as connection:
        query = select(issue_pictures).order_by(issue_pictures.c.issue_id, issue_pictures.c.cid)
        return [(row.cid, row.media_type, bytes(row.content)) for row in connection.execute(query)]


def test_a_letter_has_the_pictures_that_its_html_names_byte_for_byte_in_their_order(known_sources, make):
    emails, pictured = ("a@example.org", "b@example.org"), (carrying(CAMEL, BOAT), carrying(BOAT))
    _, _, moment = frozen(known_sources, make, *emails, choices=(EN, FR), variants=pictured)
    assert stored(known_sources) == [
        (BOAT.cid, "image/jpeg", BOAT.content),
        (CAMEL.cid, "image/png", CAMEL.content),
    ]
    ledger = known_sources.ledger()
    loaded = {one.address: ledger.variant(one.variant_id).pictures for one in ledger.claim(moment, 10)}
    assert loaded == {"a@example.org": (CAMEL, BOAT), "b@example.org": (BOAT,)}


@pytest.mark.parametrize(
    "words", [f"cid:{BOAT.cid}", f"src=&#34;cid:{BOAT.cid}&#34;", '<img src="cid:nobody@news.example">']
)
def test_words_that_look_like_a_name_bring_no_picture(known_sources, make, words):
    emails, pictured = ("a@example.org", "b@example.org"), (carrying(CAMEL, words=words), carrying(BOAT))
    _, _, moment = frozen(known_sources, make, *emails, choices=(EN, FR), variants=pictured)
    ledger = known_sources.ledger()
    first = ledger.claim(moment, 10)[0]
    assert ledger.variant(first.variant_id).pictures == (CAMEL,)


def test_pictures_of_another_issue_are_not_taken_for_its_own(known_sources, make):
    _, _, moment = frozen(known_sources, make, "a@example.org", variants=(carrying(BOAT),))
    third = make.told(known_sources, "c")
    later = make.issue(third, period=make.period(48), watermark=3)
    (plain,) = later.variants
    known_sources.issues.freeze(replace(later, variants=(replace(carrying(BOAT)(plain), pictures=()),)))
    ledger = known_sources.ledger()
    loaded = [ledger.variant(one.variant_id).pictures for one in ledger.claim(moment, 10)]
    assert loaded == [(BOAT,), ()]


def test_an_issue_that_is_undone_takes_its_pictures_along(known_sources, make):
    (one, _), _, moment = frozen(known_sources, make, "a@example.org", variants=(carrying(BOAT),))
    known_sources.corrections.hide(one.id, "wrong", moment)
    with reading(known_sources.engine) as connection:
        assert connection.execute(select(issues)).all() == []
    assert stored(known_sources) == []


def test_mended_letters_carry_what_they_still_tell_and_sent_ones_keep_theirs(known_sources, make):
    (one, two), (planned,), moment = frozen(
        known_sources,
        make,
        "a@example.org",
        "b@example.org",
        variants=(carrying(BOAT),),
    )
    ledger = known_sources.ledger()
    (sent,) = ledger.claim(moment, 1)
    ledger.settle_all([Outcome(sent, Settlement(DeliveryState.SENT, ""), SENT, moment)])
    known_sources.corrections.hide(one.id, "wrong", moment)
    stale = StaleIssues(known_sources.engine, [NEWSLETTER])
    (found,) = stale.stale(moment)
    told = replace(planned, story_ids=(two.id,), entry_ids=(two.lead.entry_id,), subject="Mended")
    assert stale.mend(found, [carrying(BOAT, CAMEL)(told)], moment) == 1
    (letter,) = ledger.claim(moment, 10)
    assert ledger.variant(letter.variant_id).pictures == (BOAT, CAMEL)
    assert ledger.variant(sent.variant_id).pictures == (BOAT,)
    assert [cid for cid, _, _ in stored(known_sources)] == [BOAT.cid, CAMEL.cid]
