"""Cities and towns, names that languages borrow, and countries in any language that CLDR knows."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from aggregator.editorial import borrowed, language, places, shipped, territories
from aggregator.editorial.countries import Tagger, Zones
from aggregator.editorial.folding import fold, fold_with_offsets
from aggregator.editorial.gazetteer_format import Kind, Word
from aggregator.model import Tag


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(shipped.gazetteer(language.REGION))


def found(tagger: Tagger, code: str, title: str = "", lead: str = "") -> tuple[list[Tag], list[Tag]]:
    tags, mentions = tagger.tag(Zones(fold_with_offsets(title), fold_with_offsets(lead)), code)
    return list(tags), list(mentions)


def countries(tags: list[Tag]) -> set[str]:
    return {tag.country for tag in tags}


def test_the_file_of_places_says_where_its_names_come_from_and_holds_what_its_format_says() -> None:
    text = shipped.texts()[places.FILE]
    assert "GeoNames" in text
    assert "creativecommons.org/licenses/by/4.0" in text
    words = list(places.words(text))
    assert len(words) > 5000
    assert {word.country for word in words} <= territories.codes()
    assert {word.kind for word in words} == {Kind.PLACES, Kind.TOWNS}
    assert {word.language for word in words} == {"any", "ru"}
    assert not [word for word in words if not 3 <= len(word.text) <= 80]


def test_no_name_is_given_to_two_countries() -> None:
    bearers: dict[str, set[str]] = {}
    for word in places.words(shipped.texts()[places.FILE]):
        bearers.setdefault(fold(word.text), set()).add(word.country)
    assert not {name: codes for name, codes in bearers.items() if len(codes) > 1}


@pytest.mark.parametrize(
    ("code", "title", "country"),
    [
        ("en", "A ferry sails from Birkenhead", "GB"),
        ("de", "Eine Brücke für Birkenhead", "GB"),
        ("ru", "Мост в Батон-Руже", "US"),
        ("uz", "Baton-Rujda koʻprik ochildi", "US"),
        ("en", "Farmers of Makurdi plant yams", "NG"),
        ("tr", "Gilgit köprüsü açıldı", "PK"),
        ("en", "A school opens in Istaravshan", "TJ"),
    ],
)
def test_towns_of_the_world_are_found(tagger: Tagger, code: str, title: str, country: str) -> None:
    assert countries(found(tagger, code, title)[0]) == {country}


def test_a_town_named_once_in_the_lead_is_a_mention_and_a_city_a_tag(tagger: Tagger) -> None:
    assert countries(found(tagger, "en", lead="A bridge opens in Birkenhead.")[1]) == {"GB"}
    assert countries(found(tagger, "en", lead="A bridge opens in Liverpool.")[0]) == {"GB"}


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("tg", "Китоб ба забони русӣ нашр шуд"),
        ("kk", "Дархан Әбдуахит ән салды"),
        ("en", "Jackson and Lincoln read from their novel"),
        ("en", "Reading makes a man; a mobile does not"),
        ("ru", "Королева посетила школу"),
        ("ru", "Певица Ариана спела о Медине"),
        ("kk", "Ауыл тарихы туралы дәріс"),
    ],
)
def test_a_word_or_a_person_called_like_a_town_is_none(tagger: Tagger, code: str, title: str) -> None:
    tags, mentions = found(tagger, code, title)
    assert not [*tags, *mentions]


# ------------------------------------------------------------------------------------ borrowed names


@pytest.mark.parametrize(
    ("code", "name", "spelling"),
    [
        ("uz", "Пенсильвания", "pensilvaniya"),
        ("uz", "Лос-Анджелес", "los-anjeles"),
        ("uz", "Массачусетс", "massachusets"),
        ("tk", "Пенсильвания", "pensilwaniýa"),
        ("tg", "Бристоль", "бристол"),
    ],
)
def test_languages_spell_what_they_borrow_by_rule(code: str, name: str, spelling: str) -> None:
    assert spelling in borrowed.spellings(fold(name), code) or spelling in {
        one.replace("ts", "s") for one in borrowed.spellings(fold(name), code)
    }


def test_only_capitalised_russian_names_of_some_length_are_lent() -> None:
    def lent(text: str, kind: Kind = Kind.PLACES, code: str = "ru") -> bool:
        return borrowed.is_lent(Word("US", kind, code, text))

    assert lent("Батон-Руж")
    assert lent("Нью-Мексико")
    assert not lent("Рим")
    assert not lent("Карагандинская область")
    assert not lent("ОАЭ-США")
    assert not lent("американск", Kind.STEMS)
    assert not lent("Бристоль", code="uk")


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("kk", "Бристольден келген топ"),
        ("ky", "Бристольдон келген топ"),
        ("tg", "Гурӯҳе аз Бристол омад"),
        ("uz", "Bristoldan kelgan guruh"),
        ("de", "Ein Bristoler Chor"),
        ("tr", "Bristol'dan gelen koro"),
    ],
)
def test_one_russian_or_english_name_serves_many_languages(tagger: Tagger, code: str, title: str) -> None:
    assert countries(found(tagger, code, title)[0]) == {"GB"}


# ------------------------------------------------------------------------------------ any language


@pytest.mark.parametrize("code", ["sr", "hi", "ja", "sw", "ar", "ko", "he", "es"])
def test_all_countries_are_found_by_their_names_in_a_language_that_no_file_knows(code: str) -> None:
    tagger = Tagger(shipped.gazetteer((code,)))
    missed = {
        (country, name)
        for country, _, name in territories.names((code,))
        if country not in countries([*chain(*found(tagger, code, f"{name} – 2026"))])
    }
    assert not missed
    assert {country for country, _, _ in territories.names((code,))} == territories.codes()


@pytest.mark.parametrize(
    ("code", "title", "country"),
    [
        ("sr", "Председник Казахстана стигао", "KZ"),
        ("sr", "Predsednik Kazahstana stigao", "KZ"),
        ("hi", "कज़ाखस्तान में नया पुल", "KZ"),
        ("ja", "カザフスタンの新しい橋", "KZ"),
        ("sw", "Daraja jipya nchini Tajikistani", "TJ"),
        ("ko", "카자흐스탄에서 새 다리", "KZ"),
        ("hu", "Új híd Kazahsztánban", "KZ"),
    ],
)
def test_names_in_other_languages_stand_in_their_sentences(code: str, title: str, country: str) -> None:
    assert countries(found(Tagger(shipped.gazetteer((code,))), code, title)[0]) == {country}


def test_the_files_own_lines_are_in_the_order_of_countries() -> None:
    lines = [line for line in shipped.texts()[places.FILE].splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Z]{2}\t(places|towns)\t[^\t]+", line) for line in lines)
    assert [line[:2] for line in lines] == sorted(line[:2] for line in lines)
