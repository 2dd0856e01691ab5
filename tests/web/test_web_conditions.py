"""Conditional and partial requests, by the letter of RFC 9110."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from aggregator.web.conditions import UNSATISFIABLE, part, precondition

ETAG = b'"abc"'
MODIFIED = 1_700_000_000
THEN = formatdate(MODIFIED, usegmt=True).encode()
BEFORE = formatdate(MODIFIED - 1, usegmt=True).encode()


def fields(**named: bytes) -> dict[bytes, bytes]:
    return {name.replace("_", "-").encode(): value for name, value in named.items()}


@pytest.mark.parametrize(
    ("status", "condition"),
    [
        (200, fields()),
        (304, fields(if_none_match=b'"abc"')),
        (304, fields(if_none_match=b'"x", W/"abc"')),
        (304, fields(if_none_match=b"*")),
        (200, fields(if_none_match=b'"x"')),
        (200, fields(if_none_match=b'"x"', if_modified_since=THEN)),
        (304, fields(if_modified_since=THEN)),
        (200, fields(if_modified_since=BEFORE)),
        (200, fields(if_modified_since=b"yesterday")),
        (200, fields(if_modified_since=b"Thu, 01 Jan 99999999999 00:00:00 GMT")),
        (200, fields(if_match=b'"abc", "x"')),
        (200, fields(if_match=b"*")),
        (412, fields(if_match=b'"x"')),
        (412, fields(if_match=b'W/"abc"')),
        (304, fields(if_match=b'"abc"', if_unmodified_since=BEFORE, if_none_match=b'"abc"')),
        (412, fields(if_unmodified_since=BEFORE)),
        (200, fields(if_unmodified_since=THEN)),
        (200, fields(if_unmodified_since=b"never")),
    ],
)
def test_what_a_client_has_is_weighed_in_the_order_of_the_rfc(
    status: int, condition: dict[bytes, bytes]
) -> None:
    assert precondition(condition, ETAG, MODIFIED) == status


def test_what_has_no_date_knows_tags_alone() -> None:
    assert precondition(fields(if_modified_since=THEN, if_unmodified_since=BEFORE), ETAG, None) == 200
    assert precondition(fields(if_none_match=ETAG), ETAG, None) == 304


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (b"bytes=0-0", range(1)),
        (b"bytes=2-5", range(2, 6)),
        (b"bytes=5-", range(5, 10)),
        (b"bytes=5-99", range(5, 10)),
        (b"bytes=-3", range(7, 10)),
        (b"bytes=-99", range(10)),
        (b"bytes=10-", UNSATISFIABLE),
        (b"bytes=-0", UNSATISFIABLE),
        (b"bytes=5-2", None),
        (b"bytes=0-1,3-4", None),
        (b"bytes=-", None),
        (b"lines=1-2", None),
        (b"bytes=" + b"9" * 30 + b"-", None),
    ],
)
def test_one_range_is_cut_out_and_anything_odd_gets_the_whole(asked: bytes, got: range | None) -> None:
    found = part({b"range": asked}, ETAG, MODIFIED, 10)
    assert (found is None) == (got is None)
    assert found == got


@pytest.mark.parametrize(
    ("condition", "whole"),
    [
        (ETAG, False),
        (b'"x"', True),
        (b'W/"abc"', True),
        (THEN, False),
        (BEFORE, True),
        (b"whenever", True),
    ],
)
def test_a_part_is_sent_only_of_what_the_client_has_the_rest_of(condition: bytes, whole: bool) -> None:
    found = part({b"range": b"bytes=0-1", b"if-range": condition}, ETAG, MODIFIED, 10)
    assert found == (None if whole else range(2))


def test_a_date_says_nothing_of_what_has_none() -> None:
    assert part({b"range": b"bytes=0-1", b"if-range": THEN}, ETAG, None, 10) is None
