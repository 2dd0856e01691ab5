"""A story as readers are shown it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from aggregator.model import Member, Relation, Site, Story
from aggregator.model.publications import EXCERPT_CHARACTERS, FULL_TEXT_CHARACTERS
from aggregator.publish.presentation import COVERAGES, show


@pytest.mark.parametrize(
    ("source", "excerpt", "full"), [("steppe", True, False), ("herat", True, True), ("cols", False, False)]
)
def test_the_source_decides_how_much_is_shown(
    source: str, excerpt: bool, full: bool, story: Callable[..., Story], site: Site
) -> None:
    shown = show(story(source_id=source), site.sources)
    assert (bool(shown.excerpt), bool(shown.html)) == (excerpt, full)


def test_an_excerpt_is_short_and_ends_at_a_word(story: Callable[..., Story], site: Site) -> None:
    shown = show(story(text="water " * 100), site.sources)
    assert len(shown.excerpt) <= EXCERPT_CHARACTERS
    assert shown.excerpt.endswith("water…")


def test_a_full_text_that_is_too_long_is_shown_as_an_excerpt(story: Callable[..., Story], site: Site) -> None:
    shown = show(story(source_id="herat", html="x" * (FULL_TEXT_CHARACTERS + 1)), site.sources)
    assert (shown.html, shown.excerpt) == ("", "Eleven villages share the water again.")


def test_a_guessed_date_gives_way_to_when_it_was_told(story: Callable[..., Story], site: Site) -> None:
    told = story(3)
    sure, guessed = (
        replace(told.lead, published=told.told_at.replace(year=2020), date_guessed=flag)
        for flag in (False, True)
    )
    assert show(replace(told, members=(sure,)), site.sources).published.year == 2020
    assert show(replace(told, members=(guessed,)), site.sources).published == told.told_at


def test_a_source_that_is_configured_no_more_is_named_by_its_id(
    story: Callable[..., Story], site: Site
) -> None:
    publisher = show(story(source_id="gone"), site.sources).headline.publisher
    assert (publisher.name, publisher.feed, publisher.homepage, publisher.profile) == ("gone", "", "", "")


def test_secrets_of_a_feeds_address_are_not_shown(story: Callable[..., Story], site: Site) -> None:
    herat = replace(site.sources["herat"], url="https://u:secret@herat.example/feed?token=1&lang=fa")
    shown = show(story(source_id="herat"), {**site.sources, "herat": herat})
    assert shown.headline.publisher.feed == "https://herat.example/feed?lang=fa"


def test_a_source_that_was_configured_anew_is_shown_anew(story: Callable[..., Story], site: Site) -> None:
    renamed = {**site.sources, "steppe": replace(site.sources["steppe"], name="The Ledger &amp; Co")}
    for sources, name in ((site.sources, "The Steppe Ledger"), (renamed, "The Ledger & Co")):
        assert show(story(), sources).headline.publisher.name == name


def test_a_date_is_in_utc_and_at_most_that_of_our_own_clock(story: Callable[..., Story], site: Site) -> None:
    told = story(1)
    zone = timezone(timedelta(hours=5, minutes=45))

    def published(when: datetime) -> str:
        return show(
            replace(told, members=(replace(told.lead, published=when),)), site.sources
        ).published.isoformat()

    assert published(datetime(2026, 11, 20, 5, tzinfo=zone)) == "2026-11-19T23:15:00+00:00"
    assert published(told.told_at + timedelta(minutes=50)) == told.told_at.isoformat()


def test_what_a_title_has_of_markup_is_not_shown(story: Callable[..., Story], site: Site) -> None:
    shown = show(story(title="Canal <b>reopened</b>", text="Water &amp;lt;again"), site.sources)
    assert (shown.headline.title, shown.excerpt) == ("Canal reopened", "Water < again")


@pytest.mark.parametrize(
    ("title", "body", "shown"),
    [("\x00 ", "Text without a title.", "Text without a title."), ("", "", "The Steppe Ledger")],
)
def test_a_missing_title_is_replaced(
    title: str, body: str, shown: str, story: Callable[..., Story], site: Site
) -> None:
    assert show(story(title=title, text=body), site.sources).headline.title == shown


def test_coverage_names_each_other_address_once(
    story: Callable[..., Story], member: Callable[..., Member], site: Site
) -> None:
    others = [
        member("dala", 5, language="kk", script="Cyrl"),
        member("cols", 6, url="https://dala.example/5"),
        member("herat", 7, relation=Relation.SAME, url="https://steppe.example/1"),
        member("herat", 8, url=""),
    ]
    shown = show(story(1, *others), site.sources)
    assert [(one.publisher.name, one.language, one.url) for one in shown.coverage] == [
        ("Дала хабары", "kk", "https://dala.example/5")
    ]
    assert shown.more_coverage == 0


def test_coverage_beyond_the_limit_is_counted(
    story: Callable[..., Story], member: Callable[..., Member], site: Site
) -> None:
    shown = show(story(1, *(member("dala", 10 + one) for one in range(COVERAGES + 3))), site.sources)
    assert (len(shown.coverage), shown.more_coverage) == (COVERAGES, 3)
