"""The port `mending.Stale`: issues on their way lose a hidden story from letters that have not gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.model import (
    Choice,
    DeliveryState,
    Newsletter,
    Outcome,
    Phase,
    PlannedVariant,
    Rhythm,
    Settlement,
    SmtpReply,
    Track,
)
from aggregator.store.engine import reading, writing
from aggregator.store.issue_desk import IssueDesk
from aggregator.store.stale_issues import CANCELLED, CANCELLED_IN_DOUBT, HIDDEN_STORY, StaleIssues
from aggregator.store.tables import deliveries, issues, subscriptions, told_stories, variants

EN, FR = Choice("en"), Choice("fr", ("KG", "UZ"))
WEEKLY = Track("weekly-1", Rhythm.WEEKLY, 1)
NEWSLETTER = Newsletter("weekly", {"en": "Weekly"}, "d@example.org", "Asia/Almaty", "07:00", (WEEKLY,), ())
SENT = SmtpReply(Phase.DOT, 250, "fine", server="mail.example")


@pytest.fixture
def stale(known_sources):
    return StaleIssues(known_sources.engine, [NEWSLETTER])


def on_its_way(adapters, make, *emails, choices=(EN,), begun=1):
    """An issue of two stories, the first letters of which have gone; the stories, and when letters may go."""
    told = make.told(adapters, "a", "b")
    for number, email in enumerate(emails):
        choice = choices[min(number, len(choices) - 1)]
        adapters.subscribers.add(email, "weekly", "weekly-1", choice, consent="on paper", now=make.now)
    issue = make.issue(told, choices=choices, watermark=2)
    assert adapters.issues.freeze(issue) == len(emails)
    ledger = adapters.ledger()
    for delivery in ledger.claim(issue.send_after, begun):
        ledger.settle_all([Outcome(delivery, Settlement(DeliveryState.SENT, ""), SENT, issue.send_after)])
    return told, issue.send_after


def without(story, *choices, subject="Mended"):
    return PlannedVariant(
        tuple(choices),
        "en",
        (story.id,),
        (story.lead.entry_id,),
        subject,
        ("<h>", "<b>", "<f>"),
        ("", "b", ""),
    )


def states(adapters):
    with reading(adapters.engine) as connection:
        query = select(deliveries.c.state, deliveries.c.reason).order_by(deliveries.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_an_issue_without_a_hidden_story_is_not_stale(known_sources, make, stale):
    on_its_way(known_sources, make, "a@example.org", "b@example.org")
    assert not stale.stale(make.now)


def test_letters_that_have_not_gone_get_the_variant_without_the_story(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    assert not known_sources.ledger().claim(moment, 10)
    (found,) = stale.stale(moment)
    assert [placed.story.id for placed in found.placed] == [two.id]
    assert (found.newsletter, found.track, found.choices) == ("weekly", "weekly-1", (EN,))
    assert stale.mend(found, [without(two, EN)], moment) == 1
    ledger = known_sources.ledger()
    (letter,) = ledger.claim(moment, 10)
    assert (letter.address, ledger.variant(letter.variant_id).subject) == ("b@example.org", "Mended")
    assert not stale.stale(moment)


def test_what_was_sent_keeps_its_variant_and_what_was_told_stays_told(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    stale.mend(found, [without(two, EN)], moment)
    with reading(known_sources.engine) as connection:
        sent = select(variants.c.subject).join(deliveries, deliveries.c.variant_id == variants.c.id)
        assert connection.scalars(sent.where(deliveries.c.state == "sent")).all() == ["News 0"]
        assert set(connection.scalars(select(told_stories.c.story_id))) == {one.id, two.id}


def test_the_period_is_the_one_that_was_frozen_by_the_newsletters_clock(known_sources, make, stale):
    (one, _), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    expected = make.period()
    assert (found.period.key, found.period.start, found.period.end) == (
        expected.key,
        expected.start,
        expected.end,
    )
    assert (found.period.last_day - found.period.first_day).days == 7  # 11:00 in Almaty is no midnight


def test_a_reader_who_would_be_told_nothing_gets_no_letter(known_sources, make, stale):
    emails = ("a@example.org", "b@example.org", "c@example.org")
    (one, two), moment = on_its_way(known_sources, make, *emails, choices=(EN, FR))
    known_sources.corrections.hide(two.id, "wrong", moment)  # French readers are told of it alone
    (found,) = stale.stale(moment)
    assert stale.mend(found, [without(one, EN)], moment) == 2
    assert states(known_sources) == [("sent", ""), ("cancelled", CANCELLED), ("cancelled", CANCELLED)]


def test_a_letter_that_a_sender_holds_is_taken_from_it_before_the_dot(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    ledger = known_sources.ledger()
    (held,) = ledger.claim(moment, 10)
    known_sources.corrections.hide(one.id, "wrong", moment)
    assert ledger.reach_all([held], Phase.DOT) == frozenset()
    (found,) = stale.stale(moment)
    assert stale.mend(found, [without(two, EN)], moment) == 1
    assert len(ledger.claim(moment, 10)) == 1


def test_a_letter_beyond_the_dot_is_settled_as_it_ends(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    ledger = known_sources.ledger()
    (held,) = ledger.claim(moment, 10)
    ledger.reach_all([held], Phase.DOT)
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    stale.mend(found, [without(two, EN)], moment)
    ledger.settle_all([Outcome(held, Settlement(DeliveryState.SENT, ""), SENT, moment)])
    assert [state for state, _ in states(known_sources)] == ["sent", "sent"]


def test_a_letter_of_unknown_fate_is_sent_again_without_the_story(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    ledger = known_sources.ledger()
    (held,) = ledger.claim(moment, 10)
    ledger.settle_all([Outcome(held, Settlement(DeliveryState.UNKNOWN, "lost"), None, moment)])
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    assert stale.mend(found, [without(two, EN)], moment) == 1
    assert ledger.release([held.id], DeliveryState.READY, moment) == 1
    (again,) = ledger.claim(moment, 10)
    assert ledger.variant(again.variant_id).subject == "Mended"


def test_a_letter_of_unknown_fate_that_has_nothing_else_to_tell_is_not_sent_again(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    ledger = known_sources.ledger()
    (held,) = ledger.claim(moment, 10)
    ledger.settle_all([Outcome(held, Settlement(DeliveryState.UNKNOWN, "lost"), None, moment)])
    for story in (one, two):
        known_sources.corrections.hide(story.id, "wrong", moment)
    (found,) = stale.stale(moment)
    assert stale.mend(found, [], moment) == 1
    assert states(known_sources) == [("sent", ""), ("cancelled", CANCELLED_IN_DOUBT)]
    assert not stale.stale(moment), "nothing is left to mend"


def test_an_issue_that_the_operator_paused_stays_paused(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    desk = IssueDesk(known_sources.engine)
    (issue,) = desk.recent(1)
    assert desk.pause(issue.issue_id, moment, "a wrong name")
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    stale.mend(found, [without(two, EN)], moment)
    (after,) = desk.recent(1)
    assert (after.paused_at, after.pause_reason) == (moment, "a wrong name")


def test_a_story_that_is_hidden_while_letters_are_put_together_is_in_none(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    known_sources.corrections.hide(two.id, "wrong, too", moment)
    assert stale.mend(found, [without(two, EN)], moment) is None
    (found,) = stale.stale(moment)
    assert found.placed == ()
    assert stale.mend(found, [], moment) == 1
    assert states(known_sources) == [("sent", ""), ("cancelled", CANCELLED)]


def test_a_story_that_is_shown_again_lets_the_issue_go_on(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    known_sources.corrections.unhide(one.id, moment)
    (found,) = stale.stale(moment)
    assert [placed.story.id for placed in found.placed] == [one.id, two.id]
    stale.mend(found, [without(one, EN)], moment)
    assert len(known_sources.ledger().claim(moment, 10)) == 1


def test_mending_twice_changes_nothing(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    assert stale.mend(found, [without(two, EN)], moment) == 1
    assert stale.mend(found, [without(two, EN)], moment) == 0
    with reading(known_sources.engine) as connection:
        assert len(connection.execute(select(variants)).all()) == 2


def test_the_time_that_an_issue_rested_is_given_back(known_sources, make, stale):
    (one, two), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    (found,) = stale.stale(moment)
    later = moment + timedelta(hours=3)
    stale.mend(found, [without(two, EN)], later)
    (letter,) = known_sources.ledger().claim(later, 10)
    assert letter.expires_at == moment + timedelta(hours=51)


def test_an_issue_that_is_done_or_cancelled_is_not_stale(known_sources, make, stale):
    (one, _), moment = on_its_way(known_sources, make, "a@example.org", begun=1)
    known_sources.corrections.hide(one.id, "wrong", moment)
    assert not stale.stale(moment)
    with writing(known_sources.engine) as connection:
        connection.execute(update(deliveries).values(state="ready"))
        connection.execute(update(issues).values(state="cancelled"))
    assert not stale.stale(moment)


def test_the_reason_that_an_issue_rests_names_the_cause(known_sources, make):
    (one, _), moment = on_its_way(known_sources, make, "a@example.org", "b@example.org")
    known_sources.corrections.hide(one.id, "wrong", moment)
    (after,) = IssueDesk(known_sources.engine).recent(1)
    assert (after.paused_at, after.pause_reason) == (moment, HIDDEN_STORY)


# ------------------------------------------------------------------------------------------------ hours


def choose_hour(adapters, hour, zone):
    with writing(adapters.engine) as connection:
        connection.execute(update(subscriptions).values(local_hour=hour, time_zone=zone))


def waits_until(adapters, issue):
    assert adapters.issues.freeze(issue) == 1
    with reading(adapters.engine) as connection:
        row = connection.execute(select(deliveries.c.not_before, deliveries.c.expires_at)).one()
    return row.not_before, row.expires_at


def test_a_letter_waits_for_the_hour_that_its_reader_chose(known_sources, make):
    told = make.told(known_sources, "a")
    known_sources.subscribers.add("a@example.org", "weekly", "weekly-1", EN, consent="", now=make.now)
    choose_hour(known_sources, 18, None)
    issue = make.issue(told, time_zone="Asia/Almaty")  # closes at 06:00 UTC, 11:00 in Almaty
    seven_hours_later = issue.send_after + timedelta(hours=7)
    assert waits_until(known_sources, issue) == (seven_hours_later, seven_hours_later + timedelta(hours=48))
    assert not known_sources.ledger().claim(seven_hours_later - timedelta(seconds=1), 10)
    assert len(known_sources.ledger().claim(seven_hours_later, 10)) == 1


def test_the_readers_own_zone_comes_before_the_newsletters(known_sources, make):
    told = make.told(known_sources, "a")
    known_sources.subscribers.add("a@example.org", "weekly", "weekly-1", EN, consent="", now=make.now)
    choose_hour(known_sources, 8, "Europe/Paris")
    issue = make.issue(told, time_zone="Asia/Almaty")  # 07:00 in Paris
    assert waits_until(known_sources, issue)[0] == issue.send_after + timedelta(hours=1)


def test_an_issue_that_is_late_does_not_wait_for_tomorrows_hour(known_sources, make):
    told = make.told(known_sources, "a")
    known_sources.subscribers.add("a@example.org", "weekly", "weekly-1", EN, consent="", now=make.now)
    choose_hour(known_sources, 7, "Europe/Paris")
    late = make.period().end + timedelta(hours=5)
    issue = make.issue(told, send_after=late, expires_at=late + timedelta(hours=48))
    assert waits_until(known_sources, issue)[0] == late


def test_letters_that_wait_for_an_hour_can_be_let_go(known_sources, make):
    told = make.told(known_sources, "a")
    known_sources.subscribers.add("a@example.org", "weekly", "weekly-1", EN, consent="", now=make.now)
    choose_hour(known_sources, 18, "Asia/Almaty")
    issue = make.issue(told)
    assert known_sources.issues.freeze(issue) == 1
    assert known_sources.issues.hasten(issue.send_after) == 1
    assert len(known_sources.ledger().claim(issue.send_after, 10)) == 1
