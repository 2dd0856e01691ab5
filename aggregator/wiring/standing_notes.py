"""Editors' notes as files: one that opens every issue of a newsletter, and any that a command is given."""

from __future__ import annotations

from aggregator.errors import UsageError
from aggregator.model import Newsletter
from aggregator.newsletter.note import MOST_CHARACTERS

NOTE_BYTES = 4 * MOST_CHARACTERS
"""Of an editor's note as a file: what is longer has too many characters in any script."""


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
