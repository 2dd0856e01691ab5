"""Which language a text is in: its script and letters first, then a statistical model, tempered by the
source's word.

The script leaves few languages; letters that only some of these have («ұ», «ҷ», «ў», «ښ») leave fewer. What
is still open is decided by py3langid (naive Bayes over byte n-grams), restricted to them. What the source
says of itself is a prior: it tips short texts and is overruled by long ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.core import get_global

from aggregator.editorial import script
from aggregator.editorial.folding import fold
from aggregator.editorial.function_words import FUNCTION_WORDS

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
    "Cyrl": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    "Arab": frozenset("ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنهويىیكکگپچژةۀ"),
}
_SPECIAL_LETTERS = {
    "ru": "",
    "uk": "іїєґ",
    "kk": "әғқңөұүһі",
    "ky": "ңөү",
    "uz": "ўқғҳ",
    "tg": "ғӣқӯҳҷ",
    "mn": "өү",
    "tk": "җңөүә",
    "az": "әғҝөүһҹјі",
    "fa": "",
    "ps": "ټډړږښڼځڅېۍګ",
    "ug": "ەېۇۆۈۋڭ",
    "ur": "ٹڈڑےہں",
}
"""Letters beyond the common ones that a language writes; what is not listed is never ruled out."""
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_KAZAKH_LATIN = re.compile(r"[ǵūŋńǴŪŊŃ]|(?i:\bqazaq)")
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

    A hint outside the candidates joins them. Texts without letters are `und`; of a text of one or two letters
    only the source can tell, if it is written in a script of that language.
    """
    sample = text[: 4 * SAMPLE].strip()[:SAMPLE]
    written = script.of_text(sample)
    if written == script.NONE:
        return Language(UNKNOWN, written)
    hinted = hint.replace("_", "-").partition("-")[0].lower() if hint else None
    possible = [
        code for code in dict.fromkeys((*candidates, *filter(None, [hinted]))) if written in _scripts(code)
    ]
    letters = [char for char in sample.lower() if char.isalpha()]
    if len(letters) < FEWEST_LETTERS and not (len(possible) == 1 and written != "Latn"):
        declared = hinted in possible
        return Language(hinted if declared and hinted else UNKNOWN, written, declared)
    if written == "Latn" and "kk" in possible and _KAZAKH_LATIN.search(sample):
        return Language("kk", written)
    possible = _by_letters(letters, written, possible)
    if len(possible) <= 1:
        return Language(possible[0] if possible else UNKNOWN, written)
    words = _function_words(sample, possible)
    if (plain := _beyond_doubt(words)) is not None:
        return Language(plain, written)
    return _by_model(sample, written, possible, hinted, len(letters), words)


@lru_cache(maxsize=512)
def _scripts(code: str) -> frozenset[str]:
    """Scripts that a language is written in: CLDR's likely one, and others that newspapers use."""
    likely: str = get_global("likely_subtags").get(code, "")
    usual = (
        {"Hans": "Hani", "Hant": "Hani"}.get(likely.split("_")[1], likely.split("_")[1]) if likely else "Latn"
    )
    return frozenset({usual} | _OTHER_SCRIPTS.get(code, set()))


def _by_letters(letters: Sequence[str], written: str, possible: Sequence[str]) -> list[str]:
    """The languages whose alphabets hold all special letters; all, where there are too few to tell."""
    common = _COMMON_LETTERS.get(written)
    if common is None:
        return list(possible)
    special = [char for char in letters if char not in common]
    if len(special) < TELLING_SHARE * len(letters):
        return list(possible)
    fitting = [code for code in possible if _writes(code, special)]
    return fitting or list(possible)


def _writes(code: str, special: Iterable[str]) -> bool:
    own = _SPECIAL_LETTERS.get(code)
    return own is None or all(char in own for char in special)


def _function_words(sample: str, possible: Sequence[str]) -> dict[str, int]:
    """How many different function words of each language a text has."""
    words = set(_WORDS.findall(fold(sample)))
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
    letters: int,
    words: Mapping[str, int],
) -> Language:
    scores = _model_scores(sample, tuple(sorted(possible)))
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


def _model_scores(sample: str, possible: tuple[str, ...]) -> dict[str, float]:
    """Probability by language; empty when the model knows none of them."""
    identifier = _model(possible)
    return dict(identifier.rank(sample)) if identifier is not None else {}


@lru_cache(maxsize=1)
def _whole_model() -> Any:
    """py3langid's model, loaded once per process (about a second)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(maxsize=64)
def _model(possible: tuple[str, ...]) -> Any:
    """A view of the model that tells only these languages apart; None when it knows none of them."""
    from copy import copy

    identifier = copy(_whole_model())
    known = set(possible) & set(identifier.labels)
    if not known:
        return None
    identifier.set_languages(known)
    return identifier
