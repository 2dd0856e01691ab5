"""The built-in web server: published files, and the pages that answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aggregator.config.schema import Config
from aggregator.push import CallbackPorts
from aggregator.web.app import ReaderSettings, WebSettings, create_app
from aggregator.web.bounce_hook import BounceHook
from aggregator.web.caught import Caught
from aggregator.web.server import Address, serve
from aggregator.wiring import clock
from aggregator.wiring.bouncing import notifying
from aggregator.wiring.browsing import answering
from aggregator.wiring.caught_mail import caught_folder, caught_key
from aggregator.wiring.members import Members
from aggregator.wiring.stores import Stores
from aggregator.wiring.subscriptions import Subscriptions


@asynccontextmanager
async def pages_served(config: Config, opened: Stores) -> AsyncIterator[Address]:
    """Serve the public folder, the pages for readers, and caught mail where no `smtp` is configured."""
    answers = answering(config, opened)
    published = answers.published
    members = Members(config, opened)
    told_of_bounces = notifying(config)
    caught = None if config.smtp else Caught(caught_folder(config), caught_key(opened))
    app = create_app(
        WebSettings(
            public=config.storage.public,
            site=published.site,
            environment=published.templates.environment,
            languages=published.site.languages,
            leave=members.leave,
            readers=ReaderSettings(members, clock.now),
            caught=caught,
            bounces=BounceHook(*told_of_bounces) if told_of_bounces else None,
            hubs=Subscriptions(CallbackPorts(opened.leases, opened.inbox), clock.now),
            largest_push=config.polling.max_bytes,
            browse=answers.browse,
            refusal=answers.refusal,
            moved=answers.moved,
            gone=answers.gone,
            api=answers.api,
            trusted_proxies=config.web.trusted_proxies,
            requests_per_minute=config.web.requests_per_minute,
        )
    )
    async with serve(app, config.web.host, config.web.port) as address:
        yield address
