"""Words that look like a country's and are not: each trap with its counter-example."""

from __future__ import annotations

import pytest

from aggregator.editorial import datelines, language, shipped
from aggregator.editorial.countries import Tagger, Zones
from aggregator.editorial.folding import fold_with_offsets


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(shipped.gazetteer(language.REGION))


def countries(tagger: Tagger, code: str, title: str = "", lead: str = "") -> set[str]:
    zones = Zones(title=fold_with_offsets(title), lead=fold_with_offsets(lead))
    tags, mentions = tagger.tag(zones, code)
    return {tag.country for tag in (*tags, *mentions)}


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "Georgia Tech opens a robotics lab", {"US"}),
        ("en", "A dam is built in the state of Georgia", {"US"}),
        ("en", "Georgian winegrowers count their losses", {"GE"}),
        ("en", "Penguins return to South Georgia", set()),
        ("ru", "В штате Джорджия открылся музей", {"US"}),
        ("ru", "В Грузии открылся музей", {"GE"}),
        ("en", "The film festival of Paris, Texas", {"US"}),
        ("en", "A choir from Moscow, Idaho", {"US"}),
        ("en", "A choir from Moscow", {"RU"}),
        ("en", "Farmers in Athens, Georgia, plant peaches", {"US"}),
        ("ru", "Мельница в городе Амстердам (Нью-Йорк) закрыта", {"US"}),
        ("ru", "Мельница в городе Амстердам (Нидерланды) закрыта", {"NL"}),
        ("ru", "Музеи округа Колумбия и округ Колумбия", {"US", "CO"}),
        ("en", "Gulf of Mexico storms", set()),
        ("en", "Ranchers in New Mexico", {"US"}),
        ("en", "New South Wales opens a bridge", {"AU"}),
        ("en", "Wales opens a bridge", {"GB"}),
    ],
)
def test_american_states_and_cities_named_like_countries_cities(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("fr", "Le marcheur Jordan Petit gagne", set()),
        ("fr", "Nancy Martin gagne la course", set()),
        ("fr", "Le maire de Nancy inaugure un pont", {"FR"}),
        ("ru", "Портрет работы Марселя Иванова показали в школе", set()),
        ("ru", "В порту Марселя прошла проверка", {"FR"}),
        ("en", "Veteran reporter Bill Holland retires after forty years", set()),
        ("en", "Singer Sydney Brooks is back on stage", set()),
        ("en", "Trains in Sydney run late", {"AU"}),
        ("en", "Niger Delta fishers protest", set()),
        ("en", "Equatorial Guinea opens a port", {"GQ"}),
        ("fr", "Un port ouvre en Afrique du Sud", {"ZA"}),
        ("en", "Guinea opens a port", {"GN"}),
        ("ru", "Озеро Чад мелеет", set()),
        ("ru", "Чад закрыл границу", {"TD"}),
        ("ru", "Вечер поэта Алишера Навои прошёл в школе", set()),
        ("uz", "Alisher Navoiy haqida kitob", set()),
        ("uz", "Bu qonunga qarshi chiqdi", set()),
    ],
)
def test_names_of_people_lakes_and_words(tagger: Tagger, code: str, title: str, expected: set[str]) -> None:
    assert countries(tagger, code, title) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("ru", "Команда «Астана» на гонке: велокоманда Астана выиграла", {"KZ"}),
        ("en", "XDS Astana wins the stage", set()),
        ("en", "Astana wins the tender", {"KZ"}),
        ("kk", "Астана процесі жалғасады", set()),
        ("ky", "Жалал-Абадда көпүр курулду", {"KG"}),
        ("fa", "پل تازه در جلال آباد", {"AF"}),
        ("ru", "Мост в Джелалабаде", {"AF"}),
        ("tg", "Роҳи нав дар Бадахшони Кӯҳӣ", {"TJ"}),
        ("kk", "Түркістан қаласында мұражай ашылды", {"KZ"}),
        ("kk", "Шығыс Түркістан туралы кітап", {"CN"}),
        ("ru", "Путешествие по Туркестану", set()),
        ("ru", "Туркестан и другие города Казахстана", {"KZ"}),
        ("ru", "Казачий хор казаков выступил", set()),
        ("en", "Women of Osh market", {"KG"}),
        ("de", "Der Markt von Osch", {"KG"}),
        ("tk", "Duşenbede ýygnak bolar", {"TJ"}),
        ("tk", "Duşenbe güni ýygnak bolar", set()),
    ],
)
def test_places_of_the_region_that_share_a_name(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title) == expected


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("en", "A course in the Turkish language"),
        ("en", "The novel is out in German"),
        ("en", "Spanish-language radio grows"),
        ("fr", "Un roman traduit en ouzbek"),
        ("de", "Der Film läuft auf Kasachisch"),
        ("ru", "Словарь издан на казахском языке"),
        ("ru", "Учебник английского языка подорожал"),
        ("kk", "Оқулық орыс тілінде шықты"),
        ("ky", "Китеп кыргыз тилинде чыкты"),
        ("uz", "Darslik rus tilida chiqdi"),
        ("tg", "Китоб ба забони русӣ нашр шуд"),
        ("fa", "کتاب به زبان فارسی و زبان فرانسوی"),
        ("tr", "Kitap Rusça yayımlandı"),
    ],
)
def test_the_name_of_a_language_is_no_country(tagger: Tagger, code: str, title: str) -> None:
    assert countries(tagger, code, title) == set()


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("kk", "Теңге АҚШ долларына шаққанда әлсіреді", {"KZ"}),
        ("ru", "Сто миллионов долларов США на школы", set()),
        ("ru", "Школы в США закрыты", {"US"}),
        ("uz", "Loyiha 5 million AQSH dollari turadi", set()),
        ("fa", "قیمت دلار آمریکا بالا رفت", set()),
        ("tr", "Köprü 5 milyon ABD doları tuttu", set()),
        ("en", "A loan of ten million US dollars", set()),
        ("fr", "Un prêt de dix millions de dollars américains", set()),
    ],
)
def test_a_foreign_currency_is_no_country(tagger: Tagger, code: str, title: str, expected: set[str]) -> None:
    assert countries(tagger, code, title) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "The Astana Times has a new editor", set()),
        ("fr", "Le New York Times publie une carte", set()),
        ("ru", "Об этом пишет Немецкая волна", set()),
        ("ru", "Об этом пишет «Казахстанская правда»", set()),
        ("en", "Flights of the Moscow Times reporter", set()),
        ("ru", "Патриарх Московский обратился к верующим", set()),
        ("ru", "Перепись, которую провела Российская империя", set()),
        ("en", "Latin America plants trees", set()),
        ("tr", "Güney Amerika ormanları", set()),
        ("tr", "Amerika ormanları", {"US"}),
    ],
)
def test_outlets_churches_empires_and_continents(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title) == expected


