"""What a command prints: one JSON document, or a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of a table that does not go to a terminal.
_PIPED_WIDTH = 160


def print_json(document: Any) -> None:
    """One JSON document, on one line."""
    click.echo(json.dumps(document, allow_nan=False, ensure_ascii=False))


def shown(value: Any) -> str:
    """A value as a cell of a table: numbers with four digits."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(
            f"{name} = {shown(each['value'])} {each['unit']}" for name, each in value.items()
        )
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def print_split(split: dict[str, Any]) -> None:
    """How many numbers are of each kind, below their list."""
    click.echo()
    kinds = split["kinds"].items()
    rows = [[kind, str(each["numbers"]), str(each["sensitive"])] for kind, each in kinds]
    print_table(["kind", "numbers", "of these some claim is sensitive to"], rows)
    click.echo(f"measured or derived, of the last: {split['share']:.0%}")


def print_table(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> None:
    """A table without lines."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    show(table)


def show(what: Any) -> None:
    """What rich can print."""
    console().print(what)


def console() -> Console:
    """Where it is printed: the terminal, or a pipe with room for the widest table."""
    from rich.console import Console

    made = Console()
    if not made.is_terminal:
        made.width = _PIPED_WIDTH
    return made
