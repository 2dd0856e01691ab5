"""What judgement is told of the region that the news is about."""

from __future__ import annotations

from dataclasses import dataclass

GROUP_PREFIX = "region:"
"""What the tags of groups of countries begin with."""


@dataclass(frozen=True, slots=True)
class WordFile:
    """A gazetteer file of the operator's own, as it was when the configuration was read."""

    name: str
    """Its path: the last part names the country (`KZ.toml`), and faults are reported under it."""
    text: str


@dataclass(frozen=True, slots=True)
class Region:
    """The operator's choices that countries and languages of entries are judged by; travels to workers."""

    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the languages that entries may be in; none: those that come with the program."""
    words: tuple[WordFile, ...] = ()
    """Gazetteer files that add to the shipped ones and take away from them."""
    groups: tuple[tuple[str, tuple[str, ...]], ...] = (("CA", ("KZ", "KG", "UZ", "TJ", "TM")),)
    """Name and countries (ISO 3166-1 alpha-2) of each group that has a tag of its own, `region:NAME`."""