@pytest.mark.parametrize(
    ("code", "lead", "expected"),
    [
        ("ru", "МОСКВА, 22 авг — Посевная началась в Узбекистане.", {"UZ"}),
        ("en", "ALMATY (Newswire) - Farmers in Tajikistan sow wheat.", {"TJ"}),
        ("en", "ALMATY — Farmers in Tajikistan sow wheat.", {"TJ"}),
        ("en", "Almaty, March 3 (Newswire) - Wheat is sown in Kazakhstan.", {"KZ"}),
        ("ru", "Алматы — город яблок.", {"KZ"}),
        ("en", "Wheat is sown in Tajikistan. (Reporting by A. Writer in Almaty)", {"TJ"}),
        ("en", "Wheat is sown (by hand) in Almaty.", {"KZ"}),
    ],
)
def test_where_a_report_was_written_is_not_what_it_is_about(
    tagger: Tagger, code: str, lead: str, expected: set[str]
) -> None:
    assert countries(tagger, code, lead=lead) == expected


def test_a_dateline_stands_only_where_a_report_opens() -> None:
    assert datelines.spans("ALMATY — Wheat", opening=True) == [(0, 9)]
    assert datelines.spans("ALMATY — Wheat", opening=False) == []
    assert datelines.spans("Wheat", opening=True) == []


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("ru", "Польские и чешские учителя приехали", {"PL", "CZ"}),
        ("kk", "Түрік компаниясы зауыт салды", {"TR"}),
        ("kk", "Түрікмендердің кілемдері", {"TM"}),
        ("ru", "Поляки и чехи приехали на праздник", {"PL", "CZ"}),
        ("ru", "Рассказы Чехова читают Полякова и Латышев", set()),
        ("tr", "Türk Dili dergisi", set()),
        ("kk", "Бұл канадалық және аустралиялық зауыт", {"CA", "AU"}),
        ("ky", "Бул канадалык зоот", {"CA"}),
        ("uz", "Bu kanadalik olim", {"CA"}),
        ("tg", "Ин олими канадагӣ аст", {"CA"}),
        ("tg", "Маблағи маликӣ", set()),
        ("ru", "Вьетнамцы и индонезийцы выращивают рис", {"VN", "ID"}),
        ("fr", "Des chercheurs brésiliens et néo-zélandais", {"BR", "NZ"}),
        ("de", "Finnische und schwedische Züge", {"FI", "SE"}),
        ("en", "Kenyan and Ethiopian runners", {"KE", "ET"}),
        ("kk", "Қарабалық ауданында егін жиналды", {"KZ"}),
        ("kk", "Абай ауданындағы мектеп", {"KZ"}),
        ("kk", "Абай өлеңдері", set()),
        ("kk", "Ұланбатырдан келген қонақтар", {"MN"}),
        ("uz", "Jenevada muzokaralar boshlandi", {"CH"}),
        ("tr", "Cenevre'de görüşmeler başladı", {"CH"}),
        ("fa", "گفتگوها در ژنو آغاز شد", {"CH"}),
    ],
)
def test_adjectives_districts_and_capitals_of_the_world(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title) == expected
