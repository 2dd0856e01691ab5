"""The smallest words of a language: in a title of ten words they say more than any statistics of letters.

Only words that the neighbouring languages of the same script do not have.
"""

from __future__ import annotations

from aggregator.editorial.folding import fold

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(fold(words).split())
    for language, words in {
        "en": "the of to and in is are was with for from says say said after over by on at as how why new",
        "fr": "le la les des du et une dans est sur pour avec aux qui pas au par en ses d l",
        "de": "der die das und den dem ein eine mit von für nach auf im ist zur zum nicht wird",
        "tr": "ve bir için ile bu olarak oldu sonra yeni edildi yapıldı etti",
        "az": "və üçün ilə bu olub görə edib oldu ölkənin",
        "uz": "va bilan uchun bo'yicha haqida ham bo'ldi qildi yangi keyin ва билан учун бўйича ҳақида ҳам",
        "tk": "we bilen üçin baradaky boýunça hem boldy ýyl geçirildi",
        "ru": "и в на с по из за для что не от как его при о об это после до",
        "uk": "і та в у на з до що не для від як це після про за",
        "kk": "және мен бен үшін туралы бойынша болды деп жаңа кейін бар өтті",
        "ky": "жана менен үчүн тууралуу боюнча болду деп жаңы кийин бар өттү",
        "tg": "ва дар аз ба бо барои шуд кард ки карданд буд ин",
        "mn": "ба нь болон байна юм энэ гэж дээр болсон бол",
        "fa": "و در از به که را این با است برای شد کرد",
        "ps": "او په د کې چې ته له سره دي کړي شوي پر",
    }.items()
}
