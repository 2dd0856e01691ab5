"""`aggregator check-config`: every fault of the configuration at once."""

from __future__ import annotations

import click

from aggregator.cli.terminal import Setting, number_of, pass_setting
from aggregator.errors import ConfigError
from aggregator.wiring.hubs import why_not_reached
from aggregator.wiring.proofs import letter_faults, letters_in_english
from aggregator.wiring.standing_notes import standing_note
from aggregator.wiring.surroundings import missing
from aggregator.wiring.template_sets import interface_languages
from aggregator.wiring.writing import signer, weaknesses


@click.command("check-config")
@pass_setting
def command(setting: Setting) -> None:
    """Check the configuration: every fault with its place.

    Exits with 0 when it can be used and with 2 when it cannot.
    """
    config = setting.config
    languages = interface_languages(config)
    if faults := letter_faults(config):
        raise ConfigError(faults)
    signs = signer(config)  # which raises when the key cannot be used: then nothing is fine
    for newsletter in config.newsletters_offered():
        standing_note(newsletter)  # which raises when it cannot be read
    sources = config.sources_enabled()
    click.echo(
        f"{setting.path} is fine: {number_of(len(sources), 'source')} to poll "
        f"({len(config.sources) - len(sources)} resting), {number_of(len(config.selections()), 'feed')}, "
        f"{number_of(len(config.newsletters), 'newsletter')}. Pages in {', '.join(languages)}."
    )
    if config.publish.hubs and (reason := why_not_reached(config)):
        click.echo(f"publish.hubs: no hub is told of our feeds, for it could not read them: {reason}")
    if signs is not None:
        click.echo(f"dkim: letters are signed. Your name server must say:\n{signs.record().lines()}")
        for weakness in weaknesses(config, signs):
            click.echo(weakness)
    for language in letters_in_english(config):
        click.echo(
            f"newsletters: there are no words for letters in {language}, they are in English: write "
            f"{language}/email.po in the folder `locale` of your own `templates`"
        )
    for line in missing(config):
        click.echo(line)
    if config.smtp is None:
        click.echo("No smtp: mail is caught in a local folder and shown at /caught/, not sent.")
