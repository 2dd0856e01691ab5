"""`aggregator cluster`: texts in, stories out, line for line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import json_lines, main

BRIDGE = {
    "id": "bridge",
    "lang": "en",
    "source": "sun",
    "url": "https://sun.example.org/1",
    "title": "Minister Tursunov opens a 412-metre bridge over the Naryn in Toktogul",
    "text": "Transport Minister Bakyt Tursunov opened a 412-metre bridge over the Naryn in Toktogul, "
    "Kyrgyzstan, on Friday. The bridge cost 38 million dollars and replaces the Ketmen-Tobo ferry, he said.",
    "date": "2026-03-06T10:00:00Z",
}
COPY = {
    **BRIDGE,
    "id": "copy",
    "source": "moon",
    "url": "https://moon.example.net/77",
    "date": "2026-03-06T12:00Z",
}
RIBBON = {
    "id": "ribbon",
    "lang": "en",
    "source": "star",
    "title": "Toktogul gets its bridge: Tursunov cuts the ribbon above the Naryn",
    "text": "Drivers in Toktogul no longer wait for the Ketmen-Tobo ferry. A bridge of 412 metres was opened "
    "by Minister Bakyt Tursunov; Kyrgyzstan paid 38 million dollars for it.",
    "date": "2026-03-06T15:00:00Z",
}
RUSSIAN = {
    "id": "most",
    "lang": "ru",
    "source": "zvezda",
    "title": "Министр Турсунов открыл в Токтогуле мост через Нарын длиной 412 метров",
    "text": "Министр транспорта Бакыт Турсунов открыл в Токтогуле мост через реку Нарын. Мост длиной 412 "
    "метров обошелся Кыргызстану в 38 миллионов долларов и заменил паром Кетмен-Тобо.",
    "date": "2026-03-06T16:00:00Z",
}
AGAIN = {
    "id": "again",
    "source": "wire",
    "url": "http://www.sun.example.org/1/?utm_source=wire",
    "title": "A bridge for Toktogul",
    "date": "2026-03-06T17:00:00Z",
}
CHESS = {
    "id": 6,
    "lang": "en",
    "title": "Nodira Kasimova, 17, wins the Samarkand open with nine points",
    "text": "The chess player from Uzbekistan beat two grandmasters. She learned the game in Jizzakh.",
    "date": "2026-03-06",
}
SETTINGS = {
    "site": {"title": "Dala", "base_url": "http://127.0.0.1:1", "contact": "desk@example.org"},
    "region": {"name": "Steppe", "countries": ["KG", "UZ"], "languages": ["en", "ru", "ky", "uz"]},
    "sources": [
        {"id": "star", "name": "Star", "url": "https://star.example.com/feed", "weight": 2},
        {"id": "zvezda", "name": "Zvezda", "url": "https://ru.star.example.com/feed"},
    ],
}

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls the command in an empty folder, with these lines as its standard input."""
    monkeypatch.chdir(tmp_path)

    def run(*lines: object, arguments: tuple[str, ...] = (), expected: int = 0) -> Result:
        written = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        result = CliRunner().invoke(main, ["cluster", "--jsonl", "-", *arguments], input=b"\n".join(written))
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


