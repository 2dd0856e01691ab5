"""What an issue costs on its way to Debian's smtp-sink, beside the naive way and beside smtp-source.

    python benchmarks/bench_mail.py [--readers 5000] [--variants 2000] [--memory 5000,50000] [--only NAME]

The real way: letters of a frozen issue, rendered from the shipped templates, in the ledger on SQLite with
durable commits; `pipeline.deliver` claims them, joins a reader's own links in, signs (RSA, 2,048 bits) and
hands them over, in one process. About 65 kB each, half Cyrillic. The naive way does for each reader what
is done here once per variant: it renders, inlines, builds the message with the email package, signs with
dkimpy, and sends with smtplib on one connection; the ledger costs it nothing. `unsigned` is beside
`smtp-source -s 10`, which sends one text over and over. `memory` is the largest resident size of a process
that does nothing but deliver.

Needs smtp-sink and smtp-source (Debian: postfix).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import itertools
import os
import random
import resource
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import dkim as dkimpy
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import insert

from aggregator.model import (
    Choice,
    DeliveryState,
    FrozenIssue,
    Member,
    Newsletter,
    Period,
    Placed,
    PlannedVariant,
    Relation,
    Rhythm,
    Site,
    Source,
    Story,
    Track,
)
from aggregator.editorial.rank import Voices
from aggregator.newsletter import gate
from aggregator.newsletter.dkim import Signer
from aggregator.newsletter.message import Writer
from aggregator.newsletter.render import Press
from aggregator.newsletter.smtp import SmtpCarrier
from aggregator.pipeline import ComposePorts, DeliverPorts, deliver, rendered
from aggregator.store import choices as chosen
from aggregator.store import engine as database
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.issues import IssueStore
from aggregator.store.secrets import Key, Secrets
from aggregator.store.tables import subscribers, subscriptions
from aggregator.templating import Templates, shipped_templates
from aggregator.wiring.memory import prepare_for_batches

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
COUNTRIES = ("KZ", "KG", "UZ", "TJ", "TM", "AF", "MN", "AZ", "AM", "GE", "IR", "PK")
STORIES_PER_COUNTRY = 2
SECRETS = Secrets((Key("bench", b"1" * 32),))
SESSIONS = 50
WORDS = {
    "ru": "мост через реку открыт для движения жители говорят что дорога стала короче власти обещают ещё",
    "en": "the bridge over the river opened to traffic people say that the road is shorter officials promise",
}
SITE = Site(
    title="Central Asia, told once",
    description="",
    base_url="https://news.example.org",
    language="en",
    contact="desk@news.example.org",
    countries=COUNTRIES,
    time_zone="UTC",
    sources={
        f"s{number}": Source(f"s{number}", f"Source {number}", "https://s.test/") for number in range(40)
    },
    id_domain="news.example.org",
)
WEEKLY = Newsletter(
    id="weekly",
    names={
        "ru": "Центральная Азия за неделю",
        "en": "Central Asia Weekly",
        "fr": "Asie centrale, la semaine",
    },
    sender="digest@news.example.org",
    time_zone="UTC",
    send_at="07:00",
    tracks=(Track("weekly-1", Rhythm.WEEKLY, 1),),
    countries=COUNTRIES,
    per_country=20,
)
WEEK = Period("2026-W47", NOW - timedelta(days=7), NOW, NOW, date(2026, 11, 16), date(2026, 11, 22))
PEM = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


# ------------------------------------------------------------------------------------------------ the issue


def stories() -> list[Placed]:
    """Stories of about 60 kB in all, every other one in Russian."""
    said = random.Random(6)
    numbers = itertools.count(1)
    placed = []
    for section in ("top", *COUNTRIES):
        for _ in range(STORIES_PER_COUNTRY):
            number = next(numbers)
            language = ("ru", "en")[number % 2]

            def words(count: int, language: str = language) -> str:
                return " ".join(said.choices(WORDS[language].split(), k=count)).capitalize() + "."

            source = f"s{number % 40}"
            lead = Member(
                entry_id=number,
                source_id=source,
                relation=Relation.LEAD,
                url=f"https://{source}.test/2026/11/{number}/{said.randbytes(12).hex()}",
                title=words(9),
                text=words(80),
                html="",
                language=language,
                script="Cyrl" if language == "ru" else "Latn",
                published=NOW - timedelta(hours=number),
            )
            told = NOW - timedelta(hours=number)
            country = COUNTRIES[number % len(COUNTRIES)] if section == "top" else section
            story = Story(number, f"tag:{number}", told, told, (lead,), (country,))
            placed.append(Placed(section, story, "it leads"))
    return placed


def press() -> Press:
    templates = Templates("email", [shipped_templates()], "UTC")
    return Press(templates.environment, templates.version(), SITE)


def choices(count: int) -> list[Choice]:
    """So many that each leads to a variant of its own, of about the same length."""
    everything = [Choice(language) for language in WEEKLY.names]
    subsets = itertools.combinations(COUNTRIES, len(COUNTRIES) - 1), itertools.combinations(COUNTRIES, 8)
    some = (
        Choice(language, countries) for countries in itertools.chain(*subsets) for language in WEEKLY.names
    )
    found = list(itertools.islice(itertools.chain(everything, some), count))
    if len(found) < count:
        more = itertools.product(itertools.combinations(COUNTRIES, 7), WEEKLY.names)
        found += [
            Choice(language, countries) for countries, language in itertools.islice(more, count - len(found))
        ]
    return found


def issue(variants: int) -> FrozenIssue:
    ports = ComposePorts((WEEKLY,), None, press(), SITE.base_url, Voices({}, {}))
    placed = stories()
    frames, _, planned = rendered(WEEKLY, WEEKLY.tracks[0], WEEK, placed, choices(variants), ports)
    return FrozenIssue(
        newsletter="weekly",
        track="weekly-1",
        period=WEEK,
        frozen_at=NOW,
        send_after=NOW,
        expires_at=NOW + timedelta(hours=48),
        link_base=SITE.base_url,
        template_version="bench",
        placed=(),
        frames=frames,
        blocks={},
        variants=planned,
        watermark=0,
    )


# ---------------------------------------------------------------------------------------------- the real way


def subscribed(engine: object, readers: int, of: Sequence[Choice]) -> None:
    """Readers with these choices in turns, written at once."""
    people, wishes = [], []
    for number in range(1, readers + 1):
        email = f"reader{number}@example.net"
        choice = of[number % len(of)]
        people.append(
            {
                "id": number,
                "email": email,
                "email_key": email,
                "address_hash": SECRETS.address_hash(email),
                "state": "confirmed",
                "language": choice.language,
                "created_at": NOW,
            }
        )
        wish = {"subscriber_id": number, "newsletter": "weekly", "track": "weekly-1", "state": "confirmed"}
        wishes.append({**wish, **chosen.columns(choice), "consent": {}})
    with database.writing(engine) as connection:
        for start in range(0, readers, 5000):
            connection.execute(insert(subscribers), people[start : start + 5000])
            connection.execute(insert(subscriptions), wishes[start : start + 5000])


@contextlib.contextmanager
def frozen(readers: int, variants: int) -> Iterator[DeliveryLedger]:
    """A ledger that holds the issue, with a letter for each reader."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(f"sqlite:///{folder}/bench.db")
        database.upgrade(engine)
        said = issue(variants)
        of = [choice for one in said.variants for choice in one.choices]
        subscribed(engine, readers, of)
        assert IssueStore(engine).freeze(said) == readers
        del said
        yield DeliveryLedger(engine, SECRETS, SITE.id_domain, timedelta(minutes=15))
        engine.dispose()


