from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.ingest import subscription
from aggregator.model import (
    GONE_FOR_GOOD,
    Announcement,
    Callback,
    Claim,
    HubAnswer,
    HubQuestion,
    Lease,
    LeaseState,
    LeaseUpdate,
    Push,
    Source,
    Standing,
    Whereabouts,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HUBS = Announcement("https://steppe.example/feed/", ("https://h.example/",))


@pytest.fixture
def lease(now: datetime) -> Lease:
    return Lease(
        1,
        "steppe",
        "https://h.example/",
        HUBS.topic,
        "https://news.example",
        LeaseState.PENDING,
        now,
        now + HOUR,
        failures=1,
    )


@pytest.mark.parametrize(
    ("base_url", "reason"),
    [
        ("https://news.example.org", ""),
        ("https://news.example.org:8443/central-asia", ""),
        ("http://news.example.org", "not https"),
        ("https://localhost", "no public name"),
        ("https://news.localhost", "no public name"),
        ("https://desk.local.", "no public name"),
        ("https://intranet", "no public name"),
        ("https://203.0.113.7", "an address, not a name"),
        ("https://[2001:db8::7]", "an address, not a name"),
    ],
)
def test_hubs_reach_only_a_public_name_over_https(base_url: str, reason: str) -> None:
    found = subscription.why_not_reached(base_url)
    assert (found == "") is (reason == "")
    assert reason in found


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, True),
        ({"announced": Announcement()}, False),
        ({"whereabouts": Whereabouts(gone_count=GONE_FOR_GOOD)}, False),
        ({"first": True}, False),
    ],
)
def test_pushes_are_wanted_of_sources_that_are_polled_and_name_a_hub(
    changes: dict[str, object], wanted: bool, source: Source
) -> None:
    claim = replace(Claim(source, first=False, announced=HUBS), **changes)  # type: ignore[arg-type]
    assert subscription.is_wanted(Standing("steppe", claim)) is wanted


def test_some_sources_are_never_pushed(source: Source) -> None:
    for kind in (replace(source, websub=False), replace(source, type="sitemap")):
        assert not subscription.wish(Standing("steppe", Claim(kind, announced=HUBS))).hubs
    assert not subscription.wish(Standing("steppe", None)).hubs


@pytest.mark.parametrize(
    ("changes", "obstacle", "words"),
    [
        (None, "", "its hub https://h.example/ is asked within a minute of `run`"),
        (None, "it is not https", "its hub https://h.example/ could push, but not here: it is not https"),
        ({}, "", "waits for https://h.example/, which is asked again at 2026-11-22 10:00"),
        ({"message": "HTTP 500"}, "", "waits for https://h.example/ (HTTP 500), which is asked again at"),
        (
            {"state": LeaseState.DENIED, "message": "no"},
            "",
            "denied by https://h.example/ (no), which is asked",
        ),
        ({"state": LeaseState.ACTIVE}, "", "pushed by https://h.example/ until 2026-11-23 09:00"),
    ],
)
def test_the_operator_sees_how_a_source_stands_with_its_hub(
    changes: dict[str, object] | None,
    obstacle: str,
    words: str,
    lease: Lease,
    source: Source,
    now: datetime,
) -> None:
    claim = Claim(source, first=False, announced=HUBS)
    leases = () if changes is None else (replace(lease, expires_at=now + DAY, **changes),)  # type: ignore[arg-type]
    assert words in subscription.account(Standing("steppe", claim, leases=leases), obstacle)
    assert subscription.account(Standing("steppe", Claim(source)), obstacle) == ""


# ------------------------------------------------------------------------------------------------ events


def test_each_request_waits_longer_until_one_is_verified(lease: Lease, now: datetime) -> None:
    waits = [
        subscription.asked(LeaseState.PENDING, failures, now).try_after - now for failures in (0, 1, 4, 9, 99)
    ]
    assert waits == [HOUR, 2 * HOUR, 16 * HOUR, DAY, DAY]
    assert subscription.asked(LeaseState.LEAVING, 2, now).failures == 3


def test_a_hubs_retry_after_is_a_floor(lease: Lease, now: datetime) -> None:
    refused = subscription.answered(lease, HubAnswer(False, "busy" * 100, now + DAY), now)
    assert refused == LeaseUpdate(LeaseState.PENDING, now + DAY, 1, ("busy" * 100)[:300])
    assert subscription.answered(lease, HubAnswer(True), now).try_after == now + HOUR


@pytest.mark.parametrize(
    ("seconds", "length"),
    [
        ("3600", HOUR),
        ("864000", 10 * DAY),
        ("31536000", 14 * DAY),
        ("9" * 400, 14 * DAY),
        ("", 10 * DAY),
        ("0", 10 * DAY),
        ("-5", 10 * DAY),
        ("ten", 10 * DAY),
        ("١٠", 10 * DAY),
    ],
)
def test_a_lease_runs_as_long_as_the_hub_says_but_never_for_ever(
    seconds: str, length: timedelta, lease: Lease, now: datetime
) -> None:
    update = subscription.heard(lease, HubQuestion("subscribe", lease.topic, seconds), now)
    assert update == LeaseUpdate(LeaseState.ACTIVE, now, expires_at=now + length)


