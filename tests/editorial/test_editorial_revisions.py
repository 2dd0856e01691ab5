"""Known entries that came again: they stay in their story, and the operator hears when they no longer fit."""

from __future__ import annotations

from aggregator.editorial import duplicates, stories
from aggregator.model import DescribedEntry, KnownEntry, Revision
from tests.editorial.reports import DAM, OTHER_NEWS, Told, drawn, judge, report, stored

LEAD, FOLLOWER = report(DAM["ru"], "sun", age=3), report(DAM["kk"], "moon", age=2)


def revised(told: Told, *known: KnownEntry, source: str = "moon", raw: bytes = b"new") -> list[Revision]:
    """What comes of the follower when it comes again with these words."""
    (again,) = drawn([report(told, source, age=2, raw=raw)])
    return list(judge([again], known).revisions)


def story(*others: DescribedEntry, excluded: bool = False) -> list[KnownEntry]:
    """The follower, stored as entry 2 of story 1, and others of its story."""
    follower, *rest = drawn([FOLLOWER, *others])
    return [
        stored(follower, 2, story=1, leads=not others, excluded=excluded),
        *(stored(one, number, story=1, leads=number == 3) for number, one in enumerate(rest, 3)),
    ]


def test_an_entry_that_came_again_unchanged_is_no_revision() -> None:
    assert revised(DAM["kk"], *story(LEAD), raw=b"raw") == []


def test_a_changed_entry_stays_in_its_story() -> None:
    (revision,) = revised(Told("Бөгет жарылды, 13 адам қаза тапты", DAM["kk"].text), *story(LEAD))
    assert (revision.entry_id, revision.story_id, revision.shown_change) == (2, 1, True)
    assert revision.attention == ""


def test_an_entry_that_now_tells_something_else_stays_and_is_shown_to_the_operator() -> None:
    (revision,) = revised(OTHER_NEWS[6], *story(LEAD))
    assert revision.story_id == 1
    assert revision.attention.startswith(
        "it was changed and no longer tells what the others of its story tell"
    )


def test_a_claim_that_became_its_denial_is_shown_to_the_operator() -> None:
    claim = Told(
        "Kazakh minister Asanov plans to resign in May", "Asanov plans to resign, the ministry said."
    )
    denial = Told("Kazakh minister Asanov denies plans to resign in May", "Asanov will not resign, he said.")
    lead, follower = drawn([report(claim, "sun", age=3), report(claim, "moon", age=2)])
    known = [stored(lead, 3, story=1), stored(follower, 2, story=1, leads=False)]
    (revision,) = revised(denial, *known)
    assert revision.attention


def test_an_entry_that_names_other_countries_now_is_shown_to_the_operator() -> None:
    text = DAM["ru"].text.replace("Кыргызстане", "Таджикистане").replace("Президент Садыр Жапаров", "Он")
    elsewhere = Told(
        "В Таджикистане прорвало плотину: 12 погибших",
        text.replace("Таласом", "Хорогом").replace("Кара-Буура", "Нурек"),
    )
    (revision,) = revised(elsewhere, *story(report(DAM["en"], "sun", age=3)))
    assert "likeness -9.0" in revision.attention


def test_one_that_is_still_like_any_of_its_story_needs_no_attention() -> None:
    (revision,) = revised(OTHER_NEWS[6], *story(LEAD, report(OTHER_NEWS[6], "star", age=2)))
    assert revision.attention == ""


def test_an_entry_alone_in_its_story_may_change_as_it_likes() -> None:
    (revision,) = revised(OTHER_NEWS[6], *story())
    assert (revision.shown_change, revision.attention) == (True, "")


def test_entries_of_other_stories_and_those_without_terms_say_nothing() -> None:
    lead, other = drawn([LEAD, report(OTHER_NEWS[0], "star")])
    bare = KnownEntry(9, "mars", "1", "", 1, b"", b"", lead.entry.published)
    (revision,) = revised(OTHER_NEWS[6], *story(), stored(other, 8, story=4), bare)
    assert revision.attention == ""


def test_an_excluded_entry_needs_no_attention() -> None:
    known = story(LEAD, excluded=True)
    (revision,) = revised(OTHER_NEWS[6], *known)
    assert revision.attention == ""


def test_a_change_that_readers_do_not_see_is_not_judged() -> None:
    (revision,) = revised(Told(DAM["kk"].title.upper(), DAM["kk"].text), *story(LEAD))
    assert (revision.shown_change, revision.attention) == (False, "")


def test_an_entry_that_came_back_with_an_old_text_is_still_a_copy() -> None:
    copy = report(DAM["ru"], "star", age=1)
    (revision,) = revised(DAM["ru"], *story(copy))
    assert revision.attention == ""
    first, second = (stories.Thing(one) for one in drawn([copy, report(DAM["ru"], "moon")]))
    assert duplicates.verdict(first.fingerprint, second.fingerprint)


def test_what_is_revised_is_compared_with_its_own_story_only(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    many = [report(Told(f"Word{n} meadow rivulet", ""), "sun", str(n), age=3) for n in range(200)]
    first = drawn(many)
    known = [stored(one, number, story=number) for number, one in enumerate(first, 1)]
    again = drawn([report(Told(f"Other{n}", ""), "sun", str(n), raw=b"new") for n in range(200)])
    compared = 0
    real = stories.Thing

    def thing(entry: DescribedEntry | KnownEntry) -> stories.Thing:
        nonlocal compared
        compared += 1
        return real(entry)

    monkeypatch.setattr("aggregator.editorial.revisions.Thing", thing)
    assert len(judge(again, known).revisions) == 200
    assert compared <= 2 * 200
