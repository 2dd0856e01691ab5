"""Whether an article says of itself that it is a translation of another outlet's."""

from __future__ import annotations

from collections import defaultdict

from aggregator.editorial.folding import fold

_TRANSLATED_FROM = {
    "traduit de l'": "anglais allemand ouzbek ukrainien",
    "traduit du ": "russe kazakh kirghi tadjik turc persan",
    "перевод с ": "англ русск казах кырг узбек тадж туркмен персид фарси турец немец франц",
}
"""Beginnings of languages by what stands before them: «se traduit par», «перевод с карты» are no credits."""
_CREDITS = (
    *(before + language for before, languages in _TRANSLATED_FROM.items() for language in languages.split()),
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
_SIGNS = ("traduit", "translat", "original", "initial", "übersetzt", "ursprüng", "перев", "аудар")
"""What several credits share: few texts hold one, and in all others few need be looked for."""


def _by_sign() -> dict[str, tuple[str, ...]]:
    """Folded credits by a part of each; the whole where it shares none."""
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for credit in map(fold, _CREDITS):
        sign = next((sign for sign in map(fold, _SIGNS) if sign in credit), credit)
        grouped[sign].append(credit)
    return {sign: tuple(credits_of_it) for sign, credits_of_it in grouped.items()}


_FOLDED = _by_sign()


def is_translation(folded: str) -> bool:
    """Whether a folded text holds a translator's credit."""
    found = [sign for sign in _FOLDED if sign in folded]
    return any(credit in folded for sign in found for credit in _FOLDED[sign])
