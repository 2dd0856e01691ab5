from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.ingest.as_published import CHARACTERS_PER_FIELD, pack, unpack
from aggregator.model import PublishedEntry

texts = st.text(st.characters(codec=None), max_size=50)


@given(
    st.builds(PublishedEntry, guid=texts, title=texts, content=texts, categories=st.lists(texts).map(tuple))
)
def test_what_was_packed_comes_back_as_it_was(published: PublishedEntry) -> None:
    assert unpack(pack(published)) == published


def test_of_a_long_field_only_the_beginning_is_kept() -> None:
    published = PublishedEntry(guid="g", content="ж" * (CHARACTERS_PER_FIELD + 9))
    assert unpack(pack(published)) == replace(published, content="ж" * CHARACTERS_PER_FIELD)


def test_text_is_packed_to_a_fraction() -> None:
    assert len(pack(PublishedEntry(content="Перевал закрыт из-за снега. " * 100))) < 300


@pytest.mark.parametrize("packed", [b"", b"no frame", pack(PublishedEntry(title="t"))[:-3]])
def test_what_is_no_packed_entry_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="no packed entry"):
        unpack(packed)
