from __future__ import annotations

import pytest

from aggregator.errors import BlockedAddressError
from aggregator.ingest.diagnosis import of_error, of_status
from aggregator.model import SourceState

URL = "https://steppe.example/feed/"
AGENT = "RegionalNews/0.1 (+https://news.example)"
BLOCKED = BlockedAddressError("private")


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        (304, SourceState.HTTP_ERROR, "is broken"),
        (401, SourceState.HTTP_ERROR, "401 Unauthorized"),
        (403, SourceState.HTTP_ERROR, "user_agent"),
        (404, SourceState.HTTP_ERROR, "new address"),
        (410, SourceState.GONE, "enabled: false"),
        (418, SourceState.HTTP_ERROR, "in a browser"),
        (429, SourceState.HTTP_ERROR, "raise `interval`"),
        (503, SourceState.HTTP_ERROR, "asked again later"),
        (599, SourceState.HTTP_ERROR, "HTTP 599 from"),
    ],
)
def test_a_status_is_told_with_its_address_and_a_cure(status: int, state: SourceState, said: str) -> None:
    found, message = of_status(status, URL, {"Content-Type": "text/html", "Content-Length": "512"}, AGENT)
    assert found is state
    for part in (said, URL, "text/html", "512 bytes", AGENT):
        assert part in message


def test_an_answer_without_headers_is_told_as_such() -> None:
    assert "no content type, an unknown number of bytes" in of_status(404, URL, {}, AGENT)[1]


def test_errors_without_a_text_are_named_by_their_class() -> None:
    assert of_error(TimeoutError(), URL)[0] is SourceState.TIMEOUT
    assert "(TimeoutError)" in of_error(TimeoutError(), URL)[1]
    state, message = of_error(ConnectionResetError(), URL)
    assert state is SourceState.HTTP_ERROR
    assert "ConnectionResetError: no further word)" in message


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), BLOCKED])
def test_what_went_wrong_on_the_way_is_told_with_the_name_under_which_we_asked(error: Exception) -> None:
    message = of_error(error, URL, AGENT)[1]
    assert URL in message
    assert f"asked as {AGENT!r}" in message
