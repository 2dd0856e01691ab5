"""How a feed's history is divided into archive documents."""

from __future__ import annotations

import pytest

from aggregator.publish import archives


@pytest.mark.parametrize(
    ("count", "complete"), [(0, 0), (49, 0), (50, 0), (99, 0), (100, 2), (149, 2), (150, 3), (100_000, 2000)]
)
def test_only_full_documents_are_archived_and_none_alone(count: int, complete: int) -> None:
    assert archives.complete(count) == complete


@pytest.mark.parametrize(
    ("count", "limit", "needed"), [(0, 30, 30), (99, 30, 99), (130, 20, 30), (130, 100, 100)]
)
def test_the_current_documents_hold_what_no_archive_document_has(count: int, limit: int, needed: int) -> None:
    assert archives.newest(count, limit) == needed


def test_documents_follow_one_another_without_a_gap() -> None:
    spans = [archives.span(document) for document in (1, 2, 3)]
    assert spans == [(0, 50), (50, 100), (100, 150)]


@pytest.mark.parametrize(
    ("numbers", "count", "documents"),
    [
        ((), 500, []),
        ((0, 49), 500, [1]),
        ((120,), 140, []),
        ((120, 30), 160, [1, 3]),
        ((99,), 100, [1, 2]),
        ((149, 149), 150, [2, 3]),
    ],
    ids=["nothing", "the first", "not complete", "two", "the first pair", "a successor is complete"],
)
def test_a_document_is_written_anew_when_it_or_its_successor_changes(
    numbers: tuple[int, ...], count: int, documents: list[int]
) -> None:
    assert archives.touched(numbers, count) == documents
