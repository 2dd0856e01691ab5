"""A proof of the templates: an invented issue with a bit of everything, rendered in every language.

It is made to reach each branch of the templates, so that a fault is found before there is an issue to send.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from aggregator.errors import Fault, TemplateFaultError
from aggregator.model import (
    Choice,
    Member,
    Newsletter,
    Period,
    Picture,
    PictureFile,
    Placed,
    Ranked,
    Relation,
    Site,
    Story,
)
from aggregator.newsletter import compose
from aggregator.newsletter.render import Press

_NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
_PERIODS = (
    Period("2026-W47", _NOW - timedelta(days=7), _NOW, _NOW, date(2026, 11, 16), date(2026, 11, 22)),
    Period("2026-11-22", _NOW - timedelta(days=1), _NOW, _NOW, date(2026, 11, 22), date(2026, 11, 22)),
    Period("2026-10", _NOW - timedelta(days=53), _NOW, _NOW, date(2026, 10, 1), date(2026, 10, 31)),
)
_WORDS = "Invented words about nothing, which only show how a letter looks. "


def faults(press: Press, newsletter: Newsletter, site: Site) -> list[Fault]:
    """What the templates do wrong with this newsletter, each fault once; `site` as the press knows it."""
    found: dict[Fault, None] = {}
    for trial in (newsletter, _contrary(newsletter)):
        for language in newsletter.interface_languages:
            for period in _PERIODS:
                try:
                    _assembled(press, trial, period, language, site)
                except TemplateFaultError as error:
                    found[error.fault] = None
    return list(found)


def _contrary(newsletter: Newsletter) -> Newsletter:
    """With what the operator did not choose: it may be chosen tomorrow."""
    return replace(
        newsletter,
        images="hosted",
        hide_empty=not newsletter.hide_empty,
        generic_subject=not newsletter.generic_subject,
    )


def _assembled(press: Press, newsletter: Newsletter, period: Period, language: str, site: Site) -> None:
    frame = press.frame(newsletter, period, language, note="A *note*.", track="weekly-1")
    placed = _placed(newsletter, period, site)
    choice = Choice(language)
    told = {choice: placed}
    blocks = {language: [press.block(newsletter, one, language) for one in placed]}
    compose.variants(newsletter, told, [frame], blocks)


def _placed(newsletter: Newsletter, period: Period, site: Site) -> Sequence[Placed]:
    ranked = [Ranked(story, 1.0, 3, "it is invented") for story in _stories(newsletter, site)]
    return compose.place(newsletter, period, ranked)


def _stories(newsletter: Newsletter, site: Site) -> list[Story]:
    """A top story with a picture and other accounts, one without anything, one written to the left."""
    countries = newsletter.countries or ("KZ",)
    profiles = {source.profile: source.id for source in site.sources.values() if source.images == "copy"}
    voices = [*profiles.values(), "unknown"]
    file = PictureFile("img/proof.jpg", 640, 480)
    others = tuple(
        replace(_member(source), relation=Relation.REPORT, language="ru", paywalled=True, title="Слова")
        for source in voices
    )
    full = _story(1, (_member(voices[0]), *others), countries[:2])
    bare = replace(_member("unknown"), url="", text="", language="und", script="", published=_NOW)
    persian = replace(_member(voices[0]), language="fa", script="Arab", title="واژه‌ها", paywalled=True)
    stories = [
        replace(full, picture=Picture(file, file)),
        _story(2, (bare,), countries[:3]),
        *(_story(3 + number, (persian, *others), countries[:2]) for number in range(2 * newsletter.top + 2)),
    ]
    return [*stories, _story(len(stories) + 1, (_member("unknown"),), ())]


def _story(number: int, members: tuple[Member, ...], countries: tuple[str, ...]) -> Story:
    lead, *rest = members
    numbered = (replace(lead, entry_id=number), *rest)
    return Story(number, f"tag:example.org,2026:{number}", _NOW, _NOW, numbered, countries)


def _member(source_id: str) -> Member:
    return Member(
        entry_id=0,
        source_id=source_id,
        relation=Relation.LEAD,
        url="https://example.org/article",
        title="An invented headline",
        text=_WORDS * 10,
        html="",
        language="en",
        script="Latn",
        published=_NOW - timedelta(days=1),
    )
