"""The command `aggregator`: one module per group of commands.

Exit codes, for all commands:

    0  done
    1  an error: the message says what, where, and the cure
    2  the command line or the configuration is invalid
    3  done, but something needs the operator: a source that was named failed or must not be asked yet,
       letters failed or are held, an issue is overdue, lines of a file could not be read
"""

from __future__ import annotations

import errno
import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import click
from click.core import ParameterSource

from aggregator import __version__
from aggregator.errors import AggregatorError, ConfigError, UsageError

EPILOG = """\b
Exit codes: 0 done · 1 error · 2 command line or configuration invalid ·
3 done, but something needs you (see the last lines printed)."""

COMMANDS = (
    "run",
    "status",
    "poll",
    "publish",
    "story",
    "entry",
    "newsletter",
    "subscriber",
    "bounces",
    "suppression",
    "sources",
    "probe",
    "import-opml",
    "export-opml",
    "check-config",
    "tag",
    "cluster",
    "evaluate",
    "rejudge",
    "demo",
)
"""In the order of a day's work, not of the alphabet. Each is the `command` of the module of its name."""


class _Group(click.Group):
    """Turns our errors into one clear message and the documented exit code.

    A command's module is imported when the command is named ("lazily loading subcommands" in click's
    documentation): all of them together would take longer to load than most of them run.
    """

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - likewise
        # Among those that are loaded click looks for what a misspelt name may have meant.
        for wanted in [name] if name in COMMANDS else COMMANDS:
            if wanted not in self.commands:
                with _nothing_is_garbage():
                    module = import_module(f"aggregator.cli.{wanted.replace('-', '_')}")
                self.add_command(module.command)
        return self.commands.get(name)

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
        except OSError as error:
            if not error.filename and error.errno != errno.ENOSPC:
                raise  # not about a file: a fault of ours, or a pipe that nobody reads, which click knows
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"Error: {where}{error.strerror}", err=True)
            sys.exit(1)


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """While modules are imported, and of what they made for good.

    They make so many objects that looking for garbage among them takes a third of the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20)  # a poll makes entries by the thousand, and no cycles of them
        gc.enable()


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
    # Here and not above: it has come with the command by now, and `--version` can do without.
    from aggregator.cli.terminal import Setting

    _log_to_stderr(verbose)
    named = context.get_parameter_source("config_path") is not ParameterSource.DEFAULT
    context.obj = Setting(config_path, named=named)


def _log_to_stderr(verbose: int) -> None:
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
