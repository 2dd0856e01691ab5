"""Names have one key in all scripts and spellings, and different names have different ones."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.editorial import phonetic

SPELLINGS = {
    "Tokayev": "Токаев Tokaïev Tokaev Tokayev Тоқаев توکایف To'qayev Токаевтің",
    "Mirziyoyev": "Мирзиёев Мирзиеев Mirziyoyev Mirziyoïev Mirziyoev Mirziýoýew میرضیایف Mirziyayev",
    "Japarov": "Жапаров Japarov Djaparov Zhaparov Žaparov Japarow Dzhaparov جباراف",
    "Rahmon": "Рахмон Раҳмон Rahmon Rakhmon رحمان",
    "Berdimuhamedov": "Бердымухамедов Berdimuhamedow Berdymoukhamedov Berdymukhammedov بردیمحمداف",
    "Putin": "Путин Путиннің Putin Poutine پوتین",
    "Erdogan": "Эрдоган Ердоған Erdoğan Erdogan Ərdoğan اردوغان",
    "Trump": "Трамп Трампа Trump Tramp ترامپ",
    "Macron": "Макрон Macron Makron مکرون ماکرون",
    "Pezeshkian": "Пезешкиан Pezeshkian Pezechkian Peseschkian پزشکیان",
    "Zelensky": "Зеленский Zelensky Zelenskiy Zelenskyy Selenskyj زلنسکی",
    "Aliyev": "Алиев Әлиев Aliyev Aliev Əliyev",
    "Astana": "Астана Астанада Astana آستانا",
    "Tashkent": "Ташкент Тошкент Tashkent Tachkent Toshkent Taschkent Taşkent تاشکند",
    "Bishkek": "Бишкек Бишкекте Bishkek Bichkek Bischkek Bişkek بیشکک",
    "Dushanbe": "Душанбе Dushanbe Douchanbé Duschanbe Duşanbe دوشنبه",
    "Ashgabat": "Ашгабат Ashgabat Achgabat Aschgabat Aşgabat",
    "Tehran": "Tehran Téhéran Teheran Tahran Теһран تهران",
    "Kabul": "Кабул Қобул Kabul Kaboul Kobul Kâbil کابل",
    "Moscow": "Москва Moskva Moskova",
    "Washington": "Вашингтон Washington Vashington واشنگتن",
    "Berlin": "Берлин Берлинде Berlin برلین",
    "Paris": "Париж Paris پاریس",
    "Samarkand": "Самарканд Самарқанд Samarkand Samarcande Samarqand سمرقند",
    "Talas": "Талас Таласта Talas تالاس",
    "Amudarya": "Амударья Амударё Amudarya Amudaryo Amudaria آمودریا",
    "Syrdarya": "Сырдарья Сырдария Syrdarya Sirdaryo Syrdaria سیردریا",
    "Irtysh": "Иртыш Ертіс Irtysh Irtych Irtysch ایرتیش",
    "Panj": "Пяндж Панҷ Panj Pandj Pyanj پنج",
    "Naryn": "Нарын Naryn Norin نارین",
    "Obama": "Обама Obama اوباما",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_name_sounds_the_same_in_every_spelling(name: str) -> None:
    keys = {
        spelling: phonetic.key(spelling)[: len(phonetic.key(name))] for spelling in SPELLINGS[name].split()
    }
    assert set(keys.values()) == {phonetic.key(name)}, keys


def test_different_names_sound_different() -> None:
    keys = {name: phonetic.key(name) for name in SPELLINGS}
    assert [pair for pair in itertools.combinations(keys, 2) if keys[pair[0]] == keys[pair[1]]] == []


@pytest.mark.parametrize(
    ("one", "other"), [("Obama", "Palma"), ("Иран", "Рона"), ("Almaty", "Lomta"), ("ایران", "رونا")]
)
def test_a_name_that_begins_with_a_vowel_is_not_the_one_that_does_not(one: str, other: str) -> None:
    assert phonetic.key(one) != phonetic.key(other)


@pytest.mark.parametrize("word", ["", "a", "Ю", "یو", "Li", "12", "\U000e0fff", "'"])
def test_what_has_hardly_a_sound_has_no_key(word: str) -> None:
    assert phonetic.key(word) == ""


@given(st.text(max_size=30))
@example("0ب")
@example("Fبر16")
def test_any_word_has_a_short_key_of_latin_letters(word: str) -> None:
    key = phonetic.key(word)
    assert len(key) <= phonetic.MOST_SOUNDS
    assert key == "" or (key.isascii() and key.isalpha() and key.islower() and len(key) >= 2)
    assert phonetic.key(word.upper()) == phonetic.key(word.upper().lower())


def test_a_long_word_is_no_burden() -> None:
    began = time.process_time()
    for letters in ("щ", "sch", "ش", "tsch", "c", "🙂"):
        phonetic.key(letters * 20_000)
    assert time.process_time() - began < 1
