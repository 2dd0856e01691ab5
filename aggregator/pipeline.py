"""The whole job on one page: poll, publish, compose, deliver.

Each step asks the world through a port (a Protocol below), lets pure functions decide, and tells the world
what was decided. The steps decide nothing themselves and never call one another: `schedule.py` and the
commands call them, `wiring/` hands them their ports.

    poll     sources due -> bodies -> described entries -> decisions -> one transaction
    publish  changed stories -> selections they touch -> files
    compose  a track's closed period -> untold stories -> a frozen issue with one delivery per reader
    deliver  ready deliveries -> letters -> SMTP -> settled

`now` is always an argument. Expected failures are values; an unexpected exception becomes the failure of its
own source or letter, with its traceback in the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from aggregator import outgoing, printing, reconciling
from aggregator.editorial import floods, rank
from aggregator.editorial.rules import Rules
from aggregator.errors import AggregatorError, StoreError
from aggregator.ingest import due
from aggregator.model import (
    Batch,
    Block,
    Choice,
    Claim,
    Claims,
    DescribedEntry,
    EntryCounts,
    Fetched,
    File,
    Frame,
    FrozenIssue,
    KnownEntry,
    Newsletter,
    NotModified,
    Period,
    Placed,
    Placement,
    PlannedVariant,
    Reading,
    Refusal,
    Selection,
    SourceFailure,
    SourceUpdate,
    Story,
    StoryChanges,
    Track,
    TrackPosition,
    UntoldStories,
)
from aggregator.newsletter import calendar
from aggregator.newsletter import compose as digest
from aggregator.publish import archives, pings, selections
from aggregator.sending import Sending

if TYPE_CHECKING:
    from aggregator.editorial.frequencies import Frequencies

log = logging.getLogger(__name__)

FetchOutcome = Fetched | NotModified | SourceFailure
ReadOutcome = Reading | SourceFailure

SOURCES_PER_BATCH = 200
ENTRIES_PER_BATCH = 250
"""What one write transaction takes: keeps it under 200 ms."""
COMMIT_EVERY = 1.0
"""Seconds that results wait for others before they are written."""
MOST_FOLLOWED = 300
"""Sources under way at once, waiting for their turn included: more would but fill the memory."""
MOST_UNSTORED = 50
"""Sources that were read and wait to be written, before no more are read."""
STORIES_PER_LOOK = 500
"""Changed stories held in memory at once while publishing."""
LETTERS_PER_SENDING = 1_000
"""Letters that one sending takes up unless it is told otherwise."""
LINES_KEPT = 1_000
"""Of a sending's account: it may last for hours."""
NO_ENTRIES = EntryCounts()


# ------------------------------------------------------------------------------------------------ poll


class Sources(Protocol):
    """What we remember of sources."""

    def claim(self, now: datetime, *, only: Collection[str] = (), force: bool = False) -> Claims:
        """Take the sources that are due; the attempt is durable before this returns."""


class Fetch(Protocol):
    """Asks one source, politely and within bounds; never raises for what a server does."""

    async def __call__(self, claim: Claim) -> FetchOutcome:
        """Ask for the body, conditionally where validators are known."""


class Read(Protocol):
    """Turns a body into described entries, leaving out those whose raw hash is known."""

    async def __call__(self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]) -> ReadOutcome:
        """Read one body; `known` is the raw hash by guid of the source's stored entries."""


class Entries(Protocol):
    """What we remember of entries."""

    def known(self, source_id: str) -> Mapping[str, bytes]:
        """Raw hash by guid of a source's stored entries."""

    def repeats(self, source_id: str) -> bytes:
        """What readings taught of sentences that a source repeats; empty before the first."""

    def candidates(self, entries: Sequence[DescribedEntry], now: datetime) -> Sequence[KnownEntry]:
        """Stored entries that share an identity, an address or keys with these, and their stories'."""

    def commit(self, batch: Batch) -> None:
        """Write entries, stories and their sources' state in one transaction."""


def _untaught() -> Callable[[], Frequencies]:
    from aggregator.editorial.frequencies import Frequencies

    return cache(Frequencies)


