"""Issues that must not go out as they are: refused before they are frozen, or beyond mending on their way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from aggregator.cli.mail_jobs import MailJobs
from aggregator.editorial.rank import Voices
from aggregator.errors import Fault, TemplateFaultError
from aggregator.mending import MendPorts, mend
from aggregator.model import (
    Block,
    Choice,
    DeliveryState,
    Frame,
    FrozenIssue,
    Newsletter,
    Note,
    Outcome,
    Period,
    Phase,
    Rhythm,
    Settlement,
    SmtpReply,
    Track,
)
from aggregator.pipeline import Composed, ComposePorts, compose
from aggregator.store.engine import reading
from aggregator.store.issue_desk import IssueDesk
from aggregator.store.issue_notes import IssueNotes
from aggregator.store.stale_issues import HIDDEN_STORY, StaleIssues
from aggregator.store.tables import deliveries, issues, told_stories
from tests.fakes import FakePress

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEKLY = Newsletter(
    id="weekly",
    names={"en": "Weekly"},
    sender="desk@example.org",
    time_zone="Asia/Almaty",
    send_at="07:00",
    tracks=(Track("weekly-1", Rhythm.WEEKLY, 1),),
    countries=("KZ", "KG", "UZ", "TJ", "TM"),
)
BROKEN = replace(WEEKLY, id="broken")
ACCEPTED = SmtpReply(Phase.DOT, 250, "2.0.0 ok", "2.0.0")
SCRIPT = "variant 1 (en): it holds <script>"


def refuses_broken(newsletter: Newsletter, _issue: FrozenIssue) -> Sequence[str]:
    return (SCRIPT,) if newsletter.id == "broken" else ()


class TornPress(FakePress):
    """Its template of stories is at fault where the newsletter is the broken one."""

    def block(self, newsletter: Newsletter, placed, language: str) -> Block:
        if newsletter.id == "broken":
            raise TemplateFaultError(Fault("story.html", 3, 1, "unexpected end"))
        return super().block(newsletter, placed, language)


def ports(adapters, *, gate=lambda *_: (), press=None, newsletters=(BROKEN, WEEKLY)) -> ComposePorts:
    return ComposePorts(
        newsletters, adapters.issues, press or FakePress(), "https://news.example", Voices(), gate=gate
    )


@pytest.fixture
def told(known_sources, make):
    """Two stories, and a reader of each newsletter."""
    for newsletter in (BROKEN, WEEKLY):
        subscribe(known_sources, f"{newsletter.id}@example.org", newsletter, make.now)
    return make.told(known_sources, "a", "b")


def subscribe(adapters, email: str, newsletter: Newsletter, now: datetime) -> None:
    adapters.subscribers.add(email, newsletter.id, "weekly-1", Choice("en"), consent="on paper", now=now)


def column(adapters, what) -> list:
    with reading(adapters.engine) as connection:
        return list(connection.scalars(select(what).order_by(what)))


# ------------------------------------------------------------------------------------------------ refused


@pytest.mark.usefixtures("told")
def test_an_issue_that_the_gate_refuses_leaves_no_trace_and_holds_up_no_other(known_sources):
    before = known_sources.issues.position("broken", "weekly-1")
    lines = {line.newsletter: line for line in compose(MONDAY, ports(known_sources, gate=refuses_broken))}
    assert (lines["broken"].outcome, lines["broken"].reason) == (Composed.REFUSED, SCRIPT)
    assert (lines["broken"].stories, lines["broken"].deliveries) == (2, 0)
    assert (lines["weekly"].outcome, lines["weekly"].deliveries) == (Composed.FROZEN, 1)
    assert column(known_sources, issues.c.newsletter) == ["weekly"]
    assert set(column(known_sources, told_stories.c.newsletter)) == {"weekly"}
    assert column(known_sources, deliveries.c.address) == ["weekly@example.org"]
    assert known_sources.issues.position("broken", "weekly-1") == before
    (line,) = compose(MONDAY + MINUTE, ports(known_sources))
    assert (line.newsletter, line.outcome, line.stories) == ("broken", Composed.FROZEN, 2)


@pytest.mark.usefixtures("told")
def test_a_refused_issue_is_said_once(known_sources, caplog):
    composing = ports(known_sources, gate=refuses_broken)
    assert said(composing, stale(known_sources), caplog) == [
        f"broken weekly-1 2026-W47: refused: {SCRIPT}",
        "weekly weekly-1 2026-W47: 2 stories for 1 reader",
    ]


# ------------------------------------------------------------------------------------------------ on its way


@pytest.fixture
def hidden(known_sources, told, make):
    """Both issues are on their way, half of the letters gone; a story of theirs is hidden. The other one."""
    for newsletter in (BROKEN, WEEKLY):
        subscribe(known_sources, f"early-{newsletter.id}@example.org", newsletter, make.now)
    assert len(compose(MONDAY, ports(known_sources))) == 2
    ledger = known_sources.ledger()
    early, late = [], []
    for letter in ledger.claim(MONDAY, 10):
        (early if letter.address.startswith("early") else late).append(letter)
    for letter in early:
        ledger.settle_all([Outcome(letter, Settlement(DeliveryState.SENT, ""), ACCEPTED, MONDAY)])
    assert ledger.give_back(late, MONDAY) == 2
    known_sources.corrections.hide(told[0].id, "wrong", MONDAY)
    return told[1]


FAULTS = {
    "the gate": ({"gate": refuses_broken}, SCRIPT),
    "a template": ({"press": TornPress()}, "story.html:3:1: unexpected end"),
    "the configuration": ({"newsletters": (WEEKLY,)}, "broken is not in the configuration any more"),
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.values(), ids=list(FAULTS))
def test_an_issue_that_cannot_be_mended_rests_and_holds_up_no_other(known_sources, hidden, fault, reason):
    found = stale(known_sources)
    lines = {line.newsletter: line for line in mend(MONDAY, MendPorts(ports(known_sources, **fault), found))}
    assert (lines["broken"].letters, lines["weekly"].letters) == (0, 1)
    assert reason in lines["broken"].reason
    assert lines["weekly"].reason == ""
    (letter,) = known_sources.ledger().claim(MONDAY, 10)
    assert letter.address == "weekly@example.org"
    resting = IssueDesk(known_sources.engine).progress(lines["broken"].issue_id)
    assert (resting.pause_reason, resting.paused_at) == (HIDDEN_STORY, MONDAY)
    (line,) = mend(MONDAY + MINUTE, MendPorts(ports(known_sources), found))
    assert (line.newsletter, line.letters, line.reason) == ("broken", 1, "")
    (letter,) = known_sources.ledger().claim(MONDAY + MINUTE, 10)
    assert letter.address == "broken@example.org"
    assert hidden.lead.title in "".join(known_sources.ledger().variant(letter.variant_id).text)


@pytest.mark.usefixtures("hidden")
def test_an_issue_that_cannot_be_mended_is_said_once(known_sources, caplog):
    lines = said(ports(known_sources, gate=refuses_broken), stale(known_sources), caplog)
    resting = "broken weekly-1 2026-W47: rests, for it tells a hidden story and cannot be mended: "
    assert sorted(lines) == [
        f"{resting}{SCRIPT}",
        "weekly weekly-1 2026-W47: 1 waiting letter put together without a hidden story",
    ]


class NotingPress(FakePress):
    def frame(self, newsletter: Newsletter, period: Period, language: str, note="", track="") -> Frame:
        return replace(super().frame(newsletter, period, language), text_head=f"Note: {note}.")


@pytest.mark.parametrize("was", ["", "This week"])
@pytest.mark.usefixtures("told")
def test_letters_are_mended_with_the_note_that_the_others_had(known_sources, make, was):
    for number in range(2):
        subscribe(known_sources, f"{number}@example.org", WEEKLY, make.now)
    said = replace(ports(known_sources, press=NotingPress(), newsletters=(WEEKLY,)), note=lambda *_: was)
    compose(MONDAY, said)
    ledger = known_sources.ledger()
    (first,) = ledger.claim(MONDAY, 1)
    ledger.settle_all([Outcome(first, Settlement(DeliveryState.SENT, ""), ACCEPTED, MONDAY)])
    IssueNotes(known_sources.engine).write(Note("weekly", "weekly-1", "", "For the next", MONDAY))
    hidden_id = known_sources.stories.newest("everything", 1)[0].id
    known_sources.corrections.hide(hidden_id, "wrong", MONDAY)
    now_said = replace(said, note=lambda *_: "Next week")
    (line,) = mend(MONDAY, MendPorts(now_said, stale(known_sources)))
    assert (line.letters, line.reason) == (2, "")
    heads = {ledger.variant(one.variant_id).text[0] for one in ledger.claim(MONDAY, 9)}
    assert heads == {f"Note: {was}."}


def stale(adapters) -> StaleIssues:
    return StaleIssues(adapters.engine, [BROKEN, WEEKLY])


def said(composing: ComposePorts, found: StaleIssues, caplog) -> list[str]:
    """What a process that runs says of issues in three looks."""
    nothing = dict.fromkeys(("delivering", "bouncing", "members", "stores", "site"))
    jobs = MailJobs(composing=composing, mending=MendPorts(composing, found), **nothing)
    (look,) = (one.job for one in jobs.rhythms() if one.name == "compose")
    with caplog.at_level(logging.INFO, "aggregator"):
        for minute in range(3):
            asyncio.run(look(MONDAY + minute * MINUTE))
    return [record.getMessage() for record in caplog.records if record.name == "aggregator"]
