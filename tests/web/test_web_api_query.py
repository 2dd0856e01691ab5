"""What may be asked of the list of stories."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.model import StoryQuery
from aggregator.web.api_query import LARGEST_PAGE, MOST_VALUES, BadQuery, Fault, StoryParameters, read

NAMES = list(StoryParameters.model_fields)


def faults(*pairs: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(BadQuery) as caught:
        read(pairs)
    return {one.parameter: one.detail for one in caught.value.faults}


def read_or_refused(asked: list[tuple[str, str]]) -> tuple[StoryQuery | None, tuple[Fault, ...]]:
    try:
        return read(asked).query(), ()
    except BadQuery as bad:
        return None, bad.faults


def test_nothing_asked_is_everything() -> None:
    assert read([]).query() == StoryQuery()


def test_several_values_may_be_repeated_or_stand_between_commas() -> None:
    asked = read([("country", "kz, TJ"), ("country", "kz"), ("language", "RU"), ("source", "a-b,c")])
    query = asked.query()
    assert query.countries == ("KZ", "TJ")
    assert query.languages == ("ru",)
    assert query.sources == ("a-b", "c")


def test_groups_of_countries_are_asked_for_as_they_are_written() -> None:
    assert read([("country", "region:CA")]).query().countries == ("region:CA",)
    assert "country" in faults(("country", "region:"))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T10:30Z", datetime(2026, 11, 22, 10, 30, tzinfo=UTC)),
        ("2026-11-22t10:30:00.5z", datetime(2026, 11, 22, 10, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-22T10:30:00+05:00", datetime(2026, 11, 22, 5, 30, tzinfo=UTC)),
        ("2026-11-22T10:30:00 05:00", datetime(2026, 11, 22, 5, 30, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1969-12-31", datetime(1970, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-12:00", datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_the_moments_they_are(given: str, meant: datetime) -> None:
    asked = read([("since", given), ("until", given)])
    assert asked.query().since == asked.query().until == meant


@pytest.mark.parametrize(
    "given",
    [
        "",
        "soon",
        "1700000000",
        "2026",
        "2026-W47",
        "2026-02-30",
        "2026-11-22T25:00:00Z",
        "2026-11-22T10:30:00",
        "2026-11-22T10:30:60Z",
        "2026-11-22T10:30:00+24:00",
        "٢٠٢٦-11-22",
    ],
)
def test_what_is_no_time_is_refused_with_what_is(given: str) -> None:
    assert "RFC 3339" in faults(("since", given))["since"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "x" * 201),
        ("q", "water\0"),
        ("topic", "a\nb"),
        ("country", "KAZ"),
        ("country", ""),
        ("country", "KZ,"),
        ("country", ",".join(["KZ"] * (MOST_VALUES + 1))),
        ("language", "r"),
        ("language", "ru-RU"),
        ("source", "Steppe"),
        ("source", "a--b"),
        ("source", "a" * 65),
        ("before", "-1"),
        ("before", "9223372036854775808"),
        ("before", "9" * 5000),
        ("before", "x"),
        ("limit", "0"),
        ("limit", str(LARGEST_PAGE + 1)),
        ("limit", "1.5"),
    ],
)
def test_what_a_parameter_does_not_take_is_refused_with_what_it_takes(name: str, value: str) -> None:
    told = faults((name, value))
    assert list(told) == [name]
    takes = StoryParameters.model_fields[name].description
    assert takes
    assert takes in told[name]
    assert "[^" not in told[name], "nobody is shown a regular expression"


def test_what_is_given_twice_but_taken_once_is_refused() -> None:
    assert "once" in faults(("limit", "5"), ("limit", "5"))["limit"]
    assert set(faults(("limit", "5"), ("limit", "5"), ("q", "\0"))) == {"limit", "q"}


def test_a_name_that_nobody_knows_is_refused_with_those_that_are_known() -> None:
    told = faults(("utm_source", "x"), ("contry", "KZ"))
    assert "Did you mean country?" in told["contry"]
    assert all(name in told["utm_source"] for name in NAMES)


def test_the_address_of_the_next_page_asks_the_same() -> None:
    asked = read(
        [
            ("q", "вода & «плотина»"),
            ("country", "kz,tj"),
            ("since", "2026-11-01T00:00:00+05:00"),
            ("limit", "7"),
        ]
    )
    address = asked.address("/stories", before=41)
    again = read(parse_qsl(urlsplit(address).query))
    assert again == asked.model_copy(update={"before": 41})
    assert address.isascii()
    assert "country=KZ,TJ" in address


def test_the_address_of_nothing_asked_is_the_bare_one() -> None:
    assert read([]).address("/stories") == "/stories"


anything = st.text(alphabet=st.characters(codec=None), max_size=60)
telling = st.sampled_from(
    [
        *("KZ", "region:CA", "ru", "steppe", "2026-11-22", "2026-11-22T10:00:00+05:00"),
        *("0", "-0", "+7", "1_0", "1e3", "nan", "inf", "9" * 30, "null", "[]", "{}"),
        *("\0", "%", "*", '"', "-", "NEAR(", "' OR 1=1 --", ",,,", "\ud800", "a" * 300),
    ]
)
pairs = st.lists(st.tuples(st.sampled_from(NAMES) | anything, anything | telling), max_size=40)


@given(pairs)
@example([("since", "0000-01-01")])
@example([("limit", "1_0")])
def test_whatever_is_asked_is_read_or_refused(asked: list[tuple[str, str]]) -> None:
    query, refused = read_or_refused(asked)
    assert all(one.detail and len(one.parameter) <= 200 for one in refused)
    if query is None:
        assert refused
        return
    assert 1 <= query.limit <= LARGEST_PAGE
    assert len(query.words) <= 200
    assert not any(ord(letter) < 32 for letter in query.words + query.topic)
    assert max(map(len, (query.countries, query.languages, query.sources))) <= MOST_VALUES
    assert all(moment.tzinfo is UTC for moment in (query.since, query.until) if moment)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "q": st.text(string.printable[:95] + "воды آب", max_size=40),
            "country": st.lists(st.sampled_from(["KZ", "tj", "region:CA"]), min_size=1, max_size=5).map(
                ",".join
            ),
            "until": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
            "before": st.integers(0, 2**63 - 1).map(str),
        },
    )
)
def test_every_page_of_a_query_asks_the_same(asked: dict[str, str]) -> None:
    first = read(parse_qsl(urlencode(asked), keep_blank_values=True))
    assert read(parse_qsl(urlsplit(first.address("/x")).query)) == first
