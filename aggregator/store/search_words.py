"""Words as the index has them: each as its language reads it. Pure.

A text is read in its own language, which gives `en_minist` for «ministers», `kk_qazaqstan` for «Қазақстан»,
and `x_` with the word itself where we know nothing of its language or it is written in other letters. What
somebody looks for has no language: it is read in all of them. So no language's endings are taken off another
one's words, and a name is found in all.

A word of the index is letters and digits with one `_` behind the first few, never anything else: it needs no
quoting in any database. Facets (`search_facets`) share the index under prefixes of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aggregator.store import search_stems
from aggregator.store.search_letters import bare, fold, kazakh, uzbek

LONGEST_WORD = 40
"""Characters of a word that count."""
VERSION = f"1/{search_stems.VERSION}"
"""Moves when the same text gives other words than before: the index is then made anew."""

_NO_LANGUAGE = "x_"
_LATIN, _CYRILLIC, _ANY = ("0", "\u024f"), ("\u0400", "\u04ff"), ("\0", "\U0010ffff")
_WORD = re.compile(r"\w+")
"""Folding leaves no `_`."""
_INNER_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w|$)")


@dataclass(frozen=True, slots=True)
class Reader:
    """How one language is read, or all of which we know nothing."""

    mark: str
    """What its words begin with."""
    whole: bool
    """Endings are not taken off: what begins alike is another form."""
    _words: Callable[[str], list[str]]
    _stems: dict[str, str]

    def read(self, folded: str) -> list[str]:
        """The words of a folded text, in order, as the index has them."""
        stems = self._stems
        return [stems[word] for word in self._words(folded)]

    def begun(self, folded: str) -> list[str]:
        """The same, with the last word as it stands: it may be the beginning of a longer one."""
        *words, last = self._words(folded)
        mark, _, _ = self._stems[last].partition("_")
        return [*(self._stems[word] for word in words), f"{mark}_{bare(last)}"]


class _Stems(dict[str, str]):
    """Stems of the words that were met, up to a number of them."""

    MOST = 50_000

    def __init__(self, mark: str, stem: Callable[[str], str], letters: tuple[str, str]) -> None:
        """`letters`: the first and the last with which words of this language begin."""
        self._mark, self._stem = mark, stem
        self._first, self._last = letters

    def __missing__(self, word: str) -> str:
        if len(self) >= self.MOST:
            self.clear()
        marked = self[word] = self._marked(word[:LONGEST_WORD])
        return marked

    def _marked(self, word: str) -> str:
        if self._first <= word[0] <= self._last:
            return self._mark + (bare(self._stem(word)) or word)
        return _NO_LANGUAGE + (bare(word) or word)


def _parted(folded: str) -> list[str]:
    return _WORD.findall(folded)


def _with_apostrophes(folded: str) -> list[str]:
    """Where an apostrophe is part of a letter («Oʻzbekiston») or nothing («Qur'on»), it parts no words."""
    return _WORD.findall(_INNER_APOSTROPHE.sub("", folded) if "'" in folded else folded)


def _reader(language: str) -> Reader:
    mark = f"{language}_"
    if language in search_stems.SNOWBALL:
        return Reader(mark, False, _parted, _Stems(mark, search_stems.snowball(language), _LATIN))
    if language == "ru":
        return Reader(mark, False, _parted, _Stems(mark, search_stems.russian, _CYRILLIC))
    own = {"kk": kazakh, "uz": uzbek}.get(language, bare)
    return Reader(mark, True, _with_apostrophes, _Stems(mark, own, _ANY))


OTHERS = _reader(_NO_LANGUAGE.rstrip("_"))
READERS: Mapping[str, Reader] = MappingProxyType(
    {language: _reader(language) for language in (*search_stems.SNOWBALL, "ru", "kk", "uz")}
)
"""By language (ISO 639-1)."""
ALL_READERS = (*READERS.values(), OTHERS)


def words_of(text: str, language: str) -> list[str]:
    """The words of a text in this language, in order."""
    return READERS.get(language, OTHERS).read(fold(text))
