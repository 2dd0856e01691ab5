"""How keys are spread over their index, and which stretches of it an entry pays for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aggregator.store.key_index import CYCLE, _stretches, spread
from aggregator.store.sketches import pack, unpack

SMALLEST, LARGEST = -(2**63), 2**63 - 1


def test_spread_keys_are_different_signed_numbers_of_64_bits() -> None:
    keys = [SMALLEST, LARGEST, -1, 0, 1, *range(1000, 2000)]
    spread_out = [spread(key) for key in keys]
    assert len(set(spread_out)) == len(keys)
    assert all(SMALLEST <= key <= LARGEST for key in spread_out)


def test_small_numbers_are_spread_over_the_whole_index() -> None:
    quarters = [(spread(key) - SMALLEST) >> 62 for key in range(0, 1 << 32, 1 << 20)]
    assert all(0.2 < quarters.count(quarter) / len(quarters) < 0.3 for quarter in range(4))


def test_one_cycle_of_entries_pays_for_the_whole_index_once() -> None:
    steps = [1, 2, 500, 7000, CYCLE - 7503]
    begin, stretches = 900, []
    for step in steps:
        stretches += _stretches(range(begin, begin + step))
        begin += step
    in_order = sorted(stretches)
    assert (in_order[0][0], in_order[-1][1]) == (SMALLEST, LARGEST)
    assert all(one[1] + 1 == other[0] for one, other in pairwise(in_order))


@pytest.mark.parametrize(
    ("entries", "number"), [(range(0), 0), (range(5, 6), 1), (range(7, 7 + 3 * CYCLE), 1)]
)
def test_no_entries_pay_for_nothing_and_many_for_everything(entries: range, number: int) -> None:
    assert len(list(_stretches(entries))) == number


def test_keys_are_packed_and_unpacked() -> None:
    keys = (SMALLEST, LARGEST, 0, -5)
    assert unpack(pack(keys)) == keys
    assert pack((1,)) == b"\1" + bytes(7)
    assert unpack(b"") == ()
