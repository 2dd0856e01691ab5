"""An issue's parts from the templates of `templates/email/digest/`, styles inlined.

Head and foot are halves of one document and are inlined together; every heading and story is a fragment that
is whole in itself, so that a variant is put together by joining them. The style sheet's @media rules (dark
mode, small screens) stay in the head.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import css_inline
from babel import Locale, dates
from babel.core import get_global
from jinja2 import Environment

from aggregator.model import Block, Frame, Member, Newsletter, Period, Placed, Relation, Site
from aggregator.newsletter import compose
from aggregator.newsletter.excerpt import excerpt
from aggregator.newsletter.plain import headline, line

FOLDER = "email/digest"
TOP_WORDS = (40, 60)
"""Fewest and most words of a top story's extract."""
WORDS = (20, 32)
"""The same below a heading, where readers skim."""
COVERAGES = 6
"""Other accounts that are named; more would make a letter of lists."""
COUNTRIES = 6

_RIGHT_TO_LEFT = frozenset({"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})
_JOINT = "<!--body-->"


@dataclass(frozen=True, slots=True)
class Account:
    """One source's telling of a story, as a template shows it."""

    title: str
    url: str
    """Absolute http(s) address, or empty: then the title is no link."""
    source: str
    profile: str
    language: str
    """ISO 639-1 code; empty when it is not known."""
    direction: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A placed story, as a template shows it."""

    section: str
    is_top: bool
    lead: Account
    published: datetime
    extract: str
    """Empty where the source lets us show titles only."""
    others: tuple[Account, ...]
    sources: int
    """Independent ones."""
    paywalled: bool
    """The rest of the article is for its publisher's subscribers."""
    countries: tuple[str, ...]
    """Those it is about besides the one it stands under."""


class Press:
    """Renders frames and blocks; `pipeline.Press` on Jinja and css-inline."""

    def __init__(self, environment: Callable[[str], Environment], template_version: str, site: Site) -> None:
        """`environment`: the templates in one interface language; `site` names the sources."""
        self._environment = environment
        self._version = template_version
        self._site = site
        self._inliner = lru_cache(maxsize=None)(_Inliner)

    @property
    def template_version(self) -> str:
        """Version of templates and wording, stored with each issue."""
        return self._version

    def frame(self, newsletter: Newsletter, period: Period, language: str) -> Frame:
        """Head, foot and all headings that an issue of this newsletter can need."""
        name = newsletter.names.get(language) or next(iter(newsletter.names.values()))
        shown = {"name": line(name), "dates": days(period, language), "site": self._site}
        head, foot = (self._render(f"{part}.html", language, **shown) for part in ("head", "foot"))
        html_head, _, html_foot = self._inlined(language).document(head + _JOINT + foot).partition(_JOINT)
        names = compose.section_names(newsletter)
        return Frame(
            language=language,
            html_head=html_head,
            html_foot=html_foot,
            text_head=self._paragraph("head.txt", language, **shown),
            text_foot=self._paragraph("foot.txt", language, **shown),
            html_sections={
                section: self._fragment("section.html", language, section=section) for section in names
            },
            text_sections={
                section: self._paragraph("section.txt", language, section=section) for section in names
            },
        )

    def block(self, placed: Placed, language: str) -> Block:
        """One story in the wording of one interface language; its own words stay in their language."""
        piece = self._piece(placed)
        return Block(
            story_id=placed.story.id,
            entry_id=placed.story.lead.entry_id,
            section=placed.section,
            html=self._fragment("story.html", language, story=piece),
            text=self._paragraph("story.txt", language, story=piece),
        )

    def _piece(self, placed: Placed) -> Piece:
        story, lead = placed.story, placed.story.lead
        is_top = placed.section == compose.TOP
        source = self._site.sources.get(lead.source_id)
        titles_only = source is not None and source.content == "title"
        return Piece(
            section=placed.section,
            is_top=is_top,
            lead=self._account(lead),
            published=story.told_at if lead.date_guessed else lead.published,
            extract="" if titles_only else excerpt(lead.text, *(TOP_WORDS if is_top else WORDS)),
            others=self._others(placed),
            sources=placed.sources,
            paywalled=lead.paywalled,
            countries=tuple(code for code in story.countries if code != placed.section)[:COUNTRIES],
        )

    def _others(self, placed: Placed) -> tuple[Account, ...]:
        """One line per source and language that also told the story, without what was the same item twice."""
        lead, *members = placed.story.members
        seen = {(lead.source_id, lead.language)}
        others = []
        for member in members:
            key = (member.source_id, member.language)
            if key not in seen and member.relation is not Relation.SAME:
                seen.add(key)
                others.append(self._account(member))
        return tuple(others[:COVERAGES])

    def _account(self, member: Member) -> Account:
        source = self._site.sources.get(member.source_id)
        return Account(
            title=headline(member),
            url=member.url if member.url.startswith(("https://", "http://")) else "",
            source=line(source.name) if source else member.source_id,
            profile=source.profile if source else "",
            language="" if member.language == "und" else member.language,
            direction=_direction(member),
        )

    def _render(self, template: str, language: str, **shown: object) -> str:
        return self._environment(language).get_template(f"{FOLDER}/{template}").render(**shown)

    def _fragment(self, template: str, language: str, **shown: object) -> str:
        return self._inlined(language).fragment(self._render(template, language, **shown))

    def _paragraph(self, template: str, language: str, **shown: object) -> str:
        """A part of the text, with an empty line after it, however its template ends."""
        return self._render(template, language, **shown).strip("\n") + "\n\n"

    def _inlined(self, language: str) -> _Inliner:
        return self._inliner(self._render("style.css", language))


class _Inliner:
    """css-inline over one style sheet."""

    def __init__(self, style: str) -> None:
        self._style = style
        self._documents = css_inline.CSSInliner(
            extra_css=style, keep_at_rules=True, minify_css=True, load_remote_stylesheets=False
        )
        self._fragments = css_inline.CSSInliner(minify_css=True, load_remote_stylesheets=False)

    def document(self, html: str) -> str:
        return self._documents.inline(html)

    def fragment(self, html: str) -> str:
        return self._fragments.inline_fragment(html, self._style)


def days(period: Period, language: str) -> str:
    """The days that a period covers, in the words of a language: `16–22 nov. 2026`."""
    locale = Locale.parse(language)
    if period.first_day == period.last_day:
        return dates.format_date(period.first_day, format="long", locale=locale)
    return dates.format_interval(period.first_day, period.last_day, "yMMMd", locale=locale)


def _direction(member: Member) -> str:
    """`rtl` or `ltr`, by script; by the language's usual script where there are no letters to tell it."""
    scripts = {member.script}
    if member.script in ("", "Zyyy"):
        scripts = set(str(get_global("likely_subtags").get(member.language, "")).split("_"))
    return "rtl" if scripts & _RIGHT_TO_LEFT else "ltr"
