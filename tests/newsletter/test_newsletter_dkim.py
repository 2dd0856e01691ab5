"""Signatures, as another's verifier sees them."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import replace

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from aggregator.model import Delivery, Newsletter, Site, Variant
from aggregator.newsletter.dkim import Signer, relaxed
from aggregator.newsletter.message import Writer

logging.getLogger("dkimpy").setLevel(logging.CRITICAL)


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("News.example.org", "s2026", pem(rsa.generate_private_key(65537, 2048)))


def verifies(content: bytes, signer: Signer) -> bool:
    def name_server(name: bytes, timeout: int = 5) -> bytes:
        assert name.decode() == f"{signer.record().name}."
        return signer.record().value.encode()

    return bool(dkimpy.verify(content, dnsfunc=name_server))


@pytest.fixture
def content(weekly: Newsletter, delivery: Delivery, site: Site, signer: Signer) -> Callable[[str], bytes]:
    def write(body: str) -> bytes:
        variant = Variant(
            1,
            "fr",
            "Cinq pays s’accordent sur l’eau",
            ("<p><a href='[[unsubscribe]]'>Out</a></p>", body, "<p>[[preferences]]</p>"),
            ("Out: [[unsubscribe]]  \n\n", body + "\n\n\n", "-- \nOut: [[unsubscribe]]\n"),
        )
        return Writer(site, signer=signer).write_letter(weekly, variant, delivery).content

    return write


LATIN = "  The bridge  \t opened on Friday, déjà vu. \n" * 60
CYRILLIC = "Мост через реку  открыт для движения. " * 60


@pytest.mark.parametrize("body", [LATIN, CYRILLIC, ".\n..\n"])
def test_another_program_verifies_a_signed_letter(
    content: Callable[[str], bytes], signer: Signer, body: str
) -> None:
    assert verifies(content(body), signer)


def test_a_touched_field_or_body_breaks_the_signature(
    content: Callable[[str], bytes], signer: Signer
) -> None:
    whole = content(LATIN)
    head, _, body = whole.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    (signature,) = (one for one in fields if one.startswith(b"DKIM-Signature"))
    signed = re.sub(rb"\s", b"", re.search(rb"h=([^;]+)", signature)[1]).split(b":")  # type: ignore[index]
    for number, field in enumerate(fields):
        name, _, value = field.partition(b": ")
        if field == signature:
            continue
        assert name.lower() in signed
        touched = b"\r\n".join([*fields[:number], name + b": x" + value, *fields[number + 1 :]])
        assert not verifies(touched + b"\r\n\r\n" + body, signer), name
        removed = b"\r\n".join([*fields[:number], *fields[number + 1 :]])
        assert not verifies(removed + b"\r\n\r\n" + body, signer), name
    assert not verifies(whole.replace(b"Friday", b"Sunday", 1), signer)
    assert not verifies(whole[:-4] + b"x" + whole[-4:], signer)
    assert verifies(whole, signer)


@pytest.mark.parametrize(
    "field",
    [
        *("From: other@example.com", "To: other@example.com", "Subject: x", "Date: x", "Cc: x@example.com"),
        *("List-Unsubscribe: <https://evil.example/>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
        *("Content-Type: text/html", "Reply-To: other@example.com"),
    ],
)
def test_another_field_of_the_same_name_breaks_it_too(
    content: Callable[[str], bytes], signer: Signer, field: str
) -> None:
    assert not verifies(field.encode() + b"\r\n" + content(LATIN), signer)


def test_one_click_is_signed_and_lines_are_short(content: Callable[[str], bytes]) -> None:
    signature = content(LATIN).partition(b"\r\nFrom:")[0]
    assert b"list-unsubscribe-post" in signature
    assert b"c=relaxed/relaxed" in signature
    assert max(map(len, signature.split(b"\r\n"))) <= 78


def test_a_letter_to_an_international_address_is_signed_as_well(
    weekly: Newsletter, delivery: Delivery, site: Site, signer: Signer
) -> None:
    variant = Variant(1, "fr", "x", ("", "y", ""), ("", "y", ""))
    to = replace(delivery, address="айгүл@example.kz")
    assert verifies(Writer(site, signer=signer).write_letter(weekly, variant, to).content, signer)


def test_the_signature_of_a_letter_never_changes(content: Callable[[str], bytes]) -> None:
    assert content(CYRILLIC) == content(CYRILLIC)


def test_an_ed25519_key_signs_the_hash_of_what_rsa_would_sign(
    weekly: Newsletter, delivery: Delivery, site: Site
) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    signer = Signer("news.example.org", "ed", pem(key))
    variant = Variant(1, "fr", "x", ("", "y", ""), ("", "y", ""))
    content = Writer(site, signer=signer).write_letter(weekly, variant, delivery).content
    head = content.partition(b"\r\n\r\n")[0]
    (signature, *fields) = re.split(rb"\r\n(?![ \t])", head)
    unsigned, _, said = signature.rpartition(b" b=")
    canonical = dkimpy.canonicalization.Relaxed.canonicalize_headers(
        [tuple(one.split(b":", 1)) for one in (*fields, unsigned + b" b=")]
    )
    data = b"\r\n".join(name + b":" + value.strip() for name, value in canonical)
    key.public_key().verify(base64.b64decode(re.sub(rb"\s", b"", said)), hashlib.sha256(data).digest())
    assert signer.record().value.startswith("v=DKIM1; k=ed25519; p=")


def test_the_record_fits_a_zone_file(signer: Signer) -> None:
    line = signer.record().lines()
    assert line.startswith("s2026._domainkey.news.example.org. IN TXT ( ")
    strings = re.findall('"([^"]*)"', line)
    assert "".join(strings) == signer.record().value
    assert max(map(len, strings)) <= 255


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (b"no key", "not a private key"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither an RSA nor an Ed25519"),
        (
            rsa.generate_private_key(65537, 1024).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
            ),
            "passphrase",
        ),
    ],
)
def test_a_key_that_cannot_sign_is_refused_with_the_cure(key: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Signer("example.org", "s", key)


def test_white_space_is_what_relaxed_makes_of_it() -> None:
    assert relaxed(b"a \t b\t\r\nc  \r\n d\r\n") == b"a b\r\nc\r\n d\r\n"
