"""What the operator is shown of stories and entries, and what wants a look."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import UsageError
from aggregator.model import Attention, EarlierTitle, Evidence, Relation, Revision
from aggregator.store.inspection import Inspection

MINUTE = timedelta(minutes=1)
BISHKEK = (Evidence("Bishkek", "title", 0, "capital"),)


@pytest.fixture
def inspection(known_sources):
    return Inspection(known_sources.engine)


def ids(summaries):
    return [one.id for one in summaries]


def test_the_newest_stories_are_listed_with_what_stands_in_them(known_sources, inspection, make):
    entries = known_sources.entries
    lead, follower = make.described("a", title="A bridge"), make.described("b", countries={"KZ": 0.5})
    entries.commit(make.batch(make.founding(lead, follower)))
    entries.commit(make.batch(make.founding(make.described("c", countries={})), at=make.now + MINUTE))
    second, first = inspection.stories(10)
    assert (second.about, second.told_at) == ((), make.now + MINUTE)
    assert (first.id, first.title, first.source_id, first.language) == (1, "A bridge", "steppe", "en")
    assert (first.entries, first.sources, first.about, first.hidden) == (2, 1, ("KG",), False)
    assert ids(inspection.stories(1)) == [2]
    assert inspection.summaries([1, 2]) == [first, second]
    assert inspection.summaries([]) == []


def test_a_list_is_narrowed_by_time_and_country(known_sources, inspection, make):
    entries = known_sources.entries
    entries.commit(make.batch(make.founding(make.described("a", countries={"KG": 1.0, "KZ": 0.4}))))
    entries.commit(make.batch(make.founding(make.described("b")), at=make.now + MINUTE))
    assert ids(inspection.stories(10, since=make.now + MINUTE)) == [2]
    assert ids(inspection.stories(10, about="KZ")) == [1]
    assert ids(inspection.stories(10, about="KZ", since=make.now + MINUTE)) == []


def test_hidden_stories_are_listed_and_those_never_told_or_merged_are_not(known_sources, inspection, make):
    make.told(known_sources, "a", "b", "c")
    known_sources.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    known_sources.hide(1)
    known_sources.merge(3, into=2)
    assert [(one.id, one.hidden) for one in inspection.stories(10)] == [(2, False), (1, True)]


def test_what_wants_a_look_is_listed_counted_and_dismissed(known_sources, inspection, make):
    make.told(known_sources, "a")
    known_sources.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    doubtful = [
        replace(make.joining(story, make.described(f"d{story}")), attention="it resembles story 7, too")
        for story in (1, 2)
    ]
    known_sources.entries.commit(make.batch(joinings=doubtful))
    first, second = inspection.stories(10, attention=True)
    assert (first.id, first.attention) == (1, (Attention(3, "steppe", "it resembles story 7, too"),))
    assert (second.id, second.told_at) == (2, None)
    assert inspection.attention() == 2
    assert inspection.dismiss(3)
    assert not inspection.dismiss(3)
    assert (ids(inspection.stories(10, attention=True)), inspection.attention()) == ([2], 1)


def test_a_story_shows_its_entries_with_their_reasons_and_evidence(known_sources, inspection, make):
    lead, follower = make.described("a"), make.described("b", countries={"KZ": 0.5})
    known_sources.entries.commit(make.batch(make.founding(lead, follower)))
    shown = inspection.story("1")
    assert inspection.story(shown.uri) == shown
    assert (shown.told_at, shown.hidden, shown.merged) == (make.now, False, ())
    assert [(one.country, one.salience) for one in shown.about] == [("KG", 0.9)]
    assert [(one.entry_id, one.relation, one.reason) for one in shown.members] == [
        (1, Relation.LEAD, "founded the story"),
        (2, Relation.REPORT, "same event"),
    ]
    (tag,) = shown.members[1].tags
    assert (tag.country, tag.evidence) == ("KZ", BISHKEK)


def test_a_merged_story_is_shown_as_the_one_it_leads_to(known_sources, inspection, make):
    make.told(known_sources, "a", "b")
    uri = inspection.story("2").uri
    known_sources.merge(2, into=1)
    assert inspection.number(uri) == 2
    shown = inspection.story(uri)
    assert (shown.id, shown.merged) == (1, (2,))


@pytest.mark.parametrize("named", ["7", "tag:news.example,2026:story/7", "", "9" * 40, "²"])
def test_a_story_that_is_not_there_is_refused_with_a_word_of_advice(known_sources, inspection, named):
    with pytest.raises(UsageError, match="aggregator story list"):
        inspection.story(named)


def test_an_entry_shows_all_that_was_judged_of_it(known_sources, inspection, make):
    before = make.described("a", title="A brige", mentions=["KZ"], countries={"KG": 0.9})
    known_sources.entries.commit(make.batch(make.founding(before)))
    after = make.described("a", title="A bridge", mentions=["KZ"])
    revised = Revision(1, 1, after, shown_change=True, attention="it was changed")
    known_sources.entries.commit(make.batch(revisions=[revised], at=make.now + MINUTE))
    shown = inspection.entry(1)
    assert (shown.title, shown.guid, shown.state, shown.state_reason) == ("A bridge", "a", "told", "")
    assert (shown.story_id, shown.relation, shown.reason) == (1, Relation.LEAD, "founded the story")
    assert (shown.attention, shown.rules_version) == ("it was changed", "rules-1")
    assert [(one.country, one.evidence) for one in shown.tags] == [("KG", BISHKEK)]
    assert [one.country for one in shown.mentions] == ["KZ"]
    assert shown.revisions == (EarlierTitle(1, make.now + MINUTE, "A brige"),)


def test_an_entry_that_the_operator_retagged_shows_what_he_overruled(known_sources, inspection, make):
    make.told(known_sources, "a")
    known_sources.corrections.retag(1, ["UZ"], "it is about the other river", make.now)
    shown = inspection.entry(1)
    assert [one.country for one in shown.tags] == ["UZ"]
    assert [one.country for one in shown.overruled] == ["KG"]


def test_an_entry_that_is_not_there_is_refused(known_sources, inspection):
    for look in (inspection.entry, inspection.dismiss):
        with pytest.raises(UsageError, match="there is no entry 7"):
            look(7)
