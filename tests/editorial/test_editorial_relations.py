"""How an entry belongs to a story: as a copy, an edition, a translation or a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.editorial import likeness
from aggregator.editorial.likeness import Weighed
from aggregator.editorial.relations import MOST_COMPARED, bond
from aggregator.editorial.stories import Gathering, Terms, Thing
from aggregator.model import DescribedEntry, Following, Relation
from tests.editorial.reports import DAM, OTHER_NEWS, Told, drawn, judge, other_news, report, stored

CREDITED = Told(DAM["fr"].title, f"{DAM['fr'].text} Traduit du russe par Aline Petit.")


def following(
    lead: DescribedEntry, *others: DescribedEntry, outlets: dict[str, str] | None = None
) -> dict[str, Following]:
    decisions = judge(drawn([lead, *others, *other_news()]), outlets=outlets)
    (founding,) = [one for one in decisions.foundings if one.lead.entry.guid == lead.entry.guid == "lead"]
    return {one.entry.entry.source_id: one for one in founding.followers}


LEAD = report(DAM["ru"], "sun", "lead", age=5)


def test_an_independent_account_is_a_report() -> None:
    one = following(LEAD, report(DAM["fr"], "moon"))["moon"]
    assert one.relation is Relation.REPORT
    assert one.reason.startswith("same event as entry lead of sun (likeness +")


def test_a_report_says_what_both_say_in_its_own_words() -> None:
    reason = following(LEAD, report(DAM["fr"], "moon"))["moon"].reason
    _, _, words = reason.partition(": both say ")
    said = words.split(", ")
    assert 1 < len(said) <= 6
    assert {"3400", "Talas"} <= set(said)
    assert all(word in f"{DAM['fr'].title} {DAM['fr'].text}" for word in said)


def test_another_account_in_the_same_language_is_a_report() -> None:
    told = Told(
        "Плотина разрушена под Таласом, погибли 12 человек",
        "В Кыргызстане 12 человек стали жертвами прорыва плотины Кара-Буура под Таласом. По словам Эрмека "
        "Асанбекова, 3400 человек вывезли из домов ещё ночью.",
    )
    assert following(LEAD, report(told, "moon"))["moon"].relation is Relation.REPORT


def test_the_same_text_is_a_copy() -> None:
    one = following(LEAD, report(DAM["ru"], "moon"))["moon"]
    assert one.relation is Relation.COPY
    assert one.reason.startswith("same text as entry lead of sun: ")


def test_a_copy_is_of_what_it_has_most_of() -> None:
    shortened = Told("Плотина", DAM["ru"].text.rsplit(".", 2)[0])
    found = following(LEAD, report(shortened, "moon", age=4), report(DAM["ru"], "star"))
    assert found["star"].reason.startswith("same text as entry lead of sun: ")


def test_an_outlets_other_language_is_an_edition() -> None:
    outlets = {"sun": "The Sun", "sun-fr": "The Sun"}
    assert (
        following(LEAD, report(DAM["fr"], "sun-fr"), outlets=outlets)["sun-fr"].relation is Relation.EDITION
    )
    assert following(LEAD, report(DAM["fr"], "sun-fr"))["sun-fr"].relation is Relation.REPORT


def test_one_source_in_two_languages_is_an_outlet_with_editions() -> None:
    assert following(LEAD, report(DAM["fr"], "sun", "2"))["sun"].relation is Relation.EDITION


def test_an_outlets_second_account_in_its_own_language_is_no_edition() -> None:
    outlets = {"sun": "The Sun", "sun-news": "The Sun"}
    told = Told(
        "Под Таласом прорвало плотину", "Погибли 12 человек, эвакуированы 3400, сказал Эрмек Асанбеков."
    )
    found = following(LEAD, report(told, "sun-news"), outlets=outlets)["sun-news"]
    assert found.relation in {Relation.REPORT, Relation.COPY}


def test_a_credited_translation_is_one() -> None:
    assert following(LEAD, report(CREDITED, "moon"))["moon"].relation is Relation.TRANSLATION


def test_an_edition_that_credits_its_translator_is_an_edition() -> None:
    outlets = {"sun": "The Sun", "sun-fr": "The Sun"}
    assert following(LEAD, report(CREDITED, "sun-fr"), outlets=outlets)["sun-fr"].relation is Relation.EDITION


def test_a_credit_within_one_language_makes_no_translation() -> None:
    lead = report(DAM["fr"], "sun", "lead", age=5)
    assert following(lead, report(CREDITED, "moon"))["moon"].relation is Relation.COPY


@pytest.mark.parametrize("address", ["", "x.example/1"])
def test_an_entry_is_never_compared_with_itself(address: str) -> None:
    lead = replace(LEAD, entry=replace(LEAD.entry, canonical_url=address))
    found = following(lead, report(DAM["kk"], "moon"))
    assert "of sun" in found["moon"].reason


def test_in_a_long_stored_story_an_entry_is_that_of_the_member_it_is_most_alike() -> None:
    members = drawn([*(report(told, f"s{n}") for n, told in enumerate(OTHER_NEWS * 2)), LEAD])
    story = [stored(one, number, story=5, leads=number == 1) for number, one in enumerate(members, 1)]
    (new,) = drawn([report(DAM["ru"], "moon")])
    (joining,) = judge([new], story).joinings
    assert joining.relation is Relation.COPY
    assert joining.reason.startswith("same text as entry lead of sun: ")


@pytest.mark.parametrize("met", [0, 3])
def test_a_member_of_a_long_story_is_compared_with_few_others(
    met: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = drawn(report(DAM["kk" if n % 2 else "ru"], f"s{n}") for n in range(300))
    gathering = Gathering([Thing(one) for one in many], 0, {}, [], Terms(timedelta(hours=72), {}))
    gathering.met[299] = list(range(met))
    compared = set()

    def score(one: Weighed, other: Weighed) -> float:
        compared.add((one, other))
        return 1.0

    monkeypatch.setattr(likeness, "score", score)
    bond(gathering, 299, range(300))
    assert 0 < len(compared) <= (met or MOST_COMPARED)
