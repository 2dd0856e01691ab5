"""Articles that say of themselves that they are translations."""

from __future__ import annotations

import pytest

from aggregator.editorial.folding import fold
from aggregator.editorial.translation_credits import is_translation


@pytest.mark.parametrize(
    "credit",
    [
        "This article was originally published in Russian by Vlast and translated by us.",
        "Translated from Kazakh by A. Serik",
        "Traduit du russe par Aline Petit",
        "Article initialement paru en ouzbek. Traduit de l’ouzbek.",
        "Initialement publié sur le site de nos confrères",
        "Übersetzt aus dem Russischen",
        "ПЕРЕВОД С КАЗАХСКОГО: А. Серик",
        "Перевод с английского языка выполнен редакцией",
        "Бұл мақаланың аудармасы",
        "Maqola rus tilidan tarjima qildi: A. Karim",
        "Тарҷумаи мақола аз забони русӣ",
        "Bu haber Kazakça bir yazının çevirisidir",
        "ترجمه از روسی: احمد کریمی",
    ],
)
def test_a_translators_credit_is_found(credit: str) -> None:
    assert is_translation(fold(f"Le texte. {credit} Encore."))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "La baisse des prix se traduit par une hausse des salaires.",
        "Ce qui traduit de la méfiance, il a été traduit en justice.",
        "Денежный перевод с карты на карту подорожал.",
        "Перевод с одной станции метро на другую стал платным.",
        "The bill was translated into law.",
        "Le ministre a publié un article.",
    ],
)
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert not is_translation(fold(text))
