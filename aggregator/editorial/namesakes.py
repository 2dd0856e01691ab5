"""People and places called like a country or its people: Jordan Peterson, Kerem Özbek, Amsterdam (New York).

What is looked at stands right beside the word: another part of the name, a word of kinship, a gloss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.editorial.folding import Folded
from aggregator.editorial.gazetteer_format import PEOPLES, Kind
from aggregator.editorial.patterns import Pattern

NEIGHBOURHOOD = 150
"""Characters on either side of a word that show whether it is part of a person's name."""
TITLE_CASE = 0.7
"""Share of capitalised words from which on a capital says nothing of a word."""
TOWNS = frozenset({Kind.CAPITAL, Kind.PLACES, Kind.TOWNS})
LONGEST_KIN = 25
"""Characters of a word of kinship and what joins it to a name."""
_ITSELF = frozenset({Kind.NAMES, Kind.GIVEN_NAMES})
_HALVES = frozenset({Kind.NAMES, Kind.TOWNS})
_LANDSCAPE = re.compile(
    r"-(?:сай|суу?|тоо|тау|кол|көл|куль|ата|арык|арық|булак|бұлақ|кудук|мазар|базар|кишлак|кыштак|дарь[яеи]|даван|"
    r"say|sai|suu|too|tau|kul|köl|ata|bulak|bazar|darya)(?:[а-яү]{0,3}|da|dan)(?!\w)"
)
"""What Turkic and Persian names of waters, hills and villages end in."""
_STATE = r"(?:штат|state of |State of |État d|шт\. )\w*"
_GLOSS = re.compile(rf" \((?:{_STATE} ?)?")
"""What stands between a town and the place that tells which of that name it is."""
_NAME_ELEMENT = re.compile(
    r"(?:ов|ев|бай|бек|бер[дг]|али|әлі|хан|жан|кул|құл|мырза|мурза|гүл|гул|султан|сұлтан|"
    r"ov|ev|boy|bek|ali|xon|jon|qul|murod)\w*"
)
"""What makes a name of a people's word in Kazakh, Kyrgyz and Uzbek: Өзбеков, Казакбай, Өзбекәлі."""
_NAMED_SO = frozenset({"kk", "ky", "uz", "tg", "tk"})
_CALLED = re.compile(r" (?:деген|есімді|аттуу|ысымдуу|исмли|номли|ismli|nomli|adlı|isimli)(?!\w)")
_KIN = re.compile(
    r"(?:fille|fils|frère|sœur|épouse|daughter|son|sister|brother|wife|Tochter|Sohn|Enkelin|"
    r"доч(?:ь|ка|ери|ку)|внучк[аиеуо]\w?|сын(?:а|у|ом)?|сестр[аыеу]|жен[аыеу]),? (?:named )?$"
)
_PERSIAN_SURNAME = re.compile(r" \w+(?:ی|زاده|پور|نژاد|نیا|اوف)،")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?؟…»\n]\s*)$")
_RUSSIAN_SURNAME = re.compile(r"[А-Я]\w+(?:ск|цк)(?:ий|ого|ому|им|ом)")
_BEFORE_RUSSIAN = re.compile(r"(?:^|[^\w])([А-ЯЁ][а-яё]{2,}) и $")
_BEFORE_TURKISH = re.compile(r"(?:^|[^\w'’])[A-ZÇĞİÖŞÜ][a-zçğıöşü]{2,} $")
_BEHIND_TURKISH = re.compile(r"[.,;:!?)]|$|\n|['’]| (?:ile|ve|da|de)(?!\w)| \w+(?:[.!?]|$|\n)")


def is_gloss(town: Pattern, gloss: Pattern, between: str, *, closed: bool) -> bool:
    """Whether what follows a town says that it is one of the same name in another country.

    It stands in brackets («Amsterdam (New York)»), or is a country's name that a Persian place leads up to
    («بدخشان تاجیکستان»). `closed`: a bracket follows.
    """
    if town.kind not in TOWNS or gloss.country == town.country:
        return False
    if between == " ":
        return gloss.kind is Kind.NAMES and "\u0600" < gloss.word[0] < "\u0700"
    return closed and gloss.kind in TOWNS and _GLOSS.fullmatch(between) is not None


