from __future__ import annotations

import pytest

from aggregator.web.admission import WINDOW, Admission, Capacity


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def test_no_more_are_inside_than_there_are_places(seconds: Seconds) -> None:
    admission = Admission(Capacity(at_once=2, at_once_each=2, per_window_each=9), seconds)
    with (
        admission.admitted("a") as first,
        admission.admitted("b") as second,
        admission.admitted("c") as third,
    ):
        assert (first, second, third) == (True, True, False)
    with admission.admitted("c") as later:
        assert later


def test_nobody_takes_all_places(seconds: Seconds) -> None:
    admission = Admission(Capacity(at_once=9, at_once_each=1, per_window_each=9), seconds)
    with admission.admitted("a"), admission.admitted("a") as again, admission.admitted("b") as other:
        assert (again, other) == (False, True)


def test_each_may_come_so_often_a_minute(seconds: Seconds) -> None:
    admission = Admission(Capacity(at_once=9, at_once_each=9, per_window_each=3), seconds)

    def come(name: str) -> bool:
        with admission.admitted(name) as let_in:
            return let_in

    assert [come("a") for _ in range(4)] == [True, True, True, False]
    assert come("b")
    seconds.now += WINDOW
    assert come("a")


def test_a_place_is_free_again_after_a_failure(seconds: Seconds) -> None:
    admission = Admission(Capacity(at_once=1, at_once_each=1, per_window_each=9), seconds)
    with pytest.raises(ZeroDivisionError), admission.admitted("a"):
        raise ZeroDivisionError
    with admission.admitted("a") as let_in:
        assert let_in
