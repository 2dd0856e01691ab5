"""The page of one story: everyone who told it, by time, and how it spread over languages and hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import File, Member, Source, Story
from aggregator.publish.presentation import Headline, headline, show
from aggregator.publish.site_templates import SiteTemplates
from aggregator.publish.spread import spread

ACCOUNTS = 100
"""Entries that are listed, the first to come; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Account:
    """One entry of the story, as its page lists it."""

    headline: Headline
    relation: str
    """A value of `Relation`."""
    published: datetime
    guessed: bool
    """Its source gave no usable date: the time is when we first saw it."""
    paywalled: bool


def story_page(templates: SiteTemplates, language: str, story: Story) -> File:
    """`<language>/story/<id>`."""
    sources = templates.site.sources
    members = sorted(story.members, key=lambda one: (one.published, one.entry_id))
    return templates.page(
        language,
        "story.html",
        f"story/{story.id}",
        story=show(story, sources),
        accounts=[_account(one, sources) for one in members[:ACCOUNTS]],
        more_accounts=max(0, len(members) - ACCOUNTS),
        voices=len({one.source_id for one in members}),
        tongues=len({one.language for one in members}),
        spread=spread(members),
    )


def _account(member: Member, sources: Mapping[str, Source]) -> Account:
    return Account(
        headline=headline(member, sources),
        relation=member.relation.value,
        published=member.published,
        guessed=member.date_guessed,
        paywalled=member.paywalled,
    )