async def send(ledger: DeliveryLedger, port: int, *, signed: bool, sessions: int) -> float:
    """Send all that is due; returns seconds."""
    carrier = SmtpCarrier("127.0.0.1", port, tls="none", sessions=sessions)
    writer = Writer(SITE, bounces="bounces@news.example.org", signer=_signer() if signed else None)
    ports = DeliverPorts(
        newsletters={"weekly": WEEKLY},
        ledger=ledger,
        carrier=carrier,
        write_letter=writer.write_letter,
        sessions=sessions,
    )
    prepare_for_batches()  # as `run` does
    began = time.perf_counter()
    await deliver(NOW + timedelta(minutes=1), ports, limit=None)
    took = time.perf_counter() - began
    await carrier.close()
    return took


def _signer() -> Signer:
    return Signer("news.example.org", "bench", PEM)


def run(readers: int, variants: int, *, signed: bool, sessions: int = SESSIONS) -> float:
    """Letters a second, from the first claim to the last settlement."""
    with frozen(readers, variants) as ledger, sink() as port:
        gc.collect()
        took = asyncio.run(send(ledger, port, signed=signed, sessions=sessions))
        counts = ledger.counts()
        assert counts == {DeliveryState.SENT: readers}, counts
        return readers / took


# --------------------------------------------------------------------------------------------- the naive way


