"""The format of a gazetteer file: what an operator writes about one country (see gazetteer/README.md).

A file is TOML, named after the country (`KZ.toml`). Each table is a kind of word; in it, each key is a
language and holds a list of words. Two tables are of another shape: `[[leaders]]` holds the names of one
person with the dates of an office, `[without]` takes words away that come with the program. Everything wrong
with a file is reported at once, with its line.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise, zip_longest

from aggregator.editorial import territories
from aggregator.errors import Fault

ANY = "any"
"""Instead of a language: the word is the same in all that use its script."""
LONGEST_WORD = 80
"""Characters of a word or phrase."""
LEADERS, WITHOUT = "leaders", "without"
"""The two tables that are no kind of word."""
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
    TOWNS = "towns"
    """Smaller places: they count less."""
    ORGANISATIONS = "organisations"
    AMBIGUOUS = "ambiguous"
    """Also means something else: counts only beside another sign of the same country."""
    GIVEN_NAMES = "given_names"
    """Also a person's name: does not count where it stands beside another name."""
    NATIONAL = "national"
    """A currency or a body of state as it is called at home: counts where no other country is named."""
    RELATED = "related"
    """What stands before the titles of other articles, in which nothing counts; of no country."""
    NEGATIVES = "negatives"
    """A phrase in which nothing counts."""


PEOPLES = frozenset({Kind.DEMONYMS, Kind.STEMS})
"""Words for a people and what is theirs; they name its language, too."""


