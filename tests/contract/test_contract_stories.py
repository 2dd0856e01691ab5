"""The port `Stories`: changes, selections, what is published."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

from sqlalchemy import select

from aggregator.model import Placement
from aggregator.store.engine import reading
from aggregator.store.tables import placements

MINUTE = timedelta(minutes=1)


def inside(*stories):
    return Placement(inside=frozenset(story.id for story in stories))


def outside(*stories):
    return Placement(outside=frozenset(story.id for story in stories))


def titles(stories):
    return [story.lead.title.removeprefix("Title of ") for story in stories]


def test_changes_come_in_pages_in_order_of_change(adapters, make):
    make.told(adapters, "g1", "g2", "g3")
    first = adapters.stories.changes(0, 2)
    second = adapters.stories.changes(first.upto, 2)
    third = adapters.stories.changes(second.upto, 2)
    assert (titles(first.stories), titles(second.stories)) == (["g1", "g2"], ["g3"])
    assert (third.stories, third.upto) == ((), second.upto)


def test_hidden_and_merged_stories_are_withdrawn(adapters, make):
    shown, hidden, merged = make.told(adapters, "g1", "g2", "g3")
    since = adapters.stories.changes(0, 10).upto
    adapters.hide(hidden.id)
    adapters.merge(merged.id, into=shown.id)
    changes = adapters.stories.changes(since, 10)
    assert [story.id for story in changes.stories] == [shown.id]
    assert changes.withdrawn == (hidden.id, merged.id)
    assert titles(adapters.stories.newest("everything", 10)) == ["g1"]


def test_stories_that_were_never_told_are_passed_over(adapters, make):
    make.told(adapters, "g1")
    since = adapters.stories.changes(0, 10).upto
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    changes = adapters.stories.changes(since, 10)
    assert (changes.stories, changes.withdrawn) == ((), ())
    assert changes.upto > since


def test_a_selection_lists_the_last_to_enter_first(adapters, make):
    one, two, three = make.told(adapters, "g1", "g2", "g3")
    adapters.stories.place(make.now, {"kg": inside(two)}, ())
    adapters.stories.place(make.now + MINUTE, {"kg": inside(one, two, three)}, ())
    assert titles(adapters.stories.newest("kg", 10)) == ["g3", "g1", "g2"]
    assert titles(adapters.stories.newest("kg", 2)) == ["g3", "g1"]
    assert adapters.stories.newest("unknown", 10) == []


def test_a_selection_is_touched_when_a_changed_story_is_inside_or_has_left(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    entered = adapters.stories.place(make.now, {"kg": inside(one), "uz": outside(one, two)}, ())
    assert entered == {"kg": {0}}
    changed = adapters.stories.place(make.now, {"kg": inside(one), "uz": outside(one)}, ())
    assert changed == {"kg": {0}}
    left = adapters.stories.place(make.now, {"kg": outside(one), "uz": outside(one)}, ())
    assert left == {"kg": {0}}
    assert adapters.stories.newest("kg", 10) == []
    assert adapters.stories.place(make.now, {"kg": outside(one)}, ()) == {}


def test_one_story_may_enter_while_another_leaves(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.place(make.now, {"kg": inside(one)}, ())
    moves = Placement(inside=frozenset({two.id}), outside=frozenset({one.id}))
    assert adapters.stories.place(make.now, {"kg": moves}, ()) == {"kg": {0, 1}}
    assert titles(adapters.stories.newest("kg", 10)) == ["g2"]


def test_a_withdrawn_story_leaves_all_selections(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.place(make.now, {"kg": inside(one, two), "top": inside(one), "uz": inside(two)}, ())
    assert adapters.stories.place(make.now, {}, [one.id]) == {"kg": {0}, "top": {0}}
    assert titles(adapters.stories.newest("kg", 10)) == ["g2"]


def test_a_story_that_comes_back_takes_its_old_place(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.place(make.now, {"kg": inside(one)}, ())
    adapters.stories.place(make.now, {"kg": inside(two)}, ())
    adapters.stories.place(make.now, {"kg": outside(one)}, ())
    assert adapters.stories.place(make.now + MINUTE, {"kg": inside(one)}, ()) == {"kg": {0}}
    assert titles(adapters.stories.newest("kg", 10)) == ["g2", "g1"]
    with reading(adapters.engine) as connection:
        entered = select(placements.c.entered_at).where(placements.c.story_id == one.id)
        assert connection.scalar(entered.with_only_columns(placements.c.entered_at)) == make.now


def test_a_hidden_story_is_listed_nowhere_even_before_it_was_taken_out(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.place(make.now, {"kg": inside(one, two)}, ())
    adapters.hide(two.id)
    assert titles(adapters.stories.newest("kg", 10)) == ["g1"]


def test_publishers_at_once_place_each_story_once(adapters, make):
    told = make.told(adapters, *(f"g{number}" for number in range(20)))
    with ThreadPoolExecutor(4) as pool:
        placed = [*pool.map(lambda _: adapters.stories.place(make.now, {"kg": inside(*told)}, ()), range(4))]
    assert placed == [{"kg": frozenset(range(20))}] * 4
    assert len(adapters.stories.newest("kg", 100)) == 20


def test_stories_cost_the_same_few_queries_however_many_they_are(adapters, make, queries):
    make.told(adapters, *(f"g{number}" for number in range(60)))
    queries.count = 0
    adapters.stories.newest("everything", 1)
    one, queries.count = queries.count, 0
    assert len(adapters.stories.newest("everything", 60)) == 60
    assert queries.count == one


def test_all_that_was_told_comes_in_the_order_of_telling_whatever_changed_since(adapters, make):
    one, two, _three = make.told(adapters, "g1", "g2", "g3")
    adapters.entries.commit(make.batch(joinings=[make.joining(one.id, make.described("late"))]))
    make.told(adapters, "g0", at=make.now - MINUTE)
    adapters.hide(two.id)
    looks = list(adapters.stories.all_told(2))
    assert [titles(look.stories) for look in looks] == [["g0", "g1"], ["g3"], []]
    assert [look.withdrawn for look in looks] == [(), (two.id,), ()]
    assert {look.upto for look in looks} == {adapters.stories.changes(0, 10).upto}


def test_one_look_at_all_that_was_told_comes_even_when_there_is_nothing(adapters):
    (look,) = adapters.stories.all_told(10)
    assert (look.upto, look.stories, look.withdrawn) == (0, (), ())


def test_what_was_never_told_is_not_among_all_that_was(adapters, make):
    make.told(adapters, "g1")
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    (look,) = adapters.stories.all_told(10)
    assert titles(look.stories) == ["g1"]
    assert look.upto == 2


def test_nothing_is_published_at_first_and_publication_never_goes_back(adapters):
    stories = adapters.stories
    assert stories.published_upto() == 0
    assert stories.published_edition() == ""
    stories.mark_published(0, "spring")
    stories.mark_published(7, "spring")
    stories.mark_published(5, "summer")
    assert stories.published_upto() == 7
    assert stories.published_edition() == "summer"


def test_changes_of_writers_at_once_become_visible_in_order(adapters, make):
    """Whoever reads everything after a number must not miss a smaller one that is committed later."""
    adapters.sources(make.source()).synchronise(make.now)
    batches = [make.batch(make.founding(make.described(f"g{number}"))) for number in range(30)]
    seen: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(adapters.entries.commit, batch) for batch in batches]
        since = 0
        while len(seen) < len(batches):
            finished = all(writer.done() for writer in writers)
            changes = adapters.stories.changes(since, 100)
            since = changes.upto
            seen += [story.id for story in changes.stories]
            if finished and not changes.stories:
                break
            sleep(0.001)  # or the writers hardly get to run
        for writer in writers:
            writer.result()
    assert len(set(seen)) == len(batches)
