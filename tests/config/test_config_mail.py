"""What `smtp.more`, `smtp.per_domain` and `send_window` mean, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config.load import load
from aggregator.config.schema import Config
from aggregator.model import SendWindow
from tests.config.test_config_faults import SOUND, faults_of


def smtp(settings: str) -> str:
    return SOUND + f"smtp: {{host: h, {settings}}}\n"


def window(settings: str) -> str:
    start = "newsletters:\n- {id: w, names: {en: W}, sender: a@b.org, tracks: [daily],\n   send_window: "
    return SOUND + start + settings + "}\n"


def loaded(text: str, folder: Path) -> Config:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, {})


def test_other_servers_have_settings_of_their_own_and_follow_the_first(tmp_path: Path) -> None:
    text = smtp("port: 25, sessions: 9, more: [{host: i, per_second: 2.5}, {host: j, security: none}]")
    found = loaded(text, tmp_path).smtp
    assert found is not None
    shown = [(one.host, one.port, one.sessions, one.per_second, one.security) for one in found.servers]
    assert shown == [
        ("h", 25, 9, None, "starttls"),
        ("i", 587, 5, 2.5, "starttls"),
        ("j", 587, 5, None, "none"),
    ]


def test_domains_are_known_however_they_are_written(tmp_path: Path) -> None:
    text = smtp('per_domain: {Example.ORG: 60, "*": 600.5, xn--d1acpjx3f.xn--p1ai: 1, почта.example: 2}')
    found = loaded(text, tmp_path).smtp
    assert found is not None
    assert found.per_domain == {"example.org": 60, "*": 600.5, "яндекс.рф": 1, "почта.example": 2}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{ends: 20:00}", SendWindow((1, 2, 3, 4, 5, 6, 7), "00:00", "20:00")),
        (
            "{days: [friday, monday, friday], begins: '8:30', ends: '02:00'}",
            SendWindow((1, 5), "08:30", "02:00"),
        ),
    ],
)
def test_a_window_is_read_as_it_is_written(written: str, meant: SendWindow, tmp_path: Path) -> None:
    (newsletter,) = loaded(window(written), tmp_path).newsletters_offered()
    assert newsletter.send_window == meant


WEEKDAYS = "monday, tuesday, wednesday, thursday, friday, saturday, sunday"
DOMAIN = "`per_domain`: expects a domain such as example.org"
FAULTS = {
    "no end": (window("{begins: '08:00'}"), "5:17: `ends` is missing"),
    "no such hour": (
        window("{ends: '24:00'}"),
        '5:24: `ends`: expects a time of day in quotes, from "00:00" to "23:59"',
    ),
    "no such day": (
        window("{days: [mondays], ends: '20:00'}"),
        f"5:25: `days`: expects one of {WEEKDAYS} (did you mean `monday`?), not `mondays`",
    ),
    "no day": (window("{days: [], ends: '20:00'}"), "5:24: `days`: must not be empty"),
    "a day and no list": (
        window("{days: monday, ends: '20:00'}"),
        "5:24: `days`: expects a list, one line `- …` each or [a, b], not `monday`",
    ),
    "an hour and no window": (
        window("20:00"),
        "5:17: `send_window`: expects keys and values, not `20:00`",
    ),
    "a pace of nothing": (
        smtp("per_domain: {example.org: 0}"),
        "3:43: `example.org`: must be more than 0, not `0`",
    ),
    "a pace without end": (
        smtp("per_domain: {example.org: .inf}"),
        "3:43: `example.org`: must be at most 600000, not `inf`",
    ),
    "a pace in words": (
        smtp("per_domain: {example.org: many}"),
        "3:43: `example.org`: expects a number, not `many`",
    ),
    "an address and no domain": (
        smtp("per_domain: {a@example.org: 5}"),
        f"3:30: {DOMAIN}, or `*` in quotes for every other one",
    ),
    "a pattern of domains": (
        smtp("per_domain: {'*.example.org': 5}"),
        f"3:30: {DOMAIN}, or `*` in quotes for every other one",
    ),
    "a domain that cannot be": (
        smtp("per_domain: {xn--a: 5}"),
        f"3:30: {DOMAIN}; this is no IDNA name",
    ),
    "domains without paces": (
        smtp("per_domain: [example.org]"),
        "3:29: `per_domain`: expects keys and values, not a list",
    ),
    "one other server and no list": (
        smtp("more: {host: a}"),
        "3:23: `more`: expects a list, one line `- …` each or [a, b], not keys and values",
    ),
    "another server by its name alone": (
        smtp("more: [mail.example.org]"),
        "3:24: `more`: expects keys and values, not `mail.example.org`",
    ),
    "another server without a name": (smtp("more: [{port: 25}]"), "3:24: `host` is missing"),
    "others of others": (
        smtp("more: [{host: a, per_domain: {a.org: 1}}]"),
        "3:34: unknown key `per_domain`; did you mean `per_second`?",
    ),
    "another server's user without a password": (
        smtp("more: [{host: a, username: me}]"),
        "3:44: `username` needs a `password` or a `password_file`",
    ),
    "another server with two passwords": (
        smtp("more: [{host: a, password: b, password_file: c}]"),
        "3:62: give `password` or `password_file`, not both",
    ),
    "no such security": (
        smtp("more: [{host: a, security: ssl}]"),
        "3:44: `security`: expects one of none, starttls, tls, not `ssl`",
    ),
    "too many servers": (
        smtp(f"more: [{', '.join(['{host: a}'] * 11)}]"),
        "3:23: `more`: must not hold more than 10",
    ),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=list(FAULTS))
def test_each_fault_is_told_once_with_its_place_and_cure(text: str, fault: str, tmp_path: Path) -> None:
    assert faults_of(text, tmp_path) == [fault]


def test_wishes_to_leave_need_an_address_of_their_own(tmp_path: Path) -> None:
    same = "bounces: {address: b@example.org, unsubscribe: B@example.org, maildir: m}\n"
    (fault,) = faults_of(SOUND + same, tmp_path)
    assert "bounces would be read as wishes to leave" in fault
    assert loaded(SOUND + same.replace("B@", "u@"), tmp_path).bounces is not None
