"""The cities and towns of `gazetteer/places.tsv`, which `scripts/places.py` writes from GeoNames.

A line is a country, `places` or `towns`, and names, parted by tabs; the names by bars. Russian names count in
Russian and in what the languages that borrow them make of them; the others count in every text.
"""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.editorial import borrowed, script
from aggregator.editorial.gazetteer_format import ANY, Kind, Word

FILE = "gazetteer/places.tsv"


def words(text: str) -> Iterator[Word]:
    """The words of the file; lines that begin with # say where they come from."""
    for line in text.splitlines():
        if not line.startswith("#"):
            country, kind, names = line.split("\t")
            for name in names.split("|"):
                language = borrowed.LENDING if not name.isascii() and script.of_text(name) == "Cyrl" else ANY
                yield Word(country, Kind(kind), language, name)