def naive(readers: int) -> float:
    """Everything for each reader anew; letters a second."""
    one = press()
    placed = stories()
    ports = ComposePorts((WEEKLY,), None, one, SITE.base_url, Voices({}, {}))
    with sink() as port, smtplib.SMTP("127.0.0.1", port) as server:
        began = time.perf_counter()
        for number in range(readers):
            _, _, (variant, *_) = rendered(
                WEEKLY, WEEKLY.tracks[0], WEEK, placed, choices(3)[number % 3 :][:1], ports
            )
            message = built(variant, number)
            signature = dkimpy.sign(message, b"bench", b"news.example.org", PEM)
            server.sendmail("digest@news.example.org", [f"reader{number}@example.net"], signature + message)
        return readers / (time.perf_counter() - began)


def built(variant: PlannedVariant, number: int) -> bytes:
    way = f"https://news.example.org/u/{number:032}"
    message = EmailMessage()
    message["From"] = "digest@news.example.org"
    message["To"] = f"reader{number}@example.net"
    message["Subject"] = variant.subject
    message["Message-ID"] = f"<{number}@news.example.org>"
    message["List-Unsubscribe"] = f"<{way}>"
    message.set_content("".join(variant.text).replace("[[unsubscribe]]", way))
    message.add_alternative("".join(variant.html).replace("[[unsubscribe]]", way), subtype="html")
    return message.as_bytes().replace(b"\n", b"\r\n")


# --------------------------------------------------------------------------------------------------- others


@contextlib.contextmanager
def sink() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "256"], cwd="/")
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def smtp_source(messages: int, size: int) -> float:
    """Debian's own client, in C, ten sessions, one text over and over; letters a second."""
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    with sink() as port:
        began = time.perf_counter()
        counts = ["-s", "10", "-l", str(size), "-m", str(messages)]
        subprocess.run([program, *counts, "-d", f"127.0.0.1:{port}"], check=True)
        return messages / (time.perf_counter() - began)


def unsigned(readers: int, size: int, sessions: int, rounds: int) -> None:
    """Ours and smtp-source in turns: the machine's own pace changes within a minute."""
    found = []
    for _ in range(rounds):
        ours = run(readers, 3, signed=False, sessions=sessions)
        theirs = smtp_source(readers, size)
        found.append((ours / theirs, ours, theirs))
        print(
            f"  unsigned: {ours:.0f} a second; smtp-source -s 10: {theirs:.0f}, {ours / theirs:.2f}",
            flush=True,
        )
    print(f"  the median of {rounds} rounds: {sorted(found)[rounds // 2][0]:.2f} of smtp-source", flush=True)


def size_of_letter() -> tuple[int, int]:
    """Bytes of a letter, and of its HTML, on average over the three variants."""
    said = issue(3)
    letters = [letter_of(variant) for variant in said.variants]
    return sum(map(len, letters)) // 3, sum(len("".join(v.html).encode()) for v in said.variants) // 3


