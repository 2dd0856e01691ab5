"""Which language a text is in: its script and letters first, then a statistical model, tempered by the
source's word.

The script leaves few languages; letters that only some of these have («ұ», «ҷ», «ў», «ښ») leave fewer. What
is still open is decided by naive Bayes over byte n-grams, restricted to them. What the source
says of itself is a prior: it tips short texts and is overruled by long ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from babel.core import get_global

from aggregator.editorial import ngrams, script
from aggregator.editorial.folding import fold
from aggregator.editorial.function_words import FUNCTION_WORDS
from aggregator.editorial.remembered import Memory

UNKNOWN = "und"
"""ISO 639-2 for a language that cannot be told."""

REGION = (
    "fr",
    "en",
    "ru",
    "de",
    "kk",
    "ky",
    "uz",
    "tg",
    "tk",
    "fa",
    "tr",
    "az",
    "hy",
    "ka",
    "mn",
    "ps",
    "zh",
    "uk",
)
"""Candidates where a configuration names none: the region's languages and its neighbours'."""

SAMPLE = 300
"""Characters that decide: more changes nothing but the time it takes."""
FEWEST_LETTERS = 3
"""Fewer tell no language."""
TELLING_SHARE = 0.015
"""Share of special letters in a text before they rule languages out: more than a quoted name has."""
SHORT = 150
"""Letters of a text in which function words are counted; a longer one needs no help."""
WORD_FACTOR = 5.0
"""What each different function word multiplies its language's probability by."""
FEWEST_WORDS = 4
"""Different function words of one language that make a text that language's, without the model …"""
CLEAR_LEAD = 0.7
"""… if no other language has more than the rest of this share of them."""
PRIOR_LETTERS = 200
"""The source's word multiplies its language's probability by 1 + this / letters: 11 for a title of 20."""

_OTHER_SCRIPTS = {
    "az": {"Cyrl"},
    "kk": {"Latn", "Arab"},
    "ky": {"Latn", "Arab"},
    "mn": {"Mong"},
    "tg": {"Latn"},
    "tk": {"Cyrl"},
    "uz": {"Cyrl", "Arab"},
}
"""Scripts that newspapers use beside the usual one."""

_COMMON_LETTERS = {
    "Cyrl": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "Arab": "ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنهويىیكکگپچژةۀ",
}
_UNCOMMON = {
    written: re.compile(f"[^{common}{common.upper()}\x00-@\\[-`{{-~«»“”—–…]")
    for written, common in _COMMON_LETTERS.items()
}
"""Finds special letters, those of other scripts, and rare signs: all but common letters and usual signs."""
_SPECIAL_LETTERS: dict[str, AbstractSet[str]] = {
    "ru": set(),
    "uk": set("іїєґ"),
    "kk": set("әғқңөұүһі"),
    "ky": set("ңөү"),
    "uz": set("ўқғҳ"),
    "tg": set("ғӣқӯҳҷ"),
    "mn": set("өү"),
    "tk": set("җңөүә"),
    "az": set("әғҝөүһҹјі"),
    "fa": set(),
    "ps": set("ټډړږښڼځڅېۍګ"),
    "ug": set("ەېۇۆۈۋڭ"),
    "ur": set("ٹڈڑےہں"),
}
"""Letters beyond the common ones that a language writes; what is not listed is never ruled out."""
_ALL_FUNCTION_WORDS = frozenset[str]().union(*FUNCTION_WORDS.values())
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_CODE = re.compile("[a-z]{2,3}")
_NO_LANGUAGE = frozenset({UNKNOWN, "mul", "mis", "zxx"})
"""Codes of ISO 639-2 for texts in no language, in several, or in one that has no code."""
_KAZAKH_LETTER = re.compile("[ǵūŋńǴŪŊŃ]")
_KAZAKH_WORD = re.compile(r"\bqazaq", re.IGNORECASE)
"""What only Kazakh has in its Latin alphabets; the model knows Kazakh in Cyrillic only."""


@dataclass(frozen=True, slots=True)
class Language:
    """What a text is written in."""

    code: str
    """ISO 639-1; `und` when it cannot be told."""
    script: str
    """ISO 15924; `Zyyy` when there are no letters."""
    declared: bool = False
    """The source's word decided: without it the answer would be another one, or none."""


def detect(text: str, hint: str | None = None, candidates: Sequence[str] = REGION) -> Language:
    """The language of a text among `candidates` (ISO 639-1 codes); `hint` is what the source says of itself.

    A hint outside the candidates joins them; one that names no language counts for nothing. Texts without
    letters are `und`; of a text of one or two letters only the source can tell, if it is written in a script
    of that language.
    """
    sample = text[: 4 * SAMPLE].strip()[:SAMPLE]
    written = script.of_text(sample)
    if written == script.NONE:
        return Language(UNKNOWN, written)
    hinted = _primary(hint) if hint else None
    possible: Sequence[str] = _written_in(written, tuple(candidates), hinted)
    if _has_few_letters(sample) and not (len(possible) == 1 and written != "Latn"):
        declared = hinted in possible
        return Language(hinted if declared and hinted else UNKNOWN, written, declared)
    if written == "Latn" and "kk" in possible and _is_kazakh(sample):
        return Language("kk", written)
    possible = _by_letters(sample, written, possible)
    if len(possible) <= 1:
        return Language(possible[0] if possible else UNKNOWN, written)
    words = _function_words(sample, possible)
    if (plain := _beyond_doubt(words)) is not None:
        return Language(plain, written)
    return _by_model(sample, written, possible, hinted, words)


