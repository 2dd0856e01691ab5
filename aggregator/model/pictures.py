"""The pictures of stories: what leads name, what was copied, what we publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
