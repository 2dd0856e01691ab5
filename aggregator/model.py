"""Every value that crosses a package border.

Frozen, slotted dataclasses that import nothing but the standard library. They follow an entry on its way:
what config says (`Source`), what the store remembers (`Claim`), what the wire said (`Fetched`), what the
feed held (`Entry`), what the entry is about (`Description`), what was decided (`Decisions`), what is told
(`Story`), and what is mailed (`Issue`, `Delivery`). All times are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Literal, TypeVar

Value = TypeVar("Value")


def _pickled_by_fields(cls: type[Value]) -> type[Value]:
    """Pickle as a call with all fields: values of this kind leave worker processes by the thousand, and the
    way of slotted dataclasses takes three times as long."""
    names = [one.name for one in fields(cls)]  # type: ignore[arg-type] # the decorator beneath made it one
    values = attrgetter(*names)

    def reduce(self: Value) -> tuple[type[Value], tuple[object, ...]]:
        return cls, values(self)

    cls.__reduce__ = reduce  # type: ignore[assignment, method-assign]
    return cls


# --------------------------------------------------------------------------------------------- sources


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where the parts of an entry stand on a page that lists them: CSS selectors, all but the first within
    the entry."""

    entry: str
    """Each match is one entry."""
    title: str | None = None
    """By default the text of the link."""
    link: str | None = None
    """By default the first link of the entry, or the entry itself when it is a link."""
    date: str | None = None
    """Its `datetime` or `content` attribute, or else its text."""
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Which entries of a source are no news: they are stored, never told."""

    titles: tuple[str, ...] = ()
    """Beginnings of titles, compared without regard to case."""
    categories: tuple[str, ...] = ()
    """Whole names, compared without regard to case."""
    paths: tuple[str, ...] = ()
    """Beginnings of the path of the entry's address."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed we read, as `config.yaml` describes it."""

    id: str
    """Stable slug; entries, health and history hang on it."""
    name: str
    url: str
    homepage: str | None = None
    language: str | None = None
    """Hint for language detection, an ISO 639-1 code."""
    default_country: str | None = None
    """Country (ISO 3166-1 alpha-2) of entries in which none is named: a fallback, never an addition."""
    profile: str = "unknown"
    """What kind of voice it is: state, independent, exile, agency, ngo, think-tank; unknown if not judged."""
    weight: float = 1.0
    """Larger leads a story before smaller."""
    time_zone: str = "UTC"
    """IANA zone of dates that carry none."""
    day_first: bool = True
    """How to read 03.06.2024."""
    interval: timedelta | None = None
    """Time between two polls by the operator's word; None follows the source's own rhythm."""
    timeout: timedelta = timedelta(seconds=30)
    max_entries: int = 2000
    user_agent: str | None = None
    content: Literal["excerpt", "full", "title"] = "excerpt"
    """How much of an entry may be republished."""
    guid_policy: Literal["guid", "link", "title"] = "guid"
    """What makes an entry the same one within this source."""
    strip_title: tuple[str, ...] = ()
    """Ends of titles that name the site; `<Publisher>` stands for any name, `<URL>` for any address."""
    exclude: Exclusions = Exclusions()
    paywall: Literal["none", "metered", "full"] = "metered"
    """Which entries are for subscribers: none, those whose text says so, or all."""
    was: str | None = None
    """The id that this source had before."""
    type: Literal["feed", "sitemap", "html"] = "feed"
    """What stands at `url`."""
    selectors: Selectors | None = None
    """Where the entries stand on the page of a source of type html; None for the other types."""
    images: Literal["copy", "none"] = "copy"
    """Whether its pictures are copied and shown."""
    websub: bool = True
    """Whether its hub, if it announces one, may push its news to us."""
    backup_interval: timedelta = timedelta(hours=6)
    """Time between two polls while its hub pushes, when its own rhythm is shorter."""


