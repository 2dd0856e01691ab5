"""Entries that are described anew: what is said of them now that was not said before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aggregator.model import DescribedEntry, Description, Redescribed, Source, StoredEntry, Tag


@dataclass(frozen=True, slots=True)
class Retagging:
    """What became of the tags of one entry."""

    entry_id: int
    source_id: str
    title: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    reason: str
    """The words that speak for what was gained, and those that spoke for what was lost."""


@dataclass(frozen=True, slots=True)
class Translated:
    """An entry that is taken to be in another language, or in another script."""

    entry_id: int
    source_id: str
    title: str
    before: str
    """Such as `ru-Cyrl`."""
    after: str
    reason: str


def source_of(stored: StoredEntry, configured: Source | None) -> Source:
    """What is known of an entry's source: by config or, once it is gone, by what it did to this entry."""
    if configured is not None:
        return configured
    said = stored.description
    default = next((tag.country for tag in said.tags if _is_default(tag)), None)
    return Source(
        stored.entry.source_id,
        stored.entry.source_id,
        "",
        language=said.language if said.language_declared else None,
        default_country=default,
    )


def _is_default(tag: Tag) -> bool:
    return any(one.zone == "source" for one in tag.evidence)


def corrected(stored: StoredEntry, says: Description) -> Description:
    """A description with the operator's word in it, which goes before all judgement."""
    if stored.retagged is None:
        return says
    tags, regions = stored.retagged
    return replace(says, tags=tags, regions=regions)


def redescribed(stored: StoredEntry, now: DescribedEntry, rules_version: str) -> Redescribed | None:
    """What is to be stored of an entry anew; None when the same is said again.

    What it is compared by depends on what came before it, and so is another each time: it is stored where
    other rules made it.
    """
    before, says = stored.description, now.description
    tags = _all_tags(before) != _all_tags(says)
    others_shown = stored.retagged is None and _shown_tags(before) != _shown_tags(says)
    seen = others_shown or _tongue(before) != _tongue(says)
    by_others = stored.rules_version != rules_version
    sketch = before.title_key != says.title_key or (by_others and stored.comparable)
    if not (tags or seen or sketch or before.shown_hash != says.shown_hash):
        return None
    return Redescribed(stored.id, now, tags=tags, sketch=sketch, seen=seen)


def _all_tags(says: Description) -> tuple[frozenset[Tag], ...]:
    return frozenset(says.tags), frozenset(says.mentions), frozenset(says.regions)


def _shown_tags(says: Description) -> frozenset[tuple[str, float]]:
    return frozenset((tag.country, tag.salience) for tag in (*says.tags, *says.regions))


def _tongue(says: Description) -> str:
    return f"{says.language}-{says.script}"


def retagging(stored: StoredEntry, says: Description) -> Retagging | None:
    """Which countries an entry gained and lost; None when it is about the same ones, or the operator's."""
    if stored.retagged is not None:
        return None
    before, after = stored.description.tags, says.tags
    gained = _beyond(after, before)
    lost = _beyond(before, after)
    if not gained and not lost:
        return None
    words = [f"{tag.country} for {_words(tag)}" for tag in gained]
    words += [f"no longer {tag.country} for {_words(tag)}" for tag in lost]
    return Retagging(
        stored.id, stored.entry.source_id, stored.entry.title, _codes(gained), _codes(lost), "; ".join(words)
    )


def _beyond(tags: Iterable[Tag], others: Iterable[Tag]) -> list[Tag]:
    known = {tag.country for tag in others}
    return [tag for tag in tags if tag.country not in known]


def _codes(tags: Sequence[Tag]) -> tuple[str, ...]:
    return tuple(tag.country for tag in tags)


def _words(tag: Tag) -> str:
    if not tag.evidence:
        return "reasons that are not stored"
    first = tag.evidence[0]
    surface = f"«{first.surface}» in the {first.zone}" if first.surface else f"its {first.zone}"
    return f"{surface} ({first.rule})"


def translated(stored: StoredEntry, says: Description) -> Translated | None:
    """Which language an entry is taken to be in now; None when it is the same."""
    before, after = _tongue(stored.description), _tongue(says)
    if before == after:
        return None
    reason = "the source's own word was taken" if says.language_declared else "told from the text"
    entry = stored.entry
    return Translated(stored.id, entry.source_id, entry.title, before, after, reason)
