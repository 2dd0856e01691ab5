"""Membership: who subscribes, chooses, leaves, and is forgotten."""

from __future__ import annotations

from datetime import datetime

from aggregator import membership
from aggregator.config.schema import Config
from aggregator.membership import MemberPorts
from aggregator.model import Account, Application, Departure, Offer, Preferences, Wish
from aggregator.newsletter.notices import NoticePress
from aggregator.wiring import clock
from aggregator.wiring.stores import Stores
from aggregator.wiring.template_sets import templates


def membership_ports(config: Config, opened: Stores) -> MemberPorts:
    """The ports of `aggregator.membership`."""
    words = templates(config, "notices")
    press = NoticePress(words.environment, words.languages(), config.publisher())
    said = config.subscribe
    return MemberPorts(
        offers=offers(config),
        memory=opened.members,
        leave=opened.subscribers.leave_by_token,
        write=press.write,
        open=bool(config.newsletters) and (config.smtp is not None if said.open is None else said.open),
        keep_ip=said.keep_ip,
        limits=said.limits(),
    )


def offers(config: Config) -> dict[str, Offer]:
    """What can be chosen, by newsletter, in the order of the configuration."""
    return {
        one.id: Offer(
            newsletter=one.id,
            names=one.names,
            tracks=one.tracks,
            countries=one.countries,
            languages=one.languages or config.region.languages,
        )
        for one in config.newsletters_offered()
    }


class Members:
    """What the pages for readers ask of membership, at the time of asking. Blocks: ask it in a thread.

    Each method is that of `aggregator.membership` by the same name.
    """

    def __init__(self, config: Config, opened: Stores) -> None:
        self._ports = membership_ports(config, opened)

    def open(self) -> bool:
        """Whether anybody can subscribe."""
        return self._ports.open

    def offers(self) -> tuple[Offer, ...]:
        """The newsletters that are offered."""
        return tuple(self._ports.offers.values())

    def apply(self, application: Application) -> None:
        """Mail a confirmation. Raises UsageError for what is no address or not offered."""
        membership.apply(clock.now(), self._ports, application)

    def confirm(self, token: str, client: str | None = None) -> Preferences | None:
        """Begin a subscription; `client`: IP address, kept only where the operator chose to."""
        return membership.confirm(clock.now(), self._ports, token, client)

    def preferences(self, token: str) -> Preferences | None:
        """What a letter's reader chose."""
        return membership.preferences(self._ports, token)

    def choose(self, token: str, wish: Wish) -> Preferences | None:
        """Choose otherwise. Raises UsageError for what is not offered."""
        return membership.choose(self._ports, token, wish)

    def pause(self, token: str, until: datetime | None) -> Preferences | None:
        """Pause, or end a pause. Raises UsageError for a day that no pause can end on."""
        return membership.pause(clock.now(), self._ports, token, until)

    def leave(self, token: str) -> Departure | None:
        """Leave the newsletter of a letter."""
        return membership.leave(clock.now(), self._ports, token)

    def send_account_link(self, email: str, language: str, client: str | None = None) -> None:
        """Mail a fresh link. Raises UsageError for what is no address."""
        membership.send_account_link(clock.now(), self._ports, email, language, client)

    def account(self, token: str) -> Account | None:
        """What is kept of who holds a fresh link."""
        return membership.account(clock.now(), self._ports, token)

    def export(self, token: str) -> bytes | None:
        """All that is kept, as JSON."""
        return membership.export(clock.now(), self._ports, token)

    def erase(self, token: str) -> bool:
        """Forget who holds a fresh link."""
        return membership.erase(clock.now(), self._ports, token)

    def change_address(self, token: str, new_email: str) -> bool:
        """Mail a link to the new address. Raises UsageError for what is no address."""
        return membership.change_address(clock.now(), self._ports, token, new_email)

    def confirm_address(self, token: str) -> bool:
        """Take the new address."""
        return membership.confirm_address(clock.now(), self._ports, token)