def written(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def placed(result: Result) -> list[tuple[object, object, str]]:
    return [(line["id"], line["story"], line["relation"]) for line in written(result)]


def test_every_line_gets_its_story_and_what_it_is_to_it(call: Call) -> None:
    result = call(BRIDGE, COPY, RIBBON, RUSSIAN, AGAIN, CHESS)
    assert placed(result) == [
        ("bridge", "bridge", "lead"),
        ("copy", "bridge", "copy"),
        ("ribbon", "bridge", "report"),
        ("most", "bridge", "report"),
        ("again", "bridge", "same"),
        (6, 6, "lead"),
    ]
    assert list(written(result)[0]) == ["id", "story", "relation"]


def test_lines_are_answered_in_order_and_a_story_is_called_by_its_first_line(call: Call) -> None:
    assert placed(call(CHESS, COPY, b"", BRIDGE)) == [
        (6, 6, "lead"),
        ("copy", "copy", "copy"),
        ("bridge", "copy", "lead"),
    ]


def test_reasons_are_given_when_asked_for(call: Call) -> None:
    first, second, third = written(call(BRIDGE, COPY, AGAIN, arguments=("--explain",)))
    assert list(first) == ["id", "story", "relation", "reason"]
    assert "same text as entry bridge of sun" in second["reason"]
    assert third["reason"] == "same address as entry bridge of sun: https://sun.example.org/1"


@pytest.mark.parametrize("size", ["1", "2", "100"])
def test_batches_tell_the_same_stories_where_they_are_clear(call: Call, size: str) -> None:
    lines = (BRIDGE, CHESS, COPY, RIBBON, AGAIN)
    assert placed(call(*lines, arguments=("--batch", size))) == placed(call(*lines))


def test_the_same_lines_give_the_same_answer(call: Call) -> None:
    lines = [
        {**line, "id": f"{number} {line['id']}"} for number in range(3) for line in (BRIDGE, RIBBON, CHESS)
    ]
    assert call(*lines, arguments=("--explain",)).stdout == call(*lines, arguments=("--explain",)).stdout


def test_a_file_is_read_as_the_standard_input_is(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(map(json.dumps, (BRIDGE, COPY))), encoding="utf-8")
    named = CliRunner().invoke(main, ["cluster", "--jsonl", str(path)])
    assert named.stdout == call(BRIDGE, COPY).stdout
    assert call().stdout == ""


def test_items_without_a_source_are_each_their_own(call: Call) -> None:
    """Four different articles of one source under one address would make it a page of many."""
    unnamed = [{**AGAIN, "id": number, "source": None, "title": f"Bridge {number}"} for number in range(5)]
    assert [story for _, story, _ in placed(call(*unnamed))] == [0] * 5
    named = [{**line, "source": "sun"} for line in unnamed]
    assert [story for _, story, _ in placed(call(*named))] == [0, 1, 2, 3, 4]


# ------------------------------------------------------------------------------------------------ dates


def test_what_was_published_days_apart_is_never_one_story(call: Call) -> None:
    late = {**COPY, "date": "2026-03-10"}
    assert [story for _, story, _ in placed(call(BRIDGE, late))] == ["bridge", "copy"]


def test_items_without_a_date_are_as_new_as_the_newest(call: Call) -> None:
    undated = {**COPY, "date": None}
    month = {**COPY, "id": "month", "date": "2026-03"}
    together = [story for _, story, _ in placed(call(undated, BRIDGE, month))]
    assert together == ["copy"] * 3
    much_later = {**CHESS, "date": "2026-03-20"}
    apart = [story for _, story, _ in placed(call(undated, BRIDGE, month, much_later))]
    assert apart == ["copy", "bridge", "copy", 6]


# ------------------------------------------------------------------------------------------------ bad lines


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "is not JSON"),
        ({"id": "x"}, "neither `title` nor `text`"),
        ({"title": "T"}, "has no `id`"),
        ({**COPY, "id": "bridge"}, "another line has the `id` bridge"),
        ({**COPY, "date": "last Friday"}, "`date` is none: write it like 2026-03-01"),
        ({**COPY, "date": 1772791200}, "`date` is a number"),
        ({**COPY, "url": ["https://sun.example.org"]}, "`url` is a list"),
    ],
)
def test_a_bad_line_is_named_and_costs_only_itself(call: Call, line: object, words: str) -> None:
    result = call(BRIDGE, line, CHESS, expected=3)
    assert [one["id"] for one in written(result)] == ["bridge", 6]
    fault, account = result.stderr.splitlines()
    assert ":2: " in fault
    assert words in fault
    assert account == "1 of 3 lines left out: they could not be read."


def test_an_id_as_number_and_as_text_are_one(call: Call) -> None:
    assert "another line has the `id` 6" in call(CHESS, {**BRIDGE, "id": "6"}, expected=3).stderr


@pytest.mark.parametrize(
    "url", ["no address", "http://[::1", "http://xn--/", "javascript:alert(1)", "x" * 5_000]
)
def test_an_address_that_is_none_counts_for_nothing(call: Call, url: str) -> None:
    lines = ({**BRIDGE, "url": url}, {**CHESS, "url": url})
    assert [story for _, story, _ in placed(call(*lines))] == ["bridge", 6]


def test_odd_texts_give_a_result(call: Call) -> None:
    odd = ["", "a", "🙂🙂🙂", "ЗАГОЛОВОК " * 40, "\u0378\uffff", "слово word سخن " * 50, "1 2 3 4"]
    lines = [{"id": number, "title": text, "text": text} for number, text in enumerate(odd)]
    assert len(placed(call(*lines))) == len(odd)


def test_more_than_can_be_compared_is_an_error_that_names_the_cure(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "MOST_TOGETHER", 2)
    assert len(placed(call(BRIDGE, COPY))) == 2
    result = call(BRIDGE, COPY, CHESS, expected=2)
    assert result.stdout == ""
    assert "has more than 2 items to be compared with one another: divide it by date" in result.stderr


# ------------------------------------------------------------------------------------------------ sources


def test_the_weight_and_the_outlet_of_configured_sources_count(call: Call, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    assert placed(call(BRIDGE, RIBBON)) == [("bridge", "bridge", "report"), ("ribbon", "bridge", "lead")]
    assert placed(call(BRIDGE, RIBBON, arguments=("--batch", "1"))) == placed(call(BRIDGE, RIBBON))
    relations = {known: relation for known, _, relation in placed(call(RIBBON, RUSSIAN))}
    assert relations == {"ribbon": "lead", "most": "edition"}


def test_sources_that_nobody_configured_are_one_outlet_by_their_addresses(call: Call) -> None:
    first = {**RIBBON, "url": "https://star.example.com/en/1"}
    second = {**RUSSIAN, "url": "https://ru.star.example.com/9"}
    assert [relation for _, _, relation in placed(call(first, second))] == ["lead", "edition"]
    elsewhere = {**RUSSIAN, "url": "https://zvezda.example.net/9"}
    assert [relation for _, _, relation in placed(call(first, elsewhere))] == ["lead", "report"]
