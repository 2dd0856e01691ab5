"""How many letters a second the ledger alone bears: claim, reach, settle, with a server that answers at once.

.venv/bin/python benchmarks/bench_ledger.py [letters] [--sessions N] [--database URL]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import Engine, func, insert, select

from aggregator.model import (
    Delivery,
    DeliveryState,
    Letter,
    Newsletter,
    Phase,
    Rhythm,
    SmtpReply,
    Track,
    Variant,
)
from aggregator.outgoing import DeliverPorts
from aggregator.pipeline import deliver
from aggregator.store import engine as database
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.engine import writing
from aggregator.store.secrets import Secrets
from aggregator.store.tables import deliveries, issues, subscribers, subscriptions, variants

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
NEWSLETTER = Newsletter(
    "weekly", {"en": "Weekly"}, "d@example.org", "UTC", "07:00", (Track("weekly-1", Rhythm.WEEKLY),), ()
)
ROWS_AT_ONCE = 10_000


class Prompt:
    """A server that takes everything at once."""

    server = "prompt:25"

    async def send(self, letter: Letter, reach: Callable[[Phase], Awaitable[None]]) -> SmtpReply:  # noqa: ARG002
        await reach(Phase.DOT)
        return SmtpReply(Phase.DOT, 250, "2.0.0 queued as 4F2A1", "2.0.0", self.server, "4F2A1")

    def was_accepted(self, message_id: str) -> bool | None:  # noqa: ARG002
        return None


def write_letter(newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:  # noqa: ARG001
    return Letter(newsletter.sender, delivery.address, b"")


def fill(engine: Engine, secrets: Secrets, count: int) -> None:
    """An issue with so many readers, of three variants."""
    text = dict.fromkeys(
        (f"{part}_{half}" for part in ("html", "text") for half in ("head", "body", "foot")), "x"
    )
    with writing(engine) as connection:
        connection.execute(
            insert(issues).values(
                id=1,
                newsletter="weekly",
                track="weekly-1",
                period_key="2026-W47",
                period_start=NOW,
                period_end=NOW,
                state="frozen",
                frozen_at=NOW,
                send_after=NOW,
                link_base="https://news.example",
                expires_at=NOW + timedelta(days=2),
                template_version="1",
                content_hash=b"",
            )
        )
        connection.execute(
            insert(variants),
            [
                {
                    "id": n,
                    "issue_id": 1,
                    "key_hash": bytes([n]),
                    "language": "en",
                    "story_ids": [],
                    "subject": "News",
                    **text,
                }
                for n in (1, 2, 3)
            ],
        )
    for first in range(1, count + 1, ROWS_AT_ONCE):
        numbers = range(first, min(first + ROWS_AT_ONCE, count + 1))
        people = [
            {
                "id": n,
                "email": f"r{n}@example.org",
                "email_key": f"r{n}@example.org",
                "address_hash": secrets.address_hash(f"r{n}@example.org"),
                "state": "confirmed",
                "language": "en",
                "created_at": NOW,
                "consent": {},
            }
            for n in numbers
        ]
        theirs = [
            {
                "subscriber_id": n,
                "newsletter": "weekly",
                "track": "weekly-1",
                "language": "en",
                "countries": "",
                "languages": "",
                "state": "confirmed",
            }
            for n in numbers
        ]
        letters = [
            {
                "kind": "issue",
                "issue_id": 1,
                "subscriber_id": n,
                "address": f"r{n}@example.org",
                "variant_id": n % 3 + 1,
                "state": "ready",
                "attempts": 0,
                "not_before": NOW,
                "expires_at": NOW + timedelta(days=2),
                "reason": "",
            }
            for n in numbers
        ]
        with writing(engine) as connection:
            connection.execute(insert(subscribers), people)
            connection.execute(insert(subscriptions), theirs)
            connection.execute(insert(deliveries), letters)


async def send(engine: Engine, secrets: Secrets, sessions: int) -> int:
    ledger = DeliveryLedger(engine, secrets, "news.example", timedelta(minutes=15))
    ports = DeliverPorts({"weekly": NEWSLETTER}, ledger, Prompt(), write_letter, sessions=sessions)
    report = await deliver(NOW, ports, limit=None)
    return report.counts[DeliveryState.SENT]


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("letters", type=int, nargs="?", default=5000)
    arguments.add_argument("--sessions", type=int, default=20)
    arguments.add_argument("--database")
    said = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(said.database or f"sqlite:///{folder}/news.db")
        database.upgrade(engine)
        secrets = Secrets.load(Path(folder))
        fill(engine, secrets, said.letters)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began, cpu = time.monotonic(), time.process_time()
        sent = asyncio.run(send(engine, secrets, said.sessions))
        took, busy = time.monotonic() - began, time.process_time() - cpu
        with database.reading(engine) as connection:
            rows = connection.scalar(select(func.count()).select_from(deliveries))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(
            f"{sent} of {rows} sent in {took:.2f} s: {sent / took:.0f} a second, CPU {busy:.2f} s, "
            f"memory +{grown:.0f} MB"
        )
        engine.dispose()


if __name__ == "__main__":
    main()
