"""What readers ask for themselves: on both databases, with the real store behind it and real words."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from aggregator import membership
from aggregator.errors import UsageError
from aggregator.membership import MemberPorts
from aggregator.model import (
    Application,
    Choice,
    DeliveryKind,
    DeliveryState,
    Limits,
    Offer,
    Phase,
    Rhythm,
    Site,
    SubscriberState,
    Track,
    Wish,
)
from aggregator.newsletter.notices import NoticePress
from aggregator.store.engine import reading, writing
from aggregator.store.letter_identity import token
from aggregator.store.member_desk import MemberDesk
from aggregator.store.members import MemberStore
from aggregator.store.secrets import Key, Secrets
from aggregator.store.tables import account_links, bounces, deliveries, notices, request_counts, subscriptions
from aggregator.templating import Templates, shipped_templates

SITE = Site(
    title="Steppe News",
    description="",
    base_url="https://news.example",
    language="en",
    contact="desk@news.example",
    countries=("KG", "UZ"),
    time_zone="UTC",
    sources={},
    id_domain="news.example",
)
OFFER = Offer(
    newsletter="weekly",
    names={"en": "The Week", "fr": "La Semaine"},
    tracks=(Track("weekly-1", Rhythm.WEEKLY), Track("daily", Rhythm.DAILY)),
    countries=("KG", "UZ"),
    languages=("en", "ru"),
)
WISH = Wish("daily", Choice("fr", ("UZ", "KG"), ("ru",)), 7, "Asia/Bishkek")
ADDRESS = "aida@reader.example"


@pytest.fixture
def ports(adapters, make):
    words = Templates("notices", (shipped_templates(),), "UTC")
    return MemberPorts(
        offers={"weekly": OFFER, "other": replace(OFFER, newsletter="other")},
        memory=MemberStore(adapters.engine, make.secrets, "https://news.example"),
        leave=adapters.subscribers.leave_by_token,
        write=NoticePress(words.environment, words.languages(), SITE).write,
    )


@pytest.fixture
def mail(adapters, make):
    """Mails that wait, as (address, subject, token), the oldest first; each is shown once."""
    seen = set()

    def waiting():
        query = (
            select(
                deliveries.c.id,
                deliveries.c.address,
                deliveries.c.secret_key_id,
                deliveries.c.nonce,
                notices.c.subject,
            )
            .join(notices, notices.c.delivery_id == deliveries.c.id)
            .order_by(deliveries.c.id)
        )
        with reading(adapters.engine) as connection:
            rows = [row for row in connection.execute(query) if row.id not in seen]
        seen.update(row.id for row in rows)
        keys = make.secrets
        return [
            (row.address, row.subject, token(keys.key(row.secret_key_id), row.id, row.nonce)) for row in rows
        ]

    return waiting


def application(email=ADDRESS, newsletter="weekly", wish=WISH, client=None):
    return Application(email, newsletter, wish, "https://news.example/subscribe", "2026-11", client)


def subscribed(ports, mail, make, email=ADDRESS, **fields):
    membership.apply(make.now, ports, application(email, **fields))
    ((_, _, link),) = mail()
    return membership.confirm(make.now, ports, link)


def account_link(ports, mail, make, email=ADDRESS, at=None):
    membership.send_account_link(at or make.now, ports, email, "fr")
    ((_, _, link),) = mail()
    return link


def letter(adapters, make, number=47):
    """A letter to whoever is confirmed on the daily track: its delivery."""
    (story,) = make.told(adapters, f"g{number}")
    choice = Choice("fr", ("KG", "UZ"), ("ru",))
    issue = make.issue([story], choices=[choice], track="daily", period=make.period(number))
    adapters.issues.freeze(issue)
    late = issue.send_after + timedelta(days=1)
    return next((one for one in adapters.ledger().claim(late, 9) if one.kind is DeliveryKind.ISSUE), None)


def came_back(adapters, make):
    """A letter to this address came back."""
    texts = dict.fromkeys(("source", "key", "kind", "status", "consequence"), "")
    row = texts | {"digest": b"1", "part": 0, "at": make.now, "counted": True, "diagnostic": "mailbox full"}
    row["address_hash"] = make.secrets.address_hash(ADDRESS)
    with writing(adapters.engine) as connection:
        connection.execute(insert(bounces).values(row))


def everything(engine):
    """Whatever the tables of mail hold, as one text."""
    from aggregator.store.tables import metadata

    names = ("subscribers", "subscriptions", "deliveries", "notices", "attempts", "account_links")
    with reading(engine) as connection:
        return repr([list(connection.execute(select(metadata.tables[name]))) for name in names])


# ------------------------------------------------------------------------------------------- opting in


def test_nobody_is_subscribed_before_they_confirm_and_then_as_they_wished(adapters, ports, mail, make):
    membership.apply(make.now, ports, application("Aida@Reader.EXAMPLE"))
    assert adapters.subscribers.all() == []
    ((address, subject, link),) = mail()
    assert (address, subject) == ("Aida@reader.example", "Merci de confirmer : La Semaine")
    confirmed = membership.confirm(make.now, ports, link)
    assert confirmed.wish == replace(WISH, choice=Choice("fr", ("KG", "UZ"), ("ru",)))
    assert (confirmed.offer, confirmed.left, confirmed.paused_until) == (OFFER, False, None)
    (reader,) = adapters.subscribers.all()
    assert (reader.email, reader.state, reader.track) == (
        "Aida@reader.example",
        SubscriberState.CONFIRMED,
        "daily",
    )
    assert membership.confirm(make.now, ports, link) is None


@pytest.mark.parametrize("keeps", [True, False])
def test_the_proof_says_what_when_and_how_and_the_address_of_the_net_only_where_wanted(
    adapters, ports, mail, make, keeps
):
    ports = replace(ports, keep_ip=keeps)
    membership.apply(make.now, ports, application(client="192.0.2.7"))
    ((_, _, link),) = mail()
    assert ("192.0.2.7" in everything(adapters.engine)) is keeps
    membership.confirm(make.now + timedelta(hours=1), ports, link, "192.0.2.8")
    with reading(adapters.engine) as connection:
        proof = connection.execute(select(subscriptions.c.consent)).scalar_one()
        (delivery_id,) = connection.scalars(select(account_links.c.delivery_id))
    addresses = {"ip": "192.0.2.7", "confirmed_ip": "192.0.2.8"} if keeps else {}
    assert proof == {
        "by": "form",
        "form": "https://news.example/subscribe",
        "text": "2026-11",
        "asked_at": "2026-11-22T06:00:00+00:00",
        "confirmed_at": "2026-11-22T07:00:00+00:00",
        "mail": delivery_id,
        **addresses,
    }


def test_the_words_agreed_to_are_kept_once_and_stand_with_the_proof(adapters, ports, mail, make):
    desk = MemberDesk(adapters.engine, make.secrets)
    for number, email in enumerate((ADDRESS, "ben@reader.example", ADDRESS)):
        later = make.now + timedelta(hours=number)
        membership.apply(later, ports, replace(application(email), text="I ask for “The Week”."))
    assert desk.consent_texts() == [
        {"version": "2026-11", "since": "2026-11-22T06:00:00+00:00", "text": "I ask for “The Week”."}
    ]
    *_, (_, _, link) = mail()
    membership.confirm(make.now, ports, link)
    (one,) = desk.record(ADDRESS)["subscriptions"]
    assert (one["consent"]["text"], one["consent"]["words"]) == ("2026-11", "I ask for “The Week”.")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "aida"}, "mail address"),
        ({"email": "a\r\nBcc: b@x.example"}, "mail address"),
        ({"email": "a..b@x.example"}, "mail address"),
        ({"newsletter": "hourly"}, "no newsletter 'hourly'; there is weekly, other"),
        ({"wish": replace(WISH, track="hourly")}, "rhythm 'hourly' is not offered; there is weekly-1, daily"),
        ({"wish": replace(WISH, choice=Choice("de"))}, "language of letters 'de'"),
        ({"wish": replace(WISH, choice=Choice("fr", ("AF",)))}, "country 'AF'"),
        ({"wish": replace(WISH, choice=Choice("fr", (), ("kk",)))}, "language of stories 'kk'"),
        ({"wish": replace(WISH, local_hour=24)}, "24 is no hour"),
        ({"wish": replace(WISH, time_zone="../etc/passwd")}, "time zone"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_causes_no_mail(ports, mail, make, changed, said):
    with pytest.raises(UsageError, match=said):
        membership.apply(make.now, ports, application(**changed))
    assert mail() == []


def test_while_subscribing_is_closed_nothing_is_mailed(ports, mail, make):
    with pytest.raises(UsageError, match="not possible yet"):
        membership.apply(make.now, replace(ports, open=False), application())
    assert mail() == []


def test_no_word_of_a_stranger_stands_in_a_mail(adapters, ports, mail, make):
    membership.apply(
        make.now, ports, replace(application(), form="https://evil.example", text_version="evil")
    )
    with reading(adapters.engine) as connection:
        (notice,) = connection.execute(select(notices))
    assert "evil" not in repr(notice)
    assert ADDRESS not in repr(notice)


def test_of_two_who_confirm_at_once_one_gets_it(ports, mail, make):
    membership.apply(make.now, ports, application())
    ((_, _, link),) = mail()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: membership.confirm(make.now, ports, link), range(4)))
    assert sum(answer is not None for answer in answers) == 1


def test_who_has_a_newsletter_may_ask_again_and_changes_it_by_confirming_only(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    again = replace(WISH, track="weekly-1", choice=Choice("en"))
    membership.apply(make.now, ports, application("AIDA@reader.example", wish=again))
    assert adapters.subscribers.all()[0].track == "daily"
    ((_, _, link),) = mail()
    assert membership.confirm(make.now, ports, link).wish == again
    (reader,) = adapters.subscribers.all()
    assert (reader.track, reader.choice) == ("weekly-1", Choice("en"))


def test_who_left_comes_back_by_asking_and_confirming_anew(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    membership.apply(make.now, ports, application())
    ((_, _, old),) = mail()
    adapters.subscribers.leave(ADDRESS, now=make.now)
    assert membership.confirm(make.now, ports, old) is None, "asked for before leaving"
    assert subscribed(ports, mail, make).left is False
    (reader,) = adapters.subscribers.all()
    assert reader.state is SubscriberState.CONFIRMED
    assert letter(adapters, make).address == ADDRESS


def test_a_suppressed_address_gets_nothing_and_nobody_learns_it(adapters, ports, mail, make):
    adapters.subscribers.suppress(ADDRESS, "no such mailbox", now=make.now)
    assert membership.apply(make.now, ports, application()) is None
    assert membership.send_account_link(make.now, ports, ADDRESS, "en") is None
    assert mail() == []


def test_known_unknown_and_suppressed_addresses_take_the_same_statements(
    adapters, ports, mail, make, queries
):
    subscribed(ports, mail, make)
    adapters.subscribers.suppress("gone@reader.example", "no such mailbox", now=make.now)
    counts = {}
    for email in (ADDRESS, "new@reader.example", "gone@reader.example"):
        for name, ask in (
            ("apply", lambda one: membership.apply(make.now, ports, application(one))),
            ("account", lambda one: membership.send_account_link(make.now, ports, one, "en")),
        ):
            queries.count = 0
            ask(email)
            counts.setdefault(name, set()).add(queries.count)
    assert {name: len(found) for name, found in counts.items()} == {"apply": 1, "account": 1}


def test_the_numbers_of_mails_do_not_tell_whether_one_went_out_in_between(adapters, ports, mail, make):
    ports = replace(ports, limits=Limits(per_address=20))
    subscribed(ports, mail, make)
    subscribed(ports, mail, make, "own@reader.example")
    adapters.subscribers.suppress("gone@reader.example", "no such mailbox", now=make.now)

    def number_of_a_mail_to_oneself():
        membership.send_account_link(make.now, ports, "own@reader.example", "en")
        with reading(adapters.engine) as connection:
            return connection.scalar(select(func.max(deliveries.c.id)))

    steps = set()
    for email in (ADDRESS, "new@reader.example", "gone@reader.example"):
        before = number_of_a_mail_to_oneself()
        membership.send_account_link(make.now, ports, email, "en")
        between = number_of_a_mail_to_oneself()
        membership.apply(make.now, ports, application(email))
        steps.add((between - before, number_of_a_mail_to_oneself() - between))
    assert len(steps) == 1


# -------------------------------------------------------------------------------------------- caps


def test_an_address_gets_few_mails_a_day_whoever_asks_and_whatever_restarts(adapters, ports, mail, make):
    ports = replace(ports, limits=Limits(per_address=2))
    for number in range(5):
        again = replace(ports, memory=MemberStore(adapters.engine, make.secrets, "https://news.example"))
        membership.apply(make.now, again, application("AiDa@reader.example", client=f"192.0.2.{number}"))
    assert len(mail()) == 2
    membership.apply(make.now, ports, application("ben@reader.example"))
    membership.apply(make.now + timedelta(days=1), ports, application())
    assert [address for address, _, _ in mail()] == ["ben@reader.example", ADDRESS]


@pytest.mark.parametrize(
    "clients",
    [
        ["192.0.2.1"] * 4,
        ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3", "2001:db8::4"],
        ["::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"],
    ],
)
def test_a_client_causes_few_mails_an_hour(ports, mail, make, clients):
    ports = replace(ports, limits=Limits(per_client=2))
    for number, client in enumerate(clients):
        membership.apply(make.now, ports, application(f"reader{number}@x.example", client=client))
    assert len(mail()) == 2
    membership.apply(make.now, ports, application("other@x.example", client="198.51.100.1"))
    membership.apply(make.now + timedelta(hours=1), ports, application("late@x.example", client=clients[0]))
    assert len(mail()) == 2


def test_a_flood_from_everywhere_ends_and_leaves_few_rows(adapters, ports, mail, make):
    ports = replace(ports, limits=Limits(altogether=5))
    for number in range(30):
        membership.apply(
            make.now, ports, application(f"reader{number}@x.example", client=f"198.51.100.{number}")
        )
    assert len(mail()) == 5
    with reading(adapters.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(request_counts)) == 11


def test_who_asks_at_once_does_not_slip_through(ports, mail, make):
    ports = replace(ports, limits=Limits(per_address=2))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: membership.apply(make.now, ports, application()), range(6)))
    assert len(mail()) == 2


# -------------------------------------------------------------------------------------- by a letter


def test_a_letter_shows_and_changes_what_was_chosen_and_never_the_address(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    held = letter(adapters, make).token
    shown = membership.preferences(ports, held)
    assert shown.wish.track == "daily"
    assert "reader.example" not in repr(shown)
    wish = Wish("weekly-1", Choice("en", ("KG",)), 22, "Europe/Paris")
    assert membership.choose(ports, held, wish).wish == wish
    assert membership.preferences(ports, held).wish == wish
    with pytest.raises(UsageError, match="country 'AF'"):
        membership.choose(ports, held, replace(wish, choice=Choice("en", ("AF",))))


def test_a_letter_of_one_newsletter_reaches_no_other(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    subscribed(ports, mail, make, newsletter="other")
    held = letter(adapters, make).token
    membership.leave(make.now, ports, held)
    assert {one.newsletter: one.state.value for one in adapters.subscribers.all()} == {
        "weekly": "left",
        "other": "confirmed",
    }


def test_a_letter_leaves_as_often_as_asked_and_does_not_bring_back(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    held = letter(adapters, make).token
    for _ in range(2):
        left = membership.leave(make.now, ports, held)
        assert (left.newsletter, left.language) == ("weekly", "fr")
    assert membership.choose(ports, held, replace(WISH, track="weekly-1")).left is True
    assert membership.pause(make.now, ports, held, make.now + timedelta(days=9)).paused_until is None
    assert adapters.subscribers.all()[0].state is SubscriberState.LEFT
    assert adapters.subscribers.all()[0].track == "daily"


def test_a_pause_keeps_letters_back_also_those_that_wait_until_it_ends(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    held = letter(adapters, make, 47).token
    until = make.now + timedelta(days=30)
    (story,) = make.told(adapters, "g48")
    choice = Choice("fr", ("KG", "UZ"), ("ru",))
    issue = make.issue([story], choices=[choice], track="daily", period=make.period(48))
    assert adapters.issues.freeze(issue) == 1
    assert membership.pause(make.now, ports, held, until).paused_until == until
    late = issue.send_after + timedelta(days=1)
    assert [one for one in adapters.ledger().claim(late, 9) if one.kind is DeliveryKind.ISSUE] == []
    assert letter(adapters, make, 49) is None
    assert membership.pause(make.now, ports, held, None).paused_until is None
    assert letter(adapters, make, 50) is not None


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_pause_ends_within_a_year(adapters, ports, mail, make, days):
    subscribed(ports, mail, make)
    held = letter(adapters, make).token
    with pytest.raises(UsageError, match="within a year"):
        membership.pause(make.now, ports, held, make.now + timedelta(days=days))


def test_a_letters_link_survives_new_keys_and_lost_ones(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    held = letter(adapters, make).token
    for secrets in (
        Secrets((*make.secrets.keys, Key("third", b"3" * 32))),
        Secrets((Key("other", b"4" * 32),)),
    ):
        memory = MemberStore(adapters.engine, secrets, "https://news.example")
        assert membership.preferences(replace(ports, memory=memory), held) is not None


def test_each_token_opens_its_own_door_and_no_other(adapters, ports, mail, make):
    membership.apply(make.now, ports, application())
    ((_, _, confirming),) = mail()
    asked_by_letter = (
        lambda one: membership.preferences(ports, one),
        lambda one: membership.choose(ports, one, WISH),
        lambda one: membership.pause(make.now, ports, one, None),
        lambda one: membership.leave(make.now, ports, one),
    )
    asked_by_account = (
        lambda one: membership.account(make.now, ports, one),
        lambda one: membership.export(make.now, ports, one),
        lambda one: membership.erase(make.now, ports, one) or None,
        lambda one: membership.change_address(make.now, ports, one, "new@x.example") or None,
    )
    by_confirming = (lambda one: membership.confirm(make.now, ports, one),)
    by_new_address = (lambda one: membership.confirm_address(make.now, ports, one) or None,)
    for asked in (*asked_by_letter, *asked_by_account, *by_new_address):
        assert asked(confirming) is None
    assert membership.confirm(make.now, ports, confirming) is not None
    held, fresh = letter(adapters, make).token, account_link(ports, mail, make)
    for asked in (*asked_by_account, *by_confirming, *by_new_address):
        assert asked(held) is None
    for asked in (*asked_by_letter, *by_confirming, *by_new_address):
        assert asked(fresh) is None
    for strange in ("", "x" * 5000, "\ud800", "'; DROP TABLE subscribers; --", held[:-1], held + "="):
        for asked in (*asked_by_letter, *asked_by_account, *by_confirming, *by_new_address):
            assert asked(strange) is None
    assert membership.account(make.now, ports, fresh) is not None


def test_no_token_stands_in_the_database(adapters, ports, mail, make):
    membership.apply(make.now, ports, application())
    ((_, _, link),) = mail()
    membership.confirm(make.now, ports, link)
    held, fresh = letter(adapters, make).token, account_link(ports, mail, make)
    kept = everything(adapters.engine)
    assert [one for one in (link, held, fresh) if one in kept] == []


# ------------------------------------------------------------------------------------ by a fresh link


def test_an_account_shows_all_for_half_an_hour_as_often_as_looked_at(ports, mail, make):
    subscribed(ports, mail, make)
    fresh = account_link(ports, mail, make)
    for _ in range(2):
        shown = membership.account(make.now + timedelta(minutes=29), ports, fresh)
        assert (shown.email, shown.language) == (ADDRESS, "fr")
        assert [one.offer.newsletter for one in shown.subscriptions] == ["weekly"]
        assert shown.expires_at == make.now + timedelta(minutes=30)
    assert membership.account(make.now + timedelta(minutes=30), ports, fresh) is None


def test_an_export_holds_all_that_is_kept_and_uses_the_link_up(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    letter(adapters, make)
    came_back(adapters, make)
    fresh = account_link(ports, mail, make)
    kept = json.loads(membership.export(make.now, ports, fresh))
    assert kept["email"] == ADDRESS
    (one,) = kept["subscriptions"]
    assert (one["newsletter"], one["track"], one["local_hour"]) == ("weekly", "daily", 7)
    assert one["consent"]["text"] == "2026-11"
    assert [(one["kind"], one["issue"], one["address"]) for one in kept["letters"]] == [
        ("confirm", None, ADDRESS),
        ("issue", "2026-W47", ADDRESS),
        ("account", None, ADDRESS),
    ]
    assert [one["purpose"] for one in kept["links"]] == ["confirm", "account"]
    assert [one["diagnostic"] for one in kept["bounces"]] == ["mailbox full"]
    assert membership.export(make.now, ports, fresh) is None
    assert membership.account(make.now, ports, fresh) is None


def test_an_export_does_not_tell_what_became_of_a_move_to_an_address_of_others(adapters, ports, mail, make):
    ports = replace(ports, limits=Limits(per_address=20))
    for email in (ADDRESS, "ben@reader.example"):
        subscribed(ports, mail, make, email)
    adapters.subscribers.suppress("gone@reader.example", "no such mailbox", now=make.now)
    for email in ("ben@reader.example", "free@reader.example", "gone@reader.example"):
        assert membership.change_address(make.now, ports, account_link(ports, mail, make), email) is True
        mail()
    kept = json.loads(membership.export(make.now, ports, account_link(ports, mail, make)))
    assert {one["address"] for one in kept["letters"]} == {ADDRESS}
    assert {one["purpose"] for one in kept["links"]} == {"confirm", "account"}
    assert json.dumps(kept).count("@") == json.dumps(kept).count(ADDRESS)


@pytest.mark.parametrize("suppressed", [True, False])
def test_erasing_leaves_nothing_but_the_keyed_hash_of_a_suppressed_address(
    adapters, ports, mail, make, suppressed
):
    subscribed(ports, mail, make)
    held = letter(adapters, make)
    fresh = account_link(ports, mail, make)
    membership.apply(make.now, ports, application(newsletter="other"))
    with writing(adapters.engine) as connection:
        connection.execute(text("UPDATE deliveries SET smtp_text = '250 ok aida@reader.example'"))
    if suppressed:
        adapters.subscribers.suppress(ADDRESS, "complained", now=make.now)
    came_back(adapters, make)
    assert membership.erase(make.now, ports, fresh) is True
    with reading(adapters.engine) as connection:
        assert connection.scalar(select(bounces.c.address_hash.is_not(None))) is suppressed
    assert "aida" not in everything(adapters.engine).casefold()
    assert adapters.subscribers.all() == []
    assert membership.preferences(ports, held.token) is None
    assert membership.leave(make.now, ports, held.token) is None
    assert membership.erase(make.now, ports, fresh) is False
    mail()
    membership.apply(make.now, ports, application())
    assert len(mail()) == (0 if suppressed else 1)


def test_a_letter_under_way_to_who_is_erased_goes_no_further(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    ledger = adapters.ledger()
    (story,) = make.told(adapters, "g1")
    choice = Choice("fr", ("KG", "UZ"), ("ru",))
    issue = make.issue([story], choices=[choice], track="daily")
    adapters.issues.freeze(issue)
    fresh = account_link(ports, mail, make)
    late = issue.send_after + timedelta(days=1)
    (held,) = [one for one in ledger.claim(late, 9) if one.kind is DeliveryKind.ISSUE]
    assert membership.erase(make.now, ports, fresh) is True
    assert ledger.reach_all([held], Phase.DOT) == frozenset()
    assert ledger.counts()[DeliveryState.CANCELLED] == 1


def test_a_new_address_is_proved_and_the_old_one_told(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    held = letter(adapters, make).token
    fresh = account_link(ports, mail, make)
    spare = account_link(ports, mail, make)
    assert membership.change_address(make.now, ports, fresh, "New@Reader.example") is True
    ((address, subject, proof),) = mail()
    assert (address, subject) == ("New@reader.example", "Merci de confirmer votre nouvelle adresse")
    assert adapters.subscribers.all()[0].email == ADDRESS, "not before it is proved"
    assert membership.change_address(make.now, ports, fresh, "third@x.example") is False
    assert membership.confirm_address(make.now, ports, proof) is True
    assert membership.confirm_address(make.now, ports, proof) is False
    assert [(one[0], one[1]) for one in mail()] == [
        (ADDRESS, "Vos lettres vont désormais à une autre adresse")
    ]
    assert adapters.subscribers.all()[0].email == "New@reader.example"
    assert membership.account(make.now, ports, spare) is None, "it was mailed to the old address"
    assert membership.preferences(ports, held) is not None
    assert letter(adapters, make, 48).address == "New@reader.example"


def test_letters_that_wait_go_to_the_new_address(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    (story,) = make.told(adapters, "g1")
    issue = make.issue([story], choices=[Choice("fr", ("KG", "UZ"), ("ru",))], track="daily")
    adapters.issues.freeze(issue)
    membership.change_address(make.now, ports, account_link(ports, mail, make), "new@x.example")
    ((_, _, proof),) = mail()
    membership.confirm_address(make.now, ports, proof)
    claimed = adapters.ledger().claim(issue.send_after + timedelta(days=1), 9)
    assert [one.address for one in claimed if one.kind is DeliveryKind.ISSUE] == ["new@x.example"]


def test_an_address_that_has_subscriptions_is_told_and_keeps_them(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    subscribed(ports, mail, make, "ben@reader.example")
    fresh = account_link(ports, mail, make)
    assert membership.change_address(make.now, ports, fresh, "BEN@reader.example") is True
    ((address, subject, link),) = mail()
    assert (address, subject) == ("BEN@reader.example", "Cette adresse est déjà connue ici")
    assert membership.confirm_address(make.now, ports, link) is False
    assert {one.email for one in adapters.subscribers.all()} == {ADDRESS, "ben@reader.example"}


def test_what_is_no_address_leaves_the_fresh_link_good(ports, mail, make):
    subscribed(ports, mail, make)
    fresh = account_link(ports, mail, make)
    with pytest.raises(UsageError, match="mail address"):
        membership.change_address(make.now, ports, fresh, "nobody")
    assert membership.account(make.now, ports, fresh) is not None


# --------------------------------------------------------------------------------------------- tidying


def test_what_nobody_confirmed_is_forgotten_after_two_weeks(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    membership.apply(make.now, ports, application("never@reader.example", client="192.0.2.1"))
    ((_, _, link),) = mail()
    before = membership.tidy(make.now + timedelta(days=14), ports)
    assert (before.links, before.counts) == (0, 4)
    assert membership.tidy(make.now + timedelta(days=14, seconds=1), ports).links == 2
    assert "never" not in everything(adapters.engine)
    assert membership.confirm(make.now, ports, link) is None
    assert [one.email for one in adapters.subscribers.all()] == [ADDRESS]
    with reading(adapters.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(account_links)) == 0
        assert connection.scalar(select(func.count()).select_from(deliveries)) == 2, "the ledger keeps count"


def test_an_address_to_which_nobody_moved_is_forgotten_too(adapters, ports, mail, make):
    subscribed(ports, mail, make)
    membership.change_address(make.now, ports, account_link(ports, mail, make), "free@reader.example")
    membership.tidy(make.now + timedelta(days=14, seconds=1), ports)
    assert "free@" not in everything(adapters.engine)
    assert ADDRESS in everything(adapters.engine)


def test_a_link_that_ran_out_confirms_nothing(ports, mail, make):
    membership.apply(make.now, ports, application())
    ((_, _, link),) = mail()
    assert membership.confirm(make.now + timedelta(days=14), ports, link) is None
