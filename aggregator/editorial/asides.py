"""What a text says beside its matter: names of outlets, houses and streets, notes on the law, other titles.

«The Kabul Times writes», «по данным агентства „Фергана“», «кинотеатр „Россия“», «Moskauer Straße»,
«(организация запрещена в РФ)», «Читайте также: …»: a country's name in these says nothing of what the text
is about.
"""

from __future__ import annotations

import re

WINDOW = 120
"""Characters before and behind a word that are looked at."""
LONGEST_NAME = 41
"""Characters from a quotation mark on in which an outlet's or a house's name holds the word."""
RELATED_LENGTH = 300
"""Characters behind «Read also» that are other articles' titles, where no line ends before."""
_OUTLET = (
    "Times|Post|Herald|Tribune|Gazette|Observer|Telegraph|Chronicle|Ledger|Journal|Courier|Dispatch|Daily|"
    "Today|Sabah|Zeitung|Allgemeine|Presse|News Agency|Правда|правда|Сегодня|сегодня|24"
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
_HOUSE_BEFORE = (
    *("lycée ", "collège ", "hôtel ", "cinéma ", "café ", "brasserie "),
    *("Hotel ", "Hôtel ", "Café ", "Gasthaus ", "Kino ", "кинотеатр ", "кафе ", "гостиница "),
)
"""Houses whose own name follows with nothing between: «le lycée Kazakhstan-Amitié»."""
_BEHIND = re.compile(rf" (?:{_OUTLET}|{_STREET}|{_HOUSE})(?!\w)")
_STREET_OF_ANY = ("кӯчаи ", "хиёбони ", "خیابان ")
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
    r"[Вв]елокоманд[аеыу]|[Пп]ансионат[ае]?|[Мм]агазин[ае]?|"
    r"cinema|café|cafe|hotel|Hotel|restaurant|Kino|Café) "
    r"[«\"“„‘'][^»\"”“’'\n]{0,40}$"
)
_NAMED_BEHIND = re.compile(
    r"[»\"”“] (?:кинотеатр|кафес|ресторан|қонақүй|мейманкана|mehmonxona|меҳмонхона|oteli|sinema)"
)
_QUOTE = re.compile("[«\"“„‘']")
_SOURCE_BEFORE = re.compile(
    r"(?:со ссылкой на|по данным|по информации|по сообщению|пишет|сообщает|передаёт|передает|"
    r"citing (?:the |a )?|according to (?:the |a )?|cité(?:e)? par l[ae] ?) ?$"
)
_SOURCE_BEHIND = re.compile(
    r" (?:информационн\w+ )?"
    r"(?:агентств|издани|телеканал|газет|портал|СМИ|news agency|newspaper|broadcaster|outlet)"
)
_MARKS = re.compile(
    r"запрещ|признан|иноагент|инагент|экстремист|террорист|нежелательн|banned|outlawed|designated|тыйым сал"
)
"""What the law says of somebody, in a note in brackets."""
_BANNED = re.compile(
    r"(?:запрещ[её]н|экстремистск|террористическ)\w*(?:,? (?:и )?\w+){0,3}? (?:на территории|в) $"
)
RELATED = (
    *("Читайте также", "Читайте ещё", "Смотрите также", "Материалы по теме", "Новости по теме"),
    *("See also", "Read also", "Also read", "Related articles", "Related stories", "Read more"),
    *("Lire aussi", "À lire aussi", "Voir aussi", "Sur le même sujet", "À lire également"),
    *("Lesen Sie auch", "Sehen Sie auch", "Mehr zum Thema", "Lesen Sie mehr"),
    *("Тағы оқыңыз", "Тағы да оқыңыз", "Оқи отырыңыз", "Осыған дейін жазғанбыз"),
    *("Дагы окуңуз", "Ошондой эле окуңуз", "Тема боюнча"),
    *("Shuningdek oʻqing", "Yana oʻqing", "Mavzuga oid", "Шунингдек ўқинг", "Яна ўқинг", "Мавзуга оид"),
    *("Инчунин бихонед", "Ҳамчунин бихонед", "Şeýle-de okaň", "Мөн уншина уу"),
    *("Ayrıca okuyun", "Ayrıca bakınız", "Bunları da okuyun", "Bunu da okuyun", "İlgili haberler"),
    *("Həmçinin oxuyun", "Oxşar xəbərlər"),
    *("بیشتر بخوانید", "همچنین بخوانید", "مطالب مرتبط", "دا هم ولولئ"),
)
"""What stands before the titles of other articles."""
_TITLES = re.compile(rf"\s*[:：—–-]*[ \t]*\n?[^\n]{{0,{RELATED_LENGTH}}}")


def related_until(text: str, start: int) -> int:
    """Where titles of other articles end that begin at `start`: with this line, or with the next."""
    titles = _TITLES.match(text, start)
    return titles.end() if titles else start


def is_aside(text: str, start: int, end: int) -> bool:
    """Whether a word from `start` to `end` is part of a name or a note that says nothing of the matter.

    The name is that of an outlet, a house or a street; the note tells where an outlet comes from, or what the
    law says of somebody.
    """
    before = text[max(0, start - WINDOW) : start]
    # What rejects at little cost stands first: this is asked of each place that is found.
    if before.endswith(_HOUSE_BEFORE) or _BEHIND.match(text, end) or _is_street(text, start, end, before):
        return True
    named = _QUOTE.search(before, len(before) - LONGEST_NAME)
    if named and (_NAMED.search(before) or _NAMED_BEHIND.match(text, end)):
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
    if before.endswith(_STREET_OF_ANY):
        return True
    if not before.endswith(_BEFORE_A_STREET) or not _STREET_ADJECTIVE.fullmatch(text, start, end):
        return False
    if _STREET_OF_ADJECTIVE.search(before):
        return True
    return text[start].isupper() and _NO_NOUN.match(text, end) is not None
