"""Where entries go: who leads a story, who follows, and what joins a stored one."""

from __future__ import annotations

import pytest

from aggregator.model import DescribedEntry, Founding, Joining, Relation
from tests.editorial.reports import DAM, Told, drawn, judge, report, stored

SNOW = Told(
    "Snow closes the road over the Tor pass in Kyrgyzstan",
    "The road over the Tor pass has been closed by 2 metres of snow since Friday, said Bolot Asanov of "
    "the road service. Some 140 lorries are waiting at the tunnel. It may open on Sunday, he said, if no "
    "avalanche comes down from the northern slope in the night.",
)


def founded(*arrivals: DescribedEntry, first: str = "", **weights: float) -> Founding:
    (founding,) = judge(drawn(arrivals), first=first, weights=weights).foundings
    return founding


def joined(
    known: DescribedEntry, *arrivals: DescribedEntry, first: str = "", **weights: float
) -> list[Joining]:
    stored_one, *new = drawn([known, *arrivals])
    decisions = judge(new, [stored(stored_one, 3, story=5)], first=first, weights=weights)
    assert not decisions.foundings
    return list(decisions.joinings)


def lead(founding: Founding) -> str:
    return founding.lead.entry.source_id


def test_what_came_first_leads() -> None:
    assert lead(founded(report(DAM["ru"], "sun", age=2), report(DAM["kk"], "moon", age=3))) == "moon"


def test_of_entries_of_one_moment_the_source_whose_id_comes_first_leads() -> None:
    assert lead(founded(report(DAM["ru"], "sun"), report(DAM["kk"], "moon"))) == "moon"


def test_the_weightier_source_leads_although_it_came_later() -> None:
    early, late = report(DAM["ru"], "sun", age=3), report(DAM["kk"], "moon", age=1)
    assert lead(founded(early, late, moon=1.5)) == "moon"
    assert lead(founded(early, late, sun=0.5)) == "moon"
    assert lead(founded(early, late, moon=1.0, sun=1.0)) == "sun"


def test_what_is_for_everybody_leads_before_what_is_for_subscribers() -> None:
    closed, free = report(DAM["ru"], "sun", age=3, paywalled=True), report(DAM["kk"], "moon", age=1)
    assert lead(founded(closed, free)) == "moon"
    assert lead(founded(closed, free, sun=2.0)) == "sun"


def test_followers_come_in_order_and_say_why() -> None:
    founding = founded(
        report(DAM["ru"], "sun", age=3), report(DAM["kk"], "moon", age=1), report(DAM["en"], "star", age=2)
    )
    assert [one.entry.entry.source_id for one in founding.followers] == ["star", "moon"]
    assert all(one.relation is Relation.REPORT for one in founding.followers)
    assert all(one.reason.startswith("same event as entry 1 of ") for one in founding.followers)


def test_a_story_of_archive_entries_is_old() -> None:
    archive = report(DAM["ru"], "sun", "1", age=100), report(DAM["ru"], "sun", "2", age=99, address="x")
    decisions = judge(drawn(archive), first="sun")
    assert all(founding.old for founding in decisions.foundings)


def test_a_story_is_news_if_one_of_its_entries_is() -> None:
    archive, fresh = report(DAM["ru"], "sun", age=80), report(DAM["kk"], "moon", age=20)
    founding = founded(archive, fresh, first="sun")
    assert (lead(founding), founding.old) == ("sun", False)


def test_a_fresh_entry_that_joins_tells_the_story_and_an_old_one_does_not() -> None:
    known = report(DAM["ru"], "sun", age=90)
    (fresh,) = joined(known, report(DAM["kk"], "moon", age=20))
    assert fresh.tells
    (archive,) = joined(known, report(DAM["kk"], "moon", age=85), first="moon")
    assert not archive.tells
    (guessed,) = joined(known, report(DAM["kk"], "moon", age=20, guessed=True))
    assert not guessed.tells


def test_what_joins_says_to_which_story_and_why() -> None:
    (joining,) = joined(report(DAM["ru"], "sun", age=3), report(DAM["kk"], "moon"))
    assert (joining.story_id, joining.relation, joining.former_lead) == (5, Relation.REPORT, None)
    assert joining.reason.startswith("same event as entry 1 of sun (likeness +")


