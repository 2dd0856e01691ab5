"""The secret keys of one installation: a file in the data folder, made once, part of every backup.

Letter tokens and Message-IDs are made with the newest key and remember which one it was, so that rotation
keeps old letters' links working. The keyed hash of an address is always made with the first key: a
suppression must be found again for ever.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from aggregator.errors import StoreError

log = logging.getLogger(__name__)

FILE_NAME = "secret.keys"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """One secret and the id under which rows remember it."""

    id: str
    secret: bytes

    def sign(self, purpose: str, message: str) -> bytes:
        """HMAC-SHA256 (RFC 2104), different for each purpose: what one link holds opens nothing else."""
        return hmac.digest(self.secret, f"{purpose}:{message}".encode(), "sha256")


@dataclass(frozen=True, slots=True)
class Secrets:
    """All keys, the oldest first."""

    keys: tuple[Key, ...]

    @staticmethod
    def are_in(folder: Path) -> bool:
        """Whether there are keys in `folder`, be they readable or not."""
        return (folder / FILE_NAME).exists()

    @classmethod
    def load(cls, folder: Path) -> Secrets:
        """The keys in `folder`, made at the first call. Raises StoreError when the file cannot be used."""
        path = folder / FILE_NAME
        try:
            if not path.exists():
                folder.mkdir(parents=True, exist_ok=True)
                _create(path, [_new_key()])
            _warn_if_open(path)
            return cls(tuple(_parse(path)))
        except OSError as error:
            raise StoreError(f"secret keys {path}: {error.strerror or error}") from error

    def rotated(self, folder: Path) -> Secrets:
        """Add a key that signs from now on; the old ones keep verifying. Raises StoreError as `load` does."""
        rotated = Secrets((*self.keys, _new_key()))
        path = folder / FILE_NAME
        try:
            _written(path, rotated.keys).replace(path)
        except OSError as error:
            raise StoreError(f"secret keys {path}: {error.strerror or error}") from error
        return rotated

    @property
    def current(self) -> Key:
        """The key that signs."""
        return self.keys[-1]

    def key(self, key_id: str) -> Key:
        """The key that a row remembers. Raises StoreError when the file no longer holds it."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise StoreError(
            f"secret key {key_id} is missing: restore {FILE_NAME} from the backup of this database"
        )

    def address_hash(self, normalised: str) -> bytes:
        """Keyed hash of a normalised mail address: recognises it without keeping it."""
        return self.keys[0].sign("address", normalised)


def _new_key() -> Key:
    secret = random.token_bytes(KEY_BYTES)
    return Key(hashlib.sha256(secret).hexdigest()[:8], secret)


def _create(path: Path, keys: list[Key]) -> None:
    """Put the file there whole; when another process was faster, its file stays."""
    temporary = _written(path, keys)
    try:
        os.link(temporary, path)
    except FileExistsError:
        log.info("secret keys %s were made by another process", path)
    finally:
        temporary.unlink()


def _written(path: Path, keys: list[Key] | tuple[Key, ...]) -> Path:
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        # NamedTemporaryFile makes files with mode 0600.
        file.writelines(f"{key.id} {base64.b64encode(key.secret).decode()}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name)


def _warn_if_open(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        log.warning("secret keys %s can be read by others: chmod 600 %s", path, path)


def _parse(path: Path) -> list[Key]:
    keys = []
    for number, line in enumerate(path.read_text(encoding="ascii", errors="replace").splitlines(), start=1):
        try:
            key_id, secret = line.split()
            keys.append(Key(key_id, base64.b64decode(secret, validate=True)))
        except (ValueError, binascii.Error) as error:
            raise StoreError(
                f"secret keys {path}:{number}: not «id base64»; restore it from a backup"
            ) from error
        if len(keys[-1].secret) != KEY_BYTES:
            raise StoreError(f"secret keys {path}:{number}: not {KEY_BYTES} bytes; restore it from a backup")
    if not keys:
        raise StoreError(f"secret keys {path}: the file is empty; restore it from a backup")
    return keys
