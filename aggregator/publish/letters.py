"""The archive of newsletters: every issue that went out, told again on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from aggregator.model import File, IssueCover, PastIssue
from aggregator.publish.presentation import show
from aggregator.publish.site_templates import SiteTemplates


@dataclass(frozen=True, slots=True)
class Cover:
    """An issue in a list, with the newsletter's name in the page's language."""

    name: str
    address: str
    """Of its page, below the language's folder."""
    issue: IssueCover


def letters_page(templates: SiteTemplates, language: str, issues: Sequence[IssueCover]) -> File:
    """`<language>/letters`. `issues`: those that went out, the newest first."""
    covers = [_cover(issue, language) for issue in issues]
    return templates.page(language, "letters.html", "letters", covers=covers)


def letter_page(templates: SiteTemplates, language: str, issue: PastIssue) -> File:
    """`<language>/letters/<newsletter>/<track>/<period>`."""
    cover = _cover(issue.cover, language)
    sections = [
        (name, [show(one.story, templates.site.sources) for one in placed])
        for name, placed in groupby(issue.placed, key=lambda one: one.section)
    ]
    return templates.page(
        language,
        "letter.html",
        cover.address,
        cover=cover,
        sections=sections,
        before=_cover(issue.before, language) if issue.before else None,
        after=_cover(issue.after, language) if issue.after else None,
    )


def _cover(issue: IssueCover, language: str) -> Cover:
    name = issue.names.get(language) or next(iter(issue.names.values()), issue.newsletter)
    return Cover(name, f"letters/{issue.newsletter}/{issue.track}/{issue.period}", issue)
