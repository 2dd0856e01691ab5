"""Country and language codes, and the mix-ups between the two.

Codes come from CLDR as Babel carries it: countries are ISO 3166-1 alpha-2, languages ISO 639-1. The
two look alike and often differ (Kyrgyzstan is `KG`, Kyrgyz is `ky`, and `KY` is the Cayman Islands), which is
why every refusal here names the code that was probably meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from itertools import chain

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

COUNTRY_NAMES: Mapping[str, str] = Locale("en").territories
LANGUAGE_NAMES: Mapping[str, str] = Locale("en").languages
NOT_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
"""Two-letter codes of CLDR that name a union, a part of a country, or nothing."""


def country_name(code: str) -> str | None:
    """English name of a country; None when the code is none."""
    return None if code in NOT_COUNTRIES or len(code) != 2 else COUNTRY_NAMES.get(code)


def language_name(code: str) -> str | None:
    """English name of a language; None when the code is none."""
    return LANGUAGE_NAMES.get(code) if len(code) == 2 else None


@cache
def country_of_language(language: str) -> str | None:
    """The country in which most speakers of a language live (CLDR likely subtags), e.g. `KG` for `ky`."""
    likely = get_global("likely_subtags").get(language)
    return likely.split("_")[-1] if likely and language_name(language) else None


@cache
def language_of_country(country: str) -> str | None:
    """The language chiefly spoken in a country, e.g. `kk` for `KZ`; None when none is its own."""
    own = sorted(code for code in LANGUAGE_NAMES if country_of_language(code) == country)
    likely = get_global("likely_subtags").get(f"und_{country}", "").split("_")[0]
    chief = likely if likely in own or not own else own[0]
    return chief if language_name(chief) else None


def no_country(code: str) -> str:
    """Why a code names no country, with the one that was probably meant."""
    refusal = f"`{code}` is no country code (ISO 3166-1 alpha-2)"
    if (meant := _country_meant(code)) is None:
        return refusal
    language = language_name(code.lower())
    spoken = f"`{code.lower()}` is the language {language}, " if language else ""
    return f"{refusal}: {spoken}{country_name(meant)} is `{meant}`"


def _country_meant(code: str) -> str | None:
    renamed = (str(key) for key in get_global("territory_aliases").get(code.upper(), ()))
    named = (key for key, name in COUNTRY_NAMES.items() if name.casefold() == code.casefold())
    meant = (key for key in chain(renamed, named) if country_name(key))
    return next(meant, None) or country_of_language(code.lower())


def no_language(code: str) -> str:
    """Why a code names no language, with the one that was probably meant."""
    refusal = f"`{code}` is no language code (ISO 639-1)"
    named = [key for key, name in LANGUAGE_NAMES.items() if name.casefold() == code.casefold()]
    if named:
        return f"{refusal}: {language_name(named[0])} is `{named[0]}`"
    country, primary = country_name(code.upper()), code.lower().replace("_", "-").split("-")[0]
    if country and (own := language_of_country(code.upper())):
        return f"{refusal}: `{code.upper()}` is {country}, whose language {language_name(own)} is `{own}`"
    if primary != code and language_name(primary):
        return f"{refusal}: write `{primary}`, without script or country"
    return refusal


def mistaken_country(code: str, languages: Collection[str], countries: Collection[str]) -> str | None:
    """Why a valid country code was probably meant as a language's country; None when it may stand.

    `languages` and `countries` are the region's: `KY` (Cayman Islands) is suspect in a region that speaks
    `ky`. Only languages that are official in one country alone betray it, and a region that names both
    countries means both.
    """
    home = _only_home(code.lower()) if code.lower() in languages else None
    if home is None or home == code or {code, home} <= set(countries):
        return None
    return f"`{code}` is {country_name(code)}; {country_name(home)} is `{home}`"


def mistaken_language(code: str, languages: Collection[str], countries: Collection[str]) -> str | None:
    """Why a valid language code was probably meant as a country's language; None when it may stand.

    `kg` (Kongo) is suspect in a region that holds `KG` and not Kongo's own country, unless the region's
    languages name Kyrgyz as well.
    """
    country = code.upper()
    own = language_of_country(country) if country in countries else None
    if own is None or own == code or own in languages or country_of_language(code) in countries:
        return None
    return f"`{code}` is {language_name(code)}; {language_name(own)} is `{own}`"


@cache
def _only_home(language: str) -> str | None:
    homes = [code for code in COUNTRY_NAMES if country_name(code) and language in _official(code)]
    return homes[0] if len(homes) == 1 else None


@cache
def _official(country: str) -> tuple[str, ...]:
    return get_official_languages(country, de_facto=True)
