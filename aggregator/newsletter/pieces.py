"""A placed story as the templates of letters show it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel.core import get_global

from aggregator.model import Member, Newsletter, PictureFile, Placed, Relation, Site, Story
from aggregator.newsletter.excerpt import excerpt
from aggregator.newsletter.plain import headline, line
from aggregator.newsletter.sections import TOP

TOP_WORDS = (40, 60)
"""Fewest and most words of a top story's extract."""
WORDS = (20, 32)
"""The same below a heading, where readers skim."""
COVERAGES = 6
"""Other accounts that are named; more would make a letter of lists."""
COUNTRIES = 6
PICTURE_WIDTH, PICTURE_HEIGHT = 536, 360
"""The most room that a picture takes, in pixels: the letter's column, and not a screen."""
PICTURE_BYTES = 60_000
"""Of a picture that a letter carries; a larger one is left out."""

_RIGHT_TO_LEFT = frozenset({"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})


@dataclass(frozen=True, slots=True)
class Account:
    """One source's telling of a story, as a template shows it."""

    title: str
    url: str
    """Absolute http(s) address, or empty: then the title is no link."""
    source: str
    source_direction: str
    """`rtl` or `ltr`, of its name."""
    profile: str
    language: str
    """ISO 639-1 code; empty when it is not known."""
    direction: str
    published: date
    """In the newsletter's zone."""
    paywalled: bool
    """The rest of the article is for its publisher's subscribers."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture with the room that it takes."""

    address: str
    width: int
    """Pixels, as `height`."""
    height: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A placed story, as a template shows it."""

    section: str
    is_top: bool
    lead: Account
    extract: str
    """Empty where the source lets us show titles only."""
    others: tuple[Account, ...]
    sources: int
    """Independent ones."""
    countries: tuple[str, ...]
    """Those it is about besides the one it stands under."""
    picture: ShownPicture | None = None


def piece(newsletter: Newsletter, placed: Placed, site: Site, picture: ShownPicture | None = None) -> Piece:
    """The view of a story; `picture`: the one to show with it."""
    story, lead = placed.story, placed.story.lead
    is_top = placed.section == TOP
    source = site.sources.get(lead.source_id)
    titles_only = source is not None and source.content == "title"
    return Piece(
        section=placed.section,
        is_top=is_top,
        lead=_account(newsletter, story, lead, site),
        extract="" if titles_only else excerpt(lead.text, *(TOP_WORDS if is_top else WORDS)),
        others=_others(newsletter, story, site),
        sources=placed.sources,
        countries=tuple(code for code in story.countries if code != placed.section)[:COUNTRIES],
        picture=picture,
    )


def picture_file(newsletter: Newsletter, placed: Placed, site: Site) -> PictureFile | None:
    """Our copy of a top story's picture, where newsletter and source let one be shown."""
    source = site.sources.get(placed.story.lead.source_id)
    if newsletter.images == "none" or placed.section != TOP or placed.story.picture is None:
        return None
    return placed.story.picture.small if source is not None and source.images == "copy" else None


def room(file: PictureFile, address: str) -> ShownPicture:
    """The picture within the letter's column, its proportions kept, never enlarged."""
    scale = min(1, PICTURE_WIDTH / file.width, PICTURE_HEIGHT / file.height)
    return ShownPicture(address, max(1, round(file.width * scale)), max(1, round(file.height * scale)))


def _others(newsletter: Newsletter, story: Story, site: Site) -> tuple[Account, ...]:
    """One line per source and language that also told the story, without what was the same item twice."""
    lead, *members = story.members
    seen = {(lead.source_id, lead.language)}
    others = []
    for member in members:
        key = (member.source_id, member.language)
        if key not in seen and member.relation is not Relation.SAME:
            seen.add(key)
            others.append(_account(newsletter, story, member, site))
    return tuple(others[:COVERAGES])


def _account(newsletter: Newsletter, story: Story, member: Member, site: Site) -> Account:
    source = site.sources.get(member.source_id)
    published = story.told_at if member.date_guessed else member.published
    name = line(source.name) if source else member.source_id
    return Account(
        title=headline(member),
        url=member.url if member.url.startswith(("https://", "http://")) else "",
        source=name,
        source_direction=_reads(name),
        profile=source.profile if source else "",
        language="" if member.language == "und" else member.language,
        direction=direction(member),
        published=published.astimezone(ZoneInfo(newsletter.time_zone)).date(),
        paywalled=member.paywalled,
    )


def _reads(name: str) -> str:
    """`rtl` or `ltr`, by the first letter that tells (UAX #9, P2)."""
    kinds = (unicodedata.bidirectional(character) for character in name)
    return "rtl" if next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def direction(member: Member) -> str:
    """`rtl` or `ltr`, by script; by the language's usual script where there are no letters to tell it."""
    scripts = {member.script}
    if member.script in ("", "Zyyy"):
        scripts = set(str(get_global("likely_subtags").get(member.language, "")).split("_"))
    return "rtl" if scripts & _RIGHT_TO_LEFT else "ltr"
