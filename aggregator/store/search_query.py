"""What somebody typed into a search box, and how each database is asked for it. Pure.

    water "state visit" -football

Whatever is typed means something, or nothing: it is never an error, and no more of it than letters and digits
ever reaches a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aggregator.store.search_letters import fold
from aggregator.store.search_words import ALL_READERS, LONGEST_WORD, Reader

MOST_CHARACTERS = 200
MOST_WORDS = 10
"""What is typed beyond that is not looked for."""
SHORTEST_BEGINNING = 3
"""Letters that a word must have to find longer ones that begin with it."""

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_ASKED = re.compile(r'(?P<without>(?<!\S)[-−–](?=\S))?(?:"(?P<phrase>[^"]*)"?|(?P<plain>[^\s"]+))')
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Row:
    """Words of the index that stand one behind the other."""

    words: tuple[str, ...]
    begins: bool = False
    """The last one may be the beginning of a longer one."""


Term = tuple[Row, ...]
"""One word or phrase as each language reads it: any of these."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: all of some terms, and none of others."""

    present: tuple[Term, ...] = ()
    absent: tuple[Term, ...] = ()
    hopeless: bool = False
    """Something was typed of which no text can hold anything."""


def understand(typed: str) -> Asked:
    """What is meant by this."""
    typed = typed[:MOST_CHARACTERS].translate(_QUOTES)
    chunks = list(_chunks(typed))
    present: list[Term] = []
    absent: list[Term] = []
    for place, (text, quoted, without) in enumerate(chunks):
        last = place == len(chunks) - 1 and not quoted and not without
        (absent if without else present).append(_term(text, last))
    return Asked(tuple(present), tuple(absent), not chunks and bool(typed.strip()))


def _chunks(typed: str) -> Iterator[tuple[str, bool, bool]]:
    """Words and phrases, folded, as far as they have letters; whether quoted, and whether unwanted."""
    left = MOST_WORDS
    for found in _ASKED.finditer(typed):
        folded = fold(found["phrase"] or found["plain"] or "")
        words = list(_WORD.finditer(folded))[:left]
        if words:
            left -= len(words)
            end = words[-1].end() if not left else len(folded)
            yield folded[:end], found["phrase"] is not None, found["without"] is not None


def _term(folded: str, last: bool) -> Term:
    rows = {row: None for reader in ALL_READERS for row in _rows(reader, folded, last)}
    covering = tuple(row.words for row in rows if row.begins)
    return tuple(row for row in rows if row.begins or not any(_covers(one, row.words) for one in covering))


def _rows(reader: Reader, folded: str, last: bool) -> Iterator[Row]:
    words = reader.read(folded)
    long_enough = SHORTEST_BEGINNING <= len(words[-1].partition("_")[2]) < LONGEST_WORD
    if reader.whole:
        yield Row(tuple(words), long_enough)
        return
    yield Row(tuple(words))
    if last and long_enough:
        yield Row(tuple(reader.begun(folded)), begins=True)


def _covers(beginning: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether what is found by `words` is found by the beginning, too."""
    return beginning[:-1] == words[:-1] and words[-1].startswith(beginning[-1])


# ------------------------------------------------------------------------------------------------ FTS5


def as_fts5(asked: Asked, facets: Sequence[Iterable[str]], everything: str) -> str:
    """As SQLite's FTS5 takes it (its documentation, section 3).

    `facets`: words of the index of which any must be there, one group for each criterion. `everything`: one
    that is always there.
    """
    groups = [[_fts5_row(row) for row in term] for term in asked.present]
    groups += [[_fts5_row(row) for row in _as_rows(group)] for group in facets]
    wanted = " AND ".join(f"({' OR '.join(group)})" for group in groups) or f'"{everything}"'
    unwanted = " OR ".join(_fts5_row(row) for term in asked.absent for row in term)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _fts5_row(row: Row) -> str:
    return f'"{" ".join(row.words)}"{" *" if row.begins else ""}'


# ------------------------------------------------------------------------------------------------ PostgreSQL


def as_tsquery(asked: Asked, facets: Sequence[Iterable[str]], everything: str) -> str:
    """The same as PostgreSQL reads a `tsquery` (its documentation, section 8.11.2)."""
    groups = [[_tsquery_row(row) for row in term] for term in asked.present]
    groups += [[_tsquery_row(row) for row in _as_rows(group)] for group in facets]
    wanted = " & ".join(f"({' | '.join(group)})" for group in groups) or f"'{everything}'"
    unwanted = " | ".join(_tsquery_row(row) for term in asked.absent for row in term)
    return f"({wanted}) & !({unwanted})" if unwanted else wanted


def _tsquery_row(row: Row) -> str:
    words = [f"'{word}'" for word in row.words]
    if row.begins:
        words[-1] += ":*"
    return f"({' <-> '.join(words)})"


def _as_rows(group: Iterable[str]) -> Iterator[Row]:
    """A facet that ends in `*` is the beginning of several."""
    for word in group:
        yield Row((word.removesuffix("*"),), begins=word.endswith("*"))
