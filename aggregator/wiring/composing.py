"""Composing: issues out of untold stories."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.forecast import ForecastPorts
from aggregator.mending import MendPorts
from aggregator.model import FrozenIssue, Newsletter, Period, Track
from aggregator.newsletter import gate
from aggregator.newsletter.note import MOST_CHARACTERS
from aggregator.newsletter.render import Press
from aggregator.pipeline import ComposePorts
from aggregator.wiring import voices
from aggregator.wiring.letter_pictures import picture_reader
from aggregator.wiring.stores import Stores
from aggregator.wiring.template_sets import templates
from aggregator.wiring.writing import writer

NOTE_BYTES = 4 * MOST_CHARACTERS
"""Of an editor's note as a file: what is longer has too many characters in any script."""


def composing(config: Config, opened: Stores) -> ComposePorts:
    """The ports of `pipeline.compose`."""
    site = config.publisher()
    letters = templates(config, "email")

    def note(newsletter: Newsletter, track: Track, period: Period) -> str:
        written = opened.notes.of(newsletter.id, track.id, period.key)
        return standing_note(newsletter) if written is None else written

    unsigned = writer(config, signed=False)

    def look(newsletter: Newsletter, issue: FrozenIssue) -> Sequence[str]:
        return gate.reasons(newsletter, issue, unsigned)

    return ComposePorts(
        newsletters=config.newsletters_offered(),
        issues=opened.issues,
        press=Press(
            letters.environment, letters.version(), site, picture=picture_reader(config.storage.public)
        ),
        link_base=site.base_url,
        voices=voices.of(config),
        note=note,
        gate=look,
    )


def mending(config: Config, opened: Stores) -> MendPorts:
    """The ports of `mending.mend`."""
    return MendPorts(composing(config, opened), opened.stale)


def forecasting(config: Config, opened: Stores) -> ForecastPorts:
    """The ports of `forecast.forecast`."""
    return ForecastPorts(composing(config, opened), opened.issues.audience)


def standing_note(newsletter: Newsletter) -> str:
    """What the newsletter's own file says; nothing when it has none, or the file is not there.

    Raises UsageError for a file that cannot be a note.
    """
    if newsletter.note is None:
        return ""
    try:
        with newsletter.note.open("rb") as file:
            return readable_note(file.read(NOTE_BYTES + 1), str(newsletter.note))
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise UsageError(f"the note {newsletter.note} cannot be read: {error.strerror or error}") from error


def readable_note(content: bytes, shown: str) -> str:
    """A note's Markdown. Raises UsageError when it is too long or not UTF-8; `shown` names it there."""
    too_long = f"the note {shown} is longer than {MOST_CHARACTERS} characters: a note opens a letter"
    if len(content) > NOTE_BYTES:
        raise UsageError(too_long)
    try:
        markdown = content.decode("utf-8-sig").replace("\r\n", "\n").strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"the note {shown} is not UTF-8 from byte {error.start} on: save it so") from error
    if len(markdown) > MOST_CHARACTERS:
        raise UsageError(too_long)
    return markdown
