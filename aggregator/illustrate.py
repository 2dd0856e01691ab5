"""Pictures for the stories that are told: asked for at their sources, encoded anew, published as ours.

Like `pipeline.py` it conducts: `ingest.picture_rules` says which are wanted and when one is tried again.
Readers load our copies, so that nothing we publish tells a source who reads it.

    changed stories -> wanted pictures -> bodies -> two sizes -> files -> changed stories, to be published
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b, sha256
from typing import Protocol

from aggregator.ingest import picture_rules
from aggregator.model import (
    EncodedImage,
    EncodedPicture,
    File,
    LeadPictures,
    Picture,
    PictureFailure,
    PictureFile,
    PictureLink,
    Source,
    UnneededPicture,
    WantedPicture,
)

log = logging.getLogger(__name__)

PICTURES_PER_RUN = 200
SITES_AT_ONCE = 8
"""Each has one picture in memory at most."""
STORIES_PER_LOOK = 1000
REMOVED_PER_RUN = 500
NEWEST_KEPT_WHOLE = 500
"""Pictures whose files are looked for in each run: whoever empties the public folder gets them back."""
GRACE = timedelta(hours=1)
"""Files outlive the last page that shows them: copies of pages are about."""
FOLDER = "img"


class Pictures(Protocol):
    """What we remember of pictures."""

    def looked_upto(self, rules: str) -> int:
        """Change number up to which stories were looked at by these rules; 0 when the rules are others."""

    def leads(self, since: int, told_since: datetime, limit: int) -> LeadPictures:
        """The next stories that changed after `since`, with the pictures that their leads name."""

    def link(
        self, now: datetime, wanted: Sequence[PictureLink], unwanted: Collection[int], upto: int, rules: str
    ) -> None:
        """Let stories want pictures, or none; `upto` is where the next look begins."""

    def retire(self, now: datetime, told_before: datetime, limit: int) -> int:
        """Take the pictures from old stories; how many had one."""

    def claim(
        self, now: datetime, limit: int, back_off: Callable[[int], timedelta], most: int
    ) -> Sequence[WantedPicture]:
        """Take wanted pictures that are due, newest stories first; the attempts are durable by then."""

    def ready(self, key: bytes, picture: Picture) -> None:
        """The copy is published: its stories have changed."""

    def failed(self, key: bytes, reason: str, not_before: datetime | None) -> None:
        """The attempt brought nothing; None gives the picture up."""

    def rest(self, site: str, until: datetime, unasked: Sequence[bytes]) -> None:
        """Ask nothing of a site before `until`; attempts that were not made do not count."""

    def newest(self, limit: int) -> Mapping[bytes, Picture]:
        """The copies that the newest stories show, by key."""

    def lost(self, now: datetime, keys: Collection[bytes]) -> None:
        """Files of these are gone: they are wanted again."""

    def unneeded(self, before: datetime, limit: int) -> Sequence[UnneededPicture]:
        """Pictures that no story has needed since `before`."""

    def forget(self, keys: Collection[bytes]) -> None:
        """The files of these are removed."""


class FetchPicture(Protocol):
    """Asks for one picture, politely and within bounds; never raises for what a server does."""

    async def __call__(self, wanted: WantedPicture) -> bytes | PictureFailure:
        """The bytes that answer."""


class EncodePicture(Protocol):
    """Encodes one picture anew; never raises for what its bytes do."""

    async def __call__(self, body: bytes) -> EncodedPicture | PictureFailure:
        """Both sizes."""


class Folder(Protocol):
    """The public folder."""

    def write(self, file: File) -> bool:
        """Write atomically; False when the file already holds these bytes."""

    def holds(self, path: str) -> bool:
        """Whether there is such a file."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""


@dataclass(frozen=True, slots=True)
class IllustratePorts:
    """What illustrating needs of the world."""

    pictures: Pictures
    fetch: FetchPicture
    encode: EncodePicture
    folder: Folder
    sources: Mapping[str, Source]
    """By id; which of them let us copy their pictures."""
    retention: timedelta
    """How long after it was told a story keeps its picture."""


@dataclass(frozen=True, slots=True)
class IllustrateReport:
    """What became of the pictures that were tried."""

    ready: int = 0
    given_up: int = 0
    waiting: int = 0
    """To be tried again."""
    retired: int = 0
    """Stories that are too old for theirs."""
    lost: int = 0
    """Wanted again, because their files were gone."""
    removed: int = 0
    """Files that nobody needed any more."""

    @property
    def changes_pages(self) -> bool:
        """Whether there is something to publish."""
        return bool(self.ready or self.retired or self.lost)


