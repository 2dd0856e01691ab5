"""The archive of newsletters: every issue that went out, told again on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from aggregator.model import File, IssueCover, PastIssue
from aggregator.publish.presentation import ShownStory, show
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
    covers = [cover_of(issue, language) for issue in issues]
    names = {cover.issue.newsletter: cover.name for cover in covers}
    return templates.page(language, "letters.html", "letters", covers=covers, names=names)


def letter_page(templates: SiteTemplates, language: str, issue: PastIssue, note: str = "") -> File:
    """`<language>/letters/<newsletter>/<track>/<period>`. `note`: the editor's, as clean HTML."""
    cover = cover_of(issue.cover, language)
    return templates.page(
        language,
        "letter.html",
        cover.address,
        cover=cover,
        note=Markup(note),  # noqa: S704 (it is clean)
        sections=sections_of(templates, issue),
        before=cover_of(issue.before, language) if issue.before else None,
        after=cover_of(issue.after, language) if issue.after else None,
    )


def sections_of(templates: SiteTemplates, issue: PastIssue) -> list[tuple[str, list[ShownStory]]]:
    """What an issue tells, by name of the section."""
    return [
        (name, [show(one.story, templates.site.sources) for one in placed])
        for name, placed in groupby(issue.placed, key=lambda one: one.section)
    ]


def days_told(templates: SiteTemplates, language: str, issue: IssueCover) -> str:
    """The days of an issue in words: one, or the first and the last."""
    written = templates.environment(language).filters["day"]
    days = dict.fromkeys((issue.first_day, issue.last_day))
    return " – ".join(written(day) for day in days)


def cover_of(issue: IssueCover, language: str) -> Cover:
    """An issue as a page in this language lists it."""
    name = issue.names.get(language) or next(iter(issue.names.values()), issue.newsletter)
    return Cover(name, f"letters/{issue.newsletter}/{issue.track}/{issue.period}", issue)
