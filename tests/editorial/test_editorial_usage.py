"""What a word of the gazetteer stands for when it tells of no country: languages, persons, houses."""

from __future__ import annotations

import pytest

from aggregator.editorial import language, shipped
from aggregator.editorial.countries import Tagger, Zones
from aggregator.editorial.folding import fold_with_offsets


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(shipped.gazetteer(language.REGION))


def told(tagger: Tagger, code: str, title: str, lead: str = "") -> tuple[set[str], set[str]]:
    """The countries that a text is about, and those that it mentions."""
    zones = Zones(title=fold_with_offsets(title), lead=fold_with_offsets(lead))
    tags, mentions = tagger.tag(zones, code)
    return {tag.country for tag in tags}, {tag.country for tag in mentions}


def named(tagger: Tagger, code: str, title: str, lead: str = "") -> set[str]:
    return set().union(*told(tagger, code, title, lead))


# ------------------------------------------------------------------------------------------------ in passing


@pytest.mark.parametrize(
    ("code", "title", "lead", "subjects", "mentions"),
    [
        (
            "en",
            "Tajikistan paves a mountain road",
            "The road is open. Asphalt came from Iran.",
            {"TJ"},
            {"IR"},
        ),
        (
            "en",
            "Tajikistan paves a mountain road",
            "Asphalt came from Iran. It is open.",
            {"TJ", "IR"},
            set(),
        ),
        ("en", "Tajikistan paves a road", "It is open. Iran paid. Iran built it too.", {"TJ", "IR"}, set()),
        ("en", "A road is paved", "It is open. Iran paid for the asphalt.", {"IR"}, set()),
        ("ru", "В Узбекистане открыли завод", "Он даст ток. Станки привезли из Италии.", {"UZ"}, {"IT"}),
        ("ru", "В Узбекистане открыли завод", "А. Б. Петров привёз из Италии станки.", {"UZ", "IT"}, set()),
        ("kk", "Қазақстан көпір салды", "Ұзындығы 900 метр. Болат Қытайдан келді.", {"KZ"}, {"CN"}),
        ("fa", "افغانستان پل ساخت", "پل باز شد. آهن از ایران رسید.", {"AF"}, {"IR"}),
    ],
)
def test_a_country_named_once_behind_the_first_sentence_is_a_mention_where_the_title_names_another(
    tagger: Tagger, code: str, title: str, lead: str, subjects: set[str], mentions: set[str]
) -> None:
    assert told(tagger, code, title, lead) == (subjects, mentions)


def test_the_evidence_says_that_it_is_named_in_passing(tagger: Tagger) -> None:
    lead = fold_with_offsets("The road is open. Asphalt came from Iran.")
    _, (mention,) = tagger.tag(Zones(fold_with_offsets("Tajikistan paves a road"), lead), "en")
    assert mention.salience == 0.3
    assert mention.evidence[0].rule.endswith(", in passing")