async def illustrate(
    now: datetime, ports: IllustratePorts, *, limit: int = PICTURES_PER_RUN
) -> IllustrateReport:
    """Copy up to `limit` pictures that stories want, and remove what no story needs."""
    await asyncio.to_thread(_look, now, ports)  # after a change of config it sees every story
    retired = ports.pictures.retire(now, now - ports.retention, REMOVED_PER_RUN)
    lost = _find_lost(now, ports)
    claimed = ports.pictures.claim(now, limit, picture_rules.back_off, picture_rules.MOST_ATTEMPTS)
    slots = asyncio.Semaphore(SITES_AT_ONCE)
    done = await asyncio.gather(*(_ask_site(group, now, ports, slots) for group in _by_site(claimed)))
    outcomes = [outcome for site in done for outcome in site]
    given_up = sum(isinstance(one, PictureFailure) and one.final for one in outcomes)
    ready = sum(isinstance(one, Picture) for one in outcomes)
    removed = await asyncio.to_thread(_remove, now, ports)
    return IllustrateReport(ready, given_up, len(claimed) - ready - given_up, retired, lost, removed)


def _look(now: datetime, ports: IllustratePorts) -> None:
    """Learn from what changed which pictures stories want, and which no more."""
    told_since = now - ports.retention
    rules = _rules(ports)
    since = ports.pictures.looked_upto(rules)
    while (seen := ports.pictures.leads(since, told_since, STORIES_PER_LOOK)).upto > since:
        wanted, unwanted = picture_rules.links(seen.leads, ports.sources, told_since)
        ports.pictures.link(now, wanted, unwanted, seen.upto, rules)
        since = seen.upto


def _rules(ports: IllustratePorts) -> str:
    """Another word when config makes another choice of pictures: all stories are looked at again."""
    copied = sorted(source.id for source in ports.sources.values() if source.images == "copy")
    return sha256(f"{ports.retention} {copied}".encode()).hexdigest()[:16]


def _find_lost(now: datetime, ports: IllustratePorts) -> int:
    newest = ports.pictures.newest(NEWEST_KEPT_WHOLE)
    lost = [key for key, picture in newest.items() if not _is_whole(picture, ports.folder)]
    if lost:
        ports.pictures.lost(now, lost)
    return len(lost)


def _is_whole(picture: Picture, folder: Folder) -> bool:
    return folder.holds(picture.small.path) and folder.holds(picture.large.path)


def _by_site(claimed: Iterable[WantedPicture]) -> list[list[WantedPicture]]:
    sites: dict[str, list[WantedPicture]] = {}
    for wanted in claimed:
        sites.setdefault(wanted.site, []).append(wanted)
    return list(sites.values())


async def _ask_site(
    group: Sequence[WantedPicture], now: datetime, ports: IllustratePorts, slots: asyncio.Semaphore
) -> list[Picture | PictureFailure]:
    """One picture after the other; a site in trouble is left alone, with what was not asked for yet."""
    outcomes: list[Picture | PictureFailure] = []
    for position, wanted in enumerate(group, start=1):
        async with slots:
            outcome = await _copy(wanted, now, ports)
        outcomes.append(outcome)
        if isinstance(outcome, PictureFailure) and outcome.site_wide:
            unasked = [one.key for one in group[position:]]
            ports.pictures.rest(wanted.site, picture_rules.resting_until(now, outcome), unasked)
            break
    return outcomes


async def _copy(wanted: WantedPicture, now: datetime, ports: IllustratePorts) -> Picture | PictureFailure:
    """Ask for one picture and publish it. An unexpected error costs this picture alone."""
    try:
        body = await ports.fetch(wanted)
        encoded = body if isinstance(body, PictureFailure) else await ports.encode(body)
        if isinstance(encoded, EncodedPicture):
            picture = await asyncio.to_thread(_publish, encoded, ports.folder)
            ports.pictures.ready(wanted.key, picture)
            return picture
        failure = encoded
    except Exception as error:
        log.exception("copying %s failed unexpectedly", wanted.address)
        failure = PictureFailure(f"{type(error).__name__}: {error}", final=False)
    next_attempt = picture_rules.next_attempt(now, wanted.attempts, failure)
    log.info("no picture from %s: %s", wanted.address, failure.reason)
    ports.pictures.failed(wanted.key, failure.reason, next_attempt)
    return replace(failure, final=next_attempt is None)


def _publish(encoded: EncodedPicture, folder: Folder) -> Picture:
    return Picture(_write(encoded.small, folder), _write(encoded.large, folder))


def _write(image: EncodedImage, folder: Folder) -> PictureFile:
    """Named by its content: what stands under a name never changes."""
    name = blake2b(image.content, digest_size=16).hexdigest()
    path = f"{FOLDER}/{name[:2]}/{name[2:]}.jpg"
    folder.write(File(path, image.content))
    return PictureFile(path, image.width, image.height)


def _remove(now: datetime, ports: IllustratePorts) -> int:
    """Files first: a crash in between leaves rows that name them, never files that nobody knows."""
    unneeded = ports.pictures.unneeded(now - GRACE, REMOVED_PER_RUN)
    paths = {path for one in unneeded for path in one.paths}
    for path in paths:
        ports.folder.remove(path)
    if unneeded:
        ports.pictures.forget([one.key for one in unneeded])
    return len(paths)
