"""What a text says beside its matter: names of outlets, houses and streets, notes that Russian law demands, and
the titles of other articles.

«The Kabul Times writes», «по данным агентства „Фергана“», «кинотеатр „Россия“», «Moskauer Straße»,
«(организация запрещена в РФ)», «Читайте также: …»: a country's name in these says nothing of what the text is about.
"""

from __future__ import annotations

import re

WINDOW = 120
"""Characters before and behind a word that are looked at."""
RELATED_LENGTH = 300
"""Characters behind «Read also» that are other articles' titles, where no line ends before."""
_OUTLET = (
    "Times|Post|Herald|Tribune|Gazette|Observer|Telegraph|Chronicle|Ledger|Journal|Courier|Dispatch|Daily|Today|"
    "Sabah|Zeitung|Allgemeine|Presse|News Agency|Правда|правда|Сегодня|сегодня|24"
)
"""What makes a place the name of an outlet when it stands behind it: Kabul Times, Узбекистан 24."""
_STREET = (
    "Street|Avenue|Boulevard|Straße|Strasse|Allee|улиц[аеуы]|улицей|проспект[аеу]?|переул[а-я]+|бульвар[аеу]?|"
    r"(?:көшес|даңғыл|көчөс|кўчас|koʻchas|ko['‘’]chas|caddes|sokağ|küçəs|köçes)\w*"
)
_HOUSE = (
    "restaurants?|bakery|bistro|pub|theat(?:re|er)(?! (?:director|company|group|festival|scene))|"
    r"ресторан\w*|пекарн\w+|театр\w*|кухн\w+|лице[йяюе]\w*"
)
"""Houses and kitchens that are called after a people, wherever they stand."""
_BEHIND = re.compile(rf" (?:{_OUTLET}|{_STREET}|{_HOUSE})(?!\w)")
_STREET_OF_ANY = re.compile(r"(?:кӯчаи|хиёбони|خیابان) $")
_STREET_OF_ADJECTIVE = re.compile(r"(?:[Уу]лиц[аеуы]|[Уу]лицей|ул\.|[Пп]роспект[ае]?) $")
"""«улица Московская»; «улицы Москвы» are those of Moscow."""
_STREET_ADJECTIVE = re.compile(r"\w+(?:ск|цк)(?:ая|ой|ую|ий|ого|ому|ом)")
_BEFORE_A_STREET = (
    "лица ",
    "лице ",
    "лицу ",
    "лицы ",
    "лицей ",
    "ул. ",
    "роспект ",
    "роспекта ",
    "роспекте ",
    " по ",
    " на ",
)
_NO_NOUN = re.compile(r"[^\w\s]|\s+\w{1,3}(?!\w)|\s*$")
"""«по Ташкентской и мимо»: no noun follows, the street goes without saying."""
_NAMED = re.compile(
    r"(?:[Аа]гентств[оау]м?|[Гг]азет[аыеу]|[Жж]урнал[ае]?|[Тт]елеканал[ае]?|[Пп]ортал[ае]?|[Аа]gency|newspaper|"
    r"[Кк]инотеатр[ае]?|[Кк]афе|[Рр]есторан[ае]?|[Гг]остиниц[аеыу]|[Оо]тел[еяю]|[Оо]тель|[Сс]анатори[йяею]|"
    r"[Вв]елокоманд[аеыу]|[Пп]ансионат[ае]?|[Мм]агазин[ае]?|cinema|café|cafe|hotel|Hotel|restaurant|Kino|Café) "
    r"[«\"“„‘'][^»\"”“’'\n]{0,40}$"
)
_NAMED_BEHIND = re.compile(
    r"[»\"”“] (?:кинотеатр|кафес|ресторан|қонақүй|мейманкана|mehmonxona|меҳмонхона|oteli|sinema)"
)
_QUOTES = "«\"“„‘'"
_SOURCE_BEFORE = re.compile(
    r"(?:со ссылкой на|по данным|по информации|по сообщению|пишет|сообщает|передаёт|передает|"
    r"citing (?:the |a )?|according to (?:the |a )?|cité(?:e)? par l[ae] ?) ?$"
)
_SOURCE_BEHIND = re.compile(
    r" (?:информационн\w+ )?(?:агентств|издани|телеканал|газет|портал|СМИ|news agency|newspaper|broadcaster|outlet)"
)
_MARKS = re.compile(
    r"запрещ|признан|иноагент|инагент|экстремист|террорист|нежелательн|banned|outlawed|designated|тыйым сал"
)
"""What the law says of somebody, in a note in brackets."""
_BANNED = re.compile(
    r"(?:запрещ[её]н|экстремистск|террористическ)\w*(?:,? (?:и )?\w+){0,3}? (?:на территории|в) $"
)
_RELATED = re.compile(
    "(?:"
    "Читайте (?:также|ещё|еще)|Смотрите также|Материалы по теме|(?:See|SEE|Read|READ) (?:also|ALSO)|Related (?:articles|stories)|"
    "(?:Lire|LIRE|À lire|A lire|Voir) aussi|Sur le même sujet|(?:Lesen|Sehen) Sie auch|Mehr zum Thema|Lesen Sie mehr|"
    "Тағы оқыңыз|Тағы да оқыңыз|Оқи отырыңыз|Дагы окуңуз|Ошондой эле окуңуз|(?:Shuningdek|Yana) oʻqing|"
    "(?:Shuningdek|Yana) o['‘’ʻ]qing|Шунингдек ўқинг|Мавзуга оид|Mavzuga oid|Инчунин бихонед|Ҳамчунин бихонед|"
    "Ayrıca (?:okuyun|bakınız)|Bunları da okuyun|İlgili haberler|Həmçinin oxuyun|Şeýle-de okaň|"
    "بیشتر بخوانید|همچنین بخوانید|مطالب مرتبط|دا هم ولولئ|Мөн уншина уу"
    rf")(?: *[:：—–-])?[ \t]*\n?[^\n]{{0,{RELATED_LENGTH}}}"
)


def related(text: str) -> list[tuple[int, int]]:
    """Start and end of each list of other articles: from «Read also» to the end of that line or the next."""
    return [match.span() for match in _RELATED.finditer(text)]


def is_aside(text: str, start: int, end: int) -> bool:
    """Whether the word from `start` to `end` is part of the name of an outlet, a house or a street, says where
    an outlet comes from, or is part of a note on the law."""
    before = text[max(0, start - WINDOW) : start]
    # What rejects at little cost stands first: this is asked of each place that is found.
    if _BEHIND.match(text, end) or _is_street(text, start, end, before):
        return True
    if any(map(before.count, _QUOTES)) and (_NAMED.search(before) or _NAMED_BEHIND.match(text, end)):
        return True
    if _SOURCE_BEHIND.match(text, end) and _SOURCE_BEFORE.search(before):
        return True
    if before.endswith(("в ", "территории ")) and _BANNED.search(before):
        return True
    opened = before.rfind("(")
    if opened < 0 or ")" in before[opened:]:
        return False
    closed = text.find(")", end, end + WINDOW)
    return closed > 0 and _MARKS.search(before[opened:] + text[end:closed]) is not None


def _is_street(text: str, start: int, end: int, before: str) -> bool:
    """Whether what stands before says that this is a street; in Russian, of an adjective alone."""
    if _STREET_OF_ANY.search(before):
        return True
    if not before.endswith(_BEFORE_A_STREET) or not _STREET_ADJECTIVE.fullmatch(text, start, end):
        return False
    if _STREET_OF_ADJECTIVE.search(before):
        return True
    return text[start].isupper() and _NO_NOUN.match(text, end) is not None
