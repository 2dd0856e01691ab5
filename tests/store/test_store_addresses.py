"""Mail addresses: one person, one key; and nothing readable in logs."""

from __future__ import annotations

import pytest

from aggregator.errors import UsageError
from aggregator.store.addresses import checked, masked, normalised


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Aida@Example.ORG", "aida@example.org"),
        (" aida@example.org\n", "aida@example.org"),
        ("cafe\u0301@example.org", "caf\u00e9@example.org"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("stra\u00dfe@example.org", "strasse@example.org"),
        ("Айгүл@Пример.РФ", "айгүл@пример.рф"),
        ("x@xn--e1afmkfd.xn--p1ai", "x@пример.рф"),
        ("x@XN--E1AFMKFD.example", "x@пример.example"),
        ("x@xn--9999999999.example", "x@xn--9999999999.example"),
        ("x@\uff25xample\uff0eorg", "x@example.org"),
        ("x@例え\u3002jp", "x@例え.jp"),
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


@pytest.mark.parametrize(
    ("typed", "mailed"),
    [
        (" Aida@Example.ORG ", "Aida@example.org"),
        ("Айгүл@Пример.РФ", "Айгүл@пример.рф"),
        ("x@xn--e1afmkfd.xn--p1ai", "x@пример.рф"),
        ("x@例え\u3002jp", "x@例え.jp"),
        ("cafe\u0301@example.org", "café@example.org"),
    ],
)
def test_an_address_is_mailed_in_its_normal_form(typed, mailed):
    assert checked(typed) == mailed
    assert normalised(checked(typed)) == normalised(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "a..b@example.org",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@x.local",
        '"a b"@example.org',
        "A <a@example.org>",
        "a@example.org,b@example.org",
        "a@exa\u202emple.org",
        "a@example.org\r\nBcc: b@example.org",
        "\ud800@example.org",
        "a" * 65 + "@example.org",
        "",
    ],
)
def test_what_mail_does_not_reach_is_refused(typed):
    with pytest.raises(UsageError, match="mail address"):
        checked(typed)
