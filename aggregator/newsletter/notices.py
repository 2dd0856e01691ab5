"""Mails about a subscription: subject, HTML and text of each kind, in the reader's language.

They hold no word that a stranger wrote, and nothing that is not about what was asked for. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum

from jinja2 import Environment

from aggregator.errors import Fault, TemplateFaultError
from aggregator.model import Notice, Site
from aggregator.newsletter.places import LINK
from aggregator.newsletter.template_faults import render


class NoticeKind(StrEnum):
    """What a mail is about; also the name of its templates, `email/notices/KIND.*`."""

    CONFIRM = "confirm"
    ACCOUNT = "account"
    NEW_ADDRESS = "new-address"
    ADDRESS_TAKEN = "address-taken"
    """To an address that somebody wanted to move to and that has subscriptions of its own."""
    ADDRESS_CHANGED = "address-changed"
    """To the address that was left behind."""


LINK_PATHS = {
    NoticeKind.CONFIRM: "/c/",
    NoticeKind.ACCOUNT: "/a/",
    NoticeKind.NEW_ADDRESS: "/n/",
    NoticeKind.ADDRESS_TAKEN: "",
    NoticeKind.ADDRESS_CHANGED: "",
}
"""What comes before the token in a notice's link; empty for none."""


class NoticePress:
    """Renders notices of one publisher; the link's place is kept free (`places.LINK`)."""

    def __init__(
        self, environment: Callable[[str], Environment], languages: Collection[str], site: Site
    ) -> None:
        """`languages`: those that have wordings; in others a notice is in the site's."""
        self._environment = environment
        self._languages = frozenset(languages)
        self._site = site

    def write(self, kind: NoticeKind, language: str, newsletter: str = "") -> Notice:
        """One notice; `newsletter`: its name, where it is about one. Raises TemplateFaultError."""
        if language not in self._languages:
            language = self._site.language
        shown = {"site": self._site, "name": newsletter}
        subject = self._render(f"{kind}.subject.txt", language, shown)
        subject = " ".join(subject.split())
        shown["subject"] = subject
        return Notice(
            language=language,
            subject=subject,
            html=self._render(f"{kind}.html", language, shown),
            text=self._render(f"{kind}.txt", language, shown),
            link_path=LINK_PATHS[kind],
        )

    def faults(self) -> list[Fault]:
        """What the templates do wrong in any language, each fault once."""
        found: dict[Fault, None] = {}
        for language in sorted(self._languages):
            for kind in NoticeKind:
                try:
                    notice = self.write(kind, language, "An invented name")
                except TemplateFaultError as error:
                    found[error.fault] = None
                else:
                    found.update(dict.fromkeys(self._without_link(kind, notice)))
        return list(found)

    def _without_link(self, kind: NoticeKind, notice: Notice) -> list[Fault]:
        """Parts of a mail whose link nobody finds."""
        silent = [
            f"email/notices/{kind}.{form}"
            for form, part in (("html", notice.html), ("txt", notice.text))
            if LINK_PATHS[kind] and LINK not in part
        ]
        templates = map(self._environment(notice.language).get_template, silent)
        return [
            Fault(one.filename or one.name or "", 1, 1, f"has no link: write {LINK}") for one in templates
        ]

    def _render(self, template: str, language: str, shown: dict[str, object]) -> str:
        return render(self._environment, f"email/notices/{template}", language, **shown)
