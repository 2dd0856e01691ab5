"""What was worked out of words, remembered: the words of news come again and again.

Two generations are kept. When the younger one is full, the older one is forgotten; what came again in the
meantime has moved to the younger one, so that only rare words are worked out anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")

LONGEST = 40
"""Characters of a word that is remembered: a longer one hardly comes again."""


class Memory(Generic[Value]):
    """What words mean in each of several languages, which share one bound."""

    def __init__(self, work_out: Callable[[str, str], Value], most: int) -> None:
        """`work_out`: from language and word to a value that is never None. `most`: words of a generation."""
        self.work_out = work_out
        self._most = most
        self._count = 0
        self._languages: dict[str, Words[Value]] = {}

    def of(self, language: str) -> Words[Value]:
        """The words of a language: a dictionary that has a value for every word."""
        if (words := self._languages.get(language)) is None:
            words = self._languages[language] = Words(self, language)
        return words

    def __len__(self) -> int:
        """How many words are remembered, those of the older generation included."""
        return sum(len(words) + len(words.older) for words in self._languages.values())

    def make_room(self) -> None:
        """Room for one more word in the younger generation."""
        if self._count >= self._most:
            self._count = 0
            for words in self._languages.values():
                words.age()
        self._count += 1


class Words(dict[str, Value]):
    """The younger generation of a language's words, with a way to all others."""

    def __init__(self, memory: Memory[Value], language: str) -> None:
        super().__init__()
        self.older: dict[str, Value] = {}
        self._memory = memory
        self._language = language

    def __missing__(self, word: str) -> Value:
        value = self.older.get(word)
        if value is None:
            value = self._memory.work_out(self._language, word)
        if len(word) <= LONGEST:
            self._memory.make_room()
            self[word] = value
        return value

    def age(self) -> None:
        """Begin a new generation."""
        self.older = self.copy()
        self.clear()
