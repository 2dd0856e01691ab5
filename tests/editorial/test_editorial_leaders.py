"""Leaders count while they are in office: nothing before, little after."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

import pytest

from aggregator.editorial import gazetteer, items, language, shipped
from aggregator.editorial.countries import Tagger, Zones
from aggregator.editorial.describe import shipped_describer
from aggregator.editorial.folding import fold_with_offsets
from aggregator.editorial.gazetteer_format import parse
from aggregator.model import Source, Tag


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(shipped.gazetteer(language.REGION))


def told(tagger: Tagger, day: date | None, title: str, lead: str = "", code: str = "en") -> list[Tag]:
    """The countries that a text is about, then those that it mentions, each as a tag."""
    zones = Zones(title=fold_with_offsets(title), lead=fold_with_offsets(lead))
    tags, mentions = tagger.tag(zones, code, day=day)
    return [*tags, *mentions]


Said = Literal["subject", "mention", "nothing"]


def said(tagger: Tagger, day: date | None, name: str, code: str) -> Said:
    title = f"{name} — …"
    tags, mentions = tagger.tag(Zones(title=fold_with_offsets(title)), code, day=day)
    return "subject" if tags else "mention" if mentions else "nothing"


@pytest.mark.parametrize(
    ("name", "code", "before", "within", "after"),
    [
        ("Islam Karimov", "en", "1989-05-01", "2005-05-01", "2018-05-01"),
        ("Ислам Каримов", "ru", "1989-05-01", "2016-08-30", "2016-09-02"),
        ("Nazarbayev", "en", "1989-05-01", "2019-03-19", "2019-03-20"),
        ("Назарбаев", "kk", "1989-05-01", "2015-05-01", "2021-05-01"),
        ("Tokayev", "en", "2012-05-01", "2026-05-01", None),
        ("Toqayev", "uz", "2012-05-01", "2019-03-20", None),
        ("Mirziyoyev", "uz", "2002-05-01", "2017-05-01", None),
        ("Мирзиёев", "ru", "2002-05-01", "2026-05-01", None),
        ("Rahmon", "fr", "1991-05-01", "2026-05-01", None),
        ("Раҳмон", "tg", "1991-05-01", "2000-05-01", None),
        ("Ashraf Ghani", "en", "2014-05-01", "2020-05-01", "2021-08-15"),
        ("اشرف غنی", "fa", "2014-05-01", "2020-05-01", "2024-05-01"),
        ("Atambayev", "en", "2009-05-01", "2015-05-01", "2018-05-01"),
        ("Jeenbekov", "en", "2015-05-01", "2019-05-01", "2021-05-01"),
        ("Жээнбеков", "ky", "2015-05-01", "2019-05-01", "2020-10-15"),
        ("Japarov", "en", "2019-05-01", "2020-10-15", None),
        ("Жапаров", "ky", "2019-05-01", "2026-05-01", None),
        ("Obama", "en", "2006-05-01", "2012-05-01", "2018-05-01"),
    ],
)
def test_a_leader_counts_from_taking_office_and_is_a_mention_after_leaving_it(
    tagger: Tagger, name: str, code: str, before: str, within: str, after: str | None
) -> None:
    assert said(tagger, date.fromisoformat(before), name, code) == "nothing"
    assert said(tagger, date.fromisoformat(within), name, code) == "subject"
    if after:
        assert said(tagger, date.fromisoformat(after), name, code) == "mention"


@pytest.mark.parametrize("year", [2007, 2015, 2022, 2026])
def test_father_and_son_of_one_name_follow_one_another(tagger: Tagger, year: int) -> None:
    assert said(tagger, date(year, 5, 1), "Berdimuhamedow", "tk") == "subject"
    assert said(tagger, date(2005, 5, 1), "Berdimuhamedow", "tk") == "nothing"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2016-05-01", "nothing"),
        ("2018-05-01", "subject"),
        ("2023-05-01", "mention"),
        ("2026-05-01", "subject"),
    ],
)
def test_an_office_can_be_held_again(tagger: Tagger, day: str, expected: Said) -> None:
    assert said(tagger, date.fromisoformat(day), "Trump", "en") == expected


def test_without_a_date_nobody_is_asked_when(tagger: Tagger) -> None:
    assert said(tagger, None, "Islam Karimov", "en") == said(tagger, None, "Tokayev", "en") == "subject"


def test_an_entry_about_a_former_leader_is_about_the_country(tagger: Tagger) -> None:
    day = date(2023, 5, 1)
    (tag,) = told(tagger, day, "Nazarbayev publishes his memoirs", "Nazarbayev tells of his childhood.")
    assert (tag.country, tag.salience >= 0.4) == ("KZ", True)
    assert tag.evidence[0].rule == "KZ people any: Nazarbayev (gazetteer), until 2019-03-20"


def test_a_former_leader_does_not_lessen_other_signs(tagger: Tagger) -> None:
    day = date(2023, 5, 1)
    (alone,) = told(tagger, day, "A library opens in Almaty")
    (both,) = told(tagger, day, "Nazarbayev opens a library in Almaty")
    assert both.salience > alone.salience


def test_the_date_is_the_entrys(tagger: Tagger) -> None:
    describer = shipped_describer(())
    fields = {"id": 1, "title": "Atambayev plants a tree", "lang": "en"}

    def described(date: str) -> tuple[int, int]:
        entry = items.item({**fields, "date": date}).entry()
        description = describer.describe(entry, Source("dala", "Dala", ""))
        return len(description.tags), len(description.mentions)

    assert described("2015-05-01") == (1, 0)
    assert described("2019-05-01T12:00:00+06:00") == (0, 1)
    assert described("2009-05-01") == (0, 0)
    assert described("") == described("2009") == described("in spring") == (1, 0)


def test_the_date_of_an_item_is_utc_unless_it_says_otherwise() -> None:
    noon = datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert items.item({"id": 1, "title": "", "date": "2026-03-31T12:00"}).entry().published == noon
    entry = items.item({"id": 1, "title": "", "date": "2026-03-31T17:00+05:00"}).entry()
    assert (entry.published, entry.date_guessed) == (noon, False)
    assert items.item({"id": 1, "title": ""}).entry().date_guessed


# ------------------------------------------------------------------------------------------------ the format


def file(*lines: str) -> str:
    return "\n".join(["[[leaders]]", *lines, 'en = ["Quorvex"]', ""])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (file(), 1, "needs `from`"),
        (file('from = "2019-03-20"'), 1, "a day without quotes"),
        (file("from = 2019-03-20T10:00:00"), 1, "a day without quotes"),
        (file("from = 2019-03-20", "until = 5"), 1, "may have `until`"),
        (file("from = 2019-03-20", "until = 2019-03-20"), 1, "2019-03-20 is not after 2019-03-20"),
        (file("from = [2019-03-20, 2017-01-01]", "until = [2020-01-01]"), 1, "2017-01-01 is not after 2020"),
        (file("from = [2019-03-20, 2022-01-01]"), 1, "a list of days for an office held again"),
        (file("from = []"), 1, "needs `from`"),
        (file("from = 2019-03-20") + file("from = 1"), 4, "needs `from`"),
        (file("from = 2019-03-20", 'rus-RU = ["Кворвекс"]'), 3, "«rus-RU» is no language"),
        (file("from = 2019-03-20", 'ru = "Кворвекс"'), 3, "must be a list of words"),
        ("leaders = 5\n", 1, "must be a list of tables: [[leaders]]"),
        ("[leaders]\nen = []\n", 1, "must be a list of tables: [[leaders]]"),
    ],
)
def test_a_fault_in_a_leaders_block_names_its_line(text: str, line: int, says: str) -> None:
    (fault,) = parse("KZ.toml", text).faults
    assert fault.line == line
    assert says in fault.message


def test_a_leader_who_also_stands_undated_counts_at_all_times() -> None:
    text = file("from = 2019-03-20") + '[people]\nen = ["Quorvex"]\n'
    tagger = Tagger(gazetteer.load({"KZ.toml": text}, ("en",)))
    assert said(tagger, date(2010, 1, 1), "Quorvex", "en") == "subject"
