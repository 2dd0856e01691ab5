"""What can go wrong between us and a server, named for the operator: libcurl's codes as a few errors."""

from __future__ import annotations

import os

import pycurl

from aggregator.errors import AggregatorError


class TransferError(AggregatorError):
    """A request that brought no whole answer."""


class UnusableAddressError(TransferError):
    """An address, of a source or of a redirect, that cannot be followed."""


class NameNotFoundError(TransferError):
    """The host's name has no address."""


class ConnectionFailedError(TransferError):
    """No connection came about: refused, or no road to the server."""

    def __init__(self, text: str, errno: int) -> None:
        """`errno`: the system's word on the last address that was tried; 0 when it said none."""
        self.errno = errno
        super().__init__(text)


class ConnectTimeoutError(TransferError, TimeoutError):
    """The server's machine did not take the connection in time."""


class TlsError(TransferError):
    """No encrypted connection came about: the certificate is no good, or the server does not speak TLS."""


class BrokenOffError(TransferError):
    """The connection ended before the answer did."""


class MalformedReplyError(TransferError):
    """What came is no HTTP, or HTTP beyond all bounds."""


_BY_CODE: dict[int, type[TransferError]] = {
    pycurl.E_URL_MALFORMAT: UnusableAddressError,
    pycurl.E_COULDNT_RESOLVE_HOST: NameNotFoundError,
    pycurl.E_SSL_CONNECT_ERROR: TlsError,
    pycurl.E_PEER_FAILED_VERIFICATION: TlsError,
    pycurl.E_SSL_CACERT_BADFILE: TlsError,
    pycurl.E_SSL_CERTPROBLEM: TlsError,
    pycurl.E_SSL_CIPHER: TlsError,
    pycurl.E_SSL_ISSUER_ERROR: TlsError,
    pycurl.E_SSL_INVALIDCERTSTATUS: TlsError,
}
_BROKEN_OFF = frozenset({
    pycurl.E_GOT_NOTHING, pycurl.E_PARTIAL_FILE, pycurl.E_SEND_ERROR, pycurl.E_HTTP_POST_ERROR,
})  # fmt: skip
_BAD_CHUNKS = "chunk"
"""Faults of framing share a code with connections that were reset; only the text tells them apart."""


def of_curl(code: int, text: str, errno: int, *, connected: bool) -> TransferError | TimeoutError:
    """The error for libcurl's `code` and `text`.

    `errno`: the system's, 0 when there was none. `connected`: the server's machine took the connection, so
    that what ran out of time was TLS.
    """
    text = "".join(character if character.isprintable() else " " for character in text)
    if code in _BY_CODE:
        return _BY_CODE[code](text)
    if code == pycurl.E_COULDNT_CONNECT:
        return ConnectionFailedError(os.strerror(errno) if errno else text, errno)
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return TimeoutError(text) if connected else ConnectTimeoutError(text)
    if code in _BROKEN_OFF or (code == pycurl.E_RECV_ERROR and _BAD_CHUNKS not in text):
        return BrokenOffError(os.strerror(errno) if errno else text)
    return MalformedReplyError(text)