# ------------------------------------------------------------------------------------------------ languages


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "A dictionary in Turkish, Persian and Arabic.", set()),
        ("en", "Songs in Polish; poems in Czech", set()),
        ("en", "A school in Turkish villages", {"TR"}),
        ("en", "Fairs in Turkish, Polish and Czech towns", {"TR", "PL", "CZ"}),
        ("ru", "Перевод с немецкого занял год", set()),
        ("ru", "Вывески на французском и казахском.", set()),
        ("ru", "Вывески на французском вокзале", {"FR"}),
        ("fr", "Un roman traduit du russe", set()),
        ("de", "Der Roman wurde aus dem Russischen übersetzt", set()),
        ("kk", "Кітап орысша шықты", set()),
        ("ky", "Китеп өзбекче чыкты", set()),
        ("tr", "Kitap Almanca yayımlandı", set()),
    ],
)
def test_languages_are_told_by_what_stands_around_them(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert named(tagger, code, title) == expected


def test_a_language_named_once_is_one_wherever_no_noun_follows(tagger: Tagger) -> None:
    title = "Lessons in Polish, Turkish and Czech:"
    assert named(tagger, "en", title, "Polish is hardest; Czech and Danish follow.") == set()
    assert named(tagger, "en", title, "Polish teachers came.") == {"PL"}
    assert named(tagger, "en", title, "Poland sent teachers. Polish is hardest.") == {"PL"}


# ------------------------------------------------------------------------------------------------ persons


@pytest.mark.parametrize(
    ("code", "title", "lead", "expected"),
    [
        ("en", "Jordan Maddox opens a bakery", '"Jordan bakes well," said a guest.', set()),
        ("en", "Jordan Maddox opens a bakery in Amman", "Jordan has few bakers.", {"JO"}),
        ("fr", "Jordan Mercier ouvre un four", "À vingt ans, Jordan cuit le pain.", set()),
        ("fr", "Un jardin pour sa fille, Chine", "", set()),
        ("fr", "Un jardin pour la Chine", "", {"CN"}),
        ("fa", "ایران حسینی، شاعر، درگذشت", "ایران حسینی ده کتاب داشت.", set()),
        ("fa", "ایران پل ساخت", "", {"IR"}),
        ("tr", "Selim Özbek ile Orhan Türkmen yarıştı", "Özbek ilk turu kazandı.", set()),
        ("tr", "Taşkent'te Özbek doktorlar buluştu", "", {"UZ"}),
        ("ru", "Левин и Грузинский сыграли вничью", "", set()),
        ("ru", "Грузинский чай подорожал", "", {"GE"}),
        ("ky", "Айбек Өзбеков мелдеште утту", "", set()),
        ("ky", "Казакбай аксакал бата берди", "", set()),
        ("ky", "Өзбек дыйкандары келди", "", {"UZ"}),
        ("kk", "Өзбекәлі атаға жүз жас", "", set()),
        ("kk", "Түрікпен деген жігіт келді", "", set()),
        ("kk", "Түрікменстан газ сатты", "", {"TM"}),
        ("en", "Farmer Nilufar Karimova sells melons", "", set()),
        ("en", "Gulnara Karimova stays in prison", "", {"UZ"}),
    ],
)
def test_people_called_like_a_country_or_a_people(
    tagger: Tagger, code: str, title: str, lead: str, expected: set[str]
) -> None:
    assert named(tagger, code, title, lead) == expected


# ------------------------------------------------------------------------------------------------ phrases


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "Why Danish pastry, Dutch courage and French toast?", set()),
        ("en", "Danish bakers and Dutch brewers", {"DK", "NL"}),
        ("ru", "Русская рулетка и немецкая овчарка", set()),
        ("ru", "Итальянская забастовка – она не итальянская.", set()),
        ("ru", "Итальянская забастовка – она не в Италии.", {"IT"}),
        ("fr", "Le couteau suisse du bricoleur", set()),
        ("de", "Der Perserteppich und das Schweizer Messer", set()),
        ("en", "The Polish restaurant at the corner", set()),
        ("ru", "Открылся грузинский ресторан", set()),
    ],
)
def test_things_called_after_a_people(tagger: Tagger, code: str, title: str, expected: set[str]) -> None:
    assert named(tagger, code, title) == expected


# --------------------------------------------------------------------------------------- names of places


@pytest.mark.parametrize(
    ("code", "title", "lead", "expected"),
    [
        ("ru", "Музей Республики Корея (РК) открыт", "Министр РК приехал.", {"KR"}),
        ("ru", "Музей РК открыт", "", {"KZ"}),
        ("ru", "Пожар в Одессе (штат Техас)", "", {"US"}),
        ("fr", "La Géorgie attend la neige", "À Atlanta, les écoles ferment.", {"US"}),
        ("fr", "La Géorgie attend la neige", "À Tbilissi, les écoles ferment.", {"GE"}),
        ("fr", "La Géorgie reçoit les Américains", "", {"GE", "US"}),
        ("fa", "زلزله در بدخشان تاجیکستان", "", {"TJ"}),
        ("tg", "Мактаб дар Шуғнони Бадахшон", "", {"TJ"}),
        ("ru", "Мост через Чили-Сай закрыт", "", set()),
        ("ru", "Рейс Чили-Перу отменён", "", {"CL", "PE"}),
        ("ru", "Форум Китай-Африка открыт", "", {"CN"}),
        ("de", "Chile-Reise abgesagt", "", {"CL"}),
        ("uz", "Kirov suv ombori toʻldi", "", {"KG"}),
        ("ru", "Пожар на Московской улице", "", set()),
        ("ru", "Пожар на улице Ташкентская", "", set()),
        ("ru", "Объезд по Ташкентской и Садовой", "", set()),
        ("ru", "Пожар на улицах Ташкента", "", {"UZ"}),
        ("de", "Brand in der Prager Straße", "", set()),
        ("ru", "Пожар в кинотеатре «Иран»", "", set()),
        ("ru", "Пожар в Иране", "", {"IR"}),
        ("fr", "Un incendie au café Portugal", "", set()),
        ("fr", "Un incendie au Portugal", "", {"PT"}),
        ("en", "Melons are cheap, says the Tehran Ledger", "", set()),
        ("ru", "Дыни дешевеют, пишет иранское агентство", "", set()),
        ("ru", "Иранское агентство закрыли", "", {"IR"}),
    ],
)
def test_places_and_houses_called_like_others(
    tagger: Tagger, code: str, title: str, lead: str, expected: set[str]
) -> None:
    assert named(tagger, code, title, lead) == expected