def test_an_entry_of_a_weightier_source_takes_the_lead_of_a_stored_story() -> None:
    known, new = report(DAM["ru"], "sun", age=3), report(DAM["kk"], "moon")
    (joining,) = joined(known, new, moon=1.2)
    assert joining.former_lead is Relation.REPORT
    assert [one.former_lead for one in joined(known, new, moon=1.2, sun=1.2)] == [None]
    assert [one.former_lead for one in joined(known, new, sun=1.2)] == [None]


def test_of_several_weightier_ones_the_weightiest_takes_the_lead() -> None:
    new = [
        report(DAM["kk"], "moon", age=2),
        report(DAM["en"], "star", age=1),
        report(DAM["fr"], "mars", age=0.5),
    ]
    joinings = joined(report(DAM["ru"], "sun", age=3), *new, moon=1.2, star=1.5)
    assert {one.entry.entry.source_id: one.former_lead for one in joinings} == {
        "moon": None,
        "star": Relation.REPORT,
        "mars": None,
    }


def test_the_former_lead_is_a_copy_of_the_weightier_one_that_has_its_text() -> None:
    (joining,) = joined(report(SNOW, "sun", age=3), report(SNOW, "moon"), moon=2.0)
    assert (joining.relation, joining.former_lead) == (Relation.COPY, Relation.COPY)


def test_the_former_lead_is_the_same_item_if_the_new_one_has_its_address() -> None:
    (joining,) = joined(
        report(DAM["ru"], "sun", age=3, address="x.example/1"),
        report(DAM["kk"], "moon", address="x.example/1"),
        moon=2.0,
    )
    assert (joining.relation, joining.former_lead) == (Relation.SAME, Relation.SAME)


def test_a_story_whose_lead_cannot_be_compared_keeps_it() -> None:
    lead_of_old, follower, new = drawn(
        [report(SNOW, "sun"), report(DAM["ru"], "star", age=3), report(DAM["kk"], "moon")]
    )
    known = [stored(follower, 4, story=5, leads=False)]
    (joining,) = judge([new], known, weights={"moon": 9.0}).joinings
    assert (joining.story_id, joining.former_lead) == (5, None)
    assert lead_of_old.entry.source_id == "sun"


def test_entries_of_one_address_follow_the_one_that_is_compared() -> None:
    founding = founded(
        report(DAM["ru"], "sun", age=3),
        report(DAM["kk"], "moon", age=2, address="x.example/1"),
        report(DAM["kk"], "star", age=1, address="x.example/1"),
    )
    assert lead(founding) == "sun"
    report_, same = founding.followers
    assert report_.relation is Relation.REPORT
    assert (same.relation, same.reason) == (Relation.SAME, "same address as entry 1 of moon: x.example/1")


def test_the_lead_stands_for_what_has_its_address() -> None:
    founding = founded(
        report(DAM["kk"], "moon", age=2, address="x.example/1"),
        report(DAM["kk"], "star", age=1, address="x.example/1"),
        report(DAM["ru"], "sun", age=0.5),
        star=2.0,
    )
    assert lead(founding) == "star"
    moon, sun = founding.followers
    assert (moon.relation, moon.reason) == (Relation.SAME, "same address as entry 1 of star: x.example/1")
    assert sun.relation is Relation.REPORT


def test_each_entry_names_the_stored_one_that_has_its_own_address() -> None:
    one, two = report(DAM["ru"], "sun", "a", address="x/1"), report(DAM["ru"], "sun", "b", address="x/2")
    first, second, new, newer = drawn(
        [one, two, report(SNOW, "moon", "1", address="x/1"), report(SNOW, "moon", "2", address="x/2")]
    )
    known = [stored(first, 3, story=5), stored(second, 4, story=5, leads=False)]
    assert [one.reason for one in judge([new, newer], known).joinings] == [
        "same address as entry a of sun: x/1",
        "same address as entry b of sun: x/2",
    ]


def test_within_one_source_a_reason_does_not_repeat_its_name() -> None:
    founding = founded(
        report(SNOW, "sun", "1", address="x/1", age=2), report(SNOW, "sun", "2", address="x/1")
    )
    assert founding.followers[0].reason == "same address as entry 1 of the same source: x/1"


@pytest.mark.parametrize("address", ["", "x.example/2"])
def test_an_entry_that_joins_by_address_and_others_that_resemble_it_join_too(address: str) -> None:
    joinings = joined(
        report(DAM["ru"], "sun", age=3, address="x.example/1"),
        report(SNOW, "moon", address="x.example/1", age=2),
        report(SNOW, "star", address=address),
    )
    assert [one.relation for one in joinings] == [Relation.SAME, Relation.COPY]
