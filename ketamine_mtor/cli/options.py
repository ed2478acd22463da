"""Options that commands share, and what a shell completes for them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ketamine_mtor.cli import completion
from ketamine_mtor.cli.commands import Option

#: Said here again, for to ask those who know would import them.
ENGINES = ("roadrunner", "copasi", "pysb", "bngsim")
DESIGNS = ("sobol", "latin-hypercube")
LISTS = ("observables", "drugs", "genes", "parameters", "claims", "variants")


class _File(click.Path):
    """A path, which an empty word is not: it would be the folder one stands in."""

    def convert(self, value: Any, *where: Any) -> Any:
        if not value:
            self.fail("a path is empty", *where)
        return super().convert(value, *where)


FILE = _File(path_type=Path)

_done = functools.partial(click.option, cls=Option, group="What is done")
_run = functools.partial(click.option, cls=Option, group="How it is run")
_given = functools.partial(click.option, cls=Option, group="What comes out")

#: What two kinds of option say alike: those of an experiment stand under a heading.
_JSON: dict[str, Any] = {"is_flag": True, "help": "Print one JSON document."}
_VARIANT: dict[str, Any] = {
    "metavar": "NAME",
    "help": "Variant of the model [caption].",
    "shell_complete": completion.rows("variants"),
}
as_json = click.option("--json", "as_json", **_JSON)
variant = click.option("--variant", **_VARIANT)
claim = click.option(
    "--claim",
    "claims",
    metavar="ID",
    multiple=True,
    help="Claim to judge [all]; repeat.",
    shell_complete=completion.claims(),
)

_EXPERIMENT = (
    _done(
        "--ketamine",
        metavar="MGKG",
        multiple=True,
        help="Dose in mg/kg i.p. [10]: MGKG at t=0, MGKG@HOURS, or an infusion"
        " MGKG@HOURS/MINUTES; repeat for more.",
    ),
    _done(
        "--drug",
        metavar="NAME",
        multiple=True,
        help="NAME[=NM][@START[:END]]: a drug, its concentration in nM, from when to when in"
        " hours [usual nM, from -0.5 to the end]; repeat for more.",
        shell_complete=completion.rows("drugs"),
    ),
    _done(
        "--knockout",
        metavar="GENE",
        multiple=True,
        help="Gene to knock out; repeat.",
        shell_complete=completion.rows("genes"),
    ),
    _done(
        "--set",
        "settings",
        metavar="PARAMETER=VALUE",
        multiple=True,
        help="Parameter; repeat.",
        shell_complete=completion.numbers(),
    ),
    _done("--variant", **_VARIANT),
    _run("--hours", type=float, default=72.0, show_default=True, help="Length of the run."),
    _run("--every", type=float, default=60.0, show_default=True, help="Seconds between samples."),
    _run(
        "--engine",
        default="roadrunner",
        show_default=True,
        help="roadrunner, copasi, pysb or bngsim.",
        shell_complete=completion.words(ENGINES),
    ),
    _given(
        "--observable",
        metavar="ID",
        multiple=True,
        help="What is read [all]; repeat.",
        shell_complete=completion.rows("observables"),
    ),
    _given("--out", type=FILE, help="Write the run to FILE.csv, .parquet or .nc."),
    _given("--plot", type=FILE, help="Draw the run to FILE.png, .svg or .pdf."),
    _given("--json", "as_json", **_JSON),
)


def experiment(command: Callable[..., Any]) -> Callable[..., Any]:
    """All options of an experiment, and of what becomes of its run."""
    return functools.reduce(lambda made, option: option(made), reversed(_EXPERIMENT), command)