@dataclass(frozen=True, slots=True)
class PollPorts:
    """What a poll needs of the world."""

    sources: Sources
    fetch: Fetch
    read: Read
    entries: Entries
    rules: Rules
    clock: Callable[[], datetime]
    """The time at which something unexpected happened, for the record."""
    frequencies: Callable[[], Frequencies] = field(default_factory=_untaught)
    """How common terms are, always the same table; every batch is learned from before it is judged."""
    desk: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One batch is judged and written at a time: the next one is judged against what it left."""


@dataclass(frozen=True, slots=True)
class SourcePolled:
    """One line of a poll's account."""

    update: SourceUpdate
    total: int = 0
    """Entries in the body."""
    counts: EntryCounts = NO_ENTRIES


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a poll did, source by source, and whom it must not ask yet."""

    polled: tuple[SourcePolled, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class _Followed:
    """How far one source was followed: its answer, and what reading the body gave."""

    claim: Claim
    fetched: FetchOutcome
    reading: ReadOutcome | None = None


async def poll(
    now: datetime,
    ports: PollPorts,
    *,
    only: Collection[str] = (),
    force: bool = False,
    watch: Callable[[SourcePolled], None] | None = None,
) -> PollReport:
    """Ask every source that is due and store what is new; `watch` sees each source once it is stored.

    `force` overrides our own interval, never the source's Retry-After or max-age: such a source is refused
    with the time at which it may be asked.
    """
    claims = ports.sources.claim(now, only=only, force=force)
    # What failed last time may take its whole timeout again: it does not keep the others waiting.
    waiting = iter(sorted(claims.granted, key=lambda claim: claim.failures > 0))
    results: asyncio.Queue[_Followed] = asyncio.Queue(MOST_UNSTORED)
    number = min(len(claims.granted), MOST_FOLLOWED)
    followers = [asyncio.create_task(_follow_all(waiting, ports, results)) for _ in range(number)]
    polled: list[SourcePolled] = []
    try:
        while len(polled) < len(claims.granted):
            for batch in _batches(await _some(results, len(claims.granted) - len(polled))):
                for line in await _store_apart(now, batch, ports):
                    if watch:
                        watch(line)
                    polled.append(line)
    finally:
        for follower in followers:
            follower.cancel()
    return PollReport(tuple(polled), claims.refused)


async def _follow_all(waiting: Iterator[Claim], ports: PollPorts, results: asyncio.Queue[_Followed]) -> None:
    """Follow one source after another, as long as any waits; several such followers share them."""
    for claim in waiting:
        await results.put(await _follow(claim, ports))


async def _some(results: asyncio.Queue[_Followed], most: int) -> list[_Followed]:
    """What comes in within COMMIT_EVERY, and no more than is written at once."""
    some = [await results.get()]
    with suppress(TimeoutError):
        async with asyncio.timeout(COMMIT_EVERY):
            while len(some) < min(most, SOURCES_PER_BATCH) and _entries_in(some) < ENTRIES_PER_BATCH:
                some.append(await results.get())
    return some


def _entries_in(followed: Iterable[_Followed]) -> int:
    return sum(len(one.reading.entries) for one in followed if isinstance(one.reading, Reading))


async def receive(
    now: datetime, pushed: Sequence[tuple[Claim, Fetched]], ports: PollPorts
) -> list[SourcePolled]:
    """Store what hubs pushed, at most one body per source, by the way of bodies that were fetched.

    Each claim says `pushed`: nothing that the next poll of the source depends on is touched.
    """
    bodies = {claim.source.id: fetched for claim, fetched in pushed}

    async def brought(claim: Claim) -> FetchOutcome:
        return bodies[claim.source.id]

    here = replace(ports, fetch=brought)
    followed = await asyncio.gather(*(_follow(claim, here) for claim, _ in pushed))
    return [line for batch in _batches(followed) for line in await _store_apart(now, batch, here)]


def _batches(followed: Sequence[_Followed]) -> Iterable[Sequence[_Followed]]:
    """Cut into pieces of bounded size; one source's entries stay together with its validators."""
    batch: list[_Followed] = []
    entries = 0
    for one in followed:
        more = _entries_in([one])
        if batch and (entries + more > ENTRIES_PER_BATCH or len(batch) == SOURCES_PER_BATCH):
            yield batch
            batch, entries = [], 0
        batch.append(one)
        entries += more
    if batch:
        yield batch


async def _follow(claim: Claim, ports: PollPorts) -> _Followed:
    try:
        fetched = await ports.fetch(claim)
        if not isinstance(fetched, Fetched) or fetched.body_hash == claim.body_hash:
            return _Followed(claim, fetched)
        known: Mapping[str, bytes] = {}
        if not claim.first:
            known = ports.entries.known(claim.source.id)
            claim = replace(claim, repeats=ports.entries.repeats(claim.source.id))
        reading = await ports.read(claim, fetched, known)
        # The body has done its work: thousands of them may wait here to be stored.
        return _Followed(claim, due.without_body(fetched), reading)
    except Exception as error:
        log.exception("polling %s failed unexpectedly", claim.source.id)
        return _Followed(claim, due.unexpected(claim, ports.clock(), error))


