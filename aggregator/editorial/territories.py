"""What the world's countries and territories are called, in any language that CLDR knows."""

from __future__ import annotations

import pickle
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from babel.localedata import locale_identifiers, resolve_locale_filename

_CODE = re.compile(r"[A-Z]{2}")
_SCRIPT = re.compile(r"[A-Z][a-z]{3}")
_NOT_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
"""Two-letter regions of CLDR that ISO 3166-1 does not list."""
_REVIVED_SCRIPTS = frozenset({"Dsrt", "Shaw"})
"""Scripts of CLDR that no newspaper is printed in."""
_EXPLANATION = re.compile(r"\s*(?:[(（,،].*| SAR China| [-–—] .*)$")


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """The 249 codes of ISO 3166-1 alpha-2."""
    regions = _territories("en")
    return frozenset(code for code in regions if _CODE.fullmatch(code) and code not in _NOT_COUNTRIES)


def names(languages: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (code, language, name) for every country, in those of the languages that CLDR knows.

    A language's other scripts count as the language itself: «Ўзбекистон» is `uz`. Explanations are cut off
    (`Myanmar (Burma)`), but of a name that two countries would then share (`Congo - Kinshasa`).
    """
    for language in dict.fromkeys(languages):
        bearers: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for identifier in _in_its_scripts(language):
            for code, name in _territories(identifier).items():
                if code in codes():
                    bearers[_EXPLANATION.sub("", name)][code] = name
        for name, bearing in bearers.items():
            for code, whole in bearing.items():
                yield code, language, name if len(bearing) == 1 else whole


def _territories(identifier: str) -> dict[str, str]:
    """Name by region code, as a locale's own file has it.

    Babel's `Locale` would merge all that CLDR says of a locale and keep it: 25 MB for the region's languages.
    """
    with Path(resolve_locale_filename(identifier)).open("rb") as file:
        own = pickle.load(file)  # noqa: S301 - a file of Babel's own
    return {str(code): str(name) for code, name in own.get("territories", {}).items()}


def _in_its_scripts(language: str) -> Iterator[str]:
    """Locale identifiers of a language without a region: `uz`, `uz_Arab`, `uz_Cyrl`."""
    for identifier in sorted(locale_identifiers()):
        first, _, rest = identifier.partition("_")
        if first == language and (not rest or (_SCRIPT.fullmatch(rest) and rest not in _REVIVED_SCRIPTS)):
            yield identifier