@pytest.mark.parametrize(
    ("code", "lead", "expected"),
    [
        ("ru", "Сев в Казахстане окончен.\nЧитайте также: Иран строит порт. Дождь в Китае", {"KZ"}),
        ("ru", "Сев в Казахстане окончен. Читайте также: Иран строит порт\nВ Китае дождь.", {"KZ", "CN"}),
        ("en", "Kazakhstan sows.\nSEE ALSO:\nIran builds a port\nChina waits.", {"KZ", "CN"}),
        ("en", "Kazakhstan sows wheat; see also Iran.", {"KZ", "IR"}),
        ("fr", "Le Kazakhstan sème. Lire aussi : L’Iran construit un port", {"KZ"}),
        ("kk", "Қазақстанда егін егілді. Тағы оқыңыз: Иранда порт салынды", {"KZ"}),
        ("fa", "قزاقستان گندم کاشت. بیشتر بخوانید: ایران بندر ساخت", {"KZ"}),
    ],
)
def test_titles_of_other_articles_do_not_count(
    tagger: Tagger, code: str, lead: str, expected: set[str]
) -> None:
    assert named(tagger, code, "", lead) == expected


# ----------------------------------------------------------------------------------------- small letters


@pytest.mark.parametrize(
    ("code", "title", "lead", "expected"),
    [
        ("ky", "Дүйшөмбүгө чейин суу жок", "Жыйын дүйшөмбү күнү болот.", set()),
        ("ky", "Дүйшөмбүгө учак учту", "", {"TJ"}),
        ("ky", "Учак Дүйшөмбүгө учту", "Жыйын дүйшөмбү күнү болот.", {"TJ"}),
        ("tr", "Kazak nasıl örülür?", "Yün kazak ılık suda yıkanır.", set()),
        ("tr", "Kazak besteciler Ankara'da", "", {"KZ", "TR"}),
        ("tr", "Kazak ozanlar sahnede", "Yün kazak giydiler. Kazakistan'dan geldiler.", {"KZ"}),
        ("en", "Oman opens a port", "More on this: #oman", {"OM"}),
        ("ru", "Иран строит порт", "О цене иранский министр молчит.", {"IR"}),
        ("kk", "Алматы жаңа көпір салды", "Оны алматылық шебер жасады.", {"KZ"}),
    ],
)
def test_a_capital_says_nothing_at_a_sentences_beginning_where_the_word_is_written_small_too(
    tagger: Tagger, code: str, title: str, lead: str, expected: set[str]
) -> None:
    assert named(tagger, code, title, lead) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("ru", "Ташкентский зоопарк ждёт гостей", {"UZ"}),
        ("ru", "Алматинец нашёл клад", {"KZ"}),
        ("fr", "Les Kirghiz fêtent le printemps", {"KG"}),
        ("fr", "Un accord franco-kazakh", {"FR", "KZ"}),
        ("fr", "Un accord kazakho-chinois", {"KZ", "CN"}),
        ("fr", "Le dictateur Franco", set()),
        ("ru", "Франко-польский договор", {"FR", "PL"}),
        ("tk", "Eýran söwdagärleri geldi", {"IR"}),
        ("tr", "Berdimuhammedov konuştu", {"TM"}),
        ("tr", "Pezeşkiyan konuştu", {"IR"}),
        ("tr", "Artvin'de sel", {"TR"}),
        ("az", "Göyçayda nar bayramı", {"AZ"}),
        ("mn", "Өвөрхангай аймагт цас орлоо", {"MN"}),
        ("ru", "Пробка в Химках", {"RU"}),
        ("fr", "Un théâtre à Quimper", {"FR"}),
    ],
)
def test_adjectives_inhabitants_and_towns(tagger: Tagger, code: str, title: str, expected: set[str]) -> None:
    assert named(tagger, code, title) == expected


# ---------------------------------------------------------------------------------------- national signs


@pytest.mark.parametrize(
    ("code", "title", "lead", "expected"),
    [
        ("kk", "Нан бағасы өсті", "Бір бөлке 200 теңге тұрады.", {"KZ"}),
        ("uz", "Non narxi oshdi", "Bir dona non 4 ming soʻm turadi.", {"UZ"}),
        ("ky", "Нандын баасы өстү", "Бир нан 30 сом турат.", {"KG"}),
        ("ru", "Хлеб подорожал", "Лепёшка стоит четыре тысячи сумов.", {"UZ"}),
        ("kk", "Иранда нан қымбаттады", "Бір бөлке 200 теңге тұрады.", {"IR"}),
        ("ru", "Вечер в манат не купишь", "", set()),
    ],
)
def test_a_currency_tells_of_its_country_where_no_other_is_named(
    tagger: Tagger, code: str, title: str, lead: str, expected: set[str]
) -> None:
    assert named(tagger, code, title, lead) == expected


def test_a_fragment_without_a_title_is_not_judged_by_its_currency(tagger: Tagger) -> None:
    assert named(tagger, "kk", "", "Бір бөлке 200 теңге тұрады.") == set()
