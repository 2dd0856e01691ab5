"""Readers: added once, gone for good, never mailed when suppressed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from aggregator.errors import UsageError
from aggregator.model import Choice, SubscriberState

CHOICE = Choice("fr", ("KG", "UZ"), ("ru",))


def add(adapters, make, email="Aida@Example.org", newsletter="weekly", choice=CHOICE):
    return adapters.subscribers.add(
        email, newsletter, "weekly-1", choice, consent="signed at the fair", now=make.now
    )


def test_an_added_reader_is_confirmed_and_found_again(adapters, make):
    added = add(adapters, make)
    assert (added.email, added.newsletter, added.track) == ("Aida@example.org", "weekly", "weekly-1")
    assert (added.choice, added.state) == (CHOICE, SubscriberState.CONFIRMED)
    assert adapters.subscribers.get("aida@example.ORG", "weekly") == added
    assert adapters.subscribers.get("aida@example.org", "daily") is None
    assert adapters.subscribers.get("nobody@example.org", "weekly") is None


def test_adding_somebody_twice_changes_nothing(adapters, make):
    first = add(adapters, make)
    again = add(adapters, make, email=" aida@EXAMPLE.org ", choice=Choice("en"))
    assert again == first
    assert adapters.subscribers.all() == [first]


def test_adding_somebody_from_many_sides_at_once_adds_them_once(adapters, make):
    with ThreadPoolExecutor(4) as pool:
        added = [*pool.map(lambda _: add(adapters, make), range(8))]
    assert len({reader.id for reader in added}) == 1
    assert len(adapters.subscribers.all()) == 1


def test_one_person_may_get_several_newsletters(adapters, make):
    weekly, daily = add(adapters, make), add(adapters, make, newsletter="daily")
    assert weekly.id == daily.id
    assert [reader.newsletter for reader in adapters.subscribers.all()] == ["daily", "weekly"]
    assert adapters.subscribers.all("daily") == [daily]


def test_what_is_no_address_is_refused(adapters, make):
    with pytest.raises(UsageError, match="not a mail address"):
        add(adapters, make, email="aida.example.org")


def test_who_leaves_is_off_all_newsletters_and_only_the_first_time_says_so(adapters, make):
    add(adapters, make)
    add(adapters, make, newsletter="daily")
    assert adapters.subscribers.leave("aida@example.org", now=make.now) is True
    assert {reader.state for reader in adapters.subscribers.all()} == {SubscriberState.LEFT}
    assert adapters.subscribers.leave("aida@example.org", now=make.now) is False
    assert adapters.subscribers.leave("nobody@example.org", now=make.now) is False


def test_who_left_is_not_brought_back_by_the_operator(adapters, make):
    add(adapters, make)
    adapters.subscribers.leave("aida@example.org", now=make.now)
    for newsletter in ("weekly", "daily"):
        with pytest.raises(UsageError, match=r"a…@example.org left .*only they themselves"):
            add(adapters, make, newsletter=newsletter)


def test_a_letters_token_takes_its_reader_off_that_newsletter_alone(adapters, make):
    send_after = make.frozen(adapters, "aida@example.org")
    add(adapters, make, newsletter="daily")
    (delivery,) = adapters.ledger().claim(send_after, 1)
    adapters.subscribers.leave_by_token(delivery.token, now=make.now)
    assert {(one.newsletter, one.state) for one in adapters.subscribers.all()} == {
        ("weekly", SubscriberState.LEFT),
        ("daily", SubscriberState.CONFIRMED),
    }
    with pytest.raises(UsageError, match="left weekly"):
        add(adapters, make)


def test_leaving_by_token_answers_alike_the_first_time_and_again_and_knows_no_other(adapters, make):
    send_after = make.frozen(adapters, "aida@example.org")
    (delivery,) = adapters.ledger().claim(send_after, 1)
    tokens = (delivery.token, delivery.token, "unknown", "", "\ud800", "é" * 5000)
    answers = [adapters.subscribers.leave_by_token(token, now=make.now) for token in tokens]
    assert answers == [("weekly", "en")] * 2 + [None] * 4
    assert adapters.subscribers.all()[0].state is SubscriberState.LEFT


def test_a_token_works_after_the_keys_were_rotated(adapters, make):
    from aggregator.store.secrets import Key, Secrets

    send_after = make.frozen(adapters, "aida@example.org")
    (delivery,) = adapters.ledger().claim(send_after, 1)
    rotated = Secrets((*make.secrets.keys, Key("third", b"3" * 32)))
    later = send_after + timedelta(hours=1)
    again = adapters.ledger(secrets=rotated)
    assert again.recover(later) == 1
    assert again.claim(later, 1)[0].token == delivery.token


def test_export_holds_all_that_is_known(adapters, make):
    add(adapters, make)
    adapters.subscribers.leave("aida@example.org", now=make.now)
    (row,) = adapters.subscribers.export()
    assert row == {
        "email": "Aida@example.org",
        "newsletter": "weekly",
        "track": "weekly-1",
        "state": "left",
        "language": "fr",
        "countries": "KG UZ",
        "told_in": "ru",
        "hour": "",
        "time_zone": "",
        "paused_until": "",
        "created_at": "2026-11-22T06:00:00+00:00",
        "confirmed_at": "2026-11-22T06:00:00+00:00",
        "left_at": "2026-11-22T06:00:00+00:00",
        "consent": "signed at the fair",
    }


def test_a_suppressed_address_is_not_in_the_audience(adapters, make):
    add(adapters, make, email="gone@example.org", choice=Choice("en"))
    add(adapters, make, email="here@example.org", choice=Choice("en"))
    adapters.subscribers.suppress("GONE@example.org", "no such mailbox", now=make.now)
    adapters.subscribers.suppress("gone@example.org", "again", now=make.now)
    told = make.told(adapters, "g1")
    assert adapters.issues.freeze(make.issue(told)) == 1
    (delivery,) = adapters.ledger().claim(make.period().end, 5)
    assert delivery.address == "here@example.org"
