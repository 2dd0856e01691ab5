from __future__ import annotations

import pytest

from aggregator.ingest.boilerplate import strip, without_shortcodes


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
        "Vous avez encore 40 % de cet article à découvrir ! Abonnez-vous",
        "Il vous reste 62,5 % de cet article à lire. La suite est réservée aux abonnés.",
        "Le reste de cet article est réservé aux abonnés",
        "Déjà abonné ? Se connecter",
        "The rest of this article is available only to paying subscribers.",
        "This story is for members",
        "Subscribe now to read on",
        "Nur für Abonnenten",
        "Материал доступен только по подписке",
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


def test_shortcodes_go_and_brackets_of_the_text_stay() -> None:
    assert without_shortcodes('a[mkd_separator class_name="x"]b [sic] [1] [/vc_row]') == "a b [sic] [1]  "
    assert without_shortcodes("plain") == "plain"
