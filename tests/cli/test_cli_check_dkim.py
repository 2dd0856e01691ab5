"""`check-config` reads the key that signs letters, and says what the name server must say."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from aggregator.cli import main

CONFIG = """\
site: {title: T, base_url: "https://n.example.org", contact: a@example.org}
region: {name: R, countries: [KZ]}
newsletters:
  - {id: weekly, names: {en: Weekly}, sender: w@%s, tracks: [daily]}
dkim: {domain: example.org, selector: s1, key_file: key.pem}
"""


def checked(folder: Path, key: bytes | None, sender: str = "example.org") -> tuple[int, str]:
    (folder / "config.yaml").write_text(CONFIG % sender, encoding="utf-8")
    if key is not None:
        (folder / "key.pem").write_bytes(key)
    outcome = CliRunner().invoke(main, ["--config", str(folder / "config.yaml"), "check-config"])
    return outcome.exit_code, outcome.output


def rsa(bits: int) -> bytes:
    key = generate_private_key(65537, bits)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_the_record_is_shown(tmp_path: Path) -> None:
    code, said = checked(tmp_path, rsa(2048))
    assert code == 0
    assert 's1._domainkey.example.org. IN TXT ( "v=DKIM1; k=rsa; p=' in said
    assert "bits are few" not in said


def test_what_weakens_a_signature_is_said(tmp_path: Path) -> None:
    code, said = checked(tmp_path, rsa(1024), sender="other.example")
    assert code == 0
    assert "1024 bits are few" in said
    assert "does not speak for w@other.example" in said


@pytest.mark.parametrize(
    ("key", "said"), [(None, "cannot be read: No such file"), (b"x", "not a private key")]
)
def test_a_key_that_cannot_be_used_is_a_fault(tmp_path: Path, key: bytes | None, said: str) -> None:
    code, output = checked(tmp_path, key)
    assert code == 2
    assert f"dkim.key_file: {tmp_path / 'key.pem'}" in output.replace("\n", "")
    assert said in output
    assert "is fine" not in output


def test_a_sender_below_the_signing_domain_in_its_own_script_is_spoken_for(tmp_path: Path) -> None:
    config = CONFIG.replace("domain: example.org", "domain: xn--b1amnebsh.example")
    (tmp_path / "config.yaml").write_text(config % "новости.example", encoding="utf-8")
    (tmp_path / "key.pem").write_bytes(rsa(2048))
    outcome = CliRunner().invoke(main, ["--config", str(tmp_path / "config.yaml"), "check-config"])
    assert outcome.exit_code == 0
    assert "does not speak for" not in outcome.output
