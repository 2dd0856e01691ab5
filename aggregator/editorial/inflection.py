"""How the region's languages inflect a name: which letters may follow the part of it that never changes.

A name is looked for by its stem; the letters that follow must be an ending that the language knows. So
«Казахстане», «Қазақстанда» and «Oʻzbekistonning» are found, and `Niger` is not found in `Nigeria`. The
lists are newspaper grammar, not linguistics: cases, plurals, possessives and the commonest derivations.
All words and endings here are folded (see `folding`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import product

ANY_LETTERS = 10
"""Letters that may follow a long name in an agglutinating language, known as endings or not."""
LONG = 7
"""Letters from which on a name is so unlike other words that any ending will do."""
STEM_LETTERS = 12
"""Letters that may follow a stem (`казахстанск…`) in any language."""


def _chain(morphemes: str, most: int = 4) -> re.Pattern[str]:
    """Up to `most` of these morphemes one after another, as agglutinating languages build them."""
    alternatives = "|".join(sorted(morphemes.split(), key=len, reverse=True))
    return re.compile(f"(?:{alternatives}){{0,{most}}}")


def _one(endings: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(endings.split())})?")


_AGGLUTINATING = {
    "kk": _chain(
        "лар лер дар дер тар тер ы і сы сі ның нің дың дің тың тің ға ге қа ке на не а е ды ді ты ті ны "
        "ні н да де та те нда нде дан ден тан тен нан нен мен бен пен ғы гі лық лік дық дік тық тік ша ше "
        "nyŋ nıñ nyñ da de ta te ga ge ǵa ğa qa dan den men"
    ),
    "ky": _chain(
        "лар лер лор лөр дар дер дор дөр тар тер тор төр ы и у ү сы си су сү нын нин нун нүн дын дин дун "
        "дүн тын тин тун түн га ге го гө ка ке ко кө на не а е ды ди ду дү ты ти ту тү ны ни ну нү н да "
        "де до дө та те то тө нда нде дан ден дон дөн тан тен тон төн нан нен гы ги лык лик лук лүк дык "
        "дик дук дүк тык тик тук түк ча че"
    ),
    "uz": _chain(
        "lar ning ga ka qa ni da dan dagi lik cha i si im миз лар нинг га ка қа ни да дан даги лик ча и "
        "си миз"
    ),
    "tk": _chain(
        "lar ler yň iň uň üň nyň niň a e na ne ä da de nda nde dan den ndan nden y i u ü ny ni sy si daky "
        "däki ly li lyk lik ýa ýe"
    ),
    "tr": _chain(
        "lar ler li lu lü da de ta te dan den tan ten ya ye na ne a e i u ü yi yu yü ni nu nü in un ün "
        "nin nun nün nda nde ndan nden ca ce ça çe la le yla yle daki deki"
    ),
    "az": _chain(
        "lar lər li lu lü da də dan dən ya yə na nə a ə i u ü ni nu nü in un ün nin nun nün nda ndə ndan "
        "ndən la lə"
    ),
    "tg": _chain(
        "и ю у ву ро ҳо ҳои ҳоро ӣ он ён иён а ам аш ат яш дар",
        3,
    ),
    "mn": _chain(
        "ын ийн ы ий н ын д т ад од өд аас ээс оос өөс тай той тэй руу рүү аар оор ээр иар иас иад иас г "
        "ыг ийг",
        2,
    ),
    "hy": _chain(
        "ի ը ն ում ից ով ին երի ների եր ներ ուն ի",
        3,
    ),
    "ka": _chain(
        "ი ს ის მა ში დან თან ით ად ზე თვის სა ის შია ც ა ური ელი",
        3,
    ),
}
_ARABIC_SCRIPT = {
    "fa": _one("ی ها های هایی یها یهای ان ای یان م یی هم را"),
    "ps": _one("ی و ه یو ان انو یان یانو ه"),
}
_CONSONANT = _one("а у ом ем е ы ів ові і")
_SLAVIC: tuple[tuple[str, re.Pattern[str]], ...] = (
    # The letter that a name ends in is replaced by one of these.
    ("а", re.compile("а|ы|и|е|і|у|ой|ою|ей|ею")),
    ("я", re.compile("я|и|ю|е|ей|ею|і|ї|єю")),
    ("ь", re.compile("ь|и|я|ю|ью|ем|е|і|ю")),
    ("й", re.compile("й|я|ю|ем|е|єм|ї")),
    ("ы", re.compile("(?:ы|ов|ам|ами|ах)?")),
    ("щи", re.compile("щ(?:и|ам|ами|ах)?")),
    ("ки", re.compile("к(?:и|ам|ами|ах)")),
)
_SURNAME = _one("а у ым е ы ых ыми")
_EXACT = re.compile("")

Ending = Callable[[str], bool]
"""Says whether the letters after a stem are an ending of it."""


def _ending(pattern: re.Pattern[str]) -> Ending:
    return lru_cache(maxsize=4096)(lambda rest: pattern.fullmatch(rest) is not None)


def _agglutinated(language: str, word: str) -> tuple[str, Ending]:
    """Stem and endings in a language that strings its endings on."""
    stem = word[:-1] if language == "ka" and word[-1:] in "იაე" and len(word) > 4 else word
    known = _KNOWN[language]
    if len(word) < LONG:
        return stem, known
    return stem, loose


@lru_cache(maxsize=4096)
def loose(rest: str) -> bool:
    """Whether these letters may follow a long name where endings are strung on: any, within reason."""
    return len(rest) <= ANY_LETTERS


def _slavic(word: str) -> tuple[str, Ending]:
    for last, pattern in _SLAVIC_ENDINGS:
        if word.endswith(last) and len(word) > 3:
            return word[: -len(last)], pattern
    if word.endswith(("ов", "ев", "ин")):
        return word, _SURNAME_ENDING
    if word[-1:] in "оуэеиіїё":
        return word, exact
    return word, _CONSONANT_ENDING


exact: Ending = _ending(_EXACT)
"""Nothing may follow."""
_KNOWN = {language: _ending(pattern) for language, pattern in (_AGGLUTINATING | _ARABIC_SCRIPT).items()}
_SLAVIC_ENDINGS = tuple((last, _ending(pattern)) for last, pattern in _SLAVIC)
_SURNAME_ENDING = _ending(re.compile(f"{_SURNAME.pattern}|{_CONSONANT.pattern}"))
_CONSONANT_ENDING = _ending(_CONSONANT)
_GERMAN_ENDING = _ending(re.compile("(?:s|er|ers)?"))
"""«Harlems Kirchen», «ein Belfaster Lokal»: a place's adjective has a capital as the place has."""
_OF_LANGUAGE = _KNOWN | {"de": _GERMAN_ENDING}


