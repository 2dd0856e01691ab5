"""Which countries a story is about, given what its entries are about. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Saliences = Mapping[str, float]
"""How much one entry is about each of its countries."""


def countries_of(lead: Saliences, followers: Sequence[Saliences]) -> dict[str, float]:
    """The lead's countries, and those that more than half of the entries carry; the most salient first.

    `followers`: the independent reports beside the lead. A copy or a translation repeats a judgement and has
    no voice here. A country's salience is the lead's, or else the mean of those that carry it.
    """
    entries = [lead, *followers]
    carried: dict[str, list[float]] = {}
    for entry in entries:
        for country, salience in entry.items():
            carried.setdefault(country, []).append(salience)
    countries = {
        country: lead[country] if country in lead else sum(saliences) / len(saliences)
        for country, saliences in carried.items()
        if country in lead or 2 * len(saliences) > len(entries)
    }
    return dict(sorted(countries.items(), key=lambda item: (-item[1], item[0])))