class SourceState(StrEnum):
    """The health of a source after its last poll."""

    NEVER = "never polled"
    OK = "ok"
    NOT_MODIFIED = "not-modified"
    EMPTY = "empty"
    HTML_INSTEAD = "html-instead"
    PARSE_ERROR = "parse-error"
    ALL_UNDATED = "all-undated"
    STALE = "stale"
    HTTP_ERROR = "http-error"
    TIMEOUT = "timeout"
    BLOCKED = "blocked"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave for conditional requests, echoed verbatim (RFC 9110 section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where a source's news is pushed from (W3C WebSub section 4)."""

    topic: str = ""
    """The address under which the hubs know it."""
    hubs: tuple[str, ...] = ()
    """In the source's own order; none where it is not pushed."""


@dataclass(frozen=True, slots=True)
class Hints:
    """A feed's own words on when it is worth asking, and on who tells when it is."""

    update_interval: timedelta | None = None
    """How often it changes: `ttl`, or the period of the syndication module."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day, 0..23 in GMT, in which it wants to be left alone (RSS 2.0 `skipHours`)."""
    skip_days: frozenset[int] = frozenset()
    """Days on which it wants to be left alone, ISO weekdays 1..7 in GMT (RSS 2.0 `skipDays`)."""
    announced: Announcement = Announcement()
    """Addresses as the feed writes them; not part of its rhythm, and not remembered with it."""


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Pace:
    """A source's own rhythm, as far as we have learned it."""

    entries_per_day: float | None = None
    """New entries per day, of late; None before the first reading."""
    feed_length: int | None = None
    """Entries that its body held at the last reading."""
    hints: Hints = NO_HINTS


@dataclass(frozen=True, slots=True)
class Redirect:
    """A permanent redirect under observation."""

    url: str
    """Where it leads, all hops followed."""
    first_seen: datetime
    sightings: int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a source moved to, and whether it is gone: state, which a changed `url` in config overrides."""

    adopted_url: str | None = None
    """Where its permanent redirect leads, once that was adopted."""
    redirect: Redirect | None = None
    gone_count: int = 0
    """Times that it answered 410, each a day or more after the one before."""
    gone_since: datetime | None = None
    """When it last added to `gone_count`."""


GONE_FOR_GOOD = 2
"""`gone_count` at which a source is asked no more, until its `url` changes or the operator insists."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A source that is ours to poll now; the attempt is already on record."""

    source: Source
    validators: Validators = Validators()
    body_hash: bytes | None = None
    """Hash of the last body read to the end; an equal body needs no parsing."""
    failures: int = 0
    """Failed polls in a row before this one."""
    first: bool = True
    """No poll of this source has succeeded yet."""
    newest_entry: datetime | None = None
    """The latest date that the source gave to any of its entries; None if it never gave one."""
    last_success: datetime | None = None
    """When it last answered as a feed does."""
    pace: Pace = Pace()
    whereabouts: Whereabouts = Whereabouts()
    plain_agent: bool = False
    """It gives its feed to the User-Agent of a plain feed reader only."""

    @property
    def url(self) -> str:
        """The address to ask: the adopted one, or the configured one."""
        return self.whereabouts.adopted_url or self.source.url

    repeats: bytes = b""
    """Sentences that its entries repeat, as the last reading left them; empty before the first."""
    announced: Announcement = Announcement()
    """The hubs that its last body named."""
    pushed_until: datetime | None = None
    """Its hub pushes until then, unless the lease is renewed; None when it does not push."""
    pushed: bool = False
    """It is not asked: its hub pushed what is to be read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source that was asked for but must not be polled yet."""

    source_id: str
    askable_at: datetime | None
    """None when it is not asked again by itself."""
    reason: str


@dataclass(frozen=True, slots=True)
class Claims:
    """The answer to «what may I poll?»."""

    granted: tuple[Claim, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body that a source answered with."""

    source_id: str
    at: datetime
    url: str
    """The address that answered, after redirects."""
    content_type: str
    """The Content-Type header as sent, parameters included; may be empty."""
    body: bytes
    """Decompressed."""
    body_hash: bytes
    validators: Validators = Validators()
    not_before: datetime | None = None
    """Earliest next request by Cache-Control, Expires or Retry-After."""
    moved_to: str | None = None
    """Where it was found, when permanent redirects alone led there."""
    plain_agent: bool = False
    """It was given to the User-Agent of a plain feed reader."""
    status: int = 200
    user_agent: str = ""
    """As whom we asked."""
    headers: tuple[tuple[str, str], ...] = ()
    """The answer's headers, for diagnosis."""
    parts: tuple[bytes, ...] = ()
    """Documents that the body refers to and that belong to it: the sitemaps of a sitemap index."""
    described: str = ""
    """What messages tell of a body that is gone: its type, size, first tag, and as whom we asked."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source answered that nothing changed (304, or a body equal to the last one)."""

    source_id: str
    at: datetime
    validators: Validators = Validators()
    not_before: datetime | None = None
    moved_to: str | None = None
    """Where it was found, when permanent redirects alone led there."""


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """Why a source gave us nothing: an error that travels as a value."""

    source_id: str
    at: datetime
    state: SourceState
    message: str
    """Names the thing, the place and the cure; shown to the operator."""
    not_before: datetime | None = None
    body_hash: bytes | None = None
    network_down: bool = False
    """Our own network was down: no request went out, and nothing is held against the source."""


# --------------------------------------------------------------------------------------------- entries


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """An entry's fields as the source published them: markup, entities, odd dates and all."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    categories: tuple[str, ...] = ()
    image: str = ""
    base: str = ""
    """What its relative links hang on by the feed's own word; empty for the feed's address."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Entry:
    """One item as one source published it, normalised."""

    source_id: str
    guid: str
    """Identity within its source."""
    raw_hash: bytes
    """Hash of the fields as published; equal means: nothing to do."""
    url: str
    """Link for the reader, absolute http(s); empty if the source gave none."""
    canonical_url: str
    """`url` folded for comparison across sources; empty if there is none."""
    title: str
    """Plain text."""
    text: str
    """Plain text of the body or summary."""
    html: str
    """The same, as sanitised HTML."""
    published: datetime
    date_guessed: bool
    """True when the source gave no date, half a date, or one in the future."""
    author: str = ""
    categories: tuple[str, ...] = ()
    image: str = ""
    declared_language: str | None = None
    paywalled: bool = False
    """The rest is for subscribers."""
    excluded: str = ""
    """Why it is stored without ever being told; empty for news."""
    as_published: bytes = b""
    """The `PublishedEntry` it was made of, as `ingest.as_published` packs it."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Evidence:
    """Which words gave a tag, and where they stand."""

    surface: str
    zone: Literal["title", "lead", "body", "category", "url", "source"]
    start: int
    """Offset in characters within the zone's text."""
    rule: str
    """The gazetteer entry or rule that matched."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Tag:
    """A country an entry or a story is about."""

    country: str
    """ISO 3166-1 alpha-2, upper case."""
    salience: float
    """0..1: how much the text is about it."""
    evidence: tuple[Evidence, ...] = ()


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Description:
    """What editorial judgement says of one entry, from that entry alone."""

    language: str
    """ISO 639-1 code, `und` when it cannot be told."""
    script: str
    """ISO 15924 code: Latn, Cyrl, Arab …; `Zyyy` when there are no letters."""
    language_declared: bool = False
    """True when the source's own word was taken."""
    tags: tuple[Tag, ...] = ()
    """Countries it is about, most salient first."""
    mentions: tuple[Tag, ...] = ()
    """Countries it only mentions."""
    keys: tuple[int, ...] = ()
    """Signed 64-bit look-up keys; entries that share one are candidates for one story."""
    shown_hash: bytes = b""
    """Hash of the words that readers see: it tells a material change from a cosmetic one."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class DescribedEntry:
    """An entry with its description, on its way to a decision."""

    entry: Entry
    description: Description


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one body gave: only entries that are new or changed."""

    source_id: str
    at: datetime
    total: int
    """Entries that the body holds, changed or not."""
    entries: tuple[DescribedEntry, ...] = ()
    undated: int = 0
    warning: str = ""
    """What was wrong with the body although it could be read; empty when well-formed."""
    title: str = ""
    """What the feed calls itself."""
    hints: Hints = NO_HINTS
    repeats: bytes | None = None
    """Sentences that the source's entries repeat, for its next reading; None when nothing was learned."""


# --------------------------------------------------------------------------------------------- decisions


class Relation(StrEnum):
    """How an entry belongs to its story."""

    LEAD = "lead"
    SAME = "same"
    COPY = "copy"
    EDITION = "edition"
    TRANSLATION = "translation"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """A stored entry that may be, or belong with, one that just came in."""

    id: int
    source_id: str
    guid: str
    canonical_url: str
    story_id: int
    raw_hash: bytes
    shown_hash: bytes
    published: datetime
    countries: frozenset[str] = frozenset()
    keys: tuple[int, ...] = ()
    excluded: bool = False
    """It is no news: nothing joins its story, which is never told."""


@dataclass(frozen=True, slots=True)
class Following:
    """An entry that stands under a story's lead."""

    entry: DescribedEntry
    relation: Relation
    reason: str
    """Why it was judged so; shown by `explain`."""


@dataclass(frozen=True, slots=True)
class Founding:
    """A new story: its first entry and those of the same batch that belong to it."""

    lead: DescribedEntry
    followers: tuple[Following, ...] = ()
    old: bool = False
    """Stored and searchable, but never told as new (see DESIGN: floods)."""


@dataclass(frozen=True, slots=True)
class Joining:
    """An entry that joins a stored story."""

    story_id: int
    entry: DescribedEntry
    relation: Relation
    reason: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A known entry whose fields changed."""

    entry_id: int
    story_id: int
    entry: DescribedEntry
    shown_change: bool
    """The title or excerpt that readers see changed materially."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """A known entry to which its source gave another guid; its revision goes with it."""

    entry_id: int
    source_id: str
    guid: str
    """The new one."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is to become of a batch of entries: intents that the store carries out in one transaction."""

    foundings: tuple[Founding, ...] = ()
    joinings: tuple[Joining, ...] = ()
    revisions: tuple[Revision, ...] = ()
    renamings: tuple[Renaming, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceUpdate:
    """How a source stands after a poll; written together with the entries it stands for."""

    source_id: str
    at: datetime
    state: SourceState
    message: str
    next_poll: datetime | None
    """None after a push, which asked nobody: state, message, failures and the server's word are kept too."""
    not_before: datetime | None
    """The source's own word (Retry-After, max-age): even `--force` waits for it."""
    failures: int
    validators: Validators | None = None
    """None keeps what is stored."""
    body_hash: bytes | None = None
    """None keeps what is stored."""
    newest_entry: datetime | None = None
    """None keeps what is stored."""
    pace: Pace | None = None
    """None keeps what is stored."""
    plain_agent: bool | None = None
    """None keeps what is stored."""
    whereabouts: Whereabouts | None = None
    """None keeps what is stored."""
    repeats: bytes | None = None
    """None keeps what is stored."""
    announced: Announcement | None = None
    """None keeps what is stored."""


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one transaction of a poll writes."""

    at: datetime
    updates: tuple[SourceUpdate, ...]
    decisions: Decisions
    rules_version: str
    """Version of the rules that judged these entries."""


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """What became of one source's entries in one poll."""

    new: int = 0
    duplicates: int = 0
    """Joined a story that another entry leads."""
    revised: int = 0
    old: int = 0
    """Stored without being told as new."""
    excluded: int = 0
    """Stored as no news, by the source's exclusions."""
    untagged: int = 0

    @property
    def arrived(self) -> int:
        """Entries that are new, told first by others or not: what a source's rhythm is made of."""
        return self.new + self.duplicates + self.excluded


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source as the operator sees it."""

    source: Source
    state: SourceState
    message: str
    failures: int = 0
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    next_poll: datetime | None = None
    newest_entry: datetime | None = None
    entries: int = 0
    pace: Pace = Pace()
    whereabouts: Whereabouts = Whereabouts()


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source as the operator sees it, with what it brought of late."""

    status: SourceStatus
    recent: int = 0
    """Entries that we first saw in the last seven days."""
    untagged: int = 0
    """Of these, those that name no country."""


# --------------------------------------------------------------------------------------------- pushes


class LeaseState(StrEnum):
    """How a lease stands: what was agreed with a hub about one callback (W3C WebSub section 5)."""

    PENDING = "pending"
    """Asked for, or about to be; the hub has not verified it."""
    ACTIVE = "active"
    DENIED = "denied"
    """The hub refuses; it is asked again much later."""
    LEAVING = "leaving"
    """It is to be unsubscribed; until then its pushes count."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Lease:
    """A hub's promise to push one source's news to one callback, for a time."""

    id: int
    source_id: str
    hub: str
    topic: str
    base_url: str
    """The origin of its callback."""
    state: LeaseState
    asked_at: datetime
    """When its hub was last sent a request about it."""
    try_after: datetime
    """When its hub may be sent the next one."""
    expires_at: datetime | None = None
    """None before it was verified."""
    failures: int = 0
    """Requests in a row that led nowhere."""
    message: str = ""
    """What the hub said, for the operator."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands with its hubs."""

    source_id: str
    claim: Claim | None
    """What we remember of it; None when it is not polled any more."""
    asked_at: datetime | None = None
    """When its last poll began."""
    hinted_at: datetime | None = None
    """When somebody last said, without proof, that it has news; None when that has been looked into."""
    leases: tuple[Lease, ...] = ()
    """Those that have not ended, the oldest first."""


@dataclass(frozen=True, slots=True)
class HubRequest:
    """What a hub is asked for (W3C WebSub section 5.1)."""

    mode: Literal["subscribe", "unsubscribe"]
    hub: str
    topic: str
    callback: str
    """Nobody but the hub may know it."""
    secret: str = ""
    """Key of the signature of pushes; empty to send none."""


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """What came of a request to a hub."""

    accepted: bool
    """It will verify, or has done so."""
    message: str = ""
    not_before: datetime | None = None
    """Earliest next request by the hub's own word."""
    reached: bool = True
    """False when no answer came at all: others need not try this hub now."""


@dataclass(frozen=True, slots=True)
class LeaseUpdate:
    """How a lease stands after something happened to it."""

    state: LeaseState
    try_after: datetime
    failures: int = 0
    message: str = ""
    expires_at: datetime | None = None
    """None keeps what is stored."""


class Callback(StrEnum):
    """What stands at an address that hubs push to."""

    OPEN = "open"
    CLOSED = "closed"
    """Its lease has ended: the hub shall stop."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HubQuestion:
    """What a hub asks or tells at a callback (W3C WebSub sections 5.2 and 5.3)."""

    mode: str
    topic: str
    lease_seconds: str = ""
    reason: str = ""
    """Why it denies."""


@dataclass(frozen=True, slots=True)
class Push:
    """A body that a hub brought with a valid signature, as it waits to be read."""

    id: int
    source_id: str
    at: datetime
    content_type: str
    body: bytes


# --------------------------------------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True)
class Member:
    """A stored entry within its story."""

    entry_id: int
    source_id: str
    relation: Relation
    url: str
    title: str
    text: str
    html: str
    language: str
    script: str
    published: datetime
    date_guessed: bool = False
    author: str = ""
    tags: tuple[Tag, ...] = ()
    paywalled: bool = False


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture of ours in one size."""

    path: str
    """Below the public folder; names the content."""
    width: int
    """Pixels, as `height`."""
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A story's picture, as we publish it."""

    small: PictureFile
    """For lists."""
    large: PictureFile
    """For the story that leads a page, and for feeds."""


@dataclass(frozen=True, slots=True)
class Story:
    """Entries about one event."""

    id: int
    uri: str
    """Permanent `tag:` URI (RFC 4151), minted when the story was founded."""
    told_at: datetime
    """When we first told it."""
    updated_at: datetime
    """Moves only when the shown title or excerpt changes materially."""
    members: tuple[Member, ...]
    """The lead first, the others in the order they joined."""
    countries: tuple[str, ...] = ()
    """Most salient first."""
    picture: Picture | None = None
    """The lead's, once we have a copy of it."""

    @property
    def lead(self) -> Member:
        """The entry that tells the story; the others stand under «also covered by»."""
        return self.members[0]


@dataclass(frozen=True, slots=True)
class StoryChanges:
    """Stories that changed since the last publication."""

    upto: int
    """Change number of the last one: where the next look begins."""
    stories: tuple[Story, ...]
    withdrawn: tuple[int, ...] = ()
    """Ids of stories that were hidden or merged away."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Which of the changed stories a selection holds, and which it holds no more."""

    inside: frozenset[int] = frozenset()
    outside: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Selection:
    """A feed we publish: which stories it holds. An empty criterion admits all."""

    id: str
    title: str
    description: str = ""
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Site:
    """What every published page, feed and letter says of its publisher."""

    title: str
    description: str
    base_url: str
    """Absolute, without a trailing slash: the only origin of absolute links."""
    language: str
    """Interface language of pages."""
    contact: str
    """Mail address of the operator."""
    countries: tuple[str, ...]
    """The region's countries, in the order they are shown."""
    time_zone: str
    sources: Mapping[str, Source]
    id_domain: str
    """Domain of new `tag:` URIs; stays when base_url moves."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to publish: its path below the public folder and its bytes."""

    path: str
    content: bytes


# --------------------------------------------------------------------------------------------- pictures


@dataclass(frozen=True, slots=True)
class LeadPicture:
    """The picture that the lead of a changed story names."""

    story_id: int
    source_id: str
    address: str
    """At its source; empty if the lead names none."""
    told_at: datetime
    told_number: int
    visible: bool
    """The story is neither hidden nor merged into another."""


@dataclass(frozen=True, slots=True)
class LeadPictures:
    """Stories that changed since the last look, with the pictures that their leads name."""

    upto: int
    """Change number of the last one: where the next look begins."""
    leads: tuple[LeadPicture, ...]


@dataclass(frozen=True, slots=True)
class PictureLink:
    """A story that shall be shown with a picture."""

    lead: LeadPicture
    site: str
    """Registrable domain of the address: who is asked for it."""


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture that is ours to ask for now; the attempt is already on record."""

    key: bytes
    address: str
    source_id: str
    """The source that named it first."""
    site: str
    attempts: int
    """Tries, this one included."""


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A picture in one size, encoded anew as JPEG."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """A picture encoded anew in both sizes."""

    small: EncodedImage
    large: EncodedImage


@dataclass(frozen=True, slots=True)
class PictureFailure:
    """Why a picture could not be copied: an error that travels as a value."""

    reason: str
    final: bool
    """Asking again would bring nothing else."""
    site_wide: bool = False
    """The server is in trouble or wants to be left alone: its other pictures are not asked for either."""
    not_before: datetime | None = None
    """Earliest next request by the server's word."""


@dataclass(frozen=True, slots=True)
class UnneededPicture:
    """A picture that no story has needed for a while."""

    key: bytes
    paths: tuple[str, ...]
    """Its files, those left out that another picture shares."""


# --------------------------------------------------------------------------------------------- newsletters


class Rhythm(StrEnum):
    """How often an issue appears."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Track:
    """One rhythm of a newsletter. Its periods close at midnight in the newsletter's zone."""

    id: str
    """`daily`, `weekly-1` (ISO weekday on which a period starts and the last one is sent), `monthly`."""
    rhythm: Rhythm
    weekday: int = 1


@dataclass(frozen=True, slots=True)
class Newsletter:
    """A recurring digest."""

    id: str
    names: Mapping[str, str]
    """Name per interface language; the first is the default."""
    sender: str
    """Address of the From header."""
    time_zone: str
    send_at: str
    """Local time `HH:MM` at which an issue goes out, on the day its period closed."""
    tracks: tuple[Track, ...]
    countries: tuple[str, ...]
    """Sections in order; stories about none of them stand under «elsewhere»."""
    languages: tuple[str, ...] = ()
    """Languages of stories it may hold; empty admits all."""
    top: int = 3
    per_country: int = 6
    per_source: int = 2
    max_lateness: timedelta = timedelta(hours=48)
    """An issue that could not be sent for longer waits for the operator."""

    @property
    def interface_languages(self) -> tuple[str, ...]:
        """Languages in which its letters are written, the default first."""
        return tuple(self.names)


@dataclass(frozen=True, slots=True)
class Period:
    """One turn of a track: `[start, end)`."""

    key: str
    """`2026-W47`, `2026-11-22`, `2026-11`: unique within a track."""
    start: datetime
    end: datetime
    send_at: datetime
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class TrackPosition:
    """How far a track has come."""

    last_period_end: datetime | None
    """End of the last period that has an issue (or was skipped); None before the first."""
    watermark: int
    """Stories with a smaller or equal telling number were considered."""


@dataclass(frozen=True, slots=True)
class UntoldStories:
    """Stories that a track has not told yet."""

    upto: int
    """Telling number up to which this list looked; becomes the watermark."""
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A story with its place in an issue."""

    section: str
    """`top`, a country code, `regional` or `elsewhere`."""
    story: Story
    reason: str
    """Why it stands here; shown by `newsletter preview --explain`."""


@dataclass(frozen=True, slots=True)
class Block:
    """One story as rendered for one interface language: stored with the issue, never rendered again."""

    story_id: int
    section: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the blocks in one interface language.

    Heads and feet hold slots, written `[[name]]`: `[[preheader]]` is filled per variant, `[[unsubscribe]]`
    (an address) per reader.
    """

    language: str
    html_head: str
    html_foot: str
    text_head: str
    text_foot: str
    html_sections: Mapping[str, str]
    """Heading by section name."""
    text_sections: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader chose; readers with the same choice get the same variant."""

    language: str
    """Interface language of letters."""
    countries: tuple[str, ...] = ()
    """Only stories about one of these; empty admits all."""
    languages: tuple[str, ...] = ()
    """Only stories told in one of these languages; empty admits all."""


@dataclass(frozen=True, slots=True)
class PlannedVariant:
    """One assembly of an issue, with the choices that lead to it.

    `html` and `text` are (head, body, foot). A reader's own parts are joined into head and foot only: no
    feed can write into them.
    """

    choices: tuple[Choice, ...]
    language: str
    story_ids: tuple[int, ...]
    subject: str
    html: tuple[str, str, str]
    text: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FrozenIssue:
    """An issue as it is frozen: nothing of it is computed again."""

    newsletter: str
    track: str
    period: Period
    frozen_at: datetime
    send_after: datetime
    expires_at: datetime
    link_base: str
    """The `base_url` in force; links of this issue never change."""
    template_version: str
    placed: tuple[Placed, ...]
    frames: tuple[Frame, ...]
    """One per interface language."""
    blocks: Mapping[str, tuple[Block, ...]]
    """By interface language, in the order of `placed`."""
    variants: tuple[PlannedVariant, ...]
    watermark: int
    """Becomes the track's watermark in the transaction that freezes the issue."""


@dataclass(frozen=True, slots=True)
class IssueSummary:
    """An issue as the operator sees it."""

    id: int
    newsletter: str
    track: str
    period: str
    frozen_at: datetime
    stories: int
    deliveries: Mapping[str, int]
    """Count by delivery state."""


class SubscriberState(StrEnum):
    """Where a subscriber stands: only the confirmed get letters."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person who gets a newsletter."""

    id: int
    email: str
    newsletter: str
    track: str
    choice: Choice
    state: SubscriberState


class DeliveryState(StrEnum):
    """Where one mail to one address stands."""

    READY = "ready"
    LEASED = "leased"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The connection was lost after the final dot: it may have arrived."""
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Phase(StrEnum):
    """How far an SMTP transaction came (RFC 5321)."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DOT = "dot"
    """The text is being handed over: from here on a silence is not a no."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail to one address: a row of the ledger, claimed for sending."""

    id: int
    issue_id: int
    newsletter: str
    subscriber_id: int
    address: str
    variant_id: int
    link_base: str
    message_id: str
    """Without angle brackets; derived from the row, so that a resend is the same message."""
    date: datetime
    token: str
    """The letter's own secret: it can leave and nothing else. Stored as a hash."""
    attempts: int
    """Tries before this one."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Variant:
    """One assembly of an issue for a choice: language and ordered stories."""

    id: int
    language: str
    subject: str
    html: tuple[str, str, str]
    text: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """Bytes ready for SMTP."""

    sender: str
    """Envelope sender (MAIL FROM)."""
    recipient: str
    """Envelope recipient (RCPT TO)."""
    content: bytes
    """The whole message, CRLF line ends."""


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """How an attempt ended, as the server or the connection said it."""

    phase: Phase
    """The phase that was reached."""
    code: int | None
    """Reply code; None when the connection was lost or timed out."""
    text: str
    enhanced: str = ""
    """Enhanced status code (RFC 3463), e.g. `5.1.1`."""
    server: str = ""
    queue_id: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt means for its delivery."""

    state: DeliveryState
    reason: str
    retry_at: datetime | None = None
    suppress: bool = False
    """The address does not exist: mail it no more."""
    counts: bool = True
    """False when the fault was the server's: no attempt is held against the reader."""
    pause_server: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ServerPause:
    """A mail server that is left alone for a while; no letters go out meanwhile."""

    server: str
    until: datetime
    reason: str
