"""Frames and blocks as the shipped templates make them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.model import (
    Choice,
    Newsletter,
    Period,
    Picture,
    PictureFile,
    Placed,
    PlannedVariant,
    Ranked,
    Relation,
    Site,
)
from aggregator.newsletter.compose import place, tellings, variants
from aggregator.newsletter.pieces import PICTURE_BYTES
from aggregator.newsletter.plain import line
from aggregator.newsletter.render import Press, days
from aggregator.newsletter.sections import section_names
from aggregator.templating import Templates, shipped_templates
from tests.letter_rules import letter_faults
from tests.newsletter.conftest import SOURCES

LANGUAGES = ("fr", "en", "ru", "de")
LONG = " ".join(["Длинное слово статьи"] * 40)


def page(variant: PlannedVariant) -> LexborHTMLParser:
    return LexborHTMLParser("".join(variant.html))


def one(tree: LexborHTMLParser, selector: str) -> LexborNode:
    (node,) = tree.css(selector)
    return node


def assembled(
    press: Press, newsletter: Newsletter, period: Period, stories: Any, language: str
) -> PlannedVariant:
    placed = place(newsletter, period, [Ranked(each, 1.0, 1, "it is well covered") for each in stories])
    told = tellings(newsletter, placed, [Choice(language)], {})
    frames = [press.frame(newsletter, period, language)]
    blocks = {language: [press.block(newsletter, each, language) for each in told[Choice(language)]]}
    (variant,) = variants(newsletter, told, frames, blocks)
    return variant


@pytest.fixture
def weekly(weekly: Newsletter) -> Newsletter:
    return replace(weekly, names={**weekly.names, "de": "Zentralasien in einer Woche"})


@pytest.fixture
def stories(make_story: Any, make_member: Any) -> list[Any]:
    reports = (
        make_member("alatoo", language="ru", relation=Relation.REPORT, url="https://alatoo.test/2"),
        make_member("alatoo", language="kk", relation=Relation.EDITION, url="https://alatoo.test/3"),
        make_member("steppe", language="fr", relation=Relation.REPORT, url="https://steppe.test/4"),
        make_member("steppe", language="fr", relation=Relation.REPORT, url="https://steppe.test/5"),
        make_member("herat", language="en", relation=Relation.SAME, url="https://herat.test/6"),
    )
    return [
        make_story("KZ", "KG", source="herald", also=reports, text=LONG),
        make_story("TJ", source="alatoo", language="ru", script="Cyrl", title="Мост открыт", text=LONG),
        make_story("UZ", source="herat", language="fa", script="Arab", title="پل باز شد", text="پل باز شد."),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_one_well_ordered_document(
    press: Press, weekly: Newsletter, week: Period, stories: Any, language: str
) -> None:
    tree = page(assembled(press, replace(weekly, top=1), week, stories, language))
    html = one(tree, "html")
    assert (html.attributes["lang"], html.attributes["dir"]) == (language, "ltr")
    assert one(tree, "h1").text() == weekly.names[language]
    assert days(week, language) in one(tree, "title").text()
    assert days(week, language) in one(tree, "body").text()
    headings = [node.tag for node in tree.css("h1, h2, h3")]
    assert headings == ["h1", "h2", "h3", "h2", "h2", "h2", "h3", "h2", "h3"]  # two countries only point up
    assert all(table.attributes["role"] == "presentation" for table in tree.css("table"))
    assert tree.css("img, script, link, form") == []


def test_styles_stand_in_the_elements_and_dark_mode_stays_in_the_head(
    press: Press, weekly: Newsletter, week: Period, stories: Any
) -> None:
    variant = assembled(press, weekly, week, stories, "en")
    tree = page(variant)
    assert all("style" in node.attributes for node in tree.css("h1, h2, h3, td, p, a"))
    assert "@media (prefers-color-scheme: dark)" in one(tree, "head style").text()
    assert "@media" not in variant.html[1]
    assert {meta.attributes.get("name") for meta in tree.css("meta")} >= {
        "viewport",
        "color-scheme",
        "supported-color-schemes",
    }


def test_the_way_out_stands_at_the_top_and_in_the_foot_of_both_parts(
    press: Press, weekly: Newsletter, week: Period
) -> None:
    frame = press.frame(weekly, week, "ru")
    assert 'href="[[unsubscribe]]"' in frame.html_head
    assert 'href="[[unsubscribe]]"' in frame.html_foot
    assert "Отписаться: [[unsubscribe]]" in frame.text_head
    assert "Отписаться: [[unsubscribe]]" in frame.text_foot
    assert frame.html_head.count("[[preheader]]") == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Vous recevez", "Asie centrale, la semaine", "appartiennent à leurs éditeurs"]),
        ("en", ["You receive", "Central Asia Weekly", "belong to their publishers"]),
        ("ru", ["Вы получили", "Центральная Азия", "принадлежат изданиям"]),
    ],
)
def test_the_foot_says_why_one_gets_the_letter_and_whose_the_extracts_are(
    press: Press, weekly: Newsletter, week: Period, language: str, words: list[str]
) -> None:
    frame = press.frame(weekly, week, language)
    for foot in (LexborHTMLParser(frame.html_foot).text(), " ".join(frame.text_foot.split())):
        assert [word for word in words if word not in foot] == []
    assert "https://news.example.org/" in frame.html_foot
    assert "https://news.example.org/" in frame.text_foot


def test_every_section_has_a_heading_in_the_letters_language(
    press: Press, weekly: Newsletter, week: Period
) -> None:
    frame = press.frame(weekly, week, "fr")
    assert tuple(frame.html_sections) == tuple(frame.text_sections) == section_names(weekly)
    assert ">Kazakhstan</h2>" in frame.html_sections["KZ"]
    assert ">Ouzbékistan</h2>" in frame.html_sections["UZ"]
    assert frame.text_sections["elsewhere"] == "Ailleurs\n========\n\n"


def test_a_country_whose_name_holds_markup_characters_is_escaped_in_html_only(
    press: Press, weekly: Newsletter, week: Period
) -> None:
    frame = press.frame(replace(weekly, countries=("BA",)), week, "en")
    assert "Bosnia &amp; Herzegovina" in frame.html_sections["BA"]
    assert "Bosnia & Herzegovina" in frame.text_sections["BA"]


def test_a_newsletter_without_a_name_in_the_language_goes_by_its_first(
    press: Press, weekly: Newsletter, week: Period
) -> None:
    assert (
        weekly.names["fr"]
        in press.frame(replace(weekly, names={"fr": weekly.names["fr"]}), week, "en").html_head
    )


def test_a_block_names_source_profile_language_date_and_other_countries(
    press: Press, weekly: Newsletter, stories: Any
) -> None:
    block = press.block(weekly, Placed("TJ", stories[1], ""), "fr")
    shown = " ".join(LexborHTMLParser(block.html).text().split())
    for text in (shown, " ".join(block.text.split())):
        assert "Мост открыт" in text
        assert "Ала-Тоо Пресс (média d’État) · russe · 21 novembre 2026" in text
        assert "Tadjikistan" not in text
    regional = press.block(weekly, Placed("KZ", stories[0], "", sources=3), "fr")
    assert "3 sources indépendantes · Kirghizstan" in " ".join(regional.text.split())


def test_who_else_covered_a_story_is_named_once_per_language_with_a_link(
    press: Press, weekly: Newsletter, stories: Any
) -> None:
    block = press.block(weekly, Placed("KZ", stories[0], ""), "en")
    links = {node.attributes["href"]: node.text() for node in LexborHTMLParser(block.html).css("a.other")}
    assert links == {
        "https://alatoo.test/2": "Ала-Тоо Пресс",
        "https://alatoo.test/3": "Ала-Тоо Пресс",
        "https://steppe.test/4": "Le Courrier des steppes",
    }
    assert "Ала-Тоо Пресс (kk, state media)" in LexborHTMLParser(block.html).text()
    assert "  - Le Courrier des steppes (fr): https://steppe.test/4" in block.text


def test_a_right_to_left_story_is_marked_as_such(press: Press, weekly: Newsletter, stories: Any) -> None:
    tree = LexborHTMLParser(press.block(weekly, Placed("UZ", stories[2], ""), "fr").html)
    assert one(tree, "div.story").attributes["dir"] == "rtl"
    assert one(tree, "h3").attributes["lang"] == "fa"


def test_words_that_run_the_other_way_stand_in_elements_with_a_direction_that_mail_programs_know(
    press: Press, weekly: Newsletter, stories: Any, make_story: Any, make_member: Any
) -> None:
    persian = LexborHTMLParser(press.block(weekly, Placed("UZ", stories[2], ""), "fr").html)
    turned = one(persian, ".facts [dir]")
    assert turned.attributes["dir"] == "ltr"
    assert turned.text().split() == ["(média", "en", "exil)", "·", "persan", "·", "21", "novembre", "2026"]
    assert one(persian, "b.source").css("[dir]") == []
    also = (make_member("herat", language="fa", script="Arab", relation=Relation.REPORT),)
    english = LexborHTMLParser(press.block(weekly, Placed("KZ", make_story("KZ", also=also), ""), "en").html)
    (name,) = english.css(".facts [dir]")
    assert (name.attributes["dir"], name.text()) == ("rtl", SOURCES["herat"].name)


@pytest.mark.parametrize(
    ("language", "script", "direction"),
    [
        ("uz", "Cyrl", "ltr"),
        ("kk", "Arab", "rtl"),
        ("fa", "Zyyy", "rtl"),
        ("und", "Zyyy", "ltr"),
        ("he", "", "rtl"),
    ],
)
def test_the_script_tells_the_direction_and_the_language_where_there_are_no_letters(
    press: Press, weekly: Newsletter, make_story: Any, language: str, script: str, direction: str
) -> None:
    story = make_story("KZ", language=language, script=script)
    tree = LexborHTMLParser(press.block(weekly, Placed("KZ", story, ""), "en").html)
    assert one(tree, "div.story").attributes["dir"] == direction
    assert one(tree, "h3").attributes.get("lang") == (None if language == "und" else language)


def test_a_top_story_has_the_longer_extract(press: Press, weekly: Newsletter, stories: Any) -> None:
    def extract(section: str) -> str:
        tree = LexborHTMLParser(press.block(weekly, Placed(section, stories[0], ""), "en").html)
        return one(tree, "p.extract").text()

    assert 40 <= len(extract("top").split()) <= 60
    assert 20 <= len(extract("KZ").split()) <= 32
    assert LONG.startswith(extract("top").removesuffix("…"))


def test_a_source_that_lets_us_show_titles_only_gets_no_extract(
    press: Press, weekly: Newsletter, make_story: Any
) -> None:
    block = press.block(weekly, Placed("KZ", make_story("KZ", source="titles"), ""), "en")
    assert "The bridge opened" not in block.html + block.text


def test_a_story_of_a_source_that_is_configured_no_more_keeps_its_id_as_name(
    press: Press, weekly: Newsletter, make_story: Any
) -> None:
    block = press.block(weekly, Placed("KZ", make_story("KZ", source="gone"), ""), "en")
    assert ">gone<" in block.html
    assert "  gone · English" in block.text


def test_a_guessed_date_is_not_shown_as_the_publishers(
    press: Press, weekly: Newsletter, make_story: Any
) -> None:
    story = make_story("KZ", date_guessed=True)
    assert story.lead.published.date() != story.told_at.date()
    assert "November 22, 2026" in press.block(weekly, Placed("KZ", story, ""), "en").text


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "data:text/html,x"])
def test_a_title_without_a_web_address_is_no_link(
    press: Press, weekly: Newsletter, make_story: Any, url: str
) -> None:
    block = press.block(weekly, Placed("KZ", make_story("KZ", url=url), ""), "en")
    assert LexborHTMLParser(block.html).css("a") == []
    assert "Story 1" in block.html
    assert "javascript" not in block.html + block.text


@pytest.mark.parametrize(
    "title",
    [
        "</td></table><script>x</script>",
        "{{ 7*7 }} {% raw %}",
        "a\r\n\x00b\u202ec",
        "x" * 10_000,
        "[[unsubscribe]]",
    ],
)
def test_a_hostile_title_stays_words(
    press: Press, weekly: Newsletter, week: Period, make_story: Any, title: str
) -> None:
    variant = assembled(press, weekly, week, [make_story("KZ", title=title)], "en")
    tree = page(variant)
    assert tree.css("script") == []
    assert len(tree.css("h3")) == 1
    assert not re.search("[\x00\r\u202e]", "".join(variant.html + variant.text))
    assert len(variant.html[1]) < 4000
    assert "49" not in one(tree, "h3").text()
    assert one(tree, "h3").text()[:7] == " ".join(title.replace("\x00", "").split())[:7].replace(
        "b\u202e", "b"
    )


def test_a_full_issue_stays_well_under_the_size_at_which_mail_is_clipped(
    press: Press, weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    big = replace(weekly, countries=("KZ", "KG", "UZ", "TJ", "TM", "AF"), top=3, per_source=9)
    title = "Заголовок обычной длины о том, что произошло за неделю в регионе"
    also = (make_member("alatoo", language="ru", relation=Relation.REPORT),)
    stories = [
        make_story(*countries, title=title, text=LONG, also=also)
        for countries in [*((code,) for code in big.countries), ("KZ", "KG", "UZ"), ("MN",)]
        for _ in range(9)
    ]
    variant = assembled(press, big, week, stories, "ru")
    assert len(variant.story_ids) == 3 + 8 * 6
    assert len("".join(variant.html).encode()) < 85_000


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), "16–22 nov. 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 déc. 2026\u2009–\u20093 janv. 2027"),
        (date(2026, 11, 16), date(2026, 11, 16), "16 novembre 2026"),
    ],
)
def test_the_window_is_told_in_the_readers_words(week: Period, first: date, last: date, shown: str) -> None:
    assert days(replace(week, first_day=first, last_day=last), "fr") == shown


def test_html_and_text_tell_the_same_stories(
    press: Press, weekly: Newsletter, week: Period, stories: Any
) -> None:
    variant = assembled(press, weekly, week, stories, "fr")
    in_html = [node.attributes["href"] for node in page(variant).css("h3 a, a.other")]
    in_text = re.findall(r"https://\w+\.test/\S+", variant.text[1])
    assert in_html == in_text


def test_text_lines_are_short_enough_for_a_terminal_and_end_each_block_with_an_empty_line(
    press: Press, weekly: Newsletter, stories: Any
) -> None:
    text = press.block(weekly, Placed("top", stories[0], ""), "en").text
    assert max(len(text_line) for text_line in text.splitlines() if "http" not in text_line) <= 74
    assert text.startswith("* ")
    assert text.endswith("\n\n")
    assert not text.endswith("\n\n\n")


def words_of(folder: Path) -> set[Any]:
    found = extract_from_dir(
        folder,
        method_map=[("**.html", "jinja2.ext.babel_extract"), ("**.txt", "jinja2.ext.babel_extract")],
        options_map={"**.html": {"newstyle_gettext": "yes"}, "**.txt": {"newstyle_gettext": "yes"}},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_letter_is_in_the_catalogue(language: str) -> None:
    folder = shipped_templates()
    with (folder / "locale" / language / "email.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file, locale=language) if message.id}
    assert words_of(folder / "email" / "digest") <= set(catalogue) <= words_of(folder / "email")
    if language != "en":
        assert [id_ for id_, string in catalogue.items() if not string or "" in tuple(string)] == []


def test_the_template_version_is_passed_on(press: Press, templates: Templates) -> None:
    assert press.template_version == templates.version()


def test_an_old_story_that_joins_late_is_rendered_like_any_other(
    press: Press, weekly: Newsletter, make_story: Any, week: Period
) -> None:
    story = make_story("KZ", published=week.start - timedelta(days=30))
    assert "October 17, 2026" in press.block(weekly, Placed("KZ", story, ""), "en").text


def test_an_article_for_subscribers_says_so_in_the_letters_language(
    press: Press, weekly: Newsletter, make_story: Any
) -> None:
    paid = Placed("KZ", make_story("KZ", paywalled=True), "")
    for language, word in (("en", "subscribers"), ("fr", "abonnés"), ("ru", "для подписчиков")):
        block = press.block(weekly, paid, language)
        assert f"· {word} ·" in " ".join(LexborHTMLParser(block.html).text().split())
        assert f"· {word} ·" in " ".join(block.text.split())
    free = press.block(weekly, Placed("KZ", make_story("KZ"), ""), "en")
    assert "subscribers" not in free.html + free.text


def test_head_and_foot_lead_to_the_issue_on_the_web_to_preferences_archive_and_feed(
    press: Press, weekly: Newsletter, week: Period
) -> None:
    frame = press.frame(weekly, week, "de", track="weekly-1")
    base = "https://news.example.org"
    head = [node.attributes["href"] for node in LexborHTMLParser(frame.html_head).css("a")]
    assert head == [f"{base}/de/letters/weekly/weekly-1/2026-W47", "[[preferences]]", "[[unsubscribe]]"]
    foot = [node.attributes["href"] for node in LexborHTMLParser(frame.html_foot).css("a")]
    assert foot == [
        "[[unsubscribe]]",
        "[[preferences]]",
        f"{base}/de/letters",
        f"{base}/feeds/all.atom",
        f"{base}/",
        "mailto:desk@news.example.org",
    ]
    for link in (*head, *foot):
        assert link.removeprefix("mailto:") in frame.text_head + frame.text_foot


def test_the_head_says_by_which_clock_its_days_begin_and_what_the_letter_holds(
    press: Press, weekly: Newsletter, week: Period, stories: Any
) -> None:
    almaty = replace(weekly, time_zone="Asia/Almaty")
    for language, words in (
        ("en", ["(local time: Almaty)", "3 stories from 4 sources in 5 languages"]),
        ("de", ["(Ortszeit: Almaty)", "3 Meldungen aus 4 Quellen in 5 Sprachen"]),
        ("fr", ["(heure locale : Alma Ata)", "3 infos de 4 sources en 5 langues"]),
        ("ru", ["(местное время: Алматы)", "3 новости из 4 источников на 5 языках"]),
    ):
        variant = assembled(press, almaty, week, stories, language)
        for head in (LexborHTMLParser(variant.html[0]).text(), variant.text[0]):
            assert [word for word in words if word not in head] == []


def test_dates_of_stories_are_those_of_the_newsletters_zone(
    press: Press, weekly: Newsletter, make_story: Any
) -> None:
    story = make_story("KZ", published=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    for zone, day in (("Asia/Almaty", "November 21"), ("America/New_York", "November 20")):
        assert day in press.block(replace(weekly, time_zone=zone), Placed("KZ", story, ""), "en").text


@pytest.mark.parametrize(
    ("key", "first", "last", "label"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22), "[[lead]] – semaine 47"),
        ("2026-11-22", date(2026, 11, 22), date(2026, 11, 22), "[[lead]] – 22 nov."),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "[[lead]] – novembre 2026"),
    ],
)
def test_the_subject_names_the_period_after_the_lead(
    press: Press, weekly: Newsletter, week: Period, key: str, first: date, last: date, label: str
) -> None:
    period = replace(week, key=key, first_day=first, last_day=last)
    assert press.frame(weekly, period, "fr").subject == label
    generic = press.frame(replace(weekly, generic_subject=True), period, "fr").subject
    assert generic == f"Asie centrale, la semaine – {line(days(period, 'fr'))}"


def test_the_editors_note_stands_in_the_head_of_both_parts(
    press: Press, weekly: Newsletter, week: Period
) -> None:
    frame = press.frame(weekly, week, "en", note="Good *morning*, <b>all</b>")
    assert "<em>morning</em>, &lt;b&gt;all&lt;/b&gt;" in frame.html_head
    assert "Good morning, <b>all</b>" in frame.text_head
    assert 'class="note"' not in press.frame(weekly, week, "en").html_head


def test_countries_without_stories_get_a_line_only_where_they_are_shown(
    press: Press, weekly: Newsletter, week: Period
) -> None:
    assert press.frame(weekly, week, "en").html_none == ""
    shown = press.frame(replace(weekly, hide_empty=False), week, "de")
    assert (">Keine Meldung in dieser Ausgabe.</p>" in shown.html_none, shown.text_none) == (
        True,
        "Keine Meldung in dieser Ausgabe.\n\n",
    )


@pytest.mark.parametrize(
    ("number", "words"), [(1, "Ещё [[number]] новость"), (3, "Ещё [[number]] новости"), (11, "новостей на")]
)
def test_what_is_left_to_the_web_is_counted_in_the_languages_own_plurals(
    press: Press, weekly: Newsletter, week: Period, number: int, words: str
) -> None:
    frame = press.frame(weekly, week, "ru", track="weekly-1")
    address = "https://news.example.org/ru/letters/weekly/weekly-1/2026-W47"
    for form in (frame.html_more[number], frame.text_more[number]):
        assert words in form
        assert address in form


def test_a_pointer_names_the_section_and_leads_to_the_story(
    press: Press, weekly: Newsletter, stories: Any
) -> None:
    block = press.block(weekly, Placed("UZ", stories[2], ""), "fr")
    tree = LexborHTMLParser(block.html_pointer)
    assert one(tree, "p").text().strip() == "Voir sous « Ouzbékistan » : پل باز شد"
    assert one(tree, "span").attributes == {"dir": "rtl", "lang": "fa"}
    assert block.text_pointer == "> Voir sous « Ouzbékistan » : پل باز شد\n  https://herat.test/article\n\n"


def test_a_top_story_shows_our_copy_of_its_picture_in_the_room_there_is(
    press: Press, weekly: Newsletter, make_story: Any
) -> None:
    hosted = replace(weekly, images="hosted")
    wide, tall = PictureFile("img/a.jpg", 640, 320), PictureFile("img/b.jpg", 480, 640)
    for file, room in ((wide, ("536", "268")), (tall, ("270", "360"))):
        story = replace(make_story("KZ"), picture=Picture(file, file))
        image = one(LexborHTMLParser(press.block(hosted, Placed("top", story, ""), "en").html), "img")
        assert image.attributes["src"] == f"https://news.example.org/{file.path}"
        assert (image.attributes["width"], image.attributes["height"]) == room
        # Apple Mail looks at no attributes of pictures inside a letter.
        assert re.search(rf"(?<!-)width:\s?{room[0]}px", image.attributes["style"] or "")
        assert image.attributes["alt"] == "Picture: Caravan Herald"
        for newsletter, section in ((weekly, "top"), (hosted, "KZ")):
            assert "<img" not in press.block(newsletter, Placed(section, story, ""), "en").html


def test_a_source_whose_pictures_are_not_shown_has_none_in_letters(
    weekly: Newsletter, site: Site, templates: Templates, make_story: Any
) -> None:
    sources = {**site.sources, "herald": replace(site.sources["herald"], images="none")}
    press = Press(templates.environment, "1", replace(site, sources=sources))
    file = PictureFile("img/a.jpg", 640, 320)
    story = replace(make_story("KZ"), picture=Picture(file, file))
    assert "<img" not in press.block(replace(weekly, images="hosted"), Placed("top", story, ""), "en").html


def test_an_inline_picture_goes_with_its_bytes_and_is_left_out_once_they_are_gone(
    weekly: Newsletter, site: Site, templates: Templates, make_story: Any
) -> None:
    files = {"img/a.jpg": b"jpeg"}
    press = Press(templates.environment, "1", site, files.get)
    inline = replace(weekly, images="inline")
    for path, carried in (("img/a.jpg", b"jpeg"), ("img/gone.jpg", None)):
        file = PictureFile(path, 640, 320)
        block = press.block(
            inline, Placed("top", replace(make_story("KZ"), picture=Picture(file, file)), ""), "en"
        )
        assert (block.picture and block.picture.content) == carried
        assert (f'src="cid:{block.picture.cid}"' if block.picture else "<p") in block.html
        assert ("<img" in block.html) is bool(carried)


def test_a_picture_too_large_for_a_letter_is_left_out(
    weekly: Newsletter, site: Site, templates: Templates, make_story: Any
) -> None:
    file = PictureFile("img/a.jpg", 640, 320)
    top = Placed("top", replace(make_story("KZ"), picture=Picture(file, file)), "")
    for size, shown in ((PICTURE_BYTES, True), (PICTURE_BYTES + 1, False)):
        content = b"x" * size
        press = Press(templates.environment, "1", site, lambda _path, held=content: held)
        block = press.block(replace(weekly, images="inline"), top, "en")
        assert (bool(block.picture), "<img" in block.html) == (shown, shown)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Image : Caravan Herald"),
        ("en", "Picture: Caravan Herald"),
        ("ru", "Изображение: Caravan Herald"),
    ],
)
def test_an_inline_picture_is_told_in_words_and_its_story_can_do_without_it(
    weekly: Newsletter, site: Site, templates: Templates, make_story: Any, language: str, words: str
) -> None:
    press = Press(templates.environment, "1", site, lambda _path: b"jpeg")
    file = PictureFile("img/a.jpg", 640, 320)
    story = make_story("KZ")
    pictured = Placed("top", replace(story, picture=Picture(file, file)), "")
    block = press.block(replace(weekly, images="inline"), pictured, language)
    assert one(LexborHTMLParser(block.html), "img").attributes["alt"] == words
    assert block.html_bare == press.block(weekly, pictured, language).html


def test_templates_that_show_no_pictures_have_letters_carry_none(
    weekly: Newsletter, site: Site, make_story: Any, tmp_path: Path
) -> None:
    (tmp_path / "email" / "digest").mkdir(parents=True)
    (tmp_path / "email" / "digest" / "story.html").write_text("<p>{{ story.lead.title }}</p>")
    own = Templates("email", [tmp_path, shipped_templates()], "Europe/Paris")
    press = Press(own.environment, "1", site, lambda _path: b"jpeg")
    file = PictureFile("img/a.jpg", 640, 320)
    top = Placed("top", replace(make_story("KZ"), picture=Picture(file, file)), "")
    block = press.block(replace(weekly, images="inline"), top, "en")
    assert (block.picture, block.html_bare) == (None, "")


def test_others_show_language_kind_paywall_and_another_day(
    press: Press, weekly: Newsletter, make_story: Any, make_member: Any
) -> None:
    later = datetime(2026, 11, 20, 12, tzinfo=UTC)
    other = make_member(
        "alatoo",
        language="ru",
        relation=Relation.REPORT,
        paywalled=True,
        published=later,
        url="https://x.test/2",
    )
    block = press.block(weekly, Placed("KZ", make_story("KZ", also=(other,)), ""), "en")
    assert "Ала-Тоо Пресс (ru, state media, subscribers, Nov 20): https://x.test/2" in block.text
    shown = " ".join(LexborHTMLParser(block.html).text().split())
    assert "Ала-Тоо Пресс (ru, state media, subscribers, Nov 20)" in shown


def test_the_imprint_stands_under_the_letter_line_by_line(
    weekly: Newsletter, week: Period, site: Site, templates: Templates
) -> None:
    press = Press(
        templates.environment, "1", replace(site, imprint="News & Co.\n1 Mira Street\n", contact="")
    )
    frame = press.frame(weekly, week, "en")
    assert "News &amp; Co.<br>1 Mira Street</p>" in frame.html_foot
    assert frame.text_foot.endswith("\n\nNews & Co.\n1 Mira Street\n\n")


def test_a_summary_of_five_megabytes_costs_no_more_than_its_first_words(
    press: Press, weekly: Newsletter, make_story: Any
) -> None:
    for text in ("word " * 1_000_000, "x" * 5_000_000, "\x00\u202e\n" * 1_700_000):
        block = press.block(weekly, Placed("KZ", make_story("KZ", text=text), ""), "en")
        assert len(block.html) < 4000
        assert len(block.text) < 3000


def test_an_operators_template_stands_before_the_shipped_one(
    tmp_path: Path, weekly: Newsletter, week: Period, site: Site
) -> None:
    (tmp_path / "email/digest").mkdir(parents=True)
    (tmp_path / "email/digest/subject.txt").write_text("[[lead]] | {{ name }}", encoding="utf-8")
    templates = Templates("email", [tmp_path, shipped_templates()], "UTC")
    press = Press(templates.environment, templates.version(), site)
    assert press.frame(weekly, week, "en").subject == "[[lead]] | Central Asia Weekly"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_with_everything_keeps_the_rules_of_mail(
    press: Press, weekly: Newsletter, week: Period, stories: Any, language: str
) -> None:
    shown = replace(weekly, top=1, images="hosted", hide_empty=False, countries=(*weekly.countries, "TM"))
    file = PictureFile("img/a.jpg", 640, 320)
    told = [replace(stories[0], picture=Picture(file, file)), *stories[1:]]
    variant = assembled(press, shown, week, told, language)
    html = re.sub(r"\[\[(unsubscribe|preferences)\]\]", r"https://news.example.org/\1", "".join(variant.html))
    assert letter_faults(html) == []