async def _store_apart(now: datetime, batch: Sequence[_Followed], ports: PollPorts) -> list[SourcePolled]:
    """Judge and write in a thread, so that sources are asked and bodies are read meanwhile."""
    async with ports.desk:
        return await asyncio.to_thread(_store, now, batch, ports)


def _store(now: datetime, batch: Sequence[_Followed], ports: PollPorts) -> list[SourcePolled]:
    """Judge and write one batch. Should that fail, each source is tried alone: only the bad one fails."""
    try:
        return _judge_and_commit(now, batch, ports)
    except Exception as error:
        if len(batch) > 1:
            return [line for one in batch for line in _store(now, [one], ports)]
        claim = batch[0].claim
        log.exception("storing %s failed", claim.source.id)
        failed = _Followed(claim, due.unexpected(claim, ports.clock(), error))
        return _judge_and_commit(now, [failed], ports)


def _judge_and_commit(now: datetime, batch: Sequence[_Followed], ports: PollPorts) -> list[SourcePolled]:
    # Here and not above: most polls find nothing due, and what decides takes long to load.
    from aggregator.editorial import decide, sketches

    readings = [one.reading for one in batch if isinstance(one.reading, Reading)]
    frequencies = ports.frequencies()
    arrived = decide.in_order(entry for reading in readings for entry in reading.entries)
    arrivals = sketches.draw(arrived, frequencies)
    known = ports.entries.candidates(arrivals, now) if arrivals else ()
    first_polls = frozenset(one.claim.source.id for one in batch if one.claim.first)
    bodies = {
        one.reading.source_id: floods.Body(one.reading.total, one.claim.last_success)
        for one in batch
        if isinstance(one.reading, Reading)
    }
    decisions = decide.decide(
        arrivals,
        known,
        now=now,
        first_polls=first_polls,
        rules=ports.rules,
        bodies=bodies,
    )
    counts = decide.count(decisions)
    updates = tuple(
        due.settle(one.claim, one.fetched, one.reading, counts.get(one.claim.source.id, NO_ENTRIES).arrived)
        for one in batch
    )
    learned = frequencies.pack()
    ports.entries.commit(Batch(now, updates, decisions, ports.rules.version, learned))
    totals = {reading.source_id: reading.total for reading in readings}
    return [
        SourcePolled(update, totals.get(update.source_id, 0), counts.get(update.source_id, NO_ENTRIES))
        for update in updates
    ]


# --------------------------------------------------------------------------------------------- publish


class Stories(Protocol):
    """What we remember of stories, as publishing sees it."""

    def published_upto(self) -> int:
        """Change number up to which everything is published."""

    def changes(self, since: int, limit: int) -> StoryChanges:
        """The next stories that changed after `since`, in order of change."""

    def all_told(self, limit: int) -> Iterator[StoryChanges]:
        """Every story that was told, in the order of telling, `limit` at a time."""

    def synchronise_selections(self, selections: Sequence[Selection], now: datetime) -> None:
        """These are the selections that are published from now on: others are gone, or renamed."""

    def former_feeds(self) -> Collection[str]:
        """Ids under which no selection is published any more: it has another one, or is gone."""

    def place(
        self, now: datetime, placements: Mapping[str, Placement], withdrawn: Collection[int]
    ) -> Mapping[str, frozenset[int]]:
        """Record which story stands in which selection; return, by selection, the numbers touched there."""

    def published_edition(self) -> str:
        """The edition in which everything stands now; empty before the first publication."""

    def mark_published(self, upto: int, edition: str) -> None:
        """All files up to this change number are written, in this edition."""


