"""One fake per port of the pipeline whose other side is the world: scripted, and without a mind of its own.

The store's ports have no fake: tests use the real store on SQLite in a temporary folder.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from aggregator.model import (
    Block,
    Claim,
    DescribedEntry,
    Description,
    Entry,
    Fetched,
    File,
    Frame,
    Letter,
    Newsletter,
    NotModified,
    Period,
    Phase,
    Place,
    Placed,
    Reading,
    Selection,
    SmtpReply,
    SourceFailure,
    Story,
    Tag,
)
from aggregator.publish import archives, pings, selections


def hashed(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


def entry(source_id: str, guid: str, at: datetime, **fields: object) -> DescribedEntry:
    """An invented entry about Kazakhstan, published at `at`."""
    title = str(fields.pop("title", f"{source_id} tells {guid}"))
    values: dict[str, object] = {
        "url": f"https://{source_id}.example/{guid}",
        "canonical_url": f"{source_id}.example/{guid}",
        "text": f"The text of {title}.",
        "html": f"<p>The text of {title}.</p>",
        "published": at,
        "date_guessed": False,
        **fields,
    }
    made = Entry(source_id=source_id, guid=guid, raw_hash=hashed(f"{title}{values}"), title=title, **values)  # type: ignore[arg-type]
    return DescribedEntry(made, Description("en", "Latn", tags=(Tag("KZ", 1.0),)))


@dataclass
class FakeFetch:
    """Answers each source as scripted: bytes for a body, or an outcome, or an exception to raise."""

    at: datetime
    answers: dict[str, bytes | NotModified | SourceFailure | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, claim: Claim) -> Fetched | NotModified | SourceFailure:
        source = claim.source
        self.asked.append(source.id)
        answer = self.answers.get(source.id, b"")
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, bytes):
            body_hash = hashed(answer.decode())
            return Fetched(source.id, self.at, source.url, "application/rss+xml", answer, body_hash)
        return answer


@dataclass
class FakeRead:
    """Reads a body as a list of guids, one a line, of entries published when they were fetched."""

    make: Callable[[str, str, datetime], DescribedEntry] = entry
    read: list[str] = field(default_factory=list)

    async def __call__(
        self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
    ) -> Reading | SourceFailure:
        self.read.append(claim.source.id)
        found = [self.make(claim.source.id, guid, fetched.at) for guid in fetched.body.decode().split()]
        new = tuple(one for one in found if known.get(one.entry.guid) != one.entry.raw_hash)
        return Reading(claim.source.id, fetched.at, len(found), new)


@dataclass
class FakeDisk:
    """A public folder in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def write(self, file: File) -> bool:
        changed = self.files.get(file.path) != file.content
        self.files[file.path] = file.content
        return changed

    def holds(self, path: str) -> bool:
        return path in self.files

    def remove(self, path: str) -> None:
        self.files.pop(path, None)


@dataclass
class FakeFeeds:
    """Documents that are the titles of what they hold; stories must be learned in the version wanted."""

    learned: dict[int, Story] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    """Ids of stories that were missing, in the order of asking."""

    def missing(self, places: Iterable[Place]) -> Sequence[int]:
        known = {story.id: story.version for story in self.learned.values()}
        missing = [place.story_id for place in places if known.get(place.story_id) != place.version]
        self.asked += missing
        return missing

    def learn(self, stories: Iterable[Story]) -> None:
        self.learned |= {story.id: story for story in stories}

    def current(self, selection: Selection, places: Sequence[Place], archived: int) -> Sequence[File]:
        content = self._titles(places)
        return [File(path, content) for path in sorted(pings.paths(selections.name(selection)))]

    def archive(self, selection: Selection, document: int, places: Sequence[Place], archived: int) -> File:
        content = b"%d of %d\n" % (document, archived) + self._titles(places)
        return File(archives.path(selections.name(selection), document), content)

    def style_sheet(self) -> File:
        return File("feed.css", b"")

    def _titles(self, places: Sequence[Place]) -> bytes:
        return "\n".join(self.learned[place.story_id].lead.title for place in places).encode()


@dataclass
class FakeAnnouncements:
    """Remembers what it was told, in the order in which it was."""

    told: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    def expect(self, now: datetime, feeds: Collection[str]) -> None:
        self.told.append(("expected", frozenset(feeds)))

    def due(self, now: datetime, feeds: Collection[str]) -> None:
        self.told.append(("due", frozenset(feeds)))


class FakePress:
    """Renders a story as its title, a section as its name."""

    template_version = "1"

    def frame(
        self, newsletter: Newsletter, period: Period, language: str, note: str = "", track: str = ""
    ) -> Frame:
        sections = {name: f"<{name}>" for name in (*newsletter.countries, "top", "regional", "elsewhere")}
        head, foot = f"{newsletter.names[language]} {period.key}", "leave: [[unsubscribe]]"
        return Frame(language, head, foot, head, foot, sections, sections)

    def block(self, newsletter: Newsletter, placed: Placed, language: str) -> Block:
        title = f"({placed.story.lead.title})"
        return Block(placed.story.id, placed.story.lead.entry_id, placed.section, title, title)


@dataclass
class FakeCarrier:
    """Answers each recipient as scripted; everybody else is accepted."""

    replies: dict[str, SmtpReply | Exception] = field(default_factory=dict)
    sent: list[Letter] = field(default_factory=list)
    record: dict[str, bool] = field(default_factory=dict)
    """What the relay's log says of a Message-ID."""
    server: str = "mx.example:25"

    async def send(self, letter: Letter, reach: Callable[[Phase], Awaitable[None]]) -> SmtpReply:
        answer = self.replies.get(letter.recipient, SmtpReply(Phase.DOT, 250, "2.0.0 ok", "2.0.0"))
        if isinstance(answer, SmtpReply) and answer.phase is not Phase.DOT:
            return answer
        await reach(Phase.DOT)
        if isinstance(answer, Exception):
            raise answer
        if answer.code == 250:
            self.sent.append(letter)
        return answer

    def was_accepted(self, message_id: str) -> bool | None:
        return self.record.get(message_id)
