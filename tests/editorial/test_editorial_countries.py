"""The country tagger with the gazetteer as shipped."""

from __future__ import annotations

import time

import pytest

from aggregator.editorial import language, shipped
from aggregator.editorial.countries import Tagger, Zones
from aggregator.editorial.folding import fold_with_offsets


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(shipped.gazetteer(language.REGION))


def zones(**texts: str) -> Zones:
    return Zones(**{zone: fold_with_offsets(text) for zone, text in texts.items()})


def tags(tagger: Tagger, title: str, code: str, default: str | None = None) -> set[str]:
    return {tag.country for tag in tagger.tag(zones(title=title), code, default)[0]}


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("ru", "В Казахстане открыли новую школу", {"KZ"}),
        ("ru", "Казахстанские и узбекские фермеры договорились о воде", {"KZ", "UZ"}),
        ("ru", "Посол побывал в Саудовской Аравии", {"SA"}),
        ("ru", "Токаева ждут в Бишкеке", {"KZ", "KG"}),
        ("kk", "Қазақстанда жаңа көпір ашылды", {"KZ"}),
        ("kk", "Өзбекстанның елшісі келді", {"UZ"}),
        ("ky", "Кыргызстандын жана Ооганстандын соодасы", {"KG", "AF"}),
        ("uz", "Oʻzbekistonning yangi temir yoʻli", {"UZ"}),
        ("uz", "O'zbekistondan meva jo'natildi", {"UZ"}),
        ("uz", "Ўзбекистонда янги кўприк очилди", {"UZ"}),
        ("tg", "Тоҷикистону Афғонистонро роҳи нав пайваст", {"TJ", "AF"}),
        ("tk", "Türkmenistanyň gazy Özbegistana akýar", {"TM", "UZ"}),
        ("tr", "Kazakistan'da yeni okul açıldı", {"KZ"}),
        ("fa", "بازرگانان افغانستان به تاجيكستان رفتند", {"AF", "TJ"}),
        ("fa", "قزاقستانی‌ها در هرات", {"KZ", "AF"}),
        ("ps", "د طالبانو استازی قزاقستان ته ولاړ", {"AF", "KZ"}),
        ("fr", "L’Ouzbékistan et la Kirghizie signent un accord", {"UZ", "KG"}),
        ("fr", "OUZBEKISTAN : LA RÉCOLTE EST FINIE", {"UZ"}),
        ("de", "Kasachstans Präsident empfängt tadschikische Schüler", {"KZ", "TJ"}),
        ("zh", "哈萨克斯坦总统访问北京", {"KZ", "CN"}),
        ("ka", "ყაზახეთში ახალი სკოლა გაიხსნა", {"KZ"}),
        ("hy", "Ղազախստանում նոր դպրոց բացվեց", {"KZ"}),
        ("mn", "Казахстанд шинэ сургууль нээгдлээ", {"KZ"}),
        ("en", "Akorda denies the report", {"KZ"}),
        ("tk", "Arkadag şäherinde toý boldy", {"TM"}),
    ],
)
def test_countries_are_found_in_every_language_of_the_region(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert tags(tagger, title, code) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "Nigeria plants a million trees", {"NG"}),
        ("en", "Niger plants a million trees", {"NE"}),
        ("ru", "Нигерия сажает деревья", {"NG"}),
        ("en", "Romania opens a museum", {"RO"}),
        ("en", "Indiana opens a museum", {"US"}),
        ("en", "Papua New Guinea opens a museum", {"PG"}),
        ("en", "A guinea pig wins the race", set()),
        ("en", "South Korea opens a museum", {"KR"}),
        ("ru", "Газовая плита и усадьба", set()),
        ("en", "Usage of water grows", set()),
        ("en", "LET US GO HOME", set()),
        ("en", "US opens an embassy", {"US"}),
    ],
)
def test_a_name_within_another_word_does_not_count(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert tags(tagger, title, code) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("tg", "Мулоқот душанбе баргузор мешавад", set()),
        ("tg", "Вазир дар Душанбе суханронӣ кард", {"TJ"}),
        ("ky", "Жыйын келерки дүйшөмбү болот", set()),
        ("ky", "Дүйшөмбү күнү сабак башталат", set()),
        ("ky", "Сапар Дүйшөмбү шаарында башталды", {"TJ"}),
        ("uz", "Yig'ilish dushanba kuni bo'ladi", set()),
        ("uz", "Йиғилиш душанба куни бўлади", set()),
        ("uz", "Vazir Dushanbega keldi", {"TJ"}),
        ("fa", "نشست دوشنبه برگزار می‌شود", set()),
        ("fa", "وزیر تاجیکستان در دوشنبه سخن گفت", {"TJ"}),
        ("fa", "همایش در شهر دوشنبه برگزار شد", {"TJ"}),
        ("fa", "در آستانه سال نو", set()),
        ("fa", "سفر به آستانه پایتخت قزاقستان", {"KZ"}),
        ("fa", "گزارش مالی شهرداری", set()),
    ],
)
def test_mondays_and_thresholds_are_no_cities(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert tags(tagger, title, code) == expected


def test_monday_does_not_count_beside_a_tajik_sign(tagger: Tagger) -> None:
    found = zones(title="تاجیکستان بازار را باز کرد", lead="نشست روز دوشنبه برگزار شد")
    (tag,) = tagger.tag(found, "fa")[0]
    assert [evidence.surface for evidence in tag.evidence] == ["تاجیکستان"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Georgia votes for a new parliament in Tbilisi", {"GE"}),
        ("A bakery burns down in Atlanta, Georgia", {"US"}),
        ("The writer Georgia Miller reads from her novel", set()),
        ("Jordan sends tents to Syria", {"JO", "SY"}),
        ("Actor Jordan Keller opens the book fair", set()),
        ("Jordan Seizes Smuggled Coins In Desert Town", {"JO"}),
        ("Roast turkey for the holiday", set()),
        ("Turkey and Azerbaijan open a pipeline", {"TR", "AZ"}),
        ("Singer Chad Miller is back on stage", set()),
        ("Chad reopens its border", {"TD"}),
        ("Mary bakes bread for the village", set()),
        ("Cotton from Mary reaches the Turkmen capital", {"TM"}),
        ("The Astana process stalls again", set()),
        ("Courses in Russian for adults", set()),
    ],
)
def test_names_that_mean_other_things_count_only_as_countries(
    tagger: Tagger, title: str, expected: set[str]
) -> None:
    assert tags(tagger, title, "en") == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("ru", "Донские казаки провели парад", set()),
        ("ky", "Казак жана кыргыз окуучулары", {"KZ", "KG"}),
        ("ru", "Того же мнения придерживается тренер", set()),
        ("ru", "Организация (запрещена в РФ) закрылась", set()),
        ("ru", "Книга на русском языке о Таджикистане", {"TJ"}),
        ("en", "Farmers in Gorno-Badakhshan rebuild a canal", {"TJ"}),
        ("en", "Farmers in Badakhshan rebuild a canal", {"AF"}),
        ("en", "Jalal-Abad gets a new bus line", {"KG"}),
        ("en", "Jalalabad gets a new bus line", {"AF"}),
        ("en", "Exiles from East Turkistan meet", {"CN"}),
        ("fr", "Réunion des maires sur la neige", set()),
        ("uz", "Kompaniyaning Mali hisoboti", set()),
    ],
)
def test_words_of_one_language_are_not_those_of_another(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert tags(tagger, title, code) == expected


def test_evidence_names_the_words_and_where_they_stand_in_the_original(tagger: Tagger) -> None:
    title = "«Нов\u00adости…» из Қазақстан\u200cда"
    (tag,) = tagger.tag(zones(title=title), "kk")[0]
    evidence = tag.evidence[0]
    assert title[evidence.start :].startswith("Қазақстан")
    assert (evidence.surface, evidence.zone) == ("Қазақстан\u200cда", "title")
    assert evidence.rule.startswith("KZ names kk: Қазақстан")


def test_what_stands_in_the_title_is_more_salient_than_what_stands_below(tagger: Tagger) -> None:
    placed = zones(title="Kazakhstan buys trains", lead="They come from Germany.", body="Not from Italy.")
    found, mentioned = tagger.tag(placed, "en")
    assert [tag.country for tag in found] == ["KZ", "DE"]
    assert [tag.country for tag in mentioned] == ["IT"]
    assert found[0].salience > found[1].salience > mentioned[0].salience


def test_the_threshold_parts_tags_from_mentions() -> None:
    strict = Tagger(shipped.gazetteer(language.REGION), threshold=0.55)
    found, mentioned = strict.tag(zones(title="Kazakhstan", lead="Germany"), "en")
    assert ([tag.country for tag in found], [tag.country for tag in mentioned]) == (["KZ"], ["DE"])


def test_the_default_country_is_taken_only_when_title_and_lead_name_none(tagger: Tagger) -> None:
    assert tags(tagger, "Снег выпал в горах", "ru", "KG") == {"KG"}
    assert tags(tagger, "Снег выпал в горах Китая", "ru", "KG") == {"CN"}
    found, mentioned = tagger.tag(zones(title="Снег", body="Как в Китае и в Бишкеке."), "ru", "KG")
    assert [tag.country for tag in found] == ["KG"]
    assert [tag.country for tag in mentioned] == ["CN"]
    assert found[0].evidence[0].zone == "source"


def test_sections_of_the_address_and_categories_add_to_salience_but_do_not_tag(tagger: Tagger) -> None:
    placed = zones(title="Une école ouvre", category="kazakhstan", url="fr ouzbekistan")
    found, mentioned = tagger.tag(placed, "fr")
    assert not found
    assert {tag.country for tag in mentioned} == {"UZ", "KZ"}


@pytest.mark.parametrize(
    "text",
    [
        "Казахстан " * 1000,
        "中国" * 5000,
        "Georgia " * 1250,
        "о" * 10_000,
        "۞" * 10_000,
        "\U000e0fff" * 10_000,
    ],
)
def test_ten_thousand_characters_of_anything_take_no_time(tagger: Tagger, text: str) -> None:
    started = time.perf_counter()
    tagger.tag(zones(body=text), "und")
    assert time.perf_counter() - started < 0.5