class Disk(Protocol):
    """The public folder."""

    def write(self, file: File) -> bool:
        """Write atomically; False when the file already holds these bytes."""

    def holds(self, path: str) -> bool:
        """Whether there is such a file."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""


class Announcements(Protocol):
    """Feeds that hubs are to be told of; `announce.py` tells them."""

    def expect(self, now: datetime, feeds: Collection[str]) -> None:
        """The publication of `now` is about to write these files, or some of them."""

    def due(self, now: datetime, feeds: Collection[str]) -> None:
        """The publication of `now` has written these files, and no others of those that it expected.

        What an earlier publication expected and never came back to is due as well: it may be written.
        """


@dataclass(frozen=True, slots=True)
class PublishPorts:
    """What publishing needs of the world, and how selections are rendered."""

    selections: Sequence[Selection]
    """All that have feeds as files, in the order of the directory."""
    stories: Stories
    disk: Disk
    announcements: Announcements
    printing: printing.PrintPorts
    edition: str
    """Changes whenever the same stories would be published otherwise: with config, templates, program."""


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publication looked at and wrote."""

    stories: int
    """Changed stories that were looked at."""
    rendered: tuple[str, ...]
    """Ids of the selections that were rendered."""
    written: tuple[str, ...]
    """Paths of the files whose bytes changed."""


def publish(now: datetime, ports: PublishPorts, *, everything: bool = False) -> PublishReport:
    """Render the selections whose stories changed, and the pages.

    `everything` looks at every story and renders every selection, as does the first publication of another
    edition, or into a folder that was emptied. The change number is recorded last: a crash on the way only
    means that the same files are rendered again. They would equal those written before the crash: that hubs
    are to be told is on record before that.
    """
    ports.stories.synchronise_selections(ports.selections, now)
    whole = ports.stories.published_edition() == ports.edition and ports.disk.holds(printing.FRONT_PAGE)
    everything = everything or not whole
    touched: dict[str, set[int]] = {}
    upto = looked_at = 0
    for changes in _looks(ports.stories, everything):
        placements = selections.place(ports.selections, changes.stories)
        for selection_id, numbers in ports.stories.place(now, placements, changes.withdrawn).items():
            touched.setdefault(selection_id, set()).update(numbers)
        upto = changes.upto
        looked_at += len(changes.stories)
    rendered = [
        (one, None if everything else touched.get(one.id, ()))
        for one in ports.selections
        if everything or one.id in touched or one.id == selections.TOP
    ]
    names = [selections.name(one) for one, _ in rendered]
    ports.announcements.expect(now, frozenset(path for name in names for path in pings.paths(name)))
    files = printing.files(now, rendered, ports.printing)
    written = tuple(file.path for file in files if ports.disk.write(file))
    ports.announcements.due(now, pings.feeds(written))
    _withdraw(ports)
    ports.stories.mark_published(upto, ports.edition)
    return PublishReport(looked_at, tuple(one.id for one, _ in rendered), written)


def _looks(stories: Stories, everything: bool) -> Iterator[StoryChanges]:
    """What changed since the last publication, or all that was told: a few hundred stories at a time."""
    if everything:
        yield from stories.all_told(STORIES_PER_LOOK)
        return
    since = stories.published_upto()
    while (changes := stories.changes(since, STORIES_PER_LOOK)).upto > since:
        yield changes
        since = changes.upto


def _withdraw(ports: PublishPorts) -> None:
    """Remove the files of feeds and pages that moved or are gone: a web server would serve them for ever."""
    for path in printing.former_pages(ports.printing.countries):
        ports.disk.remove(path)
    for name in ports.stories.former_feeds():
        for path in chain(archives.paths(name, ports.disk.holds), pings.paths(name)):
            ports.disk.remove(path)


# --------------------------------------------------------------------------------------------- compose


class Issues(Protocol):
    """What we remember of issues and tracks."""

    def position(self, newsletter: str, track: str) -> TrackPosition:
        """How far the track has come."""

    def untold(self, newsletter: str, track: str, period: Period) -> UntoldStories:
        """Stories first told after the track's watermark and before the period's end, not yet in an issue."""

    def choices(self, newsletter: str, track: str) -> Sequence[Choice]:
        """The distinct choices of the track's confirmed subscribers."""

    def told_elsewhere(
        self, newsletter: str, track: str, story_ids: Collection[int]
    ) -> Mapping[Choice, Sequence[int]]:
        """Subscribers of the track whom another track told some of these stories, by their choice without."""

    def freeze(self, issue: FrozenIssue) -> int | None:
        """Store the issue and a delivery per confirmed subscriber, and move the watermark: one transaction.

        Returns the number of deliveries; None when the period already has an issue.
        """

    def skip(self, newsletter: str, track: str, period: Period, watermark: int, now: datetime) -> None:
        """Record that the period had nothing to tell."""


