"""The sections of `config.yaml` that are about letters: newsletters, and the servers that carry them."""

# No `from __future__ import annotations`: pydantic would compile each annotation by itself at every start.

from typing import Annotated, Literal

from pydantic import Field, SecretStr

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


class SmtpSettings(Settings):
    """The mail server that carries letters."""

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