@dataclass(frozen=True, slots=True)
class Term:
    """When somebody held an office."""

    since: date
    until: date | None = None
    """The first day out of office; None while in it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word or phrase of a gazetteer file."""

    country: str
    kind: Kind
    language: str
    text: str
    terms: tuple[Term, ...] = ()
    """For a leader, when in office; none: it counts at all times."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A word of the program that a file takes away, and where it says so."""

    country: str
    language: str
    text: str
    file: str
    line: int

    def fault(self, message: str) -> Fault:
        """What is wrong with it."""
        return Fault(self.file, self.line, 1, f"[{WITHOUT}] {self.language}: {message}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file says, and all that is wrong with it."""

    words: tuple[Word, ...] = ()
    removals: tuple[Removal, ...] = ()
    faults: tuple[Fault, ...] = ()


def parse(file: str, text: str) -> Parsed:
    """Read one file.

    `file` is the name that faults are reported under; its last part, without `.toml`, is the country.
    """
    country = file.rpartition("/")[2].removesuffix(".toml")
    if country not in territories.codes():
        message = f"«{country}» is no country code: name the file like KZ.toml (ISO 3166-1)"
        return Parsed(faults=(Fault(file, 1, 1, message),))
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Parsed(faults=(_syntax_fault(file, text, str(error)),))
    found = list(_File(file, text, tuple(text.splitlines()), country).entries(tables))
    return Parsed(
        words=tuple(one for one in found if isinstance(one, Word)),
        removals=tuple(one for one in found if isinstance(one, Removal)),
        faults=tuple(one for one in found if isinstance(one, Fault)),
    )


def _syntax_fault(file: str, text: str, message: str) -> Fault:
    found = _TOML_POSITION.search(message)
    line, column = (found.group(1), found.group(2)) if found else (None, None)
    reason = _TOML_POSITION.sub("", message)
    return Fault(file, int(line or text.count("\n") + 1), int(column or 1), f"not valid TOML: {reason}")


_Entry = Word | Removal | Fault


@dataclass(frozen=True, slots=True)
class _File:
    """One file, with what each of its entries is called in a fault."""

    name: str
    text: str
    lines: Sequence[str]
    country: str

    def entries(self, tables: dict[str, object]) -> Iterator[_Entry]:
        for name, table in tables.items():
            line = self._line(name)
            if name == LEADERS:
                yield from self._leaders(table, line)
            elif name not in (*Kind, WITHOUT):
                near = difflib.get_close_matches(name, [*Kind, LEADERS, WITHOUT], n=1)
                known = f"did you mean «{near[0]}»?" if near else "use one of " + ", ".join(Kind)
                yield self._fault(line, f"unknown table «{name}»: {known}")
            elif not isinstance(table, dict):
                yield self._fault(line, f"«{name}» must be a table of languages: [{name}]")
            else:
                for language, listed in table.items():
                    at = self._line(language, after=self._line(f"[{name}]"))
                    for word in self._words(f"[{name}]", language, listed, at):
                        yield word if isinstance(word, Fault) else self._entry(name, language, word, at)

    def _entry(self, table: str, language: str, word: str, line: int) -> Word | Removal:
        if table == WITHOUT:
            return Removal(self.country, language, word, self.name, line)
        return Word(self.country, Kind(table), language, word)

    def _leaders(self, blocks: object, line: int) -> Iterator[Word | Fault]:
        """The words of `[[leaders]]`: one block for each person and office."""
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            yield self._fault(line, f"«{LEADERS}» must be a list of tables: [[{LEADERS}]]")
            return
        starts = [n for n, text in enumerate(self.lines, 1) if text.startswith(f"[[{LEADERS}]]")]
        for at, block in zip([*starts, *[line] * len(blocks)], blocks, strict=False):
            terms = self._terms(block, at)
            if isinstance(terms, Fault):
                yield terms
                continue
            for language, listed in block.items():
                if language in ("from", "until"):
                    continue
                where = self._line(language, after=at)
                for word in self._words(f"[[{LEADERS}]]", language, listed, where):
                    yield word if isinstance(word, Fault) else self._leader(language, word, terms)

    def _leader(self, language: str, word: str, terms: tuple[Term, ...]) -> Word:
        return Word(self.country, Kind.PEOPLE, language, word, terms)

    def _terms(self, block: dict[str, object], line: int) -> tuple[Term, ...] | Fault:
        since, until = _days(block.get("from")), _days(block.get("until", []))
        if not since or until is None or not len(since) - 1 <= len(until) <= len(since):
            message = "needs `from`, and may have `until`, each a day without quotes: from = 2019-03-20"
            return self._fault(line, f"[[{LEADERS}]]: {message}, or a list of days for an office held again")
        days = [day for term in zip_longest(since, until) for day in term if day]
        for earlier, later in pairwise(days):
            if later <= earlier:
                return self._fault(line, f"[[{LEADERS}]]: {later} is not after {earlier}")
        return tuple(Term(*term) for term in zip_longest(since, until))

    def _words(self, table: str, language: str, words: object, line: int) -> Iterator[str | Fault]:
        """The words of one list."""
        where = f"{table} {language}"
        if language != ANY and not _LANGUAGE.fullmatch(language):
            yield self._fault(line, f"{where}: «{language}» is no language: use a code like ru, or {ANY}")
        elif not isinstance(words, list):
            yield self._fault(line, f"{where}: must be a list of words")
        else:
            for word in words:
                if not isinstance(word, str) or not any(char.isalpha() for char in word):
                    yield self._fault(line, f"{where}: {word!r} is no word")
                elif len(word) > LONGEST_WORD:
                    yield self._fault(
                        line, f"{where}: «{word[:20]}…» has more than {LONGEST_WORD} characters"
                    )
                else:
                    yield word

    def _fault(self, line: int, message: str) -> Fault:
        return Fault(self.name, line, 1, message)

    def _line(self, token: str, after: int = 1) -> int:
        """The first line, from `after` on, that begins with this token; `after` if none does."""
        begins = token.strip("[]")
        for number in range(after, len(self.lines) + 1):
            if self.lines[number - 1].lstrip(' "[').startswith(begins):
                return number
        return after


def _days(value: object) -> list[date] | None:
    """A day or a list of days; None of anything else."""
    listed = value if isinstance(value, list) else [value]
    days = [one for one in listed if isinstance(one, date) and not isinstance(one, datetime)]
    return days if len(days) == len(listed) else None
