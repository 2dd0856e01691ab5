from __future__ import annotations

import errno

import pycurl
import pytest

from aggregator.ingest.diagnosis import is_unreached
from aggregator.ingest.faults import (
    BrokenOffError,
    ConnectionFailedError,
    ConnectTimeoutError,
    MalformedReplyError,
    NameNotFoundError,
    TlsError,
    UnusableAddressError,
    of_curl,
)


@pytest.mark.parametrize(
    ("code", "text", "number", "connected", "kind", "said", "unreached"),
    [
        (pycurl.E_URL_MALFORMAT, "bad host", 0, False, UnusableAddressError, "bad host", False),
        (pycurl.E_COULDNT_RESOLVE_HOST, "no a.example", 0, False, NameNotFoundError, "no a.example", True),
        (
            pycurl.E_COULDNT_CONNECT,
            "failed",
            errno.ECONNREFUSED,
            False,
            ConnectionFailedError,
            "refused",
            False,
        ),
        (
            pycurl.E_COULDNT_CONNECT,
            "failed",
            errno.ENETUNREACH,
            False,
            ConnectionFailedError,
            "unreach",
            True,
        ),
        (pycurl.E_COULDNT_CONNECT, "failed", 0, False, ConnectionFailedError, "failed", False),
        (pycurl.E_OPERATION_TIMEDOUT, "slow", 0, False, ConnectTimeoutError, "slow", True),
        (pycurl.E_OPERATION_TIMEDOUT, "slow TLS", 0, True, TimeoutError, "slow TLS", False),
        (pycurl.E_PEER_FAILED_VERIFICATION, "self-signed", 0, True, TlsError, "self-signed", False),
        (pycurl.E_SSL_CONNECT_ERROR, "wrong version", 0, True, TlsError, "wrong version", False),
        (pycurl.E_RECV_ERROR, "Recv failure", errno.ECONNRESET, True, BrokenOffError, "reset", False),
        (pycurl.E_PARTIAL_FILE, "5 bytes missing", 0, True, BrokenOffError, "5 bytes missing", False),
        (pycurl.E_RECV_ERROR, "bad chunk\x1b[2J", 0, True, MalformedReplyError, r"bad chunk \[2J", False),
        (pycurl.E_UNSUPPORTED_PROTOCOL, "HTTP/0.9", 0, True, MalformedReplyError, "0.9", False),
    ],
)
def test_a_code_becomes_an_error_in_words_and_says_whether_a_server_was_reached(
    code: int,
    text: str,
    number: int,
    connected: bool,
    kind: type[Exception],
    said: str,
    unreached: bool,
) -> None:
    error = of_curl(code, text, number, connected=connected)
    assert type(error) is kind
    with pytest.raises(kind, match=said):
        raise error
    assert is_unreached(error) is unreached
