"""Mail addresses: one person, one key; and nothing readable in logs."""

from __future__ import annotations

import pytest

from aggregator.errors import UsageError
from aggregator.store.addresses import masked, normalised


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Aida@Example.ORG", "aida@example.org"),
        (" aida@example.org\n", "aida@example.org"),
        ("cafe\u0301@example.org", "caf\u00e9@example.org"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("stra\u00dfe@example.org", "strasse@example.org"),
        ("Айгүл@Пример.РФ", "айгүл@пример.рф"),
        ('"a@b"@example.org', '"a@b"@example.org'),
    ],
)
def test_spellings_of_one_address_share_a_key(typed, key):
    assert normalised(typed) == key


@pytest.mark.parametrize(
    "typed",
    ["", "aida", "@example.org", "aida@", "a b@example.org", "a\r\nbcc:x@example.org", "a" * 320 + "@b"],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(UsageError, match="mail address"):
        normalised(typed)


def test_a_masked_address_shows_its_first_letter_and_its_domain():
    assert masked("aida@example.org") == "a…@example.org"
    assert masked("nonsense") == "…@nonsense"
