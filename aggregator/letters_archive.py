"""Letters of the past, answered on request: the list, one of them, a newsletter's feed. Part of `browse`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from aggregator.model import Answer, IssueCover, PastIssue
from aggregator.newsletter import note
from aggregator.publish.feed_head import MEDIA_TYPES
from aggregator.publish.letters import letter_page, letters_page
from aggregator.publish.letters_feed import letters_feed
from aggregator.publish.site_templates import SiteTemplates

HTML = "text/html; charset=utf-8"
ATOM = f"{MEDIA_TYPES['atom']}; charset=utf-8"
ISSUES_PER_FEED = 12
"""Three months of a weekly."""
LISTED = 60
"""Seconds that the list may be kept."""
GONE_OUT = 600
"""The same of issues, which change no more but for stories that are withdrawn."""


class PastIssues(Protocol):
    """Newsletters that went out."""

    def covers(self, now: datetime) -> Sequence[IssueCover]:
        """Every issue that went out, the newest first."""

    def issue(self, now: datetime, newsletter: str, track: str, period: str) -> PastIssue | None:
        """One of them, with its stories as they are told now."""

    def latest(self, now: datetime, newsletter: str, limit: int) -> Sequence[PastIssue]:
        """The last issues of all tracks of a newsletter, the newest first."""


def answered(
    now: datetime, language: str, name: str, issues: PastIssues, templates: SiteTemplates
) -> Answer | None:
    """What stands at `<language>/letters/<name>`; None when there is no such issue or newsletter."""
    if not name:
        return Answer(
            200, letters_page(templates, language, issues.covers(now)).content, HTML, max_age=LISTED
        )
    newsletter, _, rest = name.partition("/")
    if newsletter.endswith(".atom") and not rest:
        latest = issues.latest(now, newsletter.removesuffix(".atom"), ISSUES_PER_FEED)
        return _feed(templates, language, latest) if latest else None
    track, _, period = rest.partition("/")
    issue = issues.issue(now, newsletter, track, period)
    if issue is None:
        return None
    told = _told_in(language, issue, templates)
    page = letter_page(templates, language, told, note.as_html(issue.note))
    return Answer(200, page.content, HTML, max_age=GONE_OUT)


def _feed(templates: SiteTemplates, language: str, issues: Sequence[PastIssue]) -> Answer:
    told = [_told_in(language, issue, templates) for issue in issues]
    feed = letters_feed(templates, language, told)
    return Answer(200, feed.content, ATOM, max_age=GONE_OUT, indexed=False)


def _told_in(language: str, issue: PastIssue, templates: SiteTemplates) -> PastIssue:
    """As a letter in this language tells it, to a reader who chose no others."""
    placed = (replace(one, story=one.story.told_in((language,), templates.weights)) for one in issue.placed)
    return replace(issue, placed=tuple(placed))
