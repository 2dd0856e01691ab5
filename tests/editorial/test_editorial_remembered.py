"""What was worked out of words is remembered, and never too much of it."""

from __future__ import annotations

from aggregator.editorial import remembered
from aggregator.editorial.remembered import Memory


class Worker:
    """Works out words in capitals, and counts how often."""

    def __init__(self) -> None:
        self.worked_out: list[tuple[str, str]] = []

    def __call__(self, language: str, word: str) -> str:
        self.worked_out.append((language, word))
        return f"{language} {word.upper()}"


def test_a_word_is_worked_out_once_in_each_language() -> None:
    worker = Worker()
    memory = Memory(worker, most=10)
    assert [memory.of(language)["snow"] for language in ("en", "de", "en")] == [
        "en SNOW",
        "de SNOW",
        "en SNOW",
    ]
    assert worker.worked_out == [("en", "snow"), ("de", "snow")]


def test_words_that_come_again_are_kept_and_others_forgotten() -> None:
    worker = Worker()
    words = Memory(worker, most=4).of("en")
    for number in range(50):
        assert words["snow"] == "en SNOW"
        assert words[f"word{number}"] == f"en WORD{number}"
    assert worker.worked_out.count(("en", "snow")) == 1
    assert words["word1"] == "en WORD1"
    assert worker.worked_out.count(("en", "word1")) == 2


def test_all_languages_together_have_one_bound() -> None:
    memory = Memory(Worker(), most=4)
    for number in range(50):
        memory.of(f"language{number % 3}")[f"word{number}"]
        assert len(memory) <= 2 * 4


def test_a_word_of_any_length_has_a_value_and_a_long_one_is_not_remembered() -> None:
    worker = Worker()
    memory = Memory(worker, most=4)
    long = "x" * (remembered.LONGEST + 1)
    assert memory.of("en")[long] == memory.of("en")[long] == f"en {long.upper()}"
    assert len(memory) == 0
    assert len(worker.worked_out) == 2
