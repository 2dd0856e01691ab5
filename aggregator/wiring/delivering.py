"""Delivering: letters to a mail server, or to the local catcher."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.config.schema import Config
from aggregator.model import Delivery, Letter, Newsletter, Variant
from aggregator.newsletter import message
from aggregator.newsletter.catcher import Catcher
from aggregator.newsletter.smtp import SmtpCarrier
from aggregator.pipeline import DeliverPorts
from aggregator.store.addresses import masked
from aggregator.wiring import clock
from aggregator.wiring.caught_mail import caught_folder
from aggregator.wiring.stores import Stores

__all__ = ["delivering", "masked"]


@asynccontextmanager
async def delivering(config: Config, opened: Stores) -> AsyncIterator[DeliverPorts]:
    """The ports of `pipeline.deliver`. Without `smtp` in the configuration mail goes to the local catcher."""
    site = config.publisher()

    def write_letter(newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:
        return message.write(newsletter, variant, delivery, site)

    sessions = config.smtp.sessions if config.smtp else 5
    async with _carrier(config) as carrier:
        yield DeliverPorts(
            newsletters={newsletter.id: newsletter for newsletter in config.newsletters_offered()},
            ledger=opened.ledger,
            carrier=carrier,
            write_letter=write_letter,
            sessions=sessions,
        )


@asynccontextmanager
async def _carrier(config: Config) -> AsyncIterator[SmtpCarrier]:
    if config.smtp is None:
        catcher = Catcher(caught_folder(config), clock=clock.now)
        catcher.start()
        carrier = SmtpCarrier(catcher.host, catcher.port, tls="none", accepted=catcher.holds)
        stop = catcher.stop
    else:
        smtp = config.smtp
        carrier = SmtpCarrier(
            smtp.host,
            smtp.port,
            tls=smtp.security,
            username=smtp.username,
            password=smtp.password.get_secret_value() if smtp.password else None,
            local_hostname=config.publisher().id_domain,
            sessions=smtp.sessions,
        )
        stop = _nothing
    try:
        yield carrier
    finally:
        await carrier.close()
        stop()


def _nothing() -> None:
    """A server of somebody else is not ours to stop."""
