"""From groups that were judged anew to stored stories: least movement, and nothing lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.editorial.rearranging import Judged, JudgedGroup, rearrange
from aggregator.model import Relation, Seat, SeatedStory


def seat(entry_id, relation=Relation.REPORT, *, pinned=False, source="steppe"):
    return Seat(entry_id, source, f"Title of {entry_id}", relation, pinned)


def story(story_id, *entry_ids, lead=None, told=None, hidden=False, pinned=()):
    lead = entry_ids[0] if lead is None else lead
    seats = tuple(
        seat(one, Relation.LEAD if one == lead else Relation.REPORT, pinned=one in pinned)
        for one in entry_ids
    )
    return SeatedStory(story_id, lead, seats, story_id if told is None else told or None, hidden)


def group(*entry_ids, lead=None, home=None):
    lead = entry_ids[0] if lead is None else lead
    return JudgedGroup(
        tuple(
            Judged(one, Relation.LEAD if one == lead and home is None else Relation.REPORT, f"judged {one}")
            for one in entry_ids
        ),
        lead,
        home,
    )


def after(stories, rearrangements, ids=None):
    """What the store would hold."""
    ids = ids or count(max((one.id for one in stories), default=0) + 1)
    by_id = {one.id: one for one in stories}
    seats = {one.entry_id: one for each in stories for one in each.seats}
    for reforming in (one for each in rearrangements for one in each.stories):
        story_id = next(ids) if reforming.story_id is None else reforming.story_id
        like = next((one for one in stories if one.id == reforming.told_like), None)
        known = by_id.get(story_id) or SeatedStory(story_id, reforming.lead_id, ())
        told = known.told_number or (like.told_number if like else None)
        for absorbed in reforming.absorbed:
            followers = [one.entry_id for one in by_id.pop(absorbed).seats]
            known = replace(known, seats=(*known.seats, *(seats[one] for one in followers)))
        moved = {one.entry_id: one for one in reforming.reseated}
        for entry_id, one in moved.items():
            seats[entry_id] = replace(seats[entry_id], relation=one.relation)
        for other in list(by_id.values()):
            kept = tuple(one for one in other.seats if one.entry_id not in moved)
            by_id[other.id] = replace(other, seats=kept)
        own = tuple(one for one in known.seats if one.entry_id not in moved)
        known = replace(known, seats=own + tuple(seats[one] for one in moved))
        by_id[story_id] = replace(known, lead_id=reforming.lead_id, told_number=told)
    return [
        replace(
            one, seats=tuple(sorted((seats[each.entry_id] for each in one.seats), key=lambda s: s.entry_id))
        )
        for one in by_id.values()
    ]


def placed(stories):
    return {one.id: {each.entry_id for each in one.seats} for one in stories}


def outcome(groups, stories, weights=None):
    rearrangements = rearrange(groups, stories, weights or {})
    return rearrangements, placed(after(stories, rearrangements))


def test_what_is_judged_as_before_stays_as_it_is():
    stories = [story(1, 1, 2), story(2, 3)]
    assert rearrange([group(1, 2), group(3)], stories, {}) == []


def test_who_leads_a_story_keeps_it_when_the_rest_leaves():
    rearrangements, places = outcome([group(1), group(2, 3)], [story(1, 1, 2, 3, lead=2)])
    assert places == {1: {2, 3}, 2: {1}}
    (one,) = rearrangements
    assert {each.story_id for each in one.stories} == {1, None}


def test_without_its_lead_a_story_goes_with_most_of_its_entries():
    stories = [story(1, 5, 6, 7, 8, lead=5), story(2, 1)]
    _, places = outcome([group(5, home=2), group(6), group(7, 8)], stories)
    assert places == {1: {7, 8}, 2: {1, 5}, 3: {6}}


def test_stories_that_are_one_become_the_one_that_has_the_lead_and_the_other_ends_in_it():
    rearrangements, places = outcome([group(1, 2, 3, lead=2)], [story(1, 1), story(2, 2, 3)])
    (one,) = rearrangements
    assert [(each.story_id, each.absorbed, each.lead_id) for each in one.stories] == [(2, (1,), 2)]
    assert places == {2: {1, 2, 3}}


def test_of_equal_claims_the_oldest_id_stays():
    stories = [story(1, 1), story(2, 2), story(3, 5, 6, lead=6, pinned=(6,))]
    _, places = outcome([group(5, 1, 2)], stories)
    assert places == {1: {1, 2, 5}, 3: {6}}


def test_what_was_told_is_never_lost_in_a_story_that_was_only_stored():
    _, places = outcome([group(1, 2, lead=1)], [story(1, 1, told=0), story(2, 2)])
    assert places == {2: {1, 2}}


def test_a_told_entry_that_joins_what_was_only_stored_takes_its_telling_along():
    stories = [story(1, 1, told=0), story(2, 3, 4), story(3, 5)]
    (one,) = rearrange([group(4, home=1), group(3)], stories, {})
    told_like = {each.story_id: each.told_like for each in one.stories}
    assert told_like == {1: 2, 2: None}


def test_a_new_story_counts_as_told_when_its_old_one_was():
    (one,) = rearrange([group(1), group(2)], [story(1, 1, 2)], {})
    new = next(each for each in one.stories if each.story_id is None)
    assert (new.lead_id, new.told_like) == (2, 1)
    (untold,) = rearrange([group(1), group(2)], [story(1, 1, 2, told=0)], {})
    assert {each.told_like for each in untold.stories} == {None}


def test_entries_that_the_operator_placed_do_not_move():
    stories = [story(1, 1, 2, pinned=(1, 2)), story(2, 3, pinned=(3,))]
    assert rearrange([group(1, 2, 3)], stories, {}) == []
    assert rearrange([group(1), group(2), group(3)], stories, {}) == []


def test_others_join_what_the_operator_placed():
    stories = [story(1, 1, 2, pinned=(1, 2)), story(2, 3)]
    _, places = outcome([group(1), group(2, 3)], stories)
    assert places == {1: {1, 2, 3}}


def test_between_two_placed_halves_an_entry_stays_where_it_is():
    stories = [story(1, 1, pinned=(1,)), story(2, 2, 3, pinned=(2,))]
    assert rearrange([group(1, 2, 3)], stories, {}) == []


def test_nothing_leaves_a_hidden_story_and_nothing_joins_it():
    stories = [story(1, 1, 2, hidden=True), story(2, 3)]
    assert rearrange([group(1), group(2, 3)], stories, {}) == []
    assert rearrange([group(3, home=1)], stories, {}) == []


def test_entries_that_belong_to_an_earlier_story_join_it():
    stories = [story(1, 1), story(2, 5, 6)]
    _, places = outcome([group(5, home=1), group(6)], stories)
    assert places == {1: {1, 5}, 2: {6}}


def test_earlier_entries_hold_their_story_when_the_judged_ones_leave():
    _, places = outcome([group(5, 6)], [story(1, 1, 5, 6, lead=5)])
    assert places == {1: {1}, 2: {5, 6}}


def test_what_came_in_later_follows_the_lead_of_a_story_that_ends():
    rearrangements, places = outcome([group(1, 2)], [story(1, 1), story(2, 2, 9)])
    assert places == {1: {1, 2, 9}}
    assert [one.entry_id for one in rearrangements[0].stories[0].reseated] == [2, 9]


def test_a_story_whose_lead_leaves_is_led_by_the_weightiest_that_stay():
    stories = [
        SeatedStory(1, 5, (seat(1), seat(2, source="heavy"), seat(5, Relation.LEAD)), 1),
        story(2, 6),
    ]
    (one,) = rearrange([group(6, 5)], stories, {"heavy": 2.0})
    former = next(each for each in one.stories if each.story_id == 1)
    assert former.lead_id == 2
    assert [(each.entry_id, each.relation) for each in former.reseated] == [(2, Relation.LEAD)]


def test_a_lead_that_stays_is_what_the_judged_lead_was_judged_to_be():
    copies = JudgedGroup((Judged(1, Relation.COPY, "same text"), Judged(2, Relation.LEAD, "founded")), 2)
    (one,) = rearrange([copies], [story(1, 1, 2)], {})
    (reforming,) = one.stories
    assert (reforming.lead_id, reforming.story_id) == (1, 1)
    assert [(each.entry_id, each.relation) for each in reforming.reseated] == [(2, Relation.COPY)]
    assert reforming.reseated[0].reason == "what leads was judged so: same text"


def test_a_home_that_was_merged_away_meanwhile_is_none():
    assert rearrange([group(5, home=77)], [story(2, 5)], {}) == []


def test_entries_that_are_in_no_story_any_more_are_passed_over() -> None:
    assert rearrange([group(9)], [story(1, 1)], {}) == []
    _, places = outcome([group(9, 1, 2, lead=9)], [story(1, 1), story(2, 2)])
    assert places == {1: {1, 2}}


def test_stories_that_exchange_nothing_are_rearranged_apart():
    stories = [story(1, 1, 2), story(2, 3, 4)]
    assert len(rearrange([group(1), group(2), group(3), group(4)], stories, {})) == 2


# ------------------------------------------------------------------------------------------ whatever comes


@st.composite
def worlds(draw):
    """Stored stories, earlier entries and later ones among them, and how the judged ones are grouped."""
    many = draw(st.integers(1, 14))
    first, last = draw(st.integers(1, many)), many
    later = draw(st.integers(0, 3))
    homes = draw(st.lists(st.integers(1, 6), min_size=many + later, max_size=many + later))
    pinned = draw(st.sets(st.integers(1, many + later), max_size=3))
    by_story = {}
    for entry_id, home in enumerate(homes, 1):
        by_story.setdefault(home, []).append(entry_id)
    stories = [
        story(
            home,
            *ids,
            lead=draw(st.sampled_from(ids)),
            told=draw(st.sampled_from([0, home])),
            hidden=draw(st.booleans()) and draw(st.booleans()),
            pinned=pinned,
        )
        for home, ids in by_story.items()
    ]
    fixed = sorted({homes[one - 1] for one in range(1, first)})
    judged = {}
    for entry_id in range(first, last + 1):
        home = draw(st.sampled_from([*fixed, -1, -2, -3, -4]))
        judged.setdefault(home, []).append(entry_id)
    groups = [
        group(*ids, lead=draw(st.sampled_from(ids)), home=home if home > 0 else None)
        for home, ids in judged.items()
    ]
    return groups, stories


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_every_entry_is_in_one_story_afterwards_and_judged_twice_nothing_moves(world):
    groups, stories = world
    rearrangements = rearrange(groups, stories, {})
    now = after(stories, rearrangements)
    entries = sorted(one.entry_id for each in stories for one in each.seats)
    assert sorted(one.entry_id for each in now for one in each.seats) == entries
    assert all(one.seats for one in now)
    assert rearrange(groups, now, {}) == []


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_ids_are_old_or_new_and_what_ends_leads_to_what_lives(world):
    groups, stories = world
    reformings = [one for each in rearrange(groups, stories, {}) for one in each.stories]
    old = {one.id for one in stories}
    kept = [one.story_id for one in reformings if one.story_id is not None]
    ended = [one for each in reformings for one in each.absorbed]
    assert len(set(kept)) == len(kept)
    assert len(set(ended)) == len(ended)
    assert set(kept) | set(ended) <= old
    assert not set(kept) & set(ended)


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_each_living_story_is_led_by_an_entry_of_its_own_and_by_one_alone(world):
    groups, stories = world
    for one in after(stories, rearrange(groups, stories, {})):
        assert one.lead_id in {each.entry_id for each in one.seats}
        assert [each.entry_id for each in one.seats if each.relation is Relation.LEAD] == [one.lead_id]


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_what_the_operator_placed_or_hid_and_what_came_before_stays(world):
    groups, stories = world
    now = {
        one.entry_id: each.id for each in after(stories, rearrange(groups, stories, {})) for one in each.seats
    }
    first = min(one.entry_id for each in groups for one in each.members)
    for each in stories:
        for one in each.seats:
            if one.pinned or each.hidden or one.entry_id < first:
                assert now[one.entry_id] == each.id


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_who_was_told_stays_told(world):
    groups, stories = world
    told = {one.entry_id for each in stories if each.told_number for one in each.seats}
    for each in after(stories, rearrange(groups, stories, {})):
        members = {one.entry_id for one in each.seats}
        assert each.told_number or not members & told or each.hidden
