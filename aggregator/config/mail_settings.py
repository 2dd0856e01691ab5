"""The sections of `config.yaml` that are about letters: newsletters, and the servers that carry them."""

# No `from __future__ import annotations`: pydantic would compile each annotation by itself at every start.

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, SecretStr

from aggregator import model
from aggregator.config.settings import DAY, HOUR, Settings, default_of
from aggregator.config.values import (
    Countries,
    Duration,
    Language,
    Languages,
    MailAddress,
    PathBesideConfig,
    Slug,
    Text,
    TimeOfDay,
    TimeZone,
    Tracks,
    between,
)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

SECRET_CHARACTERS = 16
EVERY_OTHER_DOMAIN = "*"
DOMAIN = re.compile(r"(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*")


class SendWindowSettings(Settings):
    """When letters may go out, by the newsletter's own clock."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = get_args(Weekday)
    begins: TimeOfDay = "00:00"
    ends: TimeOfDay
    """No letter goes out from here on; earlier than `begins`: on the next day."""

    def window(self) -> model.SendWindow:
        """The value that the model knows."""
        days = tuple(sorted({get_args(Weekday).index(day) + 1 for day in self.days}))
        return model.SendWindow(days, self.begins, self.ends)


class NewsletterSettings(Settings):
    """A recurring digest."""

    id: Slug
    names: Annotated[dict[Language, Text], Field(min_length=1)]
    """Name per interface language; the first is the default."""
    sender: MailAddress
    """Address in the From header."""
    time_zone: TimeZone | None = None
    """Zone in which its days begin and end; by default the site's."""
    send_at: TimeOfDay = "07:00"
    tracks: Annotated[Tracks, Field(min_length=1)]
    """Rhythms a reader can choose: `daily`, `weekly: monday`, `monthly`."""
    countries: Countries | None = None
    """Sections in order; by default the region's countries."""
    languages: Languages = default_of(model.Newsletter, "languages")
    """Languages of the stories it may hold; empty admits all."""
    top: Annotated[int, Field(ge=0, le=20)] = default_of(model.Newsletter, "top")
    """Stories that open it."""
    per_country: Annotated[int, Field(ge=1, le=100)] = default_of(model.Newsletter, "per_country")
    per_source: Annotated[int, Field(ge=1, le=100)] = default_of(model.Newsletter, "per_source")
    """Stories of one source within a section."""
    max_lateness: Annotated[Duration, between(HOUR, 30 * DAY)] = default_of(model.Newsletter, "max_lateness")
    """An issue that is later than this waits for the operator."""
    images: Literal["none", "inline", "hosted"] = default_of(model.Newsletter, "images")
    """Pictures of top stories: none; our own copies inside the letter, three at most; or the same, loaded
    from the public pages when it is read."""
    hide_empty: bool = default_of(model.Newsletter, "hide_empty")
    """Leave out countries without stories; else a line says that they have none."""
    generic_subject: bool = default_of(model.Newsletter, "generic_subject")
    """Name newsletter and dates in the subject, and no story."""
    note: PathBesideConfig | None = None
    """Markdown file that opens every issue for which `aggregator newsletter note` wrote none."""
    send_window: SendWindowSettings | None = None
    """When letters may go out; by default whenever they are due."""
    on_unknown: Literal["hold", "resend"] = default_of(model.Newsletter, "on_unknown")
    """What becomes of a letter that may have arrived and of which no record tells: held for the operator,
    or sent again after a quarter of an hour, byte for byte the same."""


class SmtpServer(Settings):
    """A mail server that carries letters."""

    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: Text | None = None
    password: SecretStr | None = None
    """Better from the environment, `${SMTP_PASSWORD}`, or from `password_file`."""
    password_file: PathBesideConfig | None = None
    """File whose first line is the password."""
    sessions: Annotated[int, Field(ge=1, le=50)] = 5
    """Letters under way at once."""
    per_second: Annotated[float, Field(gt=0, le=10_000)] | None = None
    """Letters of issues that it is handed in a second, at most."""
    postfix_log: PathBesideConfig | None = None
    """Log of this server, where it is a Postfix on this machine: tells whether a letter arrived whose
    acceptance was lost. `/var/log/mail.log`, say; the logs rotated beside it are read as well."""


def _paced_domain(value: str) -> str:
    """As domains of addresses are kept: in lower case and their own script. Nothing else would ever match."""
    domain = value.lower()
    if domain != EVERY_OTHER_DOMAIN and not DOMAIN.fullmatch(domain):
        raise ValueError("expects a domain such as example.org, or `*` in quotes for every other one")
    try:
        return domain.encode("ascii").decode("idna") if "xn--" in domain else domain
    except UnicodeError:
        raise ValueError("expects a domain such as example.org; this is no IDNA name") from None