@pytest.mark.parametrize(
    ("state", "mode", "outcome"),
    [
        (LeaseState.PENDING, "subscribe", LeaseState.ACTIVE),
        (LeaseState.ACTIVE, "subscribe", None),
        (LeaseState.DENIED, "subscribe", None),
        (LeaseState.LEAVING, "subscribe", None),
        (LeaseState.ENDED, "subscribe", None),
        (LeaseState.LEAVING, "unsubscribe", LeaseState.ENDED),
        (LeaseState.ACTIVE, "unsubscribe", None),
        (LeaseState.PENDING, "unsubscribe", None),
        (LeaseState.PENDING, "denied", LeaseState.DENIED),
        (LeaseState.ACTIVE, "denied", LeaseState.DENIED),
        (LeaseState.LEAVING, "denied", LeaseState.ENDED),
        (LeaseState.DENIED, "denied", None),
        (LeaseState.ENDED, "denied", None),
        (LeaseState.PENDING, "publish", None),
        (LeaseState.PENDING, "", None),
    ],
)
def test_a_hub_is_believed_only_in_what_was_asked_of_it(
    state: LeaseState, mode: str, outcome: LeaseState | None, lease: Lease, now: datetime
) -> None:
    lease = replace(lease, state=state)
    update = subscription.heard(lease, HubQuestion(mode, lease.topic), now)
    assert (update.state if update else None) is outcome
    assert subscription.heard(lease, HubQuestion(mode, "https://other.example/"), now) is None


def test_nobody_is_unsubscribed_who_did_not_ask(lease: Lease, now: datetime) -> None:
    lease = replace(lease, state=LeaseState.LEAVING, failures=0)
    assert subscription.heard(lease, HubQuestion("unsubscribe", lease.topic), now) is None


@pytest.mark.parametrize(
    ("reason", "kept"),
    [("not\non our\x1b list", "not on our  list"), ("", "it gave no reason"), ("x" * 999, "x" * 300)],
)
def test_why_a_hub_denies_is_kept_and_it_is_asked_again_much_later(
    reason: str, kept: str, lease: Lease, now: datetime
) -> None:
    update = subscription.heard(lease, HubQuestion("denied", lease.topic, reason=reason), now)
    assert update == LeaseUpdate(LeaseState.DENIED, now + 7 * DAY, 1, kept)


# ------------------------------------------------------------------------------------------------ pushes


@pytest.mark.parametrize(
    ("state", "left", "callback"),
    [
        (LeaseState.PENDING, None, Callback.UNKNOWN),
        (LeaseState.ACTIVE, HOUR, Callback.OPEN),
        (LeaseState.LEAVING, HOUR, Callback.OPEN),
        (LeaseState.ACTIVE, timedelta(0), Callback.CLOSED),
        (LeaseState.DENIED, HOUR, Callback.CLOSED),
        (LeaseState.ENDED, HOUR, Callback.CLOSED),
    ],
)
def test_a_callback_is_open_while_its_lease_runs(
    state: LeaseState, left: timedelta | None, callback: Callback, lease: Lease, now: datetime
) -> None:
    lease = replace(lease, state=state, expires_at=now + left if left is not None else None)
    assert subscription.callback(lease, now) is callback


def test_a_callback_without_a_lease_is_unknown(now: datetime) -> None:
    assert subscription.callback(None, now) is Callback.UNKNOWN


@pytest.mark.parametrize(
    ("hub", "topic", "may"),
    [
        ("https://h.example/", "https://s.example/", True),
        ("https://h.example/", "http://s.example/", True),
        ("http://h.example/", "http://s.example/", True),
        ("http://h.example/", "https://s.example/", False),
    ],
)
def test_a_secret_is_not_told_where_others_read_along(hub: str, topic: str, may: bool) -> None:
    assert subscription.may_share_secret(hub, topic) is may


def signature(method: str, secret: str = "s3cret", body: bytes = b"<rss/>") -> str:
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_a_signature_proves_where_a_body_comes_from(method: str) -> None:
    assert subscription.is_signed("s3cret", signature(method), b"<rss/>")
    assert subscription.is_signed("s3cret", f" {signature(method).upper()} ", b"<rss/>")
    assert not subscription.is_signed("s3cret", signature(method), b"<rss />")
    assert not subscription.is_signed("other", signature(method), b"<rss/>")


@pytest.mark.parametrize(
    "header",
    ["", "sha256", "sha256=", "sha256=я", signature("sha1"), signature("md5"), signature("sha3_256")],
)
def test_what_proves_too_little_is_no_signature(header: str) -> None:
    assert not subscription.is_signed("s3cret", header, b"<rss/>")


def test_without_a_secret_nothing_is_signed() -> None:
    assert not subscription.is_signed("", signature("sha256", ""), b"<rss/>")


def test_a_push_takes_the_place_of_what_a_poll_would_fetch(source: Source, now: datetime) -> None:
    claim = Claim(source, first=False)
    taken, fetched = subscription.as_fetched(claim, Push(7, "steppe", now, "text/xml", b"<rss/>"))
    assert taken == replace(claim, pushed=True)
    assert (fetched.source_id, fetched.at, fetched.url, fetched.body) == (
        "steppe",
        now,
        source.url,
        b"<rss/>",
    )
    assert (fetched.not_before, fetched.moved_to, fetched.validators.etag) == (None, None, None)
