"""The command ``ketamine-mtor``: a thin layer over the package."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ketamine_mtor._version import __version__
from ketamine_mtor.cli import completion, options, typed
from ketamine_mtor.cli.commands import DONE, NOT_AS_EXPECTED, Commands, Option
from ketamine_mtor.cli.printed import console, print_json, print_split, print_table, show, shown
from ketamine_mtor.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.run import Record


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """How ketamine acts on mTOR: simulate the model and judge its caption's claims.

    Exit status: 0 done and as expected; 1 something is not as expected, or a simulation failed;
    2 the input is wrong.
    """


@main.command(
    examples=(
        "simulate --plot run.png",
        "simulate --ketamine 10 --ketamine 10@24 --drug rapamycin=100@-1:6 --out run.csv",
        "simulate --knockout RICTOR --hours 24 --observable pS6K_T389 --json",
    )
)
@options.experiment
def simulate(out: Path | None, plot: Path | None, as_json: bool, **given: Any) -> None:
    """Simulate one experiment."""
    from ketamine_mtor import output, run

    fields = typed.fields(out, plot, **given)
    done = run.record(**fields)
    typed.say_what_is_at_odds(fields)
    summary = output.summary_of(done)
    if out is not None:
        output.write_record(done, out)
    if plot is not None:
        output.write_figure(done.dataset(), plot)
    if as_json:
        print_json({**_about(done), "observables": summary})
    else:
        rows = [[name, *map(shown, row.values())] for name, row in summary.items()]
        numbers = ("baseline", "max", "at (h)", "min", "at (h)", "end", "change x h")
        print_table(["observable", "unit", *numbers], rows)


@main.command(
    examples=(
        "scan --over ketamine=1,3,10,30 --plot doses.svg",
        "scan --over rapamycin=0,1,10,100 --drug rapamycin@-1 --hours 24",
        "scan --over ketamine=3,10 --over PTEN_0=5,10 --observable PIP3 --out grid.nc",
    )
)
@click.option(
    "--over",
    metavar="NAME=V1,V2,...",
    multiple=True,
    cls=Option,
    group="What is scanned over",
    help="ketamine, a drug or a parameter, and its values; repeat for a grid. A dose or a drug"
    " keeps the times that --ketamine or --drug gives it.",
    shell_complete=completion.numbers(scanned=True),
)
@options.experiment
def scan(
    over: Sequence[str], out: Path | None, plot: Path | None, as_json: bool, **given: Any
) -> None:
    """Simulate an experiment over a grid of values."""
    from ketamine_mtor import output, run

    fields = typed.fields(out, plot, **given)
    axes = typed.pairs("--over", over, "NAME=V1,V2,...")
    grid = {name: [typed.number(name, value) for value in text.split(",")] for name, text in axes}
    if len(grid) < len(axes):
        raise InputError("a name is given to --over twice; allowed: once")
    for name, bath in fields["drugs"]:
        if name in grid and bath.nM is not None:
            raise InputError(
                f"the concentration of '{name}' is given and scanned over;"
                f" allowed: --drug {name} or --drug {name}@START:END, for its times"
            )
    done = run.scan(over=grid, **fields)
    typed.say_what_is_at_odds(fields, grid)
    runs = [(point, output.summary(single)) for point, single in output.points(done)]
    if out is not None:
        output.write_run(done, out)
    if plot is not None:
        output.write_figure(done, plot)
    if as_json:
        document = {
            **_about(done),
            "over": grid,
            "runs": [{"at": point, "observables": summary} for point, summary in runs],
        }
        print_json(document)
    else:
        rows = [
            [*map(shown, point.values()), name]
            + [shown(numbers[key]) for key in ("unit", "baseline", "max", "max_time_h", "end")]
            for point, summary in runs
            for name, numbers in summary.items()
        ]
        print_table([*grid, "observable", "unit", "baseline", "max", "at (h)", "end"], rows)


@main.command(
    examples=(
        "validate",
        "validate --claim C01 --claim C02 --json",
        "validate --variant eef2k --out eef2k.html",
    )
)
@options.claim
@options.variant
@click.option("--sbml", type=options.FILE, help="Judge another SBML file of this model.")
@click.option(
    "--mutants", is_flag=True, help="Also show that each claim needs its rules (minutes for all)."
)
@click.option("--out", type=options.FILE, help="Write the report to FILE.html.")
@options.as_json
def validate(
    claims: Sequence[str],
    variant: str | None,
    sbml: Path | None,
    mutants: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Judge the claims of the caption and of the literature."""
    from ketamine_mtor import claims as judge
    from ketamine_mtor import output, report

    output.check_path(out, (".html",))
    result = judge.validate(list(claims) or None, variant, sbml, mutants)
    if out is not None:
        report.write(result, out)
    if as_json:
        print_json(result)
    else:
        show(report.table(result))
        if mutants:
            show(report.necessity(result))
        for line in result.surprises:
            click.echo(line)
    return DONE if result.as_expected else NOT_AS_EXPECTED


