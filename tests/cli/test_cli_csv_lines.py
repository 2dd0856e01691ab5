"""Lists of addresses line by line: whatever stands in a line, it costs no other line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.cli.csv_lines import lines_of
from aggregator.errors import UsageError
from aggregator.store.addresses import normalised

HEADING = b"email,language\r\n"
SOUND = b"ann@example.org,fr\r\n"


@given(st.binary(max_size=200).filter(lambda line: b"\n" not in line))
def test_no_line_costs_the_next_one(line: bytes) -> None:
    *_, last = lines_of([HEADING, line + b"\n", SOUND], "readers.csv")
    assert last.cells() == {"email": "ann@example.org", "language": "fr"}
    assert last.number == 3


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_whatever_a_file_holds_is_read_or_refused_in_words(content: list[bytes]) -> None:
    refused = 0
    try:
        for line in lines_of([HEADING, *content], "readers.csv"):
            try:
                line.cells()
            except UsageError:
                refused += 1
    except UsageError:
        refused += 1
    assert refused <= len(content)


@given(st.emails())
def test_an_address_has_one_key_however_its_letters_are_cased(address: str) -> None:
    assert normalised(address) == normalised(normalised(address))
    assert normalised(address.upper()) == normalised(address.lower())