def is_abbreviation_of(name: Pattern, short: Pattern) -> bool:
    """Whether brackets behind the one may hold the other as its abbreviation, which is another country's
    elsewhere: «Республика Корея (РК)».
    """
    return name.kind is Kind.NAMES and short.country != name.country and short.word.isupper()


def is_half(text: str, pattern: Pattern, end: int) -> bool:
    """Whether a hyphen joins a name to what waters, hills and villages are called: «Чили-Сай»."""
    return pattern.kind in _HALVES and text.startswith("-", end) and _LANDSCAPE.match(text, end) is not None


def is_person(page: Folded, pattern: Pattern, start: int, end: int, language: str, beside: bool) -> bool:
    """Whether a word of a cased text is a person's name; `beside`: the word before tells of a country too."""
    if pattern.kind in PEOPLES:
        return not page.original[page.origin(start)].islower() and _is_surname(
            page, pattern, start, end, language, beside
        )
    if pattern.kind in _ITSELF and _is_relative(page, start, end):
        return True
    if pattern.kind is Kind.GIVEN_NAMES or (pattern.kind is Kind.TOWNS and pattern.stem.isalpha()):
        return _is_beside_a_name(page, start, end)
    return False


def _is_surname(page: Folded, pattern: Pattern, start: int, end: int, language: str, beside: bool) -> bool:
    """Whether a people's word with a capital is part of a name: «Özbek» behind a first name, «Өзбеков»."""
    text, at, to = page.original, page.origin(start), page.origin(end)
    if language in _NAMED_SO:
        rest = page.text[start + len(pattern.stem) : end]
        return _NAME_ELEMENT.fullmatch(rest) is not None or _CALLED.match(text, to) is not None
    if beside:
        return False
    before = text[max(0, at - NEIGHBOURHOOD) : at]
    if language == "ru":
        return _RUSSIAN_SURNAME.fullmatch(text, at, to) is not None and bool(_BEFORE_RUSSIAN.search(before))
    return language == "tr" and bool(_BEFORE_TURKISH.search(before)) and bool(_BEHIND_TURKISH.match(text, to))


def _is_relative(page: Folded, start: int, end: int) -> bool:
    """Whether somebody is called so: «sa fille, Chine», and where a sentence begins, «ایران رحیمی، »."""
    at = page.origin(start)
    before = page.original[max(0, at - LONGEST_KIN) : at]
    if _KIN.search(before):
        return True
    surname = _PERSIAN_SURNAME.match(page.original, page.origin(end))
    return surname is not None and _SENTENCE_BEGINS.search(before) is not None


def _is_beside_a_name(folded: Folded, start: int, end: int) -> bool:
    """Whether a capitalised word stands right beside this one in a text that is not all in title case."""
    text, at, to = folded.original, folded.origin(start), folded.origin(end)
    before = text[max(0, at - NEIGHBOURHOOD) : at].split("\n")[-1]
    after = text[to : to + NEIGHBOURHOOD].split("\n")[0]
    beside = [word for word in (_adjacent(before, last=True), _adjacent(after, last=False)) if word]
    if not any(map(_is_name_like, beside)):
        return False
    others = [word for word in _words(f"{before} {after}") if word not in beside]
    return sum(word[0].isupper() for word in others) < TITLE_CASE * max(len(others), 1)


def _adjacent(text: str, *, last: bool) -> str:
    """The word that only a space parts from the place where this text was cut; empty if there is none."""
    if not (text.endswith(" ") if last else text.startswith(" ")):
        return ""
    words = text.split()
    return (words[-1] if last else words[0]) if words else ""


def _is_name_like(word: str) -> bool:
    return len(word) > 2 and word[0].isupper() and word[1].islower() and word not in _BESIDE_COUNTRIES


def _words(text: str) -> Iterator[str]:
    return (word for word in text.split() if len(word) > 3 and word[0].isalpha())


_BESIDE_COUNTRIES = frozenset(
    {"And", "But", "For", "From", "Has", "How", "Into", "Its", "That", "The", "Why", "Will", "With", "Says"}
    | {"North", "Northern", "South", "Southern", "East", "Eastern", "West", "Western", "Central", "Saudi"}
    | {"President", "King", "Prime", "Minister", "Dans", "Les", "Pour", "Der", "Die", "Das", "Und", "Aus"}
    | {"Nach"}
)
"""Capitalised words that stand beside a country as well as beside a person."""
