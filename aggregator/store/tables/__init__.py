"""All tables, in the order in which they refer to one another.

`news` holds what came in and what we tell; `sketches` what entries are found and compared by; `pictures` what
illustrates stories; `search` what they are found by; `websub` what hubs promised and pushed; `pings` what
hubs are to be told; `mail` readers, issues and the delivery ledger; `members` what readers ask for;
`bounces` what came
back of letters; `columns` the column types that all use.
The history of these tables is in `migrations`; a test keeps both equal.
"""

from __future__ import annotations

from aggregator.store.tables.bounces import bounces, mailbox_positions
from aggregator.store.tables.columns import metadata
from aggregator.store.tables.mail import (
    attempts,
    deliveries,
    issue_blocks,
    issue_frames,
    issue_pictures,
    issue_stories,
    issues,
    notices,
    server_pauses,
    subscribers,
    subscriptions,
    suppressions,
    told_stories,
    tracks,
    variants,
)
from aggregator.store.tables.members import account_links, consent_texts, request_counts
from aggregator.store.tables.news import (
    corrections,
    entries,
    entry_tags,
    former_selections,
    meta,
    placements,
    revisions,
    selections,
    sequences,
    source_repeats,
    sources,
    stories,
    story_countries,
    story_entries,
)
from aggregator.store.tables.notes import issue_notes
from aggregator.store.tables.pictures import pictures, story_pictures
from aggregator.store.tables.pings import expected_feeds, hub_pauses, pings
from aggregator.store.tables.search import search_sources
from aggregator.store.tables.sketches import entry_keys, entry_sketches, entry_titles, fresh_keys, learned
from aggregator.store.tables.websub import hub_leases, pushes

__all__ = [
    "account_links",
    "attempts",
    "bounces",
    "consent_texts",
    "corrections",
    "deliveries",
    "entries",
    "entry_keys",
    "entry_sketches",
    "entry_tags",
    "entry_titles",
    "expected_feeds",
    "former_selections",
    "fresh_keys",
    "hub_leases",
    "hub_pauses",
    "issue_blocks",
    "issue_frames",
    "issue_notes",
    "issue_pictures",
    "issue_stories",
    "issues",
    "learned",
    "mailbox_positions",
    "meta",
    "metadata",
    "notices",
    "pictures",
    "pings",
    "placements",
    "pushes",
    "request_counts",
    "revisions",
    "search_sources",
    "selections",
    "sequences",
    "server_pauses",
    "source_repeats",
    "sources",
    "stories",
    "story_countries",
    "story_entries",
    "story_pictures",
    "subscribers",
    "subscriptions",
    "suppressions",
    "told_stories",
    "tracks",
    "variants",
]