def _primary(hint: str) -> str | None:
    """`ru-RU` to `ru` (BCP 47's primary subtag), and `rus` too (CLDR's aliases); None for no language."""
    code = hint.strip().replace("_", "-").partition("-")[0].lower()
    if not _CODE.fullmatch(code) or code in _NO_LANGUAGE:
        return None
    alias: str = get_global("language_aliases").get(code, code)
    return alias.partition("_")[0]


@lru_cache(maxsize=1024)
def _written_in(written: str, candidates: tuple[str, ...], hinted: str | None) -> tuple[str, ...]:
    """The candidates, and the language that the source says, that are written in this script."""
    named = dict.fromkeys((*candidates, *filter(None, [hinted])))
    return tuple(code for code in named if written in _scripts(code))


@lru_cache(maxsize=512)
def _scripts(code: str) -> frozenset[str]:
    """Scripts that a language is written in: CLDR's likely one, and others that newspapers use."""
    likely: str = get_global("likely_subtags").get(code, "")
    usual = (
        {"Hans": "Hani", "Hant": "Hani"}.get(likely.split("_")[1], likely.split("_")[1]) if likely else "Latn"
    )
    return frozenset({usual} | _OTHER_SCRIPTS.get(code, set()))


def _is_kazakh(sample: str) -> bool:
    """Whether a text in Latin letters has what only Kazakh has."""
    return bool(_KAZAKH_LETTER.search(sample) or ("qazaq" in sample.lower() and _KAZAKH_WORD.search(sample)))


def _letters(sample: str) -> int:
    return sum(map(str.isalpha, sample))


def _has_few_letters(sample: str) -> bool:
    first = list(islice(filter(str.isalpha, sample), FEWEST_LETTERS))
    return len(first) < FEWEST_LETTERS


def _by_letters(sample: str, written: str, possible: Sequence[str]) -> Sequence[str]:
    """The languages whose alphabets hold all special letters; all, where there are too few to tell."""
    uncommon = _UNCOMMON.get(written)
    if uncommon is None:
        return possible
    found = list(filter(str.isalpha, uncommon.findall(sample)))
    if not found or not _is_telling(len(found), sample):
        return possible
    letters = set(found)
    # A name may begin with a foreign letter («Қамиев» in Kyrgyz): capitals count where nothing else does.
    special = set(filter(str.islower, letters)) or set(map(str.lower, letters))
    return [code for code in possible if _writes(code, special)] or possible


def _is_telling(count: int, sample: str) -> bool:
    """Whether that many special letters are more than a quoted name has; to count all letters comes last."""
    return count >= TELLING_SHARE * len(sample) or count >= TELLING_SHARE * _letters(sample)


def _writes(code: str, special: AbstractSet[str]) -> bool:
    own = _SPECIAL_LETTERS.get(code)
    return own is None or special <= own


def _function_words_in(token: str) -> tuple[str, ...]:
    """The function words, of whichever language, in what stands between two spaces."""
    folded = fold(token)
    return tuple(_ALL_FUNCTION_WORDS.intersection((*folded.split(), *_WORDS.findall(folded))))


_held = Memory(lambda _, token: _function_words_in(token), most=15_000).of("")
"""By what stands between two spaces."""


def _function_words(sample: str, possible: Sequence[str]) -> dict[str, int]:
    """How many different function words of each language a text has."""
    words = set(chain.from_iterable(map(_held.__getitem__, sample.split())))
    return {code: len(words & FUNCTION_WORDS.get(code, frozenset())) for code in possible}


def _beyond_doubt(words: Mapping[str, int]) -> str | None:
    """The language whose small words leave no other: most texts, at a tenth of the model's cost."""
    (most, best), (next_most, _), *_ = sorted(((count, code) for code, count in words.items()), reverse=True)
    return best if most >= FEWEST_WORDS and most - next_most >= most * CLEAR_LEAD else None


def _by_model(
    sample: str,
    written: str,
    possible: Sequence[str],
    hinted: str | None,
    words: Mapping[str, int],
) -> Language:
    scores = ngrams.shipped().probabilities(sample, possible)
    letters = _letters(sample)
    if letters < SHORT:
        for code in scores:
            scores[code] *= WORD_FACTOR ** words.get(code, 0)
    plain = _best(scores)
    if hinted not in scores:
        # A language that the model does not know can only be taken on the source's word.
        taken = hinted if hinted in possible and hinted else plain
        return Language(taken, written, declared=taken != plain)
    scores[hinted] *= 1 + PRIOR_LETTERS / letters
    tempered = _best(scores)
    return Language(tempered, written, declared=tempered != plain)


def _best(scores: Mapping[str, float]) -> str:
    return max(scores, key=lambda code: (scores[code], code), default=UNKNOWN)
