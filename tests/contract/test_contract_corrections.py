"""The operator's word: split, merge, hide, retag, and taking it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from aggregator.errors import UsageError
from aggregator.model import Choice, CorrectionKind, Evidence, Placement, Relation, Revision
from aggregator.store.engine import reading
from aggregator.store.tables import corrections, deliveries, entry_tags, issues, stories, story_entries

TRACK = ("weekly", "weekly-1")
MINUTE = timedelta(minutes=1)
OPERATORS = (Evidence("", "operator", 0, "the operator's word"),)


def newest(adapters):
    return adapters.stories.newest("everything", 20)


def titles(story):
    return [member.title.removeprefix("Title of ") for member in story.members]


def listed(adapters):
    """Every told story by its titles."""
    return {story.id: titles(story) for story in newest(adapters)}


def one_story(adapters, make, *guids, **fields):
    """A story of several entries."""
    lead, *followers = (make.described(guid, **fields) for guid in guids)
    adapters.entries.commit(make.batch(make.founding(lead, *followers)))
    return newest(adapters)[0]


def untold(adapters, make, number=47):
    period = make.period(number, make.now - timedelta(days=6))
    return [story.id for story in adapters.issues.untold(*TRACK, period).stories]


def mail(adapters, make, *told, number=40):
    """Have these stories mailed in an issue of their own."""
    period = make.period(number, make.now - timedelta(days=60 - number))
    adapters.issues.freeze(make.issue(told, period=period))


def count(adapters, table):
    with reading(adapters.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def published(adapters, make, since=0):
    """What a publication would do with one selection that takes every story."""
    changes = adapters.stories.changes(since, 100)
    inside = Placement(inside=frozenset(story.id for story in changes.stories))
    adapters.stories.place(make.now, {"all": inside}, changes.withdrawn)
    return changes.upto


# ------------------------------------------------------------------------------------------------ split


def test_entries_that_are_split_off_have_a_story_of_their_own(known_sources, make):
    old = one_story(known_sources, make, "a", "b", "c")
    later = make.now + MINUTE
    new_id = known_sources.corrections.split([2, 3], "another fire", later)
    assert listed(known_sources) == {old.id: ["a"], new_id: ["b", "c"]}
    new = newest(known_sources)[0]
    assert new.uri == f"tag:news.example,2026-11-22:story/{new_id}"
    assert (new.told_at, new.updated_at) == (old.told_at, later)
    assert [one.relation for one in new.members] == [Relation.LEAD, Relation.REPORT]
    with reading(known_sources.engine) as connection:
        reasons = select(story_entries.c.reason).where(story_entries.c.story_id == new_id)
        assert set(connection.scalars(reasons)) == {
            f"split off from story {old.id} by the operator: another fire"
        }


def test_a_story_goes_on_under_its_earliest_entry_when_its_lead_leaves(known_sources, make):
    lead = make.described("a", countries={"KG": 1.0})
    late = make.described("b", countries={"UZ": 1.0}, published=make.now)
    early = make.described("c", countries={"TJ": 1.0}, published=make.now - timedelta(hours=5))
    known_sources.entries.commit(make.batch(make.founding(lead, late, early)))
    (old,) = newest(known_sources)
    new_id = known_sources.corrections.split([1], "another fire", make.now + MINUTE)
    assert listed(known_sources) == {old.id: ["c", "b"], new_id: ["a"]}
    new, left = newest(known_sources)
    assert (left.countries, left.updated_at, left.lead.relation) == (
        ("TJ",),
        make.now + MINUTE,
        Relation.LEAD,
    )
    assert new.countries == ("KG",)
    assert (left.uri, left.told_at) == (old.uri, old.told_at)


def test_a_story_that_shows_the_same_words_under_another_lead_is_no_update(known_sources, make):
    one_story(known_sources, make, "a", "b", title="Dam breaks")
    known_sources.corrections.split([1], "another dam", make.now + MINUTE)
    assert sorted(story.updated_at for story in newest(known_sources)) == [make.now, make.now + MINUTE]


def test_a_split_leaves_what_is_shown_of_the_old_story_as_it_was(known_sources, make):
    old = one_story(known_sources, make, "a", "b")
    since = known_sources.stories.changes(0, 10).upto
    known_sources.corrections.split([2], "another fire", make.now + MINUTE)
    changes = known_sources.stories.changes(since, 10)
    assert {story.id: story.updated_at for story in changes.stories} == {
        old.id: make.now,
        old.id + 1: make.now + MINUTE,
    }


def test_the_same_split_again_changes_nothing(known_sources, make):
    one_story(known_sources, make, "a", "b", "c")
    first = known_sources.corrections.split([2, 3], "another fire", make.now)
    since = known_sources.stories.changes(0, 10).upto
    assert known_sources.corrections.split([3, 2, 2], "another fire", make.now) == first
    assert known_sources.stories.changes(since, 10).upto == since
    assert count(known_sources, corrections) == 1


def test_what_is_split_off_a_mailed_story_is_not_mailed_again(known_sources, make):
    old = one_story(known_sources, make, "a", "b")
    mail(known_sources, make, old)
    new_id = known_sources.corrections.split([2], "another fire", make.now)
    assert untold(known_sources, make) == []
    period = make.period()
    daily = known_sources.issues.untold("weekly", "daily", period)
    assert [story.id for story in daily.stories] == [old.id, new_id]


def test_what_is_split_off_stands_in_feeds_beside_the_story_that_it_left(known_sources, make):
    old = one_story(known_sources, make, "a", "b")
    (later,) = make.told(known_sources, "c")
    since = published(known_sources, make)
    new_id = known_sources.corrections.split([2], "another fire", make.now)
    published(known_sources, make, since)
    in_order = [story.id for story in known_sources.stories.newest("all", 10)]
    assert (in_order[0], set(in_order[1:])) == (later.id, {old.id, new_id})


def test_a_track_that_passed_a_story_does_not_mail_what_is_split_off_it(known_sources, make):
    one_story(known_sources, make, "a", "b")
    (other,) = make.told(known_sources, "c")
    known_sources.issues.freeze(
        make.issue([other], period=make.period(46, make.now - timedelta(days=14)), watermark=2)
    )
    known_sources.corrections.split([2], "another fire", make.now)
    assert untold(known_sources, make) == []


def test_what_is_split_off_a_story_that_was_never_told_is_never_told(known_sources, make):
    known_sources.entries.commit(
        make.batch(make.founding(make.described("a"), make.described("b"), old=True))
    )
    assert known_sources.corrections.split([2], "another fire", make.now) == 2
    assert newest(known_sources) == []


def test_what_is_split_off_a_hidden_story_is_hidden_until_it_is_unhidden(known_sources, make):
    old = one_story(known_sources, make, "a", "b")
    known_sources.corrections.hide(old.id, "wrong", make.now)
    new_id = known_sources.corrections.split([2], "another fire", make.now)
    assert newest(known_sources) == []
    assert [one.kind for one in known_sources.corrections.list()] == ["hide", "split", "hide"]
    known_sources.corrections.unhide(new_id, make.now)
    assert listed(known_sources) == {new_id: ["b"]}


def test_entries_are_split_off_one_story_at_a_time(known_sources, make):
    make.told(known_sources, "a", "b")
    with pytest.raises(UsageError, match=r"several stories \(1, 2\): split one story at a time"):
        known_sources.corrections.split([1, 2], "why not", make.now)


# ------------------------------------------------------------------------------------------------ merge


def test_merged_stories_are_the_oldest_of_them(known_sources, make):
    one, two, three = make.told(known_sources, "a", "b", "c")
    kept = known_sources.corrections.merge([three.id, one.id, two.id], "one fire", make.now + MINUTE)
    assert kept == one.id
    assert listed(known_sources) == {one.id: ["a", "b", "c"]}
    (story,) = newest(known_sources)
    assert [member.relation for member in story.members] == [Relation.LEAD, *[Relation.REPORT] * 2]
    assert (story.uri, story.told_at, story.updated_at) == (one.uri, one.told_at, one.updated_at)
    with reading(known_sources.engine) as connection:
        homes = select(stories.c.merged_into).order_by(stories.c.id)
        assert connection.scalars(homes).all() == [None, one.id, one.id]


def test_a_merged_story_is_about_what_all_its_entries_are_about(known_sources, make):
    (one,) = make.told(known_sources, "a", countries={"KG": 0.9})
    make.told(known_sources, "b", countries={"UZ": 0.8})
    (three,) = make.told(known_sources, "c", countries={"UZ": 0.6})
    assert known_sources.corrections.merge([one.id, 2, three.id], "one fire", make.now) == one.id
    assert newest(known_sources)[0].countries == ("KG", "UZ")


def test_stories_merged_one_after_another_lead_to_the_last_home_directly(known_sources, make):
    one, two, three = make.told(known_sources, "a", "b", "c")
    known_sources.corrections.merge([two.id, three.id], "one fire", make.now)
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    with reading(known_sources.engine) as connection:
        homes = select(stories.c.merged_into).order_by(stories.c.id)
        assert connection.scalars(homes).all() == [None, one.id, one.id]
    assert listed(known_sources) == {one.id: ["a", "b", "c"]}


def test_the_same_merge_again_changes_nothing(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    for _ in range(2):
        assert known_sources.corrections.merge([one.id, two.id], "one fire", make.now) == one.id
    assert count(known_sources, corrections) == 1


def test_a_merged_story_leaves_every_selection_at_the_next_publication(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    since = published(known_sources, make)
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    changes = known_sources.stories.changes(since, 10)
    assert changes.withdrawn == (two.id,)
    assert known_sources.stories.place(make.now, {}, changes.withdrawn).keys() == {"all"}
    assert [story.id for story in known_sources.stories.newest("all", 10)] == [one.id]


def test_the_story_that_stays_stands_in_feeds_where_the_other_one_stood(known_sources, make):
    one, two, three = make.told(known_sources, "a", "b", "c")
    for story in (two, three):
        inside = Placement(inside=frozenset({story.id}))
        known_sources.stories.place(make.now, {"uz": inside}, ())
    since = known_sources.stories.changes(0, 10).upto
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    changes = known_sources.stories.changes(since, 10)
    known_sources.stories.place(make.now, {"uz": Placement(inside=frozenset({one.id}))}, changes.withdrawn)
    assert [story.id for story in known_sources.stories.newest("uz", 10)] == [three.id, one.id]


def test_a_story_that_was_mailed_is_not_mailed_again_under_the_one_it_was_merged_into(known_sources, make):
    one, two, three = make.told(known_sources, "a", "b", "c")
    mail(known_sources, make, two)
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    assert untold(known_sources, make) == [three.id]
    # The other way about: what was merged into a mailed story is gone from digests with its id.
    known_sources.corrections.merge([one.id, three.id], "one fire", make.now)
    assert untold(known_sources, make) == []


def test_a_story_mailed_on_one_track_is_still_news_on_another(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    mail(known_sources, make, two)
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    daily = known_sources.issues.untold("weekly", "daily", make.period())
    assert [story.id for story in daily.stories] == [one.id]


def test_a_story_that_was_only_stored_is_told_like_the_one_that_is_merged_into_it(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    two, three = make.told(known_sources, "b", "c", at=make.now - MINUTE)
    since = published(known_sources, make)
    known_sources.corrections.merge([1, two.id], "one fire", make.now)
    assert listed(known_sources) == {three.id: ["c"], 1: ["old", "b"]}
    with reading(known_sources.engine) as connection:
        numbers = select(stories.c.told_number).order_by(stories.c.id)
        assert connection.scalars(numbers).all() == [1, 3, 2]
    assert newest(known_sources)[-1].told_at == make.now - MINUTE
    assert known_sources.stories.changes(since, 10).withdrawn == (two.id,)


def test_stories_of_which_some_are_hidden_are_not_merged(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    known_sources.corrections.hide(two.id, "wrong", make.now)
    with pytest.raises(UsageError, match=r"2 is hidden and 1 is not: hide or unhide"):
        known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    known_sources.corrections.hide(one.id, "wrong", make.now)
    assert known_sources.corrections.merge([one.id, two.id], "one fire", make.now) == one.id
    known_sources.corrections.unhide(one.id, make.now)
    assert listed(known_sources) == {one.id: ["a", "b"]}


def test_the_operator_has_looked_at_what_he_merged_or_split(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described("a"), make.described("b"))))
    make.told(known_sources, "c")

    def doubt():
        with known_sources.engine.begin() as connection:
            connection.execute(update(story_entries).values(attention="doubtful"))

    def doubted():
        with reading(known_sources.engine) as connection:
            looked_at = select(story_entries.c.entry_id).where(story_entries.c.attention.is_not(None))
            return set(connection.scalars(looked_at))

    doubt()
    known_sources.corrections.split([2], "another fire", make.now)
    assert doubted() == {1, 3}
    doubt()
    known_sources.corrections.merge([1, 2], "one fire", make.now)
    assert doubted() == {2}


def test_entries_of_merged_stories_are_split_off_again(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    new_id = known_sources.corrections.split([2], "two fires after all", make.now)
    assert new_id not in (one.id, two.id)
    assert listed(known_sources) == {one.id: ["a"], new_id: ["b"]}


def test_a_revision_stays_in_the_story_where_the_operator_put_its_entry(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    changed = make.described("b", title="Title of B")
    known_sources.entries.commit(make.batch(revisions=[Revision(2, two.id, changed, True)]))
    assert listed(known_sources) == {one.id: ["a", "B"]}


# ------------------------------------------------------------------------------------------------ hide


def test_a_hidden_story_is_nowhere_and_comes_back_to_its_old_place(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    since = published(known_sources, make)
    known_sources.corrections.hide(one.id, "wrong", make.now)
    assert known_sources.stories.changes(since, 10).withdrawn == (one.id,)
    assert untold(known_sources, make) == [two.id]
    since = published(known_sources, make, since)
    known_sources.corrections.unhide(one.id, make.now + MINUTE)
    published(known_sources, make, since)
    assert [story.id for story in known_sources.stories.newest("all", 10)] == [two.id, one.id]
    assert newest(known_sources)[1].updated_at == one.updated_at


def test_hiding_twice_is_hiding_once(known_sources, make):
    (one,) = make.told(known_sources, "a")
    first = known_sources.corrections.hide(one.id, "wrong", make.now)
    assert known_sources.corrections.hide(one.id, "still wrong", make.now) == first
    for _ in range(2):
        known_sources.corrections.unhide(one.id, make.now)
    assert listed(known_sources) == {one.id: ["a"]}
    assert known_sources.corrections.hide(one.id, "wrong again", make.now) != first


def test_what_joins_a_hidden_story_is_hidden_with_it(known_sources, make):
    (one,) = make.told(known_sources, "a")
    known_sources.corrections.hide(one.id, "wrong", make.now)
    known_sources.entries.commit(make.batch(joinings=[make.joining(one.id, make.described("b"))]))
    assert newest(known_sources) == []


def frozen(adapters, make, *told, **fields):
    adapters.subscribers.add("a@example.org", *TRACK, Choice("en"), consent="on paper", now=make.now)
    issue = make.issue(told, **fields)
    assert adapters.issues.freeze(issue) == 1
    return issue


def test_an_issue_of_which_no_letter_has_begun_is_composed_anew_without_a_hidden_story(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    issue = frozen(known_sources, make, one, two, watermark=2)
    known_sources.corrections.hide(one.id, "wrong", make.now)
    assert not known_sources.ledger().claim(issue.send_after, 10)
    assert [count(known_sources, table) for table in (issues, deliveries)] == [0, 0]
    position = known_sources.issues.position(*TRACK)
    assert (position.last_period_end, position.watermark) == (None, 0)
    left = known_sources.issues.untold(*TRACK, issue.period).stories
    assert [story.id for story in left] == [two.id]
    assert known_sources.issues.freeze(make.issue(left, watermark=2)) == 1


def test_a_track_is_set_back_to_where_it_stood_before_the_undone_issues(known_sources, make):
    first, *later = make.told(known_sources, "a", "b", "c")
    before = make.period(45, make.now - timedelta(days=20))
    known_sources.issues.freeze(make.issue([first], period=before, watermark=1))
    frozen(known_sources, make, later[0], period=make.period(46, before.end), watermark=2)
    skipped = make.period(47, before.end + timedelta(days=7))
    known_sources.issues.skip(*TRACK, skipped, 2, skipped.end)
    known_sources.corrections.hide(later[0].id, "wrong", make.now)
    position = known_sources.issues.position(*TRACK)
    assert (position.last_period_end, position.watermark) == (before.end, 1)
    assert count(known_sources, issues) == 1
    assert untold(known_sources, make) == [later[1].id]


def test_an_issue_of_which_a_letter_has_begun_rests_with_a_warning(known_sources, make, caplog):
    one, two = make.told(known_sources, "a", "b")
    for email in ("a@example.org", "b@example.org"):
        known_sources.subscribers.add(email, *TRACK, Choice("en"), consent="on paper", now=make.now)
    issue = make.issue([one, two], watermark=2)
    assert known_sources.issues.freeze(issue) == 2
    assert len(known_sources.ledger().claim(issue.send_after, 1)) == 1
    known_sources.corrections.hide(one.id, "wrong", make.now)
    assert not known_sources.ledger().claim(issue.send_after, 1)
    assert known_sources.issues.position(*TRACK).watermark == 2
    assert "letters of weekly weekly-1, issue 2026-W47, are under way" in caplog.text


def test_nothing_is_undone_before_an_issue_that_goes_out(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    early = make.period(46, make.now - timedelta(days=14))
    issue = frozen(known_sources, make, one, period=early, expires_at=early.end + timedelta(days=90))
    late = make.issue([two], period=make.period(47, early.end), send_after=early.start)
    assert known_sources.issues.freeze(late) == 1
    assert len(known_sources.ledger().claim(early.start, 10)) == 1
    known_sources.corrections.hide(one.id, "wrong", make.now)
    assert count(known_sources, issues) == 2
    assert not known_sources.ledger().claim(issue.send_after, 10)


def test_an_issue_nobody_gets_a_letter_of_is_left_alone(known_sources, make):
    (one,) = make.told(known_sources, "a")
    known_sources.issues.freeze(make.issue([one], choices=(), frames=(), blocks={}, watermark=1))
    known_sources.corrections.hide(one.id, "wrong", make.now)
    assert count(known_sources, issues) == 1


def test_issues_without_the_hidden_story_are_left_alone(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    frozen(known_sources, make, one)
    known_sources.corrections.hide(two.id, "wrong", make.now)
    assert count(known_sources, deliveries) == 1


def test_a_waiting_issue_does_not_mail_a_merged_story_beside_the_one_it_was_merged_into(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    frozen(known_sources, make, two, watermark=2)
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    assert count(known_sources, deliveries) == 0
    assert untold(known_sources, make) == [one.id]


def test_a_story_that_is_hidden_while_its_issue_is_composed_is_not_frozen(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    drafted = make.issue([one, two], watermark=2)
    known_sources.corrections.hide(one.id, "wrong", make.now)
    assert known_sources.issues.freeze(drafted) is None
    assert count(known_sources, issues) == 0
    known_sources.corrections.unhide(one.id, make.now)
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    assert known_sources.issues.freeze(drafted) is None


# ------------------------------------------------------------------------------------------------ retag


def about(adapters):
    (story,) = newest(adapters)
    return [(tag.country, tag.evidence) for tag in story.lead.tags]


def test_an_entry_is_about_exactly_what_the_operator_says(known_sources, make):
    make.told(known_sources, "a", countries={"KG": 0.9, "UZ": 0.5}, mentions=("AF",))
    since = known_sources.stories.changes(0, 10).upto
    known_sources.corrections.retag(1, ["TJ", "AF", "TJ"], "it is in Dushanbe", make.now)
    assert about(known_sources) == [("TJ", OPERATORS), ("AF", OPERATORS)]
    (story,) = known_sources.stories.changes(since, 10).stories
    assert (story.countries, story.updated_at) == (("TJ", "AF"), make.now)
    (known,) = known_sources.entries.candidates([make.described("a")], make.now)
    assert known.countries == frozenset({"TJ", "AF"})


def test_an_entry_may_be_about_nothing_or_a_group_of_countries(known_sources, make):
    make.told(known_sources, "a")
    known_sources.corrections.retag(1, [], "a recipe", make.now)
    (story,) = newest(known_sources)
    assert (story.countries, story.lead.tags) == ((), ())
    known_sources.corrections.retag(1, ["KZ", "region:CA"], "the summit", make.now)
    (story,) = newest(known_sources)
    assert (story.countries, story.regions) == (("KZ",), ("region:CA",))


def test_the_operators_word_survives_revisions_and_what_was_judged_last_comes_back(known_sources, make):
    make.told(known_sources, "a", countries={"KG": 0.9})
    correction = known_sources.corrections.retag(1, ["TJ"], "it is in Dushanbe", make.now)
    changed = make.described("a", title="Another", countries={"UZ": 0.7}, mentions=("AF",))
    known_sources.entries.commit(make.batch(revisions=[Revision(1, 1, changed, True)]))
    assert about(known_sources) == [("TJ", OPERATORS)]
    assert newest(known_sources)[0].countries == ("TJ",)
    since = known_sources.stories.changes(0, 10).upto
    for _ in range(2):
        known_sources.corrections.withdraw(correction, make.now)
    (story,) = known_sources.stories.changes(since, 10).stories
    assert ([tag.country for tag in story.lead.tags], story.countries) == (["UZ"], ("UZ",))
    with reading(known_sources.engine) as connection:
        kept = select(entry_tags.c.role, entry_tags.c.country).order_by(entry_tags.c.country)
        assert connection.execute(kept).all() == [("mention", "AF"), ("subject", "UZ")]


def test_a_later_word_replaces_the_earlier_one(known_sources, make):
    make.told(known_sources, "a", countries={"KG": 0.9})
    first = known_sources.corrections.retag(1, ["TJ"], "Dushanbe", make.now)
    assert known_sources.corrections.retag(1, ["TJ"], "Dushanbe", make.now) == first
    second = known_sources.corrections.retag(1, ["region:CA", "UZ"], "no, Tashkent", make.now + MINUTE)
    assert about(known_sources) == [("UZ", OPERATORS)]
    last, former = known_sources.corrections.list()
    assert (last.id, last.withdrawn_at) == (second, None)
    assert (former.id, former.withdrawn_at) == (first, make.now + MINUTE)
    known_sources.corrections.withdraw(second, make.now)
    assert [country for country, _ in about(known_sources)] == ["KG"]


def test_groups_that_were_judged_come_back_as_groups(known_sources, make):
    (one,) = make.told(known_sources, "a")
    first = known_sources.corrections.retag(1, ["KZ", "region:CA"], "the summit", make.now)
    with known_sources.engine.begin() as connection:
        connection.execute(
            entry_tags.insert().values(
                entry_id=1, role="overruled", country="region:EU", salience=0.5, evidence=[]
            )
        )
    known_sources.corrections.withdraw(first, make.now)
    (story,) = newest(known_sources)
    assert (story.id, story.countries, story.regions) == (one.id, ("KG",), ("region:EU",))


@pytest.mark.parametrize("wrong", ["kz", "KAZ", "", "region:", "Kazakhstan"])
def test_what_is_no_code_of_a_country_is_refused(known_sources, make, wrong):
    make.told(known_sources, "a")
    with pytest.raises(UsageError, match=r"is no country: name them by ISO 3166-1 codes"):
        known_sources.corrections.retag(1, ["KG", wrong], "why not", make.now)


# ------------------------------------------------------------------------------- refusals, and the list


@pytest.mark.parametrize(
    "ask",
    [
        lambda asked, now: asked.hide(99, "", now),
        lambda asked, now: asked.unhide(99, now),
        lambda asked, now: asked.merge([1, 99], "", now),
    ],
)
def test_an_unknown_story_is_refused_with_a_word_of_advice(known_sources, make, ask):
    make.told(known_sources, "a", "b")
    with pytest.raises(UsageError, match=r"no story 99: its number ends a story's id in the feeds"):
        ask(known_sources.corrections, make.now)
    assert count(known_sources, corrections) == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda asked, now: asked.hide(3, "", now),
        lambda asked, now: asked.unhide(3, now),
        lambda asked, now: asked.merge([1, 3], "", now),
    ],
)
def test_a_story_that_was_merged_is_refused_with_the_name_of_the_other(known_sources, make, ask):
    make.told(known_sources, "a", "b", "c")
    known_sources.corrections.merge([2, 3], "one fire", make.now)
    with pytest.raises(UsageError, match=r"story 3 was merged into story 2: name 2 instead"):
        ask(known_sources.corrections, make.now)


@pytest.mark.parametrize(
    "ask",
    [
        lambda asked, now: asked.split([1, 98, 99], "", now),
        lambda asked, now: asked.retag(98, ["KG"], "", now),
    ],
)
def test_an_unknown_entry_is_refused_with_a_word_of_advice(known_sources, make, ask):
    make.told(known_sources, "a")
    with pytest.raises(UsageError, match=r"no entry 98.*take the numbers from the list of a story's entries"):
        ask(known_sources.corrections, make.now)


def test_naming_too_little_is_refused(known_sources, make):
    make.told(known_sources, "a")
    with pytest.raises(UsageError, match="no entry is named"):
        known_sources.corrections.split([], "", make.now)
    for too_few in ([], [1], [1, 1]):
        with pytest.raises(UsageError, match="at least two stories"):
            known_sources.corrections.merge(too_few, "", make.now)


def test_splits_and_merges_are_not_withdrawn_but_undone(known_sources, make):
    one, two = make.told(known_sources, "a", "b")
    known_sources.corrections.merge([one.id, two.id], "one fire", make.now)
    known_sources.corrections.split([2], "two fires", make.now)
    split, merge = known_sources.corrections.list()
    with pytest.raises(UsageError, match=r"is a split, which cannot be withdrawn: merge the two stories"):
        known_sources.corrections.withdraw(split.id, make.now)
    with pytest.raises(UsageError, match=r"is a merge, which cannot be withdrawn: split the entries off"):
        known_sources.corrections.withdraw(merge.id, make.now)
    with pytest.raises(UsageError, match=r"no correction 99: take its number from the list"):
        known_sources.corrections.withdraw(99, make.now)


def test_a_story_is_shown_again_when_its_hiding_is_withdrawn(known_sources, make):
    (one,) = make.told(known_sources, "a")
    hiding = known_sources.corrections.hide(one.id, "wrong", make.now)
    known_sources.corrections.withdraw(hiding, make.now)
    assert listed(known_sources) == {one.id: ["a"]}


def test_corrections_are_listed_with_all_that_they_say(known_sources, make):
    one, two, three = make.told(known_sources, "a", "b", "c")
    asked = known_sources.corrections
    asked.merge([one.id, two.id], "one fire", make.now)
    new_id = asked.split([2], "two fires", make.now + MINUTE)
    asked.hide(three.id, "wrong", make.now)
    asked.retag(1, ["TJ"], "Dushanbe", make.now)
    retag, hide, split, merge = asked.list()
    assert (merge.kind, merge.story_id, merge.stories, merge.reason) == (
        CorrectionKind.MERGE,
        one.id,
        (two.id,),
        "one fire",
    )
    assert (split.kind, split.story_id, split.stories, split.entries, split.at) == (
        CorrectionKind.SPLIT,
        one.id,
        (new_id,),
        (2,),
        make.now + MINUTE,
    )
    assert (hide.kind, hide.story_id, hide.entry_id) == (CorrectionKind.HIDE, three.id, None)
    assert (retag.kind, retag.entry_id, retag.countries, retag.story_id) == (
        CorrectionKind.RETAG,
        1,
        ("TJ",),
        None,
    )
    assert {one.withdrawn_at for one in asked.list()} == {None}
