"""Parts of pages that are rendered once for all pages that show them.

A poll changes a few stories; the lists that they enter tell hundreds that stayed as they were.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from cachetools import LRUCache
from markupsafe import Markup

CHARACTERS = 10_000_000
"""Of all parts together, of one language; what was used least lately goes first."""


class Once:
    """A function for templates: `{% call once(story, 2) %}…{% endcall %}`. May be used by several threads."""

    def __init__(self, characters: int = CHARACTERS) -> None:
        """`characters`: bound of all that is kept."""
        self._parts: LRUCache[Hashable, Markup] = LRUCache(characters, getsizeof=len)
        self._lock = threading.Lock()

    def __call__(self, *made_of: Hashable, caller: Callable[[], Markup]) -> Markup:
        """What `caller` renders, or rendered before of equal values."""
        with self._lock:
            part = self._parts.get(made_of)
        if part is None:
            part = caller()
            with self._lock:
                self._parts[made_of] = part
        return part
