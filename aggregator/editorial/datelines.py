"""Where a report was written, which is not what it is about: datelines and credits.

«ALMATY, March 3 (Kazinform) —» opens a report on anything its office covers; «(Reporting by A. Writer in
Almaty)» closes one.
"""

from __future__ import annotations

import re

LONGEST_DATELINE = 80
"""Characters."""
_AGENCY = r"[(/\[][^()/\[\]\n]{2,25}[)/\]]"
_DAY = r"(?:\d{1,2}\.? \w{3,9}\.?|\w{3,9}\.? \d{1,2})(?:,? \d{4})?"
_SOURCED = re.compile(
    rf"\s*[^\W\d_][\w.'’ -]{{1,30}}?(?:, {_DAY}|,? {_AGENCY}|, {_DAY},? {_AGENCY})\.?:?\s*[—–-]{{1,2}}\s"
)
"""A place with a day, an agency or both, and a dash."""
_SHOUTED = re.compile(r"\s*([^\W\d_][^\W\d_.'’ -]*(?:[ -][^\W\d_]+){0,2})\s*[—–-]{1,2}\s")
"""A place and a dash: a dateline only where the place is all capitals («Алматы — город» is a sentence)."""
_AGENCY_BEHIND = re.compile(
    r"\s*[^\W\d_][\w\u200c]{1,20} [—–-] [^\W\d_][\w\u200c]{1,20}(?: [\w\u200c]{2,20})?: "
)
"""A place, a dash, an agency and a colon: «کابل - رویترز: …», in scripts without capitals too."""
_CREDIT = re.compile(r"\((?:Additional r|R)eporting by [^()\n]{1,200}\)")


def spans(text: str, *, opening: bool) -> list[tuple[int, int]]:
    """Start and end of the credits in a text and, if a report opens with it, of its dateline."""
    found = [match.span() for match in _CREDIT.finditer(text)] if "eporting by " in text else []
    return [*found, *_dateline(text)] if opening else found


def _dateline(text: str) -> list[tuple[int, int]]:
    sourced = _SOURCED.match(text, 0, LONGEST_DATELINE)
    if sourced:
        return [sourced.span()]
    behind = _AGENCY_BEHIND.match(text, 0, LONGEST_DATELINE)
    if behind:
        return [behind.span()]
    shouted = _SHOUTED.match(text, 0, LONGEST_DATELINE)
    return [shouted.span()] if shouted and shouted[1].isupper() else []