@main.command(
    examples=(
        "ensemble --samples 100 --out sets",
        "ensemble --samples 100 --out sets --resume",
        "ensemble --claim C05 --spread 2 --seed 1 --out spread --json",
    )
)
@click.option("--samples", type=int, help="Parameter sets that are drawn [1000].")
@click.option("--seed", type=int, default=0, show_default=True, help="Of what is drawn.")
@click.option(
    "--design",
    default="sobol",
    show_default=True,
    help="sobol or latin-hypercube.",
    shell_complete=completion.words(options.DESIGNS),
)
@click.option(
    "--spread",
    type=float,
    help="Bounds of all numbers: their values over and times this [the tables' ranges].",
)
@click.option(
    "--table", type=options.FILE, help="Own sets: a .csv or .parquet file, a column per number."
)
@options.claim
@options.variant
@click.option("--workers", type=int, help="Processes [one per core].")
@click.option("--scheduler", metavar="ADDRESS", help="Use the workers of this Dask scheduler.")
@click.option("--chunk", type=int, help="Sets that a process runs at once [128].")
@click.option("--out", type=options.FILE, required=True, help="Folder for the results.")
@click.option("--resume", is_flag=True, help="Go on with what is in the folder.")
@options.as_json
def ensemble(claims: Sequence[str], out: Path, as_json: bool, **given: Any) -> None:
    """Judge the claims over many parameter sets."""
    from ketamine_mtor.ensembles import ensemble as run_all

    try:
        done = run_all(out=out, claims=list(claims) or None, **given)
    except KeyboardInterrupt as error:
        said = f"{error}; --resume goes on from there" if str(error) else ""
        raise KeyboardInterrupt(said) from None
    rows = done.summary.to_dict("records")
    if as_json:
        print_json(
            {"claims": rows, "deviation": None if math.isnan(done.deviation) else done.deviation}
        )
        return
    print_table(
        ["claim", "sets", "holds", "low", "high", "fail", "unresolved", "not run"],
        [
            [
                row["claim"],
                *(f"{v:.3g}" if isinstance(v, float) else str(v) for v in list(row.values())[1:]),
            ]
            for row in rows
        ],
    )


@main.command(
    examples=(
        "build --check",
        "build",
    )
)
@click.option("--check", is_flag=True, help="Change nothing; say what a fresh build would change.")
def build(check: bool) -> int:
    """Rewrite sbml/ from the rules and the tables."""
    from ketamine_mtor import build as builder

    lines = builder.build(check)
    for line in lines:
        click.echo(line)
    return NOT_AS_EXPECTED if check and lines else DONE


@main.command(examples=("reproduce",))
def reproduce() -> int:
    """Build the model afresh, judge every claim and write the report."""
    from ketamine_mtor.reproduce import reproduce as run_all

    return run_all(console())


@main.command(
    examples=(
        "info",
        "info drugs",
        "info parameters --json",
    )
)
@click.argument(
    "what", required=False, metavar="[LIST]", shell_complete=completion.words(options.LISTS)
)
@options.as_json
def info(what: str | None, as_json: bool) -> None:
    """List observables, drugs, genes, parameters, claims or variants.

    LIST is one of these words; without it, all of them with how many rows each has.
    """
    from ketamine_mtor.cli import info as lists

    names = list(lists.LISTS) if what is None else [what]
    found: dict[str, Any] = {name: lists.listed(name) for name in names}
    footer = lists.footer(what) if what else None
    if as_json:
        print_json(found | dict([footer] if footer else []))
    elif what:
        columns = lists.columns(what)
        print_table(columns, [[shown(row[key]) for key in columns] for row in found[what]])
        if footer:
            print_split(footer[1])
    else:
        print_table(["list", "rows"], [[name, str(len(rows))] for name, rows in found.items()])


@main.command(
    "completion", examples=("completion bash > ketamine-mtor.bash", "completion fish | source")
)
@click.argument("shell", shell_complete=completion.words(completion.SHELLS))
def complete(shell: str) -> None:
    """Print what bash, zsh or fish has to run to complete names.

    SHELL is one of these words.
    """
    click.echo(completion.script(shell, main), nl=False)


@main.command(examples=("doctor", "doctor --json"))
@options.as_json
def doctor(as_json: bool) -> int:
    """Say what works here, what is missing, and how to get it."""
    from ketamine_mtor.cli import doctor as doctors

    found = doctors.examine()
    if as_json:
        print_json(doctors.as_json(found))
    else:
        for line in doctors.lines(found):
            click.echo(line)
    return DONE if doctors.healthy(found) else NOT_AS_EXPECTED


def _about(done: xr.Dataset | Record) -> dict[str, Any]:
    return {"experiment": json.loads(done.attrs["experiment"]), "engine": done.attrs["engine"]}
