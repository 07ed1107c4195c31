"""The `instructme` command: what it understands, and how every failure becomes one line.

    instructme                        opens the window
    instructme edit IN "remove drums" "add strings" -o OUT
    instructme analyze IN --json
    instructme models

Training and evaluation hang their commands in through the entry points "instructme.commands", the
window through "instructme.window": the engine knows neither.
"""

from __future__ import annotations

import gc
import io
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from engine.errors import Cancelled, UserError
from engine.threads import share_the_cores

MISTAKE = 2
INTERRUPTED = 130

_OWN = {
    "edit": ("engine.cli_edit", "edit", "Edit a song by instructions; several are chained rounds."),
    "analyze": ("engine.cli_analyze", "analyze", "Listen: tempo, beats, key, chords, instruments."),
    "models": ("engine.cli_models", "models", "List the models, check their files, show how good they are."),
}


class LazyGroup(click.Group):
    """Commands are imported when they run: `--help` and a typing mistake answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_OWN, *sorted(_plugins())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _OWN:
            module, name, _ = _OWN[cmd_name]
            return getattr(import_module(module), name)
        plugin = _plugins().get(cmd_name)
        if plugin is None:
            return None
        try:
            return plugin.load()
        except ImportError as error:
            raise UserError(
                f"`instructme {cmd_name}` needs the package {error.name or error}",
                "install what training needs: pip install 'instructme[train]'",
            ) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            # click would print an empty line before it tells us.
            raise Cancelled from interrupt

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, help) for name, (_, _, help) in _OWN.items()]
        rows += [(name, f"`instructme {name} --help` says more.") for name in sorted(_plugins())]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="instructme", prog_name="instructme")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Edit music by instructions: a song in, "remove the drums" in, the edited song out.

    Without a command the window opens.
    """
    if ctx.invoked_subcommand is None:
        ctx.exit(_open_window() or 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, 2 for a user's mistake, 130 for Ctrl-C, 1 for our defects."""
    share_the_cores()
    for stream in (sys.stdout, sys.stderr):
        # Names of files may hold what a terminal cannot show: a finished edit must not fail for telling where it lies.
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    try:
        # None for commands that end normally; an int where click or a command asked for a code.
        code = command.main(
            args=None if arguments is None else list(arguments), prog_name="instructme", standalone_mode=False
        )
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        return _fail(*_usage(error))
    except click.ClickException as error:
        return _fail(error.format_message().rstrip("."), "see `instructme --help`")
    except (click.Abort, KeyboardInterrupt, Cancelled) as stop:
        # A command that has written something says so itself.
        left = str(stop) if isinstance(stop, Cancelled) else ""
        print(f"instructme: stopped; {left or 'nothing was written'}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # `instructme models | head`: nobody reads on.
        sys.stdout = None
        return 0
    except Exception as error:
        from engine.jobs import as_user_error

        known = as_user_error(error)
        if known is None:
            raise
        return _fail(known.cause, known.remedy)


def _fail(cause: str, remedy: str) -> int:
    line = f"instructme: error: {cause}; {remedy}"
    print(" ".join(line.split()), file=sys.stderr)
    return MISTAKE


def _usage(error: click.UsageError) -> tuple[str, str]:
    """click's complaint as cause and remedy."""
    path = error.ctx.command_path if error.ctx else "instructme"
    cause = error.format_message().rstrip(".")
    return cause[:1].lower() + cause[1:], f"see `{path} --help`"


def _plugins() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group="instructme.commands") if point.name not in _OWN}


def _open_window() -> Any:
    for point in entry_points(group="instructme.window"):
        # What is imported stays: to look for garbage in it, again and again, took a tenth of the start.
        gc.disable()
        try:
            run = point.load()
        finally:
            gc.freeze()
            gc.enable()
        return run()
    raise UserError("the window is not installed", "install InstructME whole, or see `instructme --help`")


if __name__ == "__main__":
    sys.exit(main())
