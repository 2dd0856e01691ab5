"""The command `aggregator`: one module per group of commands.

Exit codes, for all commands:

    0  done
    1  an error: the message says what, where, and the cure
    2  the command line or the configuration is invalid
    3  done, but something needs the operator: a source that was named failed or must not be asked yet,
       letters failed or are held, an issue is overdue
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from aggregator import __version__
from aggregator.cli.terminal import Setting
from aggregator.errors import AggregatorError, ConfigError, UsageError

EPILOG = """\b
Exit codes: 0 done · 1 error · 2 command line or configuration invalid ·
3 done, but something needs you (see the last lines printed)."""


class _Group(click.Group):
    """Turns our errors into one clear message and the documented exit code."""

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        """In the order of a day's work, not of the alphabet."""
        return list(self.commands)

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except ConfigError as error:
            click.echo(str(error), err=True)
            count = len(error.faults)
            click.echo(f"{count} fault{'s' if count > 1 else ''} found; nothing was changed.", err=True)
            sys.exit(2)
        except UsageError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)
        except AggregatorError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)


@click.group(cls=_Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    envvar="AGGREGATOR_CONFIG",
    help="The configuration file.",
)
@click.option("-v", "--verbose", count=True, help="Say more; twice for everything.")
@click.version_option(__version__, prog_name="aggregator")
@click.pass_context
def main(context: click.Context, config_path: Path, verbose: int) -> None:
    """Poll regional news, tell each story once, publish feeds, mail digests."""
    _log_to_stderr(verbose)
    context.obj = Setting(config_path)


def _log_to_stderr(verbose: int) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )


def _register() -> None:
    from aggregator.cli import (
        check_config,
        demo,
        export_opml,
        import_opml,
        newsletter,
        poll,
        probe,
        publish,
        run,
        sources,
        subscriber,
    )

    daily = (run, poll, publish, newsletter, subscriber)
    for module in (*daily, sources, probe, import_opml, export_opml, check_config, demo):
        main.add_command(module.command)


_register()
