"""How a story spread: positions of the picture."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Member
from aggregator.publish.spread import LANGUAGES, spread

SINCE = datetime(2026, 11, 22, 6, tzinfo=UTC)
Account = Callable[..., Member]


@pytest.fixture
def account(member: Callable[..., Member]) -> Account:
    def build(hours: float, language: str = "en", **fields: object) -> Member:
        return member(published=SINCE + timedelta(hours=hours), language=language, **fields)

    return build


def test_one_account_alone_is_no_picture(account: Account) -> None:
    assert spread([]) is None
    assert spread([account(0)]) is None


def test_accounts_of_one_moment_are_no_picture(account: Account) -> None:
    assert spread([account(0), account(0.1, "ru")]) is None


def test_a_guessed_time_is_no_place_in_the_picture(account: Account) -> None:
    assert spread([account(0), account(9, date_guessed=True)]) is None


def test_languages_stand_in_the_order_in_which_they_came(account: Account) -> None:
    picture = spread([account(8, "ru"), account(2, "fa"), account(0, "ru"), account(10, "kk")])
    assert picture is not None
    assert [line.language for line in picture.lines] == ["ru", "fa", "kk"]
    assert [[dot.x for dot in line.dots] for line in picture.lines] == [[2.0, 78.8], [21.2], [98.0]]
    assert (picture.since, picture.until) == (SINCE, SINCE + timedelta(hours=10))


@pytest.mark.parametrize(
    ("hours", "step", "count"), [(1, 1, 1), (4, 1, 4), (5, 2, 2), (30, 12, 2), (700, 336, 2), (5000, 1344, 3)]
)
def test_the_axis_has_few_marks_at_even_hours(hours: int, step: int, count: int, account: Account) -> None:
    picture = spread([account(0), account(hours)])
    assert picture is not None
    assert [tick.after for tick in picture.ticks] == [timedelta(hours=step * n) for n in range(1, count + 1)]
    assert all(2 < tick.x <= 98 for tick in picture.ticks)


def test_a_picture_of_many_languages_is_bounded(account: Account) -> None:
    picture = spread([account(number, f"l{number}") for number in range(30)])
    assert picture is not None
    assert len(picture.lines) == LANGUAGES
