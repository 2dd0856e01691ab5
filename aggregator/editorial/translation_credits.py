"""Whether an article says of itself that it is a translation of another outlet's."""

from __future__ import annotations

from aggregator.editorial.folding import fold

_TRANSLATED_FROM = {
    "traduit de l'": "anglais allemand ouzbek ukrainien",
    "traduit du ": "russe kazakh kirghi tadjik turc persan",
    "перевод с ": "англ русск казах кырг узбек тадж туркмен персид фарси турец немец франц",
}
"""Beginnings of languages by what stands before them: «se traduit par», «перевод с карты» are no credits."""
_CREDITS = tuple(
    fold(phrase)
    for phrase in (
        *(
            before + language
            for before, languages in _TRANSLATED_FROM.items()
            for language in languages.split()
        ),
        "translated from",
        "translation of an article",
        "originally published in",
        "originally published by",
        "article traduit",
        "texte traduit",
        "traduit par nos",
        "initialement paru",
        "initialement publié",
        "übersetzt von",
        "übersetzt aus",
        "ursprünglich erschienen",
        "перевод статьи",
        "статья переведена",
        "мақаланың аудармасы",
        "аударған:",
        "которгон:",
        "tarjima qildi",
        "maqolasi tarjimasi",
        "тарҷумаи мақола",
        "çevirisidir",
        "ترجمه از",
    )
)


def is_translation(folded: str) -> bool:
    """Whether a folded text holds a translator's credit."""
    return any(phrase in folded for phrase in _CREDITS)
