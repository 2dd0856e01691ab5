"""The format of a gazetteer file: what an operator writes about one country (see gazetteer/README.md).

A file is TOML, named after the country (`KZ.toml`). Each table is a kind of word; in it, each key is a
language and holds a list of words. Everything wrong with a file is reported at once, with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from aggregator.editorial import territories
from aggregator.errors import Fault

ANY = "any"
"""Instead of a language: the word is the same in all that use its script."""
LONGEST_WORD = 80
"""Characters of a word or phrase."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TOML_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Kind(StrEnum):
    """What kind of sign of its country a word is."""

    NAMES = "names"
    CAPITAL = "capital"
    DEMONYMS = "demonyms"
    STEMS = "stems"
    PEOPLE = "people"
    PLACES = "places"
    ORGANISATIONS = "organisations"
    AMBIGUOUS = "ambiguous"
    """Also means something else: counts only beside another sign of the same country."""
    GIVEN_NAMES = "given_names"
    """Also a person's name: does not count where it stands beside another name."""
    NEGATIVES = "negatives"
    """A phrase in which nothing counts."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word or phrase of a gazetteer file."""

    country: str
    kind: Kind
    language: str
    text: str


def parse(file: str, text: str) -> tuple[list[Word], list[Fault]]:
    """The words of one file, and all that is wrong with it.

    `file` is the name that faults are reported under; its last part, without `.toml`, is the country.
    """
    country = file.rpartition("/")[2].removesuffix(".toml")
    if country not in territories.codes():
        return [], [
            Fault(file, 1, 1, f"«{country}» is no country code: name the file like KZ.toml (ISO 3166-1)")
        ]
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [], [_syntax_fault(file, text, str(error))]
    words: list[Word] = []
    faults: list[Fault] = []
    for result in _entries(file, text, country, tables):
        (words if isinstance(result, Word) else faults).append(result)  # type: ignore[arg-type]
    return words, faults


def _syntax_fault(file: str, text: str, message: str) -> Fault:
    found = _TOML_POSITION.search(message)
    line, column = (found.group(1), found.group(2)) if found else (None, None)
    reason = _TOML_POSITION.sub("", message)
    return Fault(file, int(line or text.count("\n") + 1), int(column or 1), f"not valid TOML: {reason}")


def _entries(file: str, text: str, country: str, tables: dict[str, object]) -> Iterator[Word | Fault]:
    for name, table in tables.items():
        if name not in list(Kind):
            known = ", ".join(Kind)
            yield Fault(file, _line(text, name), 1, f"unknown table «{name}»: use one of {known}")
        elif not isinstance(table, dict):
            yield Fault(file, _line(text, name), 1, f"«{name}» must be a table of languages: [{name}]")
        else:
            for language, words in table.items():
                yield from _listed(file, text, country, Kind(name), language, words)


def _listed(
    file: str, text: str, country: str, kind: Kind, language: str, words: object
) -> Iterator[Word | Fault]:
    where = f"[{kind}] {language}"
    line = _line(text, language, after=_line(text, f"[{kind}]"))
    if language != ANY and not _LANGUAGE.fullmatch(language):
        yield Fault(file, line, 1, f"{where}: «{language}» is no language: use a code like ru, or {ANY}")
    elif not isinstance(words, list):
        yield Fault(file, line, 1, f"{where}: must be a list of words")
    else:
        for word in words:
            if not isinstance(word, str) or not any(char.isalpha() for char in word):
                yield Fault(file, line, 1, f"{where}: {word!r} is no word")
            elif len(word) > LONGEST_WORD:
                yield Fault(file, line, 1, f"{where}: «{word[:20]}…» has more than {LONGEST_WORD} characters")
            else:
                yield Word(country, kind, language, word)


def _line(text: str, token: str, after: int = 1) -> int:
    """The first line, from `after` on, that begins with this token; `after` if none does."""
    for number, line in enumerate(text.splitlines(), 1):
        if number >= after and line.lstrip(' "[').startswith(token.strip("[]")):
            return number
    return after
