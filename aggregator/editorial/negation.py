"""Words that turn a claim into its denial."""

from __future__ import annotations

from aggregator.editorial.folding import fold
from aggregator.editorial.romanise import romanise

_WORDS = {
    "": """
        no not never neither nor cannot denies denied deny denying refutes refuted refute dismisses dismissed
        pas non aucun aucune jamais dément démenti démentent nie nient
        nicht kein keine keinen keiner dementiert dementieren bestreitet bestreiten
        не нет никогда опроверг опровергла опровергли опровергает опровергают отрицает отрицают отрицал
        жок эмес эч
        нест нестанд
        ýok däl
        değil yok hayır yalanladı yalanlayan deyil yox
        ні немає ніколи спростував спростували заперечує
        نه نیست نیستند تکذیب رد نشده نشد هیچ
    """,
    "uz": "yo'q emas hech эмас йўқ ҳеч",
    "kk": "жоқ емес ешқашан joq emes eşqaşan",
}

NEGATIONS = {
    language: frozenset(romanise(word, language) for word in fold(negations).split())
    for language, negations in _WORDS.items()
}
"""Folded, for Uzbek and Kazakh romanised too; under no language those of all others together, which mean
nothing else in any. Where a language denies by an ending or a prefix, the verb itself is another word.
"""
