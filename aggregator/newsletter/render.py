"""An issue's parts from the templates of `templates/email/digest/`, styles inlined.

Head and foot are halves of one document and are inlined together; every heading and story is a fragment that
is whole in itself, so that a variant is put together by joining them. The style sheet's @media rules (dark
mode, small screens) stay in the head. Whatever a template does wrong is a TemplateFaultError with its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from zoneinfo import ZoneInfo

import css_inline
from babel import Locale, dates
from jinja2 import Environment
from markupsafe import Markup

from aggregator.errors import Fault, TemplateFaultError
from aggregator.model import Block, Frame, LetterPicture, Newsletter, Period, Placed, Site
from aggregator.newsletter import note as notes
from aggregator.newsletter import pieces, template_faults
from aggregator.newsletter.places import NUMBER
from aggregator.newsletter.plain import line
from aggregator.newsletter.sections import section_names

FOLDER = "email/digest"
NUMBERS = 200
"""Numbers for which phrases are written: see `Frame`."""
_PHRASES = ("stories", "sources", "languages", "more")
_JOINT = "<!--body-->"


class Press:
    """Renders frames and blocks; `pipeline.Press` on Jinja and css-inline."""

    def __init__(
        self,
        environment: Callable[[str], Environment],
        template_version: str,
        site: Site,
        picture: Callable[[str], bytes | None] = lambda _path: None,
    ) -> None:
        """`environment`: the templates in one interface language; `site` names the sources.

        `picture`: the bytes of a picture of ours by its path, for letters that carry them; None when it has
        gone. One of more than `pieces.PICTURE_BYTES` is left out.
        """
        self._environment = environment
        self._version = template_version
        self._site = site
        self._picture = picture
        self._inliner = lru_cache(maxsize=None)(_Inliner)
        self._phrases = lru_cache(maxsize=None)(self._phrases_in)

    @property
    def template_version(self) -> str:
        """Version of templates and wording, stored with each issue."""
        return self._version

    def frame(
        self, newsletter: Newsletter, period: Period, language: str, note: str = "", track: str = ""
    ) -> Frame:
        """Head, foot and all headings that an issue of this newsletter can need.

        `note`: the editor's words, in Markdown; `track`: whose issue it is, for its address on the web.
        Raises TemplateFaultError, and UsageError for a note that is too long.
        """
        shown = self._shown(newsletter, period, language, track)
        in_html = {**shown, "note": Markup(notes.as_html(note))}  # noqa: S704 (nh3 cleaned it)
        in_text = {**shown, "note": notes.as_text(note)}
        head, foot = (self._render(f"{part}.html", language, **in_html) for part in ("head", "foot"))
        html_head, _, html_foot = self._inlined(language).document(head + _JOINT + foot).partition(_JOINT)
        names = section_names(newsletter)
        phrases = self._phrases(language)
        forms = [form if number else "" for number, form in enumerate(phrases["more"])]
        none = not newsletter.hide_empty
        return Frame(
            language=language,
            html_head=html_head,
            html_foot=html_foot,
            text_head=self._paragraph("head.txt", language, **in_text),
            text_foot=self._paragraph("foot.txt", language, **in_text),
            html_sections={name: self._fragment("section.html", language, section=name) for name in names},
            text_sections={name: self._paragraph("section.txt", language, section=name) for name in names},
            subject=line(self._render("subject.txt", language, **shown)),
            phrases={kind: phrases[kind] for kind in _PHRASES if kind != "more"},
            html_more=self._each("more.html", language, forms, shown, self._fragment),
            text_more=self._each("more.txt", language, forms, shown, self._paragraph),
            html_none=self._fragment("none.html", language) if none else "",
            text_none=self._paragraph("none.txt", language) if none else "",
        )

    def block(self, newsletter: Newsletter, placed: Placed, language: str) -> Block:
        """One story in the wording of one interface language; its own words stay in their language."""
        picture, carried = self._picture_of(newsletter, placed)
        piece = pieces.piece(newsletter, placed, self._site, picture)
        accounts = (piece.lead, *piece.others)
        html = self._fragment("story.html", language, story=piece)
        if carried and f"cid:{carried.cid}" not in html:
            carried = None  # these templates show no pictures
        bare = replace(piece, picture=None)
        return Block(
            story_id=placed.story.id,
            entry_id=placed.story.lead.entry_id,
            section=placed.section,
            html=html,
            text=self._paragraph("story.txt", language, story=piece),
            html_pointer=self._fragment("pointer.html", language, story=piece),
            text_pointer=self._paragraph("pointer.txt", language, story=piece),
            sources=tuple(dict.fromkeys(one.source for one in accounts)),
            languages=tuple(dict.fromkeys(one.language for one in accounts if one.language)),
            picture=carried,
            html_bare=self._fragment("story.html", language, story=bare) if carried else "",
        )

    def _picture_of(
        self, newsletter: Newsletter, placed: Placed
    ) -> tuple[pieces.ShownPicture | None, LetterPicture | None]:
        """The picture to show; and its bytes, if the letter carries them."""
        file = pieces.picture_file(newsletter, placed, self._site)
        if file is None:
            return None, None
        if newsletter.images == "hosted":
            return pieces.room(file, f"{self._site.base_url}/{file.path}"), None
        content = self._picture(file.path)
        if content is None or len(content) > pieces.PICTURE_BYTES:
            return None, None
        cid = f"{hashlib.sha256(content).hexdigest()[:32]}@{self._site.id_domain}"
        return pieces.room(file, f"cid:{cid}"), LetterPicture(cid, content)

    def _shown(
        self, newsletter: Newsletter, period: Period, language: str, track: str
    ) -> Mapping[str, object]:
        name = newsletter.names.get(language) or next(iter(newsletter.names.values()))
        archive = f"{self._site.base_url}/{language}/letters"
        return {
            "name": line(name),
            "dates": days(period, language),
            "zone": city(newsletter, language),
            "rhythm": rhythm(period),
            "week": period.first_day.isocalendar().week,
            "first_day": period.first_day,
            "generic": newsletter.generic_subject,
            "site": self._site,
            "imprint": [words for words in map(line, self._site.imprint.splitlines()) if words],
            "archive": archive,
            "web": f"{archive}/{newsletter.id}/{track}/{period.key}" if track else archive,
            "feed": f"{self._site.base_url}/feeds/all.atom",
        }

    def _phrases_in(self, language: str) -> Mapping[str, tuple[str, ...]]:
        """Phrases with a number in them, one for each number."""
        found = {}
        for phrase in _PHRASES:
            written = self._render("phrases.txt", language, phrase=phrase, numbers=NUMBERS, slot=NUMBER)
            forms = tuple(map(line, written.strip().splitlines()))
            if len(forms) != NUMBERS:
                reason = f"{phrase!r} has {len(forms)} lines; it needs one for each of {NUMBERS} numbers"
                raise TemplateFaultError(Fault(f"{FOLDER}/phrases.txt", 1, 1, reason))
            found[phrase] = forms
        return found

    def _each(
        self,
        template: str,
        language: str,
        forms: list[str],
        shown: Mapping[str, object],
        made: Callable[..., str],
    ) -> tuple[str, ...]:
        """A line for each number, each distinct one rendered once."""
        lines = {form: made(template, language, words=form, **shown) for form in set(forms) if form}
        return tuple(lines.get(form, "") for form in forms)

    def _render(self, template: str, language: str, **shown: object) -> str:
        return template_faults.render(self._environment, f"{FOLDER}/{template}", language, **shown)

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


def city(newsletter: Newsletter, language: str) -> str:
    """The city by whose clock the newsletter's days begin and end, or `UTC`."""
    return dates.get_timezone_location(
        ZoneInfo(newsletter.time_zone), locale=Locale.parse(language), return_city=True
    )


def rhythm(period: Period) -> str:
    """`daily`, `weekly` or `monthly`, as the key of the period says."""
    if "-W" in period.key:
        return "weekly"
    return "monthly" if len(period.key) == len("2026-11") else "daily"