_WITHOUT_ENDINGS = frozenset({"en", "fr", "zh", "any"})
"""Languages of which we know that names take none."""
SOME_LETTERS = 3


@lru_cache(maxsize=4096)
def _some_letters(rest: str) -> bool:
    return len(rest) <= SOME_LETTERS


def of_language(language: str) -> Ending:
    """What a language lets follow a name that it took over as it is."""
    return _OF_LANGUAGE.get(language, exact)


def of_stem(rest: str) -> bool:
    """Whether these letters may follow a gazetteer stem: any, within reason."""
    return len(rest) <= STEM_LETTERS


_ORIGINS = {
    "kk": re.compile("[лдт][ыі][қк].{0,10}"),
    "ky": re.compile("[лдт][ыиуү]к.{0,10}"),
    "uz": re.compile("(?:lik|лик).{0,10}"),
    "tg": re.compile("[вгё]?ӣ.{0,6}"),
    "tk": re.compile("l[yi].{0,10}"),
}
_ORIGIN_ENDINGS = {language: _ending(pattern) for language, pattern in _ORIGINS.items()}


def of_origin(language: str) -> Ending | None:
    """What makes an adjective, in small letters, of a country's name: «канадалық», «kanadalik».

    None where a language does not form it so, or writes it with a capital as the name.
    """
    return _ORIGIN_ENDINGS.get(language)


_HARD = "бвдзклмнпрстфхь"
_ADJECTIVE_ENDING = _ending(re.compile("(?:ий|ого|ому|им|ом|ая|ой|ую|ое|ие|их|ими)"))


def russian_adjective(place: str) -> tuple[str, Ending] | None:
    """What is looked for of a folded place's adjective in Russian: «нью-йоркский», in small letters too.

    Of places with a hyphen alone: those of others say too much else («Венский конгресс», «уральский хребет»).
    """
    if "-" in place and place[-1] in _HARD:
        return f"{place}ск", _ADJECTIVE_ENDING
    return None


_ADJECTIVES = {
    "ая": ("ая", "ой", "ую"),
    "ое": ("ое", "ого", "ому", "ом", "ым"),
    "ий": ("ий", "его", "ему", "ем", "им", "ого", "ому", "ом"),
    "ый": ("ый", "ого", "ому", "ом", "ым"),
    "ые": ("ые", "ых", "ым", "ыми"),
    "ие": ("ие", "их", "им", "ими"),
    "ка": ("ка", "ки", "ке", "ку", "кой"),
}
"""How the first words of a Russian name change beside its last: Саудовская Аравия, Республика Корея."""


def _leading(word: str) -> tuple[str, ...]:
    endings = _ADJECTIVES.get(word[-2:])
    return (word,) if endings is None else tuple(word[:-2] + ending for ending in endings)


def inflect(name: str, language: str) -> list[tuple[str, Ending]]:
    """What of a name is looked for in a language, each with what may follow it.

    All but the last word of a name stay as they are, except in Russian. Where we know nothing of a language,
    a few letters may follow a long name: «Kazahsztánban», «Казахстаном».
    """
    if language == "ru":
        *first, last = name.split(" ")
        stem, ending = _slavic(last)
        return [(" ".join([*words, stem]), ending) for words in product(*map(_leading, first))]
    if language == "uk":
        return [_slavic(name)]
    if language == "de":
        return [(name, _GERMAN_ENDING)]
    if language in _KNOWN:
        return [_agglutinated(language, name)]
    if language in _WITHOUT_ENDINGS or len(name) < LONG:
        return [(name, exact)]
    return [(name, _some_letters)]
