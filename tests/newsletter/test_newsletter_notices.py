"""Mails about a subscription: in every language with words, without a word that is not theirs."""

from __future__ import annotations

import html5lib
import pytest

from aggregator.model import Site
from aggregator.newsletter.notices import LINK_PATHS, NoticeKind, NoticePress
from aggregator.newsletter.places import LINK
from aggregator.templating import Templates, shipped_templates

SITE = Site(
    title="Steppe & <News>",
    description="",
    base_url="https://news.example",
    language="fr",
    contact="desk@news.example",
    countries=(),
    time_zone="UTC",
    sources={},
    id_domain="news.example",
)
NAME = "Week & <b>news</b> {{ 7 * 7 }}"
WORDS = Templates("notices", (shipped_templates(),), "UTC")
LANGUAGES = ("de", "en", "fr", "ru")


@pytest.fixture
def press() -> NoticePress:
    return NoticePress(WORDS.environment, WORDS.languages(), SITE)


def test_there_are_words_in_every_shipped_language() -> None:
    assert WORDS.languages() == LANGUAGES


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_mail_is_whole_in_each_language(press: NoticePress, kind: NoticeKind, language: str) -> None:
    notice = press.write(kind, language, NAME)
    assert notice.language == language
    assert "\n" not in notice.subject
    parsed = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(notice.html)
    assert parsed.get("lang") == language
    shown = " ".join("".join(parsed.find("body").itertext()).split())
    links = [one.get("href") for one in parsed.iter("a")]
    assert links == ([LINK] if LINK_PATHS[kind] else []) + ["https://news.example/"]
    assert notice.text.count(LINK) == (1 if LINK_PATHS[kind] else 0)
    assert max(len(line) for line in notice.text.splitlines()) <= 100
    for paragraph in parsed.iter("p"):
        for words in paragraph.itertext():
            assert " ".join(words.split()) in " ".join(notice.text.split()), "the text says it too"
    assert notice.subject in shown


def test_the_link_stands_in_a_cell_which_every_mail_program_frames(press: NoticePress) -> None:
    notice = press.write(NoticeKind.CONFIRM, "en", NAME)
    parsed = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(notice.html)
    (cell,) = (one for one in parsed.iter("td") if one.find("a") is not None)
    assert cell.find("a").get("href") == LINK
    assert "border:" in cell.get("style")
    assert "mso-padding-alt:" in cell.get("style")


@pytest.mark.parametrize("kind", NoticeKind)
def test_languages_say_it_differently(press: NoticePress, kind: NoticeKind) -> None:
    assert len({press.write(kind, language, NAME).text for language in LANGUAGES}) == len(LANGUAGES)


def test_a_language_without_words_is_answered_in_the_sites(press: NoticePress) -> None:
    assert press.write(NoticeKind.ACCOUNT, "kk").language == "fr"


def test_names_are_words_and_never_markup(press: NoticePress) -> None:
    notice = press.write(NoticeKind.CONFIRM, "en", NAME)
    assert "<b>" not in notice.html
    assert NAME in notice.subject
    assert "49" not in notice.html + notice.text


def test_the_operators_own_template_takes_the_place_of_the_shipped_one(tmp_path) -> None:
    own = tmp_path / "email" / "notices"
    own.mkdir(parents=True)
    (own / "account.subject.txt").write_text("Hello\n from {{ site.contact }}\n", encoding="utf-8")
    words = Templates("notices", (tmp_path, shipped_templates()), "UTC")
    notice = NoticePress(words.environment, words.languages(), SITE).write(NoticeKind.ACCOUNT, "en")
    assert notice.subject == "Hello from desk@news.example"