class Press(Protocol):
    """Renders an issue's parts from the templates, once per interface language."""

    @property
    def template_version(self) -> str:
        """Changes whenever a template or a wording does; stored with each issue."""

    def frame(
        self, newsletter: Newsletter, period: Period, language: str, note: str = "", track: str = ""
    ) -> Frame:
        """What stands around the stories; `note`: the editor's words, in Markdown.

        Raises TemplateFaultError, as `block` does.
        """

    def block(self, newsletter: Newsletter, placed: Placed, language: str) -> Block:
        """One story."""


def _says_nothing(_newsletter: Newsletter, _track: Track, _period: Period) -> str:
    return ""


def _lets_through(_newsletter: Newsletter, _issue: FrozenIssue) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class ComposePorts:
    """What composing needs of the world."""

    newsletters: Sequence[Newsletter]
    issues: Issues
    press: Press
    link_base: str
    voices: rank.Voices
    note: Callable[[Newsletter, Track, Period], str] = _says_nothing
    """What the editor says at the head of an issue, in Markdown; empty for nothing."""
    gate: Callable[[Newsletter, FrozenIssue], Sequence[str]] = _lets_through
    """Why an issue must not go out; empty when it may."""
    faults: set[str] = field(default_factory=set)
    """What could not be made, and why, of which the log has the traceback: it is tried again every minute."""


class Composed(StrEnum):
    """What became of a period."""

    FROZEN = "frozen"
    NOTHING_NEW = "nothing new"
    OVERDUE = "overdue"
    ALREADY = "already composed"
    FAULTY = "not composed"
    """It could not be made; the others are not held up by that."""
    REFUSED = "refused"
    """It was made, and must not go out as it is: it waits for the operator."""


@dataclass(frozen=True, slots=True)
class IssueLine:
    """One line of the account: what became of one track's period."""

    newsletter: str
    track: str
    period: str
    outcome: Composed
    stories: int = 0
    deliveries: int = 0
    reason: str = ""
    """Why it could not be made, or must not go out."""


def compose(
    now: datetime, ports: ComposePorts, *, early: Collection[str] = (), late: bool = False
) -> list[IssueLine]:
    """Freeze an issue for every track whose period has closed.

    `early` names newsletters whose running period is closed now instead of at its end; `late` composes a
    period that is older than `max_lateness`, which otherwise waits for the operator.
    """
    return [
        _compose_apart(now, newsletter, track, period, ports, late=late)
        for newsletter, track, period in periods_due(now, ports, early)
    ]


def periods_due(
    now: datetime, ports: ComposePorts, early: Collection[str] = ()
) -> Iterator[tuple[Newsletter, Track, Period]]:
    """Of each track the period that lacks its issue now; `early` as with `compose`."""
    for newsletter in ports.newsletters:
        for track in newsletter.tracks:
            last_end = ports.issues.position(newsletter.id, track.id).last_period_end
            if newsletter.id in early:
                period = calendar.cut_short(newsletter, track, last_end, now)
            else:
                period = calendar.due(newsletter, track, last_end, now)
            if period is not None:
                yield newsletter, track, period


def _compose_apart(
    now: datetime, newsletter: Newsletter, track: Track, period: Period, ports: ComposePorts, *, late: bool
) -> IssueLine:
    """One newsletter's broken template or note must not keep the others from going out."""
    try:
        return _compose(now, newsletter, track, period, ports, late=late)
    except StoreError:
        raise  # a database that is away is away for all
    except AggregatorError as error:  # a template, a note: its words are meant for the operator
        return IssueLine(newsletter.id, track.id, period.key, Composed.FAULTY, reason=str(error))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        said = f"{newsletter.id} {track.id} {period.key} could not be composed: {reason}"
        if said not in ports.faults:
            log.exception("%s", said)
        ports.faults.add(said)
        return IssueLine(newsletter.id, track.id, period.key, Composed.FAULTY, reason=reason)


def _compose(
    now: datetime, newsletter: Newsletter, track: Track, period: Period, ports: ComposePorts, *, late: bool
) -> IssueLine:
    issue = draft(now, newsletter, track, period, ports)
    if not issue.placed:
        ports.issues.skip(newsletter.id, track.id, period, issue.watermark, now)
        return IssueLine(newsletter.id, track.id, period.key, Composed.NOTHING_NEW)
    if calendar.is_overdue(newsletter, period, now) and not late:
        return IssueLine(newsletter.id, track.id, period.key, Composed.OVERDUE, len(issue.placed))
    if reasons := ports.gate(newsletter, issue):
        said = "; ".join(reasons)
        return IssueLine(
            newsletter.id, track.id, period.key, Composed.REFUSED, len(issue.placed), reason=said
        )
    deliveries = ports.issues.freeze(issue)
    outcome = Composed.ALREADY if deliveries is None else Composed.FROZEN
    return IssueLine(newsletter.id, track.id, period.key, outcome, len(issue.placed), deliveries or 0)