PacedDomain = Annotated[Text, AfterValidator(_paced_domain)]


class SmtpSettings(SmtpServer):
    """The mail server that carries letters, and others beside it."""

    more: Annotated[tuple[SmtpServer, ...], Field(max_length=10)] = ()
    """Servers that share the work, and do it alone while the first cannot."""
    per_domain: Annotated[
        dict[PacedDomain, Annotated[float, Field(gt=0, le=600_000)]], Field(max_length=1000)
    ] = Field(default_factory=dict)
    """Letters a minute to readers at a domain, such as `example.org: 60`; `*` is every other domain."""

    @property
    def servers(self) -> tuple[SmtpServer, ...]:
        """All of them, the first one first."""
        return (self, *self.more)


class SubscribeSettings(Settings):
    """How readers subscribe by themselves."""

    open: bool | None = None
    """Whether the form takes readers; by default as soon as `smtp` says how they are asked to confirm."""
    keep_ip: bool = False
    """Keep the IP addresses of who asked and who confirmed, as part of the proof of consent."""
    mails_per_address: Annotated[int, Field(ge=1, le=50)] = default_of(model.Limits, "per_address")
    """Mails a day that strangers can cause to one address by typing it into forms."""
    mails_per_client: Annotated[int, Field(ge=1, le=1000)] = default_of(model.Limits, "per_client")
    """The same an hour from one IP address, or one IPv6 network."""
    mails_per_hour: Annotated[int, Field(ge=1, le=100_000)] = default_of(model.Limits, "altogether")
    """The same an hour from everybody together."""

    def limits(self) -> model.Limits:
        """How many mails strangers can cause."""
        return model.Limits(self.mails_per_address, self.mails_per_client, self.mails_per_hour)


class ImapSettings(Settings):
    """A mailbox on an IMAP server."""

    host: Text
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    security: Literal["none", "starttls", "tls"] = "tls"
    username: Text
    password: SecretStr | None = None
    """From the environment, `${IMAP_PASSWORD}`, or from `password_file`: one of both."""
    password_file: PathBesideConfig | None = None
    """File whose first line is the password."""
    folder: Annotated[Text, Field(max_length=200)] = "INBOX"


def _hard_to_guess(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SECRET_CHARACTERS:
        raise ValueError(
            f"expects at least {SECRET_CHARACTERS} characters: `openssl rand -hex 32` makes some"
        )
    return secret


class BounceSettings(Settings):
    """What comes back: bounces, complaints, and mails that ask to leave."""

    address: MailAddress
    """Envelope sender. Letters go out from `bounces+TAG@host`: mail to such addresses must reach this one."""
    unsubscribe: MailAddress | None = None
    """Letters offer `u+TOKEN@host` to mail programs that leave by mail; it must reach a mailbox below."""
    maildir: PathBesideConfig | None = None
    """Maildir into which the local mail server delivers what comes to these addresses."""
    imap: ImapSettings | None = None
    """Mailbox in which it arrives."""
    webhook_secret: Annotated[SecretStr, AfterValidator(_hard_to_guess)] | None = None
    """Opens `/bounces/hook` to whoever signs with it; at least 16 characters: `${BOUNCE_SECRET}`."""
    webhook_secret_file: PathBesideConfig | None = None
    """File whose first line is that secret."""
    keep: bool = False
    """Keep mails that were understood, marked as read; otherwise they are deleted. Others always stay."""
    soft_limit: Annotated[int, Field(ge=2, le=50)] = default_of(model.SoftRule, "limit")
    """Letters that came back from a full or failing mailbox, none arriving, until it gets no more."""
    soft_window: Annotated[Duration, between(7 * DAY, 365 * DAY)] = default_of(model.SoftRule, "window")
    """How long such a letter counts."""


class DkimSettings(Settings):
    """Signatures of our own; without this section they are left to the mail server."""

    domain: Annotated[Text, Field(max_length=253, pattern=r"^[^\s@/]+$")]
    """Who signs: the domain of the newsletters' senders, or one above it."""
    selector: Annotated[str, Field(max_length=63, pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]
    """Name of the key; a new key takes a new one. Its record is `SELECTOR._domainkey.DOMAIN`."""
    key_file: PathBesideConfig
    """Private key, RSA (2048 bits) or Ed25519, in PEM without a passphrase. `check-config` shows it."""
