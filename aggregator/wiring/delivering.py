"""Delivering: letters to mail servers, or to the local catcher."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aggregator.config.mail_settings import SmtpServer
from aggregator.config.schema import Config
from aggregator.newsletter.catcher import Catcher
from aggregator.newsletter.postfix_log import PostfixLog
from aggregator.newsletter.smtp import SmtpCarrier
from aggregator.outgoing import DeliverPorts, Road
from aggregator.store.addresses import masked
from aggregator.traffic import Traffic
from aggregator.wiring import clock
from aggregator.wiring.caught_mail import caught_folder
from aggregator.wiring.stores import Stores
from aggregator.wiring.writing import writer

__all__ = ["delivering", "masked"]

CAUGHT_AT_ONCE = 5


def _never() -> bool:
    return False


@asynccontextmanager
async def delivering(
    config: Config, opened: Stores, stopping: Callable[[], bool] = _never
) -> AsyncIterator[DeliverPorts]:
    """The ports of `pipeline.deliver`. Without `smtp` in the configuration mail goes to the local catcher.

    `stopping`: whether the process is to end: no more letters are taken up then.
    """
    writes = writer(config)
    async with _roads(config) as (first, *more):
        yield DeliverPorts(
            newsletters={newsletter.id: newsletter for newsletter in config.newsletters_offered()},
            ledger=opened.ledger,
            carrier=first.carrier,
            write_letter=writes.write_letter,
            write_notice=writes.write_notice,
            sessions=first.sessions,
            per_second=first.per_second,
            record=first.record,
            more=tuple(more),
            clock=clock.now,
            stopping=stopping,
            traffic=Traffic(dict(config.smtp.per_domain) if config.smtp else {}),
        )


@asynccontextmanager
async def _roads(config: Config) -> AsyncIterator[list[Road]]:
    async with AsyncExitStack() as stack:
        if config.smtp is not None:
            roads = [_road(server, config) for server in config.smtp.servers]
        else:
            catcher = Catcher(caught_folder(config), clock=clock.now)
            catcher.start()
            stack.callback(catcher.stop)
            caught = SmtpCarrier(catcher.host, catcher.port, tls="none", accepted=catcher.holds)
            roads = [(caught, Road(caught, CAUGHT_AT_ONCE))]
        for carrier, _ in roads:
            stack.push_async_callback(carrier.close)
        yield [road for _, road in roads]


def _road(server: SmtpServer, config: Config) -> tuple[SmtpCarrier, Road]:
    carrier = SmtpCarrier(
        server.host,
        server.port,
        tls=server.security,
        username=server.username,
        password=server.password.get_secret_value() if server.password else None,
        local_hostname=config.publisher().id_domain,
        sessions=server.sessions,
    )
    record = PostfixLog(server.postfix_log) if server.postfix_log else None
    return carrier, Road(carrier, server.sessions, server.per_second, record)
