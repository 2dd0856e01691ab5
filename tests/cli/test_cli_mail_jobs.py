"""What the clock wakes of letters: the operator is told of what the ledger holds, whoever wrote it there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from aggregator.cli.mail_jobs import MailJobs
from aggregator.config.schema import Config
from aggregator.store.engine import reading, writing
from aggregator.store.tables import bounces, deliveries, issues, notices
from aggregator.wiring.bouncing import bouncing
from aggregator.wiring.composing import composing, mending
from aggregator.wiring.delivering import delivering
from aggregator.wiring.members import membership_ports
from aggregator.wiring.stores import Stores, open_stores

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
AGO = NOW - timedelta(hours=1)
ISSUE = {
    "id": 7,
    "newsletter": "week",
    "track": "weekly-1",
    "period_key": "2026-W47",
    "period_start": AGO,
    "period_end": AGO,
    "state": "frozen",
    "frozen_at": AGO,
    "send_after": AGO,
    "expires_at": NOW + timedelta(days=1),
    "link_base": "https://news.example.org",
    "template_version": "t",
    "content_hash": b"",
}


def configured(folder: Path, on_unknown: str = "hold") -> Config:
    settings = {
        "site": {"title": "Steppe", "base_url": "http://news.example.org", "contact": "desk@example.org"},
        "region": {"name": "Steppe", "countries": ["KZ"], "languages": ["en"]},
        "storage": {"data": folder / "data", "public": folder / "public"},
        "newsletters": [
            {
                "id": "week",
                "names": {"en": "The Week"},
                "sender": "desk@example.org",
                "tracks": ["daily"],
                "on_unknown": on_unknown,
            }
        ],
    }
    return Config.model_validate(settings, context={"folder": folder})


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with open_stores(configured(tmp_path), NOW) as opened:
        with writing(opened.engine) as connection:
            connection.execute(insert(issues).values(ISSUE))
            connection.execute(insert(deliveries), [letter(number) for number in range(1, 7)])
        yield opened


def letter(number: int) -> dict[str, object]:
    return {
        "id": number,
        "kind": "issue",
        "issue_id": 7,
        "address": f"r{number}@example.net",
        "state": "sent",
        "attempts": 1,
        "not_before": AGO,
        "expires_at": NOW + timedelta(days=1),
        "reason": "",
    }


def told(config: Config, stores: Stores) -> list[tuple[str, str]]:
    """Subjects and words of the mails to the operator, after a process that did nothing else has looked."""

    async def look() -> None:
        async with delivering(config, stores) as letters:
            jobs = MailJobs(
                composing(config, stores),
                mending(config, stores),
                letters,
                bouncing(config, stores),
                membership_ports(config, stores),
                stores,
                config.publisher(),
            )
            (alert,) = (one for one in jobs.rhythms() if one.name == "alert")
            await alert.job(NOW)
            await alert.job(NOW + timedelta(minutes=5))

    asyncio.run(look())
    with reading(stores.engine) as connection:
        return [(row.subject, row.text) for row in connection.execute(select(notices))]


def hold(stores: Stores) -> None:
    with writing(stores.engine) as connection:
        held = update(deliveries).where(deliveries.c.id <= 3)
        connection.execute(held.values(state="unknown", unknown_since=AGO))


def test_nothing_is_told_while_all_is_well(stores: Stores, tmp_path: Path) -> None:
    assert told(configured(tmp_path), stores) == []


def test_letters_that_another_process_left_in_doubt_are_told_of(stores: Stores, tmp_path: Path) -> None:
    hold(stores)
    ((subject, text),) = told(configured(tmp_path), stores)
    assert subject == "Letters are held"
    assert text.startswith("Letters are held (3): ")


def test_letters_that_go_again_by_themselves_wait_for_nobody(stores: Stores, tmp_path: Path) -> None:
    hold(stores)
    assert told(configured(tmp_path, "resend"), stores) == []


def test_a_domain_that_refuses_by_policy_is_told_of_once(stores: Stores, tmp_path: Path) -> None:
    with writing(stores.engine) as connection:
        connection.execute(update(deliveries).where(deliveries.c.id <= 5).values(state="failed"))
        connection.execute(insert(bounces), [refusal(number) for number in range(1, 6)])
    ((subject, text),) = told(configured(tmp_path), stores)
    assert subject == "example.net refuses letters of issue 7"
    assert text.startswith("week 2026-W47: 5 of 6 letters")


def refusal(number: int) -> dict[str, object]:
    return {
        "digest": bytes([number]),
        "part": 0,
        "at": AGO,
        "source": "smtp",
        "key": "",
        "kind": "policy",
        "status": "5.7.1",
        "diagnostic": "550",
        "delivery_id": number,
        "counted": True,
        "consequence": "",
    }
