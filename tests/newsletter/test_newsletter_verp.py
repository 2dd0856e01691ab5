"""The address that a letter's bounces come back to."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.newsletter import verp
from aggregator.store import letter_identity
from aggregator.store.secrets import Key

BASE = "bounces@news.example.org"
OLD, NEW = Key("old", b"1" * 32), Key("new", b"2" * 32)


def test_a_tag_stands_before_the_at_and_is_found_again() -> None:
    assert verp.address(BASE, "7-0a1b2c3d") == "bounces+7-0a1b2c3d@news.example.org"
    assert verp.tag_of("bounces+7-0a1b2c3d@news.example.org", BASE) == "7-0a1b2c3d"


@pytest.mark.parametrize(
    "said", ["<BOUNCES+7-0a1b2c3d@News.Example.ORG>", " bounces+7-0a1b2c3d@news.example.org "]
)
def test_servers_may_change_the_case_of_all_but_the_tag(said: str) -> None:
    assert verp.tag_of(said, BASE) == "7-0a1b2c3d"


@pytest.mark.parametrize(
    "other",
    [
        "bounces@news.example.org",
        "bounces+@news.example.org",
        "bounces+7@other.example.org",
        "other+7@news.example.org",
        "bounces+a b@news.example.org",
        f"bounces+{'x' * 60}@news.example.org",
        "bounces+7",
        "",
    ],
)
def test_other_addresses_have_no_tag(other: str) -> None:
    assert verp.tag_of(other, BASE) is None


@pytest.mark.parametrize("tag", ["", "a b", "a@b", "a\r\nRCPT TO:<b>", "x" * 57])
def test_what_no_address_can_hold_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="cannot be a part"):
        verp.address(BASE, tag)


@given(st.integers(1, 10**17))
def test_every_delivery_is_told_by_its_tag_and_no_other_is(delivery_id: int) -> None:
    address = verp.address(BASE, letter_identity.bounce_tag(OLD, delivery_id, "a1"))
    tag = verp.tag_of(address.upper().replace("BOUNCES", "bounces"), BASE)
    assert tag is not None
    assert letter_identity.delivery_named(tag) == delivery_id
    assert letter_identity.is_bounce_tag(tag, OLD, delivery_id, "a1")
    assert not letter_identity.is_bounce_tag(tag, NEW, delivery_id, "a1")
    assert not letter_identity.is_bounce_tag(tag, OLD, delivery_id, "b2")


@pytest.mark.parametrize(
    "forged", ["7", "-1-0a1b2c3d", "07-0a1b2c3d", "7-0a1b2c3dd", "٧-0a1b2c3d", "", "9" * 19 + "-0a1b2c3d"]
)
def test_what_is_no_tag_names_no_delivery(forged: str) -> None:
    assert letter_identity.delivery_named(forged) is None


def test_the_mark_of_one_delivery_opens_no_other() -> None:
    mark = letter_identity.bounce_tag(OLD, 7, "a1").partition("-")[2]
    assert not letter_identity.is_bounce_tag(f"8-{mark}", OLD, 8, "a1")
    assert not letter_identity.is_bounce_tag("7-00000000", OLD, 7, "a1")


@given(st.binary(min_size=letter_identity.TOKEN_BYTES, max_size=letter_identity.TOKEN_BYTES), st.booleans())
def test_a_letters_token_survives_servers_that_change_the_case(content: bytes, shouting: bool) -> None:
    token = base64.urlsafe_b64encode(content).decode("ascii")
    address = verp.leaving_address("u@news.example.org", token)
    tag = verp.tag_of(address.upper() if shouting else address.lower(), "u@news.example.org")
    assert tag is not None
    assert verp.token_of(tag) == token
    assert verp.token_of(token) == token, "letters that went out before carry it as it is"


def test_each_token_of_ours_has_a_form_of_its_own_without_case() -> None:
    tokens = [letter_identity.token(OLD, number, "a1") for number in range(1, 200)]
    forms = {verp.caseless(token) for token in tokens}
    assert len(forms) == len(tokens)
    assert all(form == form.lower() and form.isalnum() for form in forms)
    assert [verp.token_of(verp.caseless(token)) for token in tokens] == tokens


@pytest.mark.parametrize("other", ["", "Qm9aT0k3n-_", "x" * 32 + "é", "a" * 28, "a" * 40, "a" * 38 + "1"])
def test_what_is_no_token_of_ours_stays_as_it_is(other: str) -> None:
    assert verp.caseless(other) == other
    assert verp.token_of(other) == other


def test_an_address_that_would_grow_too_long_carries_the_token_as_it_is() -> None:
    token = letter_identity.token(OLD, 7, "a1")
    fits, long = f"{'u' * 24}@a.example", f"{'u' * 25}@a.example"
    assert verp.tag_of(verp.leaving_address(fits, token), fits) == verp.caseless(token)
    assert verp.tag_of(verp.leaving_address(long, token), long) == token
    with pytest.raises(ValueError, match="cannot be a part"):
        verp.leaving_address(f"{'u' * 32}@a.example", token)
