"""Every trap of the country tagger in several languages: words that look like a country's."""

from __future__ import annotations

import pytest

from aggregator.editorial import language, shipped
from aggregator.editorial.countries import Tagger, Zones
from aggregator.editorial.folding import fold_with_offsets


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(shipped.gazetteer(language.REGION))


def countries(tagger: Tagger, code: str, title: str = "", lead: str = "") -> set[str]:
    tags, mentions = tagger.tag(Zones(fold_with_offsets(title), fold_with_offsets(lead)), code)
    return {tag.country for tag in (*tags, *mentions)}


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("fr", "La Géorgie ouvre un musée", {"GE"}),
        ("fr", "L'État de Géorgie, aux États-Unis, ouvre un musée", {"US"}),
        ("de", "Georgien eröffnet ein Museum", {"GE"}),
        ("de", "Im US-Bundesstaat Georgia steht eine Mühle", {"US"}),
        ("tr", "Gürcistan müze açtı", {"GE"}),
        ("tr", "Georgia eyaletinde müze açıldı", {"US"}),
        ("fa", "گرجستان موزه‌ای گشود", {"GE"}),
        ("fa", "ایالت جورجیا موزه‌ای گشود", {"US"}),
        ("kk", "Джорджия штатында мұражай ашылды", {"US"}),
        ("kk", "Грузияда мұражай ашылды", {"GE"}),
        ("uz", "Jorjiya shtatida muzey ochildi", {"US"}),
        ("fr", "La Jordanie envoie des tentes", {"JO"}),
        ("ru", "Иордания отправила палатки", {"JO"}),
        ("ru", "Джордан Петерсон прочёл лекцию", set()),
        ("ru", "Майкл Джордан вышел на площадку", set()),
        ("tr", "Ürdün çadır gönderdi", {"JO"}),
        ("fr", "La Turquie récolte des noisettes", {"TR"}),
        ("en", "Cold turkey is served", set()),
        ("en", "Turkey sends a ship", {"TR"}),
        ("en", "The singer Chad Wilson sings", set()),
        ("fr", "Le Tchad rouvre sa frontière", {"TD"}),
        ("tr", "Çad sınırı açtı", {"TD"}),
        ("en", "The Niger river floods fields", set()),
        ("fr", "Le fleuve Niger déborde", set()),
        ("fr", "Le Niger vote", {"NE"}),
        ("ru", "Река Нигер вышла из берегов", set()),
        ("ru", "В Нигере прошли выборы", {"NE"}),
        ("en", "Nigerian farmers", {"NG"}),
        ("en", "Papua New Guinea votes", {"PG"}),
        ("en", "Guinea-Bissau votes", {"GW"}),
        ("en", "A guinea fowl farm", set()),
        ("fr", "La Guinée vote", {"GN"}),
        ("fr", "La Guinée équatoriale vote", {"GQ"}),
        ("fr", "Papouasie-Nouvelle-Guinée : un pont", {"PG"}),
        ("ru", "Экваториальная Гвинея голосует", {"GQ"}),
    ],
)
def test_a_country_named_like_a_state_a_bird_or_a_person_counts_as_a_country_only(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title=title) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "Mary opens a cotton mill near Ashgabat", {"TM"}),
        ("tk", "Mary welaýatynda pagta ýygyldy", {"TM"}),
        ("ru", "В Мары открыли завод", {"TM"}),
        ("en", "Saint Mary parish choir", set()),
        ("en", "Osh opens a bridge", {"KG"}),
        ("ru", "В Оше открыли мост", {"KG"}),
        ("uz", "Osh tayyorlash musobaqasi", set()),
        ("uz", "Palov va osh tanlovi", set()),
        ("uz", "Oʻsh viloyatida koʻprik", {"KG"}),
        ("tg", "Оши палав пухтанд", set()),
        ("tk", "Duşenbe güni ýygnak bolar", set()),
        ("kk", "Дүйсенбі күні жиын өтеді", set()),
        ("en", "The Astana Open begins", {"KZ"}),
        ("fr", "Le processus d’Astana reprend", set()),
        ("de", "Der Astana-Prozess stockt", set()),
        ("ru", "Переговоры в астанинском формате", set()),
        ("fr", "L'équipe Astana gagne l'étape", set()),
        ("tr", "Astana süreci yeniden başladı", set()),
        ("fa", "در آستانه انتخابات", set()),
        ("fa", "آستانه میزبان نشست قزاقستان شد", {"KZ"}),
        ("ru", "В Джалал-Абаде построили мост", {"KG"}),
        ("de", "In Dschalal-Abad steht eine Brücke", {"KG"}),
        ("ru", "В Джелалабаде построили мост", {"AF"}),
        ("fr", "Djalal-Abad inaugure un pont", {"KG"}),
        ("fr", "Djalalabad inaugure un pont", {"AF"}),
        ("ru", "В Горном Бадахшане сошла лавина", {"TJ"}),
        ("ru", "В афганском Бадахшане сошла лавина", {"AF"}),
        ("fr", "Le Haut-Badakhchan sous la neige", {"TJ"}),
        ("en", "GBAO opens a school", {"TJ"}),
        ("fa", "زلزله در بدخشان افغانستان", {"AF"}),
        ("fa", "ولایت خودمختار بدخشان کوهی", {"TJ"}),
        ("ru", "Туркестанская область собрала урожай", {"KZ"}),
        ("ru", "Исламская партия Туркестана", set()),
        ("en", "Turkistan region gathers the harvest", {"KZ"}),
        ("ru", "Восточный Туркестан в книгах", {"CN"}),
        ("uz", "Turkiston viloyatida hosil", {"KZ"}),
        ("ru", "Казаки прошли маршем", set()),
        ("ru", "Казахи прошли маршем", {"KZ"}),
        ("ky", "Казак эли", {"KZ"}),
        ("uk", "Козаки на параді", set()),
    ],
)
def test_the_regions_namesakes_and_mondays(tagger: Tagger, code: str, title: str, expected: set[str]) -> None:
    assert countries(tagger, code, title=title) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "Kazinform reports on a flood in Tashkent", {"UZ"}),
        ("ru", "Об этом сообщает РИА Новости", set()),
        ("ru", "пишет «Российская газета»", set()),
        ("en", "reports the Times of India", set()),
        ("fr", "selon Radio France", set()),
        ("de", "berichtet die Frankfurter Allgemeine", set()),
        ("en", "told China Daily", set()),
        ("en", "according to Fergana News", set()),
        ("ru", "сообщает агентство «Фергана»", set()),
        ("en", "the Afghanistan Times writes", set()),
        ("ru", "пишет The Washington Post", set()),
        ("ru", "сообщает «Узбекистан 24»", set()),
    ],
)
def test_outlets_say_nothing_of_a_country(tagger: Tagger, code: str, title: str, expected: set[str]) -> None:
    assert countries(tagger, code, title=title) == expected