def draft(
    now: datetime, newsletter: Newsletter, track: Track, period: Period, ports: ComposePorts
) -> FrozenIssue:
    """An issue as it would be frozen now; stores nothing. `newsletter preview` shows it."""
    untold = ports.issues.untold(newsletter.id, track.id, period)
    placed = _place(now, newsletter, period, untold.stories, ports)
    choices = ports.issues.choices(newsletter.id, track.id)
    apart = ports.issues.told_elsewhere(newsletter.id, track.id, [one.story.id for one in placed])
    note = ports.note(newsletter, track, period) if placed else ""
    wanted = [*choices, *apart]
    frames, blocks, variants = rendered(newsletter, track, period, placed, wanted, ports, note)
    return FrozenIssue(
        newsletter=newsletter.id,
        track=track.id,
        period=period,
        frozen_at=now,
        send_after=max(period.send_at, now),
        expires_at=max(period.send_at, now) + newsletter.max_lateness,
        link_base=ports.link_base,
        template_version=ports.press.template_version,
        placed=placed,
        frames=frames,
        blocks=blocks,
        variants=variants,
        watermark=untold.upto,
        time_zone=newsletter.time_zone,
        note=note,
        apart=apart,
    )


def rendered(
    newsletter: Newsletter,
    track: Track,
    period: Period,
    placed: Sequence[Placed],
    choices: Sequence[Choice],
    ports: ComposePorts,
    note: str = "",
) -> tuple[tuple[Frame, ...], Mapping[str, tuple[Block, ...]], tuple[PlannedVariant, ...]]:
    """An issue's frames, its blocks by interface language, and the variants of these choices.

    `note`: what the editor says, in Markdown.
    """
    languages = newsletter.interface_languages if placed else ()
    frames = tuple(ports.press.frame(newsletter, period, language, note, track.id) for language in languages)
    told = digest.tellings(newsletter, placed, choices, ports.voices.weights)
    wanted = {
        language: digest.to_render(newsletter, placed, told, language, ports.voices.weights)
        for language in languages
    }
    blocks = {
        language: tuple(ports.press.block(newsletter, one, language) for one in stories)
        for language, stories in wanted.items()
    }
    return frames, blocks, digest.variants(newsletter, told, frames, blocks)


def _place(
    now: datetime, newsletter: Newsletter, period: Period, stories: Sequence[Story], ports: ComposePorts
) -> tuple[Placed, ...]:
    """At the end of a long period its first day is worth half of its last, and not next to nothing."""
    ranked = rank.rank(
        digest.admitted(newsletter, stories, ports.voices.weights),
        now,
        ports.voices,
        countries=newsletter.countries,
        top=newsletter.top,
        half_life=max(rank.HALF_LIFE, period.end - period.start),
    )
    return digest.place(newsletter, period, ranked)


# --------------------------------------------------------------------------------------------- deliver


Ledger = outgoing.Ledger
Carrier = outgoing.Carrier
DeliverPorts = outgoing.DeliverPorts
DeliverReport = outgoing.DeliverReport
LetterLine = outgoing.LetterLine


async def deliver(
    now: datetime,
    ports: DeliverPorts,
    *,
    limit: int | None = LETTERS_PER_SENDING,
    urgent: bool = False,
    watch: Callable[[LetterLine], None] | None = None,
) -> DeliverReport:
    """Send what is ready and due, up to `limit` letters; `watch` sees each when it is settled.

    Goes on until nothing is due: what becomes due meanwhile is taken up too. `urgent`: notices alone, which
    go ahead of every issue. Raises StoreError when the ledger could not be written; no letter whose phase is
    not on record goes over.
    """
    lines: list[LetterLine] = []

    def account(line: LetterLine) -> None:
        if len(lines) < LINES_KEPT:
            lines.append(line)
        if watch:
            watch(line)

    await reconciling.record_late(ports)
    await asyncio.to_thread(ports.ledger.recover, now)
    held = await asyncio.to_thread(reconciling.reconcile, now, ports)
    sending = Sending(now, ports, limit, urgent, account)
    await sending.run()
    return DeliverReport(tuple(lines), held, dict(sending.counts))
