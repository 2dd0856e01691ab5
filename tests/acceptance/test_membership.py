"""From the form to the letter and out again, over real SMTP into the local mailbox."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from aggregator.cli.terminal import now
from aggregator.config.load import load
from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import Application, Choice, DeliveryState, Wish
from aggregator.pipeline import DeliverReport, deliver
from aggregator.wiring.delivering import delivering
from aggregator.wiring.members import Members
from aggregator.wiring.stores import Stores, open_stores

SETTINGS = {
    "site": {"title": "Steppe News", "base_url": "https://news.example.org", "contact": "desk@example.org"},
    "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "fr"]},
    "newsletters": [
        {"id": "week", "names": {"ru": "Неделя"}, "sender": "desk@example.org", "tracks": ["daily"]}
    ],
}
WISH = Wish("daily", Choice("ru", ("UZ",)), 7, "Asia/Tashkent")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps({**SETTINGS, "subscribe": {"open": True}}), encoding="utf-8")
    return load(path, {})


@pytest.fixture
def stores(config: Config) -> Iterator[Stores]:
    with open_stores(config, now()) as opened:
        yield opened


@pytest.fixture
def members(config: Config, stores: Stores) -> Members:
    return Members(config, stores)


def delivered(config: Config, stores: Stores) -> DeliverReport:
    async def all_that_waits() -> DeliverReport:
        async with delivering(config, stores) as ports:
            return await deliver(now(), ports)

    return asyncio.run(all_that_waits())


def caught(config: Config) -> list[EmailMessage]:
    files = sorted((config.storage.data / "caught").rglob("*.eml"), key=lambda one: one.stat().st_mtime_ns)
    return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]  # type: ignore[misc]


def link_in(message: EmailMessage, path: str) -> str:
    """The token of the message's link, which stands in both parts alike."""
    parts = [message.get_body((kind,)).get_content() for kind in ("plain", "html")]  # type: ignore[union-attr]
    found = [re.findall(rf"https://news\.example\.org{path}([\w=-]+)", part) for part in parts]
    assert found[0] == found[1]
    (token,) = found[0]
    return str(token)


def test_a_person_comes_moves_and_is_forgotten(config: Config, stores: Stores, members: Members) -> None:
    members.apply(Application("Айгүл@example.org", "week", WISH, "https://news.example.org/subscribe", "1"))
    members.apply(Application("ann@example.org", "week", WISH, "https://news.example.org/subscribe", "1"))
    report = delivered(config, stores)
    assert {line.settlement.state for line in report.lines} == {DeliveryState.SENT}
    to_ann = next(one for one in caught(config) if one["To"] == "ann@example.org")
    assert to_ann["Subject"] == "Подтвердите подписку: Неделя"
    assert to_ann["Auto-Submitted"] is not None
    assert to_ann["List-Unsubscribe"] is None
    confirmed = members.confirm(link_in(to_ann, "/c/"))
    assert confirmed is not None
    assert confirmed.wish == WISH

    members.send_account_link("ANN@example.org", "fr")
    members.send_account_link("nobody@example.org", "fr")
    assert len(delivered(config, stores).lines) == 1
    fresh = link_in(caught(config)[-1], "/a/")
    assert members.change_address(fresh, "new@example.org") is True
    delivered(config, stores)
    assert members.confirm_address(link_in(caught(config)[-1], "/n/")) is True
    delivered(config, stores)
    told = caught(config)[-1]
    assert (told["To"], told["Subject"]) == (
        "ann@example.org",
        "Vos lettres vont désormais à une autre adresse",
    )

    members.send_account_link("new@example.org", "en")
    delivered(config, stores)
    fresh = link_in(caught(config)[-1], "/a/")
    account = members.account(fresh)
    assert account is not None
    assert account.email == "new@example.org"
    assert members.erase(fresh) is True
    assert members.account(fresh) is None
    assert stores.subscribers.all() == []


def test_without_a_mail_server_the_form_is_closed_unless_the_operator_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    application = Application("ann@example.org", "week", WISH, "https://news.example.org/subscribe", "1")
    for said, is_open in (
        ({}, False),
        ({"smtp": {"host": "127.0.0.1"}}, True),
        ({"smtp": {"host": "127.0.0.1"}, "subscribe": {"open": False}}, False),
        ({"subscribe": {"open": True}}, True),
        ({"subscribe": {"open": True}, "newsletters": []}, False),
    ):
        path.write_text(json.dumps(SETTINGS | said), encoding="utf-8")
        config = load(path, {})
        with open_stores(config, now()) as stores:
            members = Members(config, stores)
            assert members.open() is is_open
            if not is_open:
                with pytest.raises(UsageError, match="not possible yet"):
                    members.apply(application)
