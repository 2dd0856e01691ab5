"""The lexicon of concepts: its format, and the files that come with the program."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict

import pytest

from aggregator.editorial import guards, language, lexicon, terms
from aggregator.editorial.folding import fold
from aggregator.editorial.lexicon import EMPTY, Lexicon

FEWEST_LANGUAGES = 9
LANGUAGES = {"en", "fr", "de", "ru", "kk", "ky", "uz", "tg", "tk", "fa", "tr"}


def english(**concepts: str) -> Lexicon:
    file = {concept: {"en": words} for concept, words in concepts.items()}
    return lexicon.compile_for(("en",), [file])["en"]


def test_a_word_stands_for_all_that_begin_with_it() -> None:
    words = english(quake="earthq")
    assert [words.concept(word) for word in ("earthq", "earthquake", "earthquakes")] == ["quake"] * 3
    assert words.concept("earth") is None


def test_a_word_with_an_equals_sign_stands_for_itself_alone() -> None:
    words = english(war="=war =wars")
    assert [words.concept(word) for word in ("war", "wars", "warm", "wa")] == ["war", "war", None, None]


def test_a_whole_word_goes_before_a_beginning_and_a_longer_beginning_before_a_shorter_one() -> None:
    words = english(parliament="parlia", hall="parliamenth", speaker="=parliamentarian")
    assert words.concept("parliament") == "parliament"
    assert words.concept("parliamenthall") == "hall"
    assert words.concept("parliamentarian") == "speaker"


def test_of_a_word_under_two_concepts_the_first_counts() -> None:
    first, second = {"verdict": {"en": "sentence"}}, {"grammar": {"en": "sentence"}}
    assert lexicon.compile_for(("en",), [first, second])["en"].concept("sentence") == "verdict"
    assert lexicon.compile_for(("en",), [second, first])["en"].concept("sentence") == "grammar"


def test_words_are_compared_as_they_are_folded() -> None:
    words = lexicon.compile_for(("uz", "fa"), [{"teacher": {"uz": "Oʻqituvchi", "fa": "معلّم"}}])
    assert words["uz"].concept(fold("o‘qituvchilar")) == "teacher"
    assert words["fa"].concept(fold("معلم")) == "teacher"


def test_what_follows_a_beginning_is_an_ending_and_no_other_word() -> None:
    words = english(war="=war", fire="fire")
    assert words.concept("fire" + "x" * lexicon.LONGEST_ENDING) == "fire"
    assert words.concept("fire" + "x" * (lexicon.LONGEST_ENDING + 1)) is None


def test_languages_that_nobody_asked_for_are_left_out_and_unknown_ones_are_empty() -> None:
    words = lexicon.compile_for(("en", "fi"), [{"war": {"en": "=war", "ru": "война"}}])
    assert words.keys() == {"en", "fi"}
    assert words["fi"] == EMPTY
    assert EMPTY.concept("war") is None
    assert EMPTY.concept("") is None


def concepts() -> dict[str, dict[str, str]]:
    """All that is shipped, by concept."""
    found: dict[str, dict[str, str]] = {}
    for text in lexicon.texts().values():
        found |= tomllib.loads(text)
    return found


def test_the_shipped_files_parse_and_no_concept_stands_in_two_of_them() -> None:
    names = [name for text in lexicon.texts().values() for name in tomllib.loads(text)]
    assert len(names) > 900
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_every_concept_has_words_in_nearly_all_languages() -> None:
    few = {name for name, words in concepts().items() if len(words) < FEWEST_LANGUAGES}
    assert few <= {"contract"}  # Its words mean other things in Tajik, Turkmen and Turkish.
    assert {code for words in concepts().values() for code in words} == LANGUAGES


def test_every_word_can_be_met_in_a_text() -> None:
    reader = terms.TermReader(lexicon.shipped(tuple(sorted(LANGUAGES))))
    never = []
    for concept, by_language in concepts().items():
        for code, words in by_language.items():
            for word in words.split():
                met = word.lstrip("=").replace("'", "ʻ")
                found = terms.unpack(reader.read("", f"x {met} x", code)).text
                if not any(terms.kind(one) == terms.TermKind.CONCEPT for one in found):
                    never.append((concept, code, word))
    assert never == []


def test_no_word_stands_under_two_concepts() -> None:
    under: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for concept, by_language in concepts().items():
        for code, words in by_language.items():
            for word in fold(words).split():
                under[code, word].add(concept)
    assert {word: sorted(found) for word, found in under.items() if len(found) > 1} == {}


def test_no_beginning_is_shorter_than_what_is_looked_up() -> None:
    short = [
        (concept, code, word)
        for concept, by_language in concepts().items()
        for code, words in by_language.items()
        for word in fold(words).split()
        if word[0] != "=" and len(word) < lexicon.SHORTEST_BEGINNING
    ]
    assert short == []


def test_what_the_program_asks_for_by_name_is_there() -> None:
    assert guards.DENIAL in {terms.concept(name) for name in concepts()}


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("en", "earthquake"),
        ("fr", "séisme"),
        ("de", "Erdbeben"),
        ("ru", "землетрясением"),
        ("kk", "зілзаланың"),
        ("uz", "zilziladan"),
        ("tg", "заминларза"),
        ("fa", "زلزله"),
        ("tr", "depremde"),
    ],
)
def test_an_earthquake_is_an_earthquake_in_all_languages(code: str, word: str) -> None:
    assert lexicon.shipped((code,))[code].concept(fold(word)) == "earthquake"


def test_the_lexicon_is_compiled_once_per_choice_of_languages() -> None:
    assert lexicon.shipped(language.REGION) is lexicon.shipped(language.REGION)
