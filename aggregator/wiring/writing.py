"""Writing letters: who sends them, where bounces return, and the key that signs them."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.newsletter import dkim
from aggregator.newsletter.fields import ascii_domain
from aggregator.newsletter.message import Writer

MOST_BYTES = 100_000
"""Of a key file; a longer one is something else."""


def writer(config: Config, *, signed: bool = True) -> Writer:
    """Writes the letters of this configuration; unsigned ones for whoever only looks at them.

    Raises UsageError as `signer` does.
    """
    newsletters = config.newsletters_offered()
    return Writer(
        config.publisher(),
        notices_from=newsletters[0].sender if newsletters else "",
        bounces=config.bounces.address if config.bounces else "",
        unsubscribe=(config.bounces.unsubscribe or "") if config.bounces else "",
        signer=signer(config) if signed else None,
    )


def signer(config: Config) -> dkim.Signer | None:
    """What signs letters; None where that is left to the mail server.

    Raises UsageError, which names the file, when the key cannot be read or used.
    """
    said = config.dkim
    if said is None:
        return None
    try:
        with said.key_file.open("rb") as file:
            pem = file.read(MOST_BYTES)
    except OSError as error:
        raise UsageError(f"dkim.key_file: {said.key_file} cannot be read: {error.strerror}") from None
    try:
        return dkim.Signer(said.domain, said.selector, pem)
    except ValueError as error:
        raise UsageError(f"dkim.key_file: {said.key_file}: {error}") from None


def weaknesses(config: Config, signer: dkim.Signer) -> list[str]:
    """What keeps signatures from being worth what they could be, each with its cure."""
    found = []
    if signer.bits is not None and signer.bits < dkim.STRONG_BITS:
        found.append(
            f"dkim.key_file: {signer.bits} bits are few; `openssl genrsa -out FILE {dkim.STRONG_BITS}` makes "
            "a stronger key, which needs a selector of its own"
        )
    domain = signer.domain
    for newsletter in config.newsletters_offered():
        host = ascii_domain(newsletter.sender).domain.lower()
        if host != domain and not host.endswith(f".{domain}") and not domain.endswith(f".{host}"):
            found.append(
                f"dkim.domain: {domain} does not speak for {newsletter.sender}, the sender of "
                f"{newsletter.id}: receivers take such a letter for unsigned (DMARC)"
            )
    return found
