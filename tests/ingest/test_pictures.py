from __future__ import annotations

import pytest

from aggregator.ingest.pictures import first


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<p>Text <img class="a" src="/1.jpg" alt=""></p><img src="/2.jpg">', "/1.jpg"),
        ("<IMG SRC='https://steppe.example/a.jpg?x=1&amp;y=2'/>", "https://steppe.example/a.jpg?x=1&y=2"),
        ("<img src=up/1.png width=640>", "up/1.png"),
        ('<img src="data:image/gif;base64,R0" data-src="/late.webp">', "/late.webp"),
        ('<img src="/count.gif" width="1" height="1"><img src="/1.jpg" width="300px">', "/1.jpg"),
        ('<img src="https://s.w.org/images/core/emoji/1f600.png"><img src="/1.jpg">', "/1.jpg"),
        ('<img src="/logo.svg">', ""),
        ('<img alt="none">', ""),
        ("no picture", ""),
    ],
)
def test_the_first_real_picture_of_a_text_is_found(markup: str, address: str) -> None:
    assert first(markup) == address
