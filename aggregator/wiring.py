"""The only place that builds adapters.

Everything here takes a `Config` and hands out ports for `pipeline.py`, opened and closed in order. Whoever
wants another database, mail road or page swaps it here.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from starlette.applications import Starlette

from aggregator.config.schema import Config
from aggregator.editorial import shipped
from aggregator.editorial.decide import Rules
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.pool import ReadingPool
from aggregator.model import Delivery, Letter, Newsletter, Variant
from aggregator.newsletter import message
from aggregator.newsletter.catcher import Catcher
from aggregator.newsletter.render import Press
from aggregator.newsletter.smtp import SmtpCarrier
from aggregator.pipeline import ComposePorts, DeliverPorts, PollPorts, PublishPorts
from aggregator.publish import feeds
from aggregator.publish.disk import PublicFolder
from aggregator.publish.pages import Pages
from aggregator.reading import ReadBody
from aggregator.store import engine as database
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.entries import EntryStore
from aggregator.store.issues import IssueStore
from aggregator.store.secrets import Secrets
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from aggregator.store.subscribers import SubscriberStore
from aggregator.templating import Templates, shipped_templates
