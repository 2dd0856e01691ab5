from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.ingest.boilerplate import (
    before_paywall,
    may_hold,
    opens_comments,
    points_elsewhere,
    strip,
    without_shortcodes,
)


@pytest.mark.parametrize(
    "footer",
    [
        "The post Pass closed appeared first on Steppe News.",
        "The post Pass closed first appeared on Steppe News.",
        "L’article Le col est fermé est apparu en premier sur Nouvelles.",
        "Der Beitrag Pass gesperrt erschien zuerst auf Nachrichten.",
        "Сообщение Перевал закрыт появились сначала на Новости.",
        "Запись Перевал закрыт появилась сначала на Новости.",
    ],
)
def test_wordpress_footers_go_alone_or_behind_a_text(footer: str) -> None:
    assert strip(footer) == ""
    assert strip(f"The pass is closed. {footer}") == "The pass is closed."


@pytest.mark.parametrize(
    "line",
    [
        "See also: Roads in winter",
        "READ MORE →",
        "Continue reading Pass closed",
        "Lire aussi : Les routes en hiver",
        "Lesen Sie auch: Straßen im Winter",
        "Читайте также: Дороги зимой",
        "Подробнее по теме:",
        "Déjà abonné ? Se connecter",
        "Already a subscriber? Log in",
        "Jetzt abonnieren und nichts verpassen",
        "Share Copy link Facebook X",
        "Telegram | WhatsApp",
    ],
)
def test_lines_that_are_not_the_text_are_dropped(line: str) -> None:
    assert strip(line) == ""


@pytest.mark.parametrize(
    "text",
    [
        "The post office appeared in the valley first.",
        "Related charges were dropped by the court.",
        "По теме выступил министр.",
        "Share prices fell.",
        "See also: " + "a long paragraph goes on " * 40,
        "",
    ],
)
def test_paragraphs_of_the_article_stay(text: str) -> None:
    assert strip(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "Vous avez encore 40 % de cet article à découvrir ! Abonnez-vous",
        "Il vous reste 62,5 % de cet article à lire. La suite est réservée aux abonnés.",
        "Le reste de cet article est réservé aux abonnés",
        "The rest of this article is available only to paying subscribers.",
        "This story is for members",
        "Subscribe now to read on",
        "Dieser Artikel ist nur für Abonnenten zugänglich",
        "Материал доступен только по подписке",
    ],
)
def test_a_paywall_ends_a_paragraph_wherever_its_sentence_begins(line: str) -> None:
    assert before_paywall(line) == ""
    assert before_paywall(f"The pass is closed. {line}") == "The pass is closed."


def test_a_sentence_about_subscriptions_is_no_paywall() -> None:
    assert before_paywall("The minister said that the paper is read only by subscribers.") is None
    assert before_paywall("Le pass est réservé aux abonnés du train.") is None


@pytest.mark.parametrize(
    "line", ["Commentaires", "Kommentare (3)", "12 комментариев", "Комментарии:", "Leave a Reply", "Izohlar"]
)
def test_the_heading_of_readers_comments_is_known(line: str) -> None:
    assert opens_comments(line)
    assert not opens_comments(f"{line} du ministre sur le budget")


def test_pointers_to_other_articles_are_told_from_what_only_begins_like_them() -> None:
    assert points_elsewhere("Lire aussi :")
    assert not points_elsewhere("Related charges were dropped by the court.")


def test_shortcodes_go_and_brackets_of_the_text_stay() -> None:
    assert without_shortcodes('a[mkd_separator class_name="x"]b [sic] [1] [/vc_row]') == "a b [sic] [1]  "
    assert without_shortcodes("plain") == "plain"


FRAGMENTS = (
    *(
        "The post",
        "first appeared",
        "appeared first",
        "on",
        "L’article",
        "est apparu en premier sur",
        "Der Beitrag",
    ),
    *(
        "erschien zuerst auf",
        "Запись",
        "появилась сначала на",
        "12",
        "commentaires",
        "Kommentare (3)",
        "Пікірлер",
    ),
    *(
        "Leave a reply",
        "see also",
        "Read more",
        "Related",
        ":",
        "…",
        "→",
        "À lire aussi",
        "Lesen Sie auch",
        "Weiterlesen",
    ),
    *(
        "Читайте также",
        "по теме",
        "Подробнее по теме",
        "Le reste de cet article est réservé aux abonnés",
        ".",
    ),
    *("Il vous reste 20 % de cet article à lire", "This story is for subscribers", "Log in to read"),
    *(
        "Nur für Abonnenten",
        "Полный текст доступен только по подписке",
        "Déjà abonné",
        "S’abonner",
        "Already a member",
    ),
    *(
        "Bereits abonniert",
        "Share",
        "Copy link",
        "X",
        "|",
        "Telegram",
        "Tweets by desk",
        "Xalq",
        "price",
        "\n",
    ),
)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8), st.sampled_from([str, str.upper, str.lower]))
def test_what_holds_no_boilerplate_matches_no_pattern(fragments: list[str], written: type[str]) -> None:
    text = written(" ".join(fragments))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    if not may_hold("\n".join(lines)):
        for line in [*lines, " ".join(lines)]:
            assert strip(line) == line
            assert before_paywall(line) is None
            assert not opens_comments(line)
            assert not points_elsewhere(line)


def test_most_articles_hold_none() -> None:
    assert not may_hold(
        "Перевал закрыт до пятницы.\nXalq yigʻini boʻldi.\nLe col est fermé. 12 camions attendent."
    )
