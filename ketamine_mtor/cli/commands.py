"""How every command ends: done, not as expected, or one line that says what is wrong."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from ketamine_mtor.cli.completion import PROGRAM
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError, not_allowed

DONE, NOT_AS_EXPECTED, WRONG_INPUT = 0, 1, 2
OPTIONS = "Options"


class Option(click.Option):
    """An option that the help lists under the heading ``group``."""

    def __init__(self, *names: Any, group: str = OPTIONS, **about: Any):
        super().__init__(*names, **about)
        self.group = group


class Command(click.Command):
    """A command that refuses a repeated option of which it would keep only the last.

    Its help ends with ``examples``, command lines without the program's name.
    """

    def __init__(self, *names: Any, examples: Sequence[str] = (), **about: Any):
        super().__init__(*names, **about)
        self.examples = tuple(examples)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                groups.setdefault(getattr(parameter, "group", OPTIONS), []).append(record)
        for group, records in groups.items():
            with formatter.section(group):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{PROGRAM} {example}\n")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for parameter, times in Counter(given).items():
            once = isinstance(parameter, click.Option) and not (
                parameter.multiple or parameter.is_flag
            )
            # A line that is being completed may have anything in it.
            if once and times > 1 and not ctx.resilient_parsing:
                raise InputError(f"{parameter.opts[0]} is given {times} times; allowed: once")
        return super().parse_args(ctx, args)


class Commands(click.Group):
    """A group of commands whose errors are one line on stderr.

    Exit status: what the command returns (None is 0); 1 for a failed simulation; 2 for wrong input
    or a missing extra.
    """

    command_class = Command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        known = args[0].startswith("-") or args[0] in self.commands
        if not known and not ctx.resilient_parsing:
            raise not_allowed("command", args[0], self.commands)
        return super().resolve_command(ctx, args)

    def main(  # type: ignore[override] # what is not named here is passed on
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        extra["standalone_mode"] = False
        try:
            status = super().main(args, prog_name or PROGRAM, **extra)
        except click.exceptions.NoArgsIsHelpError as help_asked_for:
            click.echo(help_asked_for.format_message())
            status = DONE
        except (InputError, MissingExtra) as error:
            status = _complain(str(error), WRONG_INPUT)
        except SimulationError as error:
            status = _complain(str(error), NOT_AS_EXPECTED)
        except click.NoSuchOption as error:
            status = _complain(_unknown_option(error), WRONG_INPUT)
        except click.ClickException as error:
            status = _complain(error.format_message(), WRONG_INPUT)
        except (click.Abort, KeyboardInterrupt) as error:
            said = str(error.__cause__ or error) or "interrupted"
            status = _complain(said, NOT_AS_EXPECTED)
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            # The reader of a pipe went away: Python must not try to flush what is left.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = NOT_AS_EXPECTED
        sys.exit(status)


def _complain(message: str, status: int) -> int:
    # What is no character would move the cursor, or fail in a terminal of another encoding.
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in " ".join(message.split()))
    click.echo(f"error: {line}", err=True)
    return status


def _unknown_option(error: click.NoSuchOption) -> str:
    if error.ctx is None:
        return error.format_message()
    options = [
        option
        for parameter in error.ctx.command.get_params(error.ctx)
        for option in parameter.opts
        if option.startswith("--")
    ]
    return str(not_allowed("option", error.option_name, options))
