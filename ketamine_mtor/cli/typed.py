"""What is typed, as what the package takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from ketamine_mtor.errors import InputError


def fields(
    out: Path | None,
    plot: Path | None,
    *,
    ketamine: Sequence[str],
    drug: Sequence[str],
    knockout: Sequence[str],
    settings: Sequence[str],
    observable: Sequence[str],
    **rest: Any,
) -> dict[str, Any]:
    """The keywords of `simulate`; InputError for a file that could not be written afterwards."""
    from ketamine_mtor import output
    from ketamine_mtor.experiment import DEFAULT_DOSE, parse_drug, parse_ketamine

    output.check_path(out, output.TABLES)
    output.check_path(plot, output.FIGURES)
    named = pairs("--set", settings, "PARAMETER=VALUE")
    doses = [parse_ketamine(text)[: 3 if "/" in text else 2] for text in ketamine]
    for (at, *_), times in Counter((dose[0], *dose[2:]) for dose in doses).items():
        if times > 1:
            raise InputError(f"--ketamine gives two doses at {at:g} h; allowed: their sum as one")
    return {
        "ketamine": doses or DEFAULT_DOSE,
        "drugs": [parse_drug(text) for text in drug],
        "knockouts": knockout,
        "parameters": [(name, number(name, value)) for name, value in named],
        "observables": observable or None,
        **rest,
    }


def say_what_is_at_odds(fields: dict[str, Any], scanned: Iterable[str] = ()) -> None:
    """A line on stderr for each drug or parameter that a knockout makes void."""
    from ketamine_mtor import knowledge
    from ketamine_mtor.experiment import at_odds

    changed = dict.fromkeys([*dict(fields["drugs"]), *dict(fields["parameters"]), *scanned])
    for line in at_odds(changed, dict.fromkeys(fields["knockouts"]), knowledge.load()):
        click.echo(f"note: {line}", err=True)


def pairs(option: str, given: Iterable[str], shape: str) -> list[tuple[str, str]]:
    """Name and value of each ``NAME=VALUE``; InputError for what is none, with its ``shape``."""
    found = []
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise InputError(f"{option} is '{text}'; allowed: {shape}")
        found.append((name, value))
    return found


def number(name: str, value: str) -> float:
    """A number; InputError, with what it is given for, for what is none."""
    try:
        return float(value)
    except ValueError:
        raise InputError(f"'{value}', given for '{name}', is no number") from None
