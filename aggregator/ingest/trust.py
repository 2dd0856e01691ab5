"""Whose certificates are believed: the authorities that this machine trusts."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

_USUAL_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Gentoo
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine
)


@dataclass(frozen=True, slots=True)
class Trust:
    """Where the certificates of the authorities stand: a file or a folder."""

    file: str | None = None
    """All in one file, PEM: read once and kept."""
    folder: str | None = None
    """One file each, named by hash, as OpenSSL looks them up."""


MISSING = (
    "this machine knows no certificate authorities: install them (the package is mostly called "
    "ca-certificates), or name a file of them in the environment variable SSL_CERT_FILE"
)


def of_system() -> Trust | None:
    """The trust of this machine: `SSL_CERT_FILE` and `SSL_CERT_DIR` where set, else where systems keep it.

    A file is preferred to a folder: what is read from it is kept for the connections that follow. None when
    there are no certificates: then nobody can be believed.
    """
    paths = ssl.get_default_verify_paths()
    for file in (paths.cafile, *_USUAL_FILES):
        if file and Path(file).is_file():
            return Trust(file=file)
    if paths.capath and any(Path(paths.capath).glob("*.0")):
        return Trust(folder=paths.capath)
    return None