@pytest.mark.parametrize(
    ("code", "lead", "expected"),
    [
        ("ru", "ДУШАНБЕ, 3 апр — ТАСС. В Казани открыли мост", {"RU"}),
        ("ru", "БИШКЕК, 4 сен — Sputnik. Рейсы в Стамбул отменены", {"TR"}),
        ("ru", "ТАШКЕНТ /АКИpress/ - Рейсы в Стамбул отменены", {"TR"}),
        ("ru", "(АКИpress) - Рейсы в Стамбул отменены", {"TR"}),
        ("fa", "کابل - رویترز: سیل در پاکستان", {"PK"}),
    ],
)
def test_a_dateline_is_not_the_matter(tagger: Tagger, code: str, lead: str, expected: set[str]) -> None:
    assert countries(tagger, code, lead=lead) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("ru", "Сеть (запрещённая в России) закрыта", set()),
        ("ru", "«Свидетели» (организация запрещена на территории РФ)", set()),
        ("ru", "Meta (признана экстремистской в РФ и запрещена)", set()),
        ("ru", "Движение, запрещенное на территории Российской Федерации", set()),
        ("ru", "Телеканал (признан иноагентом в РФ)", set()),
        ("kk", "Ресейде тыйым салынған ұйым", {"RU"}),
    ],
)
def test_what_the_law_says_of_somebody_is_not_the_matter(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title=title) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("en", "US Senate votes on farms", {"US"}),
        ("en", "Lebanon, Pennsylvania, plants trees", {"US"}),
        ("ru", "Город Москва в штате Айдахо", {"US"}),
        ("fr", "Paris (Texas) fête son rodéo", {"US"}),
        ("en", "Birmingham, Alabama, opens a zoo", {"US"}),
        ("en", "Birmingham opens a zoo", {"GB"}),
        ("en", "Athens, Ohio, opens a zoo", {"US"}),
        ("en", "Cairo, Illinois, floods", {"US"}),
    ],
)
def test_american_towns_named_like_capitals(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title=title) == expected


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("fr", "Un livre en russe sur la Chine", {"CN"}),
        ("en", "She speaks Kazakh and Turkish", set()),
        ("ru", "Он говорит по-узбекски", set()),
        ("ru", "переведена на немецкий, испанский и турецкий языки", set()),
        ("fr", "traduit dans les langues kirghize et ouzbèke", set()),
        ("de", "in kasachischer und russischer Sprache", set()),
        ("kk", "қазақ, орыс және ағылшын тілдерінде", set()),
        ("fa", "به زبان‌های فارسی و انگلیسی", set()),
        ("uz", "oʻzbek va rus tillarida", set()),
        ("tr", "Kazak ve Özbek dillerinde", set()),
    ],
)
def test_languages_in_a_row_are_no_countries(
    tagger: Tagger, code: str, title: str, expected: set[str]
) -> None:
    assert countries(tagger, code, title=title) == expected


def told(tagger: Tagger, title: str, lead: str, body: str) -> tuple[set[str], set[str]]:
    tags, mentions = tagger.tag(Zones(*map(fold_with_offsets, (title, lead, body))), "en")
    return {tag.country for tag in tags}, {tag.country for tag in mentions}


def test_a_citizen_abroad_who_is_named_far_below_is_a_mention(tagger: Tagger) -> None:
    fire = ("Fire in a hotel in Istanbul", "Turkish firemen came at once.")
    assert told(tagger, *fire, "One of the guests, a citizen of Uzbekistan, was unhurt.") == ({"TR"}, {"UZ"})


def test_a_citizen_abroad_in_the_title_is_what_the_text_is_about_besides_the_place(tagger: Tagger) -> None:
    title = "A Kazakh student wins a prize in Canada"
    assert told(tagger, title, "She studies in Toronto.", "") == ({"KZ", "CA"}, set())


def test_titles_of_other_articles_below_a_text_are_mentions_at_most(tagger: Tagger) -> None:
    related = "Read also:\nA bridge opens in Kyrgyzstan\nRains in Pakistan"
    assert told(tagger, "Wheat is sown in Kazakhstan", "", related) == ({"KZ"}, {"PK"})
