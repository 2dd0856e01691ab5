"""Bounces: the mailboxes in which they arrive, and the address at which a relay tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from aggregator.bounces import BouncePorts, Mailbox
from aggregator.config.mail_settings import BounceSettings
from aggregator.config.schema import Config
from aggregator.model import BounceKind, Finding, SoftRule
from aggregator.newsletter import bounce_events, bounce_mail
from aggregator.newsletter.bounce_maildir import Letterbox, Maildir
from aggregator.wiring.stores import Stores

WEBHOOK = "webhook"


def bouncing(config: Config, opened: Stores) -> BouncePorts:
    """The ports of `bounces.collect`. Without `bounces` there are no mailboxes: only refusals are judged."""
    said = config.bounces
    if said is None:
        return BouncePorts((), opened.bounces, _reader(bounce_mail.Mailboxes("")))
    return BouncePorts(
        mailboxes=tuple(_mailboxes(said, config, opened)),
        ledger=opened.bounces,
        read=_reader(bounce_mail.Mailboxes(said.address, said.unsubscribe or "")),
        rule=SoftRule(limit=said.soft_limit, window=said.soft_window),
    )


def notifying(config: Config) -> tuple[str, Callable[[bytes], str]] | None:
    """The webhook's secret and what takes its bodies; None where there is none."""
    if config.bounces is None or config.bounces.webhook_secret is None:
        return None
    letterbox = Letterbox(notified_folder(config))

    def accept(body: bytes) -> str:
        if bounce_events.is_events(body):
            try:
                bounce_events.read(body)
            except bounce_events.NoEventsError as error:
                return str(error)
        elif not body.strip():
            return "an empty body: send a mail as it came back, or a list of events as JSON"
        letterbox.put(body)
        return ""

    return config.bounces.webhook_secret.get_secret_value(), accept


def notified_folder(config: Config) -> Path:
    """The Maildir in which what a relay told waits, and what of it nobody understood stays."""
    return config.storage.data / "bounces"


def _mailboxes(said: BounceSettings, config: Config, opened: Stores) -> Iterator[Mailbox]:
    if said.maildir is not None:
        yield Maildir(said.maildir, keep=said.keep)
    if said.imap is not None:
        # Here and not above: few have one, and a poll needs neither IMAP nor TLS.
        from aggregator.newsletter.bounce_imap import ImapAccount, ImapMailbox

        imap = said.imap
        account = ImapAccount(
            imap.host,
            imap.port,
            imap.security,
            imap.username,
            imap.password.get_secret_value() if imap.password else "",
            imap.folder,
        )
        yield ImapMailbox(account, opened.bounces, keep=said.keep)
    if said.webhook_secret is not None:
        yield Maildir(notified_folder(config), WEBHOOK, keep=said.keep)


def _reader(boxes: bounce_mail.Mailboxes) -> Callable[[str, bytes], tuple[Finding, ...]]:
    def read(source: str, content: bytes) -> tuple[Finding, ...]:
        # Only whoever signed may name an address: a mail that looks like events is no event.
        if source == WEBHOOK and bounce_events.is_events(content):
            try:
                return bounce_events.read(content)
            except bounce_events.NoEventsError as error:
                return (Finding(BounceKind.STRANGE, diagnostic=str(error)),)
        return bounce_mail.read(content, boxes)

    return read
