"""Groups of countries with a tag of their own, and the most countries that one entry is told under."""

from __future__ import annotations

from aggregator.editorial import items, regions
from aggregator.editorial.describe import describer_of
from aggregator.model import Description, Evidence, Region, Source, Tag

GROUPS = {"CA": frozenset({"KZ", "KG", "UZ", "TJ", "TM"}), "SEA": frozenset({"KZ", "TM", "IR", "AZ", "RU"})}


def tags(*codes: str) -> tuple[Tag, ...]:
    """Tags in this order, each less salient than the one before."""
    return tuple(Tag(code, round(0.9 - number / 100, 3)) for number, code in enumerate(codes))


def codes(found: tuple[Tag, ...]) -> list[str]:
    return [tag.country for tag in found]


def test_an_entry_about_three_of_a_group_gets_its_tag_with_the_reason() -> None:
    (tag,) = regions.tags(tags("KZ", "CN", "KG", "UZ"), GROUPS)
    assert tag.country == "region:CA"
    assert tag.salience == round((0.9 + 0.88 + 0.87) / 3, 3)
    assert tag.evidence == (Evidence("", "tags", 0, "about 3 countries of the group CA: KG KZ UZ"),)
    assert regions.tags(tags("KZ", "KG", "CN"), GROUPS) == ()
    assert regions.tags(tags("KZ", "KG", "UZ"), {}) == ()


def test_the_group_that_most_of_it_is_about_comes_first() -> None:
    found = regions.tags(tags("KZ", "TM", "IR", "AZ", "UZ"), GROUPS)
    assert codes(found) == ["region:SEA", "region:CA"]


def test_beyond_five_countries_the_least_salient_are_mentions_and_say_why() -> None:
    told, beyond = regions.capped(tags("FR", "DE", "IT", "ES", "PL", "CZ", "AT"), (), GROUPS)
    assert codes(told) == ["FR", "DE", "IT", "ES", "PL"]
    assert codes(beyond) == ["CZ", "AT"]
    assert beyond[0].evidence[-1].rule == "the entry is about more than 5 countries, and less about this one"


def test_a_summit_keeps_each_country_of_its_group() -> None:
    groups = {"CA": GROUPS["CA"]}
    about = tags("CN", "KZ", "KG", "UZ", "TJ", "RU", "IR", "AF", "PK", "IN", "TM")
    told, beyond = regions.capped(about, regions.tags(about, groups), groups)
    assert codes(told) == ["CN", "KZ", "KG", "UZ", "TJ", "RU", "IR", "AF", "PK", "TM"]
    assert codes(beyond) == ["IN"]


def described(region: Region, title: str, text: str = "") -> Description:
    entry = items.item({"id": 1, "title": title, "text": text, "lang": "en"}).entry()
    return describer_of(region).describe(entry, Source("dala", "Dala", ""))


def test_what_is_beyond_the_cap_stands_among_the_mentions() -> None:
    title = "France, Germany, Italy, Spain, Poland, Austria and Norway sign a treaty"
    description = described(Region(("en",)), title, "Nobody from Peru came. " * 40)
    assert len(description.tags) == 5
    assert {"AT", "NO"} <= {tag.country for tag in description.mentions}
    assert not description.regions


def test_the_groups_are_the_operators() -> None:
    title = "Mali, Niger and Chad open a road"
    sahel = (("SAHEL", ("ML", "NE", "TD", "BF", "MR")),)
    assert [tag.country for tag in described(Region(("en",), (), sahel), title).regions] == ["region:SAHEL"]
    assert described(Region(("en",), (), ()), "Kazakhstan, Kyrgyzstan and Uzbekistan meet").regions == ()
    shipped = described(Region(("en",)), "Kazakhstan, Kyrgyzstan and Uzbekistan meet")
    assert [tag.country for tag in shipped.regions] == ["region:CA"]
