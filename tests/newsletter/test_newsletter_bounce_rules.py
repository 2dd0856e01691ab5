"""What follows from a bounce."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import BounceCase, BounceKind, BounceVerdict, Departing, SoftRule
from aggregator.newsletter.bounce_rules import verdict

RULE = SoftRule(limit=5, issues=2, window=timedelta(days=45))


def case(kind: BounceKind, letters: int = 0, issues: int = 0) -> BounceCase:
    return BounceCase(1, kind, "5.1.1", "550 5.1.1 unknown", letters, issues)


def test_an_address_that_does_not_exist_gets_no_more_mail_at_once() -> None:
    assert verdict(case(BounceKind.HARD), RULE) == BounceVerdict(1, "no such address: 550 5.1.1 unknown")


def test_a_complaint_ends_all() -> None:
    assert verdict(BounceCase(1, BounceKind.COMPLAINT, "", "feedback: abuse"), RULE) == BounceVerdict(
        1, "complaint: feedback: abuse", Departing.ALL
    )


def test_who_asks_to_leave_leaves_and_may_come_back() -> None:
    assert verdict(case(BounceKind.UNSUBSCRIBE), RULE) == BounceVerdict(1, leave=Departing.ONE)


@pytest.mark.parametrize("kind", [BounceKind.POLICY, BounceKind.IGNORED, BounceKind.STRANGE])
def test_what_is_not_the_readers_fault_has_no_consequence(kind: BounceKind) -> None:
    assert verdict(case(kind, 99, 99), RULE) == BounceVerdict(1)


@pytest.mark.parametrize(
    ("letters", "issues", "ends"), [(4, 4, False), (5, 1, False), (5, 2, True), (9, 9, True), (0, 0, False)]
)
def test_a_failing_mailbox_is_given_up_after_several_letters_of_several_issues(
    letters: int, issues: int, ends: bool
) -> None:
    full = BounceCase(1, BounceKind.SOFT, "5.2.2", "over quota", letters, issues)
    said = verdict(full, RULE)
    assert bool(said.suppress) is ends
    assert said.leave is Departing.NONE
    if ends:
        assert (
            said.suppress == f"{letters} letters came back within 45 days and none arrived: 5.2.2 over quota"
        )
