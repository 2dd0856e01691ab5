from __future__ import annotations

import pytest

from aggregator.ingest.diagnosis import of_error, of_status
from aggregator.model import SourceState

URL = "https://steppe.example/feed/"


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
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
    found, message = of_status(status, URL)
    assert found is state
    assert said in message
    assert URL in message


def test_errors_without_a_text_are_named_by_their_class() -> None:
    assert of_error(TimeoutError(), URL)[0] is SourceState.TIMEOUT
    assert "TimeoutError" in of_error(TimeoutError(), URL)[1]
    state, message = of_error(ConnectionResetError(), URL)
    assert state is SourceState.HTTP_ERROR
    assert "ConnectionResetError: no further word" in message
