"""All tables, in the order in which they refer to one another.

`news` holds what came in and what we tell; `mail` holds readers, issues and the delivery ledger; `columns`
holds the column types that both use. The history of these tables is in `migrations`; a test keeps both equal.
"""

from __future__ import annotations

from aggregator.store.tables.columns import metadata
from aggregator.store.tables.mail import (
    attempts,
    deliveries,
    issue_blocks,
    issue_frames,
    issue_stories,
    issues,
    server_pauses,
    subscribers,
    subscriptions,
    suppressions,
    told_stories,
    tracks,
    variants,
)
from aggregator.store.tables.news import (
    corrections,
    entries,
    entry_keys,
    entry_tags,
    meta,
    placements,
    revisions,
    sequences,
    source_repeats,
    sources,
    stories,
    story_countries,
    story_entries,
)

__all__ = [
    "attempts",
    "corrections",
    "deliveries",
    "entries",
    "entry_keys",
    "entry_tags",
    "issue_blocks",
    "issue_frames",
    "issue_stories",
    "issues",
    "meta",
    "metadata",
    "placements",
    "revisions",
    "sequences",
    "server_pauses",
    "source_repeats",
    "sources",
    "stories",
    "story_countries",
    "story_entries",
    "subscribers",
    "subscriptions",
    "suppressions",
    "told_stories",
    "tracks",
    "variants",
]