def letter_of(variant: PlannedVariant) -> bytes:
    from aggregator.model import Variant
    from aggregator.newsletter.gate import _reader

    shown = Variant(1, variant.language, variant.subject, variant.html, variant.text)
    return Writer(SITE, signer=_signer()).write_letter(WEEKLY, shown, _reader(1, SITE.base_url)).content


def gate_seconds(variants: int) -> float:
    said = issue(variants)
    began = time.perf_counter()
    found = gate.reasons(WEEKLY, replace(said, placed=tuple(stories())), Writer(SITE))
    took = time.perf_counter() - began
    print(f"  the gate on {variants} variants: {took / variants * 1e3:.1f} ms each; {len(found)} refused")
    return took


def memory(readers: int) -> tuple[float, float]:
    """Largest resident size in megabytes of a process that delivers to so many, and letters a second."""
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        made = subprocess.run(
            [sys.executable, __file__, "--prepare", folder, "--readers", str(readers)], check=True
        )
        assert made.returncode == 0
        out = subprocess.run(
            [sys.executable, __file__, "--deliver", folder, "--port", str(port)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        largest, rate = out.split()[-2:]
        return float(largest), float(rate)


def prepare(folder: Path, readers: int) -> None:
    engine = database.connect(f"sqlite:///{folder}/bench.db")
    database.upgrade(engine)
    said = issue(3)
    subscribed(engine, readers, [choice for one in said.variants for choice in one.choices])
    assert IssueStore(engine).freeze(said) == readers
    engine.dispose()


def deliver_prepared(folder: Path, port: int) -> None:
    engine = database.connect(f"sqlite:///{folder}/bench.db")
    ledger = DeliveryLedger(engine, SECRETS, SITE.id_domain, timedelta(minutes=15))
    took = asyncio.run(send(ledger, port, signed=False, sessions=SESSIONS))
    sent = ledger.counts()[DeliveryState.SENT]
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, sent / took)


def main() -> None:  # noqa: C901
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--readers", type=int, default=5000)
    asked.add_argument("--variants", type=int, default=2000)
    asked.add_argument("--naive", type=int, default=60)
    asked.add_argument("--memory", default="5000,50000")
    asked.add_argument("--sessions", type=int, default=SESSIONS)
    asked.add_argument("--rounds", type=int, default=5, help="of `unsigned`")
    asked.add_argument("--only", default="")
    asked.add_argument("--prepare", type=Path)
    asked.add_argument("--deliver", type=Path)
    asked.add_argument("--port", type=int)
    said = asked.parse_args()
    if said.prepare:
        return prepare(said.prepare, said.readers)
    if said.deliver:
        return deliver_prepared(said.deliver, said.port)

    def wanted(name: str) -> bool:
        return not said.only or name in said.only.split(",")

    letter, html = size_of_letter()
    print(f"letters of {letter} bytes, their HTML {html}; {said.readers} readers, {said.sessions} sessions")
    slow = signed = 0.0
    if wanted("naive"):
        slow = naive(said.naive)
        print(f"  naive: {slow:.1f} letters a second (of {said.naive})", flush=True)
    if wanted("signed"):
        signed = run(said.readers, 3, signed=True, sessions=said.sessions)
        times = f", {signed / slow:.0f} times the naive way" if slow else ""
        print(f"  signed, 3 variants: {signed:.0f} letters a second{times}", flush=True)
    if wanted("variants"):
        many = run(said.readers, said.variants, signed=True, sessions=said.sessions)
        share = f", {many / signed:.2f} of that" if signed else ""
        print(f"  signed, {said.variants} variants: {many:.0f} letters a second{share}", flush=True)
    if wanted("unsigned"):
        unsigned(said.readers, letter, said.sessions, said.rounds)
    if wanted("gate"):
        gate_seconds(60)
    if wanted("memory"):
        for readers in map(int, filter(None, said.memory.split(","))):
            largest, rate = memory(readers)
            print(f"  {readers} readers: {largest:.0f} MB at most, {rate:.0f} letters a second", flush=True)
    return None


if __name__ == "__main__":
    main()
