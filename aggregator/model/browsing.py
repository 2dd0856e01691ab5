"""What visitors ask for that no file answers, and what they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for something that is rendered when somebody asks."""

    path: str
    """Below the site's root, without a leading slash: `en/story/5`, `feeds/kz+tj.atom`."""
    query: Mapping[str, str]
    """Fields of the address by name, at most 20. One that was given several times has its values joined by
    commas, as forms with several boxes ticked send it."""
    language: str
    """Interface language: that of the path, else the site's own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for it."""

    status: int
    """200, 301, 302, 400, 404 or 410. One of 400 and more without content gets the site's own page."""
    content: bytes = b""
    media_type: str = ""
    """With its charset, where it has one."""
    location: str = ""
    """For 301 and 302: path below the site's root, without a leading slash, and query, if any; encoded."""
    max_age: int = 60
    """Seconds that it may be kept, by us and by whoever stands between."""
    indexed: bool = True
    """Whether search engines may list it."""


Browse = Callable[[Asked], Answer | None]
"""Renders what is asked for; None: there is no such page. May block: it is called in a thread, once for all
who ask for the same at the same time."""
