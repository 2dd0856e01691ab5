"""What the operator is mailed."""

from __future__ import annotations

from datetime import UTC, datetime

import html5lib
import pytest

from aggregator.model import DomainRefusals, IssueProgress, Phase, ServerPause, SmtpReply
from aggregator.newsletter.alerts import Alarm, alarms, notice
from aggregator.newsletter.replies import settle

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def pause(phase: Phase, code: int | None, words: str) -> ServerPause:
    settlement = settle(SmtpReply(phase, code, words), attempts=0, now=NOW)
    return ServerPause("mx.example:587", NOW, settlement.reason)


def test_nothing_is_told_when_nothing_is_wrong() -> None:
    assert alarms(overdue=(), held=0, pauses=(), issues=()) == []


def test_a_server_is_told_of_when_the_operator_must_look_at_it_and_not_when_it_is_away() -> None:
    wrong_password = pause(Phase.CONNECT, 535, "5.7.8 no")
    away = pause(Phase.CONNECT, None, "connection refused")
    (told,) = alarms(overdue=(), held=0, pauses=(wrong_password, away), issues=())
    assert told.subject == "Mail server mx.example:587 takes no mail"
    assert "login" in told.text


def test_held_letters_late_issues_and_stopped_ones_are_told_with_what_to_call() -> None:
    refused = settle(SmtpReply(Phase.DOT, 554, "5.7.1 spam", "5.7.1"), attempts=0, now=NOW)
    stopped = IssueProgress(7, "weekly", "weekly-1", "2026-W47", "frozen", {}, NOW, refused.reason)
    by_hand = IssueProgress(8, "weekly", "weekly-1", "2026-W48", "frozen", {}, NOW, "a typo")
    found = alarms(overdue=("weekly: overdue",), held=3, pauses=(), issues=(stopped, by_hand))
    assert [one.subject for one in found] == [
        "An issue was not sent",
        "Letters are held",
        "Issue 7 was stopped",
    ]
    assert "settle" in found[1].text
    assert "resume 7" in found[2].text


@pytest.mark.parametrize(
    ("refused", "tried", "told"),
    [(4, 4, False), (5, 5, True), (5, 500, False), (6, 500, True), (10, 1000, False)],
)
def test_a_domain_that_refuses_by_policy_is_told_of_from_five_letters_and_one_in_a_hundred_on(
    refused: int, tried: int, told: bool
) -> None:
    refusals = DomainRefusals(7, "weekly", "2026-W47", "example.net", refused, tried, "5.7.26")
    found = alarms(overdue=(), held=0, pauses=(), issues=(), refusals=[refusals])
    assert [one.subject for one in found] == ["example.net refuses letters of issue 7"] * told
    for one in found:
        assert f"{refused} of {tried} letters" in one.text
        assert "5.7.26" in one.text
        assert "newsletter pause 7" in one.text


def test_what_a_server_said_cannot_write_into_the_mail() -> None:
    mail = notice(Alarm("s", "<script>alert(1)</script>"), "News")
    assert "<script>" not in mail.html
    html5lib.HTMLParser(strict=True).parse(mail.html)
    assert "<script>" in mail.text
