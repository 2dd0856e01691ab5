"""What a configuration counts on outside of it, and does not find there: it may come yet, or be misnamed."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.config.schema import Config


def missing(config: Config) -> Iterator[str]:
    """A line for each thing that is not there, with what follows from that."""
    if config.bounces is not None and (box := config.bounces.maildir) and not (box / "new").is_dir():
        yield (
            f"bounces.maildir: {box} is no Maildir so far, it has no folder `new`: nothing that comes back "
            "is read from it until a mail server makes it"
        )
    for server in config.smtp.servers if config.smtp else ():
        if server.postfix_log is None:
            continue
        try:
            server.postfix_log.open("rb").close()
        except OSError as error:
            yield (
                f"smtp.postfix_log: {server.postfix_log} cannot be read: {error.strerror}. Of letters that "
                "may have arrived nothing will tell whether they did"
            )
