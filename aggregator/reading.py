"""From a body to described entries: what a worker process does with one body.

Pure: parse, clean and normalise (ingest), then describe (editorial), for the entries whose published fields
changed. The gazetteer is loaded once per process, when the first body comes; the language model by the
process that workers are forked from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.editorial.describe import describer_of
from aggregator.ingest import read as ingest
from aggregator.ingest.parse import UnreadableFeedError
from aggregator.model import Claim, DescribedEntry, Fetched, Reading, Region, SourceFailure


@dataclass(frozen=True, slots=True)
class ReadBody:
    """Reads bodies by the rules of one configuration; travels to worker processes."""

    region: Region
    """What entries are judged by."""

    def __call__(self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]) -> Reading | SourceFailure:
        """Read one body; a body that is no feed comes back as the source's failure."""
        try:
            parsed = ingest.entries(claim.source, fetched, known, fetched.at, claim.repeats)
        except UnreadableFeedError as error:
            message = f"{error} (asked as {fetched.user_agent!r})" if fetched.user_agent else str(error)
            return SourceFailure(
                claim.source.id, fetched.at, error.state, message, fetched.not_before, fetched.body_hash
            )
        describer = describer_of(self.region)
        return Reading(
            source_id=claim.source.id,
            at=fetched.at,
            total=parsed.total,
            entries=tuple(
                DescribedEntry(entry, describer.describe(entry, claim.source)) for entry in parsed.entries
            ),
            undated=parsed.undated,
            warning=parsed.warning,
            title=parsed.title,
            hints=parsed.hints,
            repeats=parsed.repeats,
        )
