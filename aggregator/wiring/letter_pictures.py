"""Our copies of pictures, read for letters that carry them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from aggregator.newsletter.pieces import PICTURE_BYTES

log = logging.getLogger(__name__)

_JPEG = b"\xff\xd8\xff"


def picture_reader(public: Path) -> Callable[[str], bytes | None]:
    """Reads a picture by its path below the folder of published files.

    None, so that the letter does without it: when it has gone, cannot be read, or is no JPEG. Of a file that
    is too large for a letter just so much is read that this shows.
    """

    def read(path: str) -> bytes | None:
        place = public / path
        try:
            if not place.resolve().is_relative_to(public.resolve()):
                return None
            with place.open("rb") as file:
                content = file.read(PICTURE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning(
                "picture %s cannot be read (%s): letters go without it", place, error.strerror or error
            )
            return None
        return content if content.startswith(_JPEG) else None

    return read
