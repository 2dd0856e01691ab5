"""Notes of the editor: which one stands in which issue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.errors import UsageError
from aggregator.model import Note
from aggregator.store.issue_notes import IssueNotes

TRACK = ("weekly", "weekly-1")
W47, W48 = "2026-W47", "2026-W48"


@pytest.fixture
def notes(adapters):
    return IssueNotes(adapters.engine)


def note(make, markdown, period="", track="weekly-1"):
    return Note("weekly", track, period, markdown, make.now)


def test_a_note_for_the_next_issue_stands_in_whichever_comes(notes, make):
    notes.write(note(make, "Hello"))
    assert notes.of(*TRACK, W47) == notes.of(*TRACK, W48) == "Hello"
    assert notes.of("weekly", "daily", W47) is None


def test_a_periods_own_note_comes_before_it(notes, make):
    notes.write(note(make, "Next"))
    notes.write(note(make, "Of this week", W48))
    assert (notes.of(*TRACK, W47), notes.of(*TRACK, W48)) == ("Next", "Of this week")


def test_a_note_is_written_over(notes, make):
    notes.write(note(make, "First"))
    notes.write(note(make, "Second"))
    assert [one.markdown for one in notes.all("weekly")] == ["Second"]


def test_a_note_can_be_taken_away_once(notes, make):
    notes.write(note(make, "Hello"))
    assert notes.clear(*TRACK, "")
    assert not notes.clear(*TRACK, "")
    assert notes.of(*TRACK, W47) is None


def test_a_note_stands_in_one_issue_and_stays_with_it(adapters, notes, make):
    notes.write(note(make, "Hello"))
    adapters.issues.freeze(make.issue(make.told(adapters, "a"), watermark=1, note="Hello"))
    assert notes.of(*TRACK, W47) == "Hello"
    assert notes.of(*TRACK, W48) is None
    assert [(one.period, one.markdown) for one in notes.all("weekly")] == [(W47, "Hello")]


def test_the_next_note_waits_while_a_period_has_its_own(adapters, notes, make):
    notes.write(note(make, "Next"))
    notes.write(note(make, "Of this week", W47))
    adapters.issues.freeze(make.issue(make.told(adapters, "a"), watermark=1, note="Of this week"))
    assert notes.of(*TRACK, W48) == "Next"


def test_a_note_that_came_too_late_for_an_issue_waits_for_the_next(adapters, notes, make):
    notes.write(note(make, "For the next"))
    adapters.issues.freeze(make.issue(make.told(adapters, "a"), watermark=1, note="From the file"))
    assert (notes.of(*TRACK, W47), notes.of(*TRACK, W48)) == ("From the file", "For the next")


def test_what_a_file_said_in_an_issue_that_is_undone_is_read_again(adapters, notes, make):
    choice = make.issue([]).variants[0].choices[0]
    adapters.subscribers.add("a@example.org", *TRACK, choice, consent="", now=make.now)
    (one,) = make.told(adapters, "a")
    adapters.issues.freeze(make.issue([one], watermark=1, note="From the file"))
    assert notes.of(*TRACK, W47) == "From the file"
    adapters.hide(one.id)
    assert adapters.issues.summaries() == []
    assert notes.of(*TRACK, W47) is None


def test_a_period_with_nothing_to_tell_leaves_the_note_to_the_next_issue(adapters, notes, make):
    notes.write(note(make, "Hello"))
    adapters.issues.skip(*TRACK, make.period(), 0, make.now)
    assert notes.of(*TRACK, W48) == "Hello"


@pytest.mark.parametrize("act", ["write", "clear"])
def test_the_note_of_a_frozen_issue_stays_as_it_is(adapters, notes, make, act):
    notes.write(note(make, "Hello"))
    adapters.issues.freeze(make.issue(make.told(adapters, "a"), watermark=1, note="Hello"))
    with pytest.raises(UsageError, match="2026-W47 is frozen: its letters stay as they are"):
        notes.write(note(make, "Too late", W47)) if act == "write" else notes.clear(*TRACK, W47)
    assert notes.of(*TRACK, W47) == "Hello"


def test_an_issue_that_is_undone_keeps_its_note(adapters, notes, make):
    adapters.subscribers.add(
        "a@example.org", *TRACK, make.issue([]).variants[0].choices[0], consent="", now=make.now
    )
    notes.write(note(make, "Hello"))
    one, two = make.told(adapters, "a", "b")
    adapters.issues.freeze(make.issue([one, two], watermark=2, note="Hello"))
    adapters.hide(one.id)
    assert adapters.issues.summaries() == []
    assert notes.of(*TRACK, W47) == "Hello"
    assert notes.write(note(make, "Hello again", W47)) is None


def test_the_last_written_note_is_listed_first(notes, make):
    notes.write(note(make, "Old", W47))
    notes.write(Note("weekly", "weekly-1", W48, "New", make.now + timedelta(hours=1)))
    assert [one.markdown for one in notes.all("weekly")] == ["New", "Old"]
