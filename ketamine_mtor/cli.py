"""The command ``ketamine-mtor``: a thin layer over the package."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ketamine_mtor._version import __version__
from ketamine_mtor.commands import DONE, NOT_AS_EXPECTED, Commands
from ketamine_mtor.errors import InputError

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console

    from ketamine_mtor.run import Record

#: Columns of a table that does not go to a terminal.
_PIPED_WIDTH = 160
_FILE = click.Path(path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_variant = click.option("--variant", metavar="NAME", help="Variant of the model [caption].")

_EXPERIMENT = (
    click.option(
        "--ketamine",
        metavar="MGKG",
        multiple=True,
        help="Dose in mg/kg i.p. [10]: MGKG at t=0, MGKG@HOURS, or an infusion"
        " MGKG@HOURS/MINUTES; repeat for more.",
    ),
    click.option(
        "--drug",
        metavar="NAME",
        multiple=True,
        help="NAME[=NM][@START[:END]]: a drug, its concentration in nM, from when to when in"
        " hours [usual nM, from -0.5 to the end]; repeat for more.",
    ),
    click.option("--knockout", metavar="GENE", multiple=True, help="Gene to knock out; repeat."),
    click.option(
        "--set", "settings", metavar="PARAMETER=VALUE", multiple=True, help="Parameter; repeat."
    ),
    _variant,
    click.option("--hours", type=float, default=72.0, show_default=True, help="Length of the run."),
    click.option(
        "--every", type=float, default=60.0, show_default=True, help="Seconds between samples."
    ),
    click.option("--observable", metavar="ID", multiple=True, help="What is read [all]; repeat."),
    click.option(
        "--engine",
        default="roadrunner",
        show_default=True,
        help="roadrunner, copasi, pysb or bngsim.",
    ),
    click.option("--out", type=_FILE, help="Write the run to FILE.csv, .parquet or .nc."),
    click.option("--plot", type=_FILE, help="Draw the run to FILE.png or .svg."),
    _json,
)


def _experiment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    return functools.reduce(lambda made, option: option(made), reversed(_EXPERIMENT), command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """How ketamine acts on mTOR: simulate the model and judge its caption's claims.

    Exit status: 0 done and as expected; 1 something is not as expected, or a simulation failed;
    2 the input is wrong.
    """


@main.command()
@_experiment_options
def simulate(out: Path | None, plot: Path | None, as_json: bool, **options: Any) -> None:
    """Simulate one experiment."""
    from ketamine_mtor import output, run

    fields = _fields(out, plot, **options)
    done = run.record(**fields)
    summary = output.summary_of(done)
    if out is not None:
        output.write_record(done, out)
    if plot is not None:
        output.write_figure(done.dataset(), plot)
    if as_json:
        _print_json({**_about(done), "observables": summary})
    else:
        rows = [[name, *map(_shown, row.values())] for name, row in summary.items()]
        numbers = ("baseline", "max", "at (h)", "min", "at (h)", "end", "change x h")
        _print_table(["observable", "unit", *numbers], rows)


@main.command()
@click.option(
    "--over",
    metavar="NAME=V1,V2,...",
    multiple=True,
    help="ketamine, a drug or a parameter, and its values; repeat for a grid. A dose or a drug"
    " keeps the times that --ketamine or --drug gives it.",
)
@_experiment_options
def scan(
    over: Sequence[str], out: Path | None, plot: Path | None, as_json: bool, **options: Any
) -> None:
    """Simulate an experiment over a grid of values."""
    from ketamine_mtor import output, run

    fields = _fields(out, plot, **options)
    axes = _pairs("--over", over, "NAME=V1,V2,...")
    grid = {name: [_number(name, value) for value in text.split(",")] for name, text in axes}
    if len(grid) < len(axes):
        raise InputError("a name is given to --over twice; allowed: once")
    for name, bath in fields["drugs"]:
        if name in grid and bath.nM is not None:
            raise InputError(
                f"the concentration of '{name}' is given and scanned over;"
                f" allowed: --drug {name} or --drug {name}@START:END, for its times"
            )
    done = run.scan(over=grid, **fields)
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
        _print_json(document)
    else:
        rows = [
            [*map(_shown, point.values()), name]
            + [_shown(numbers[key]) for key in ("unit", "baseline", "max", "max_time_h", "end")]
            for point, summary in runs
            for name, numbers in summary.items()
        ]
        _print_table([*grid, "observable", "unit", "baseline", "max", "at (h)", "end"], rows)


@main.command()
@click.option(
    "--claim", "claims", metavar="ID", multiple=True, help="Claim to judge [all]; repeat."
)
@_variant
@click.option("--sbml", type=_FILE, help="Judge another SBML file of this model.")
@click.option(
    "--mutants", is_flag=True, help="Also show that each claim needs its rules (minutes)."
)
@click.option("--out", type=_FILE, help="Write the report to FILE.html.")
@_json
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
        _print_json(result)
    else:
        _print(report.table(result))
        if mutants:
            _print(report.necessity(result))
        for line in result.surprises:
            click.echo(line)
    return DONE if result.as_expected else NOT_AS_EXPECTED


@main.command()
@click.option("--samples", type=int, help="Parameter sets that are drawn [1000].")
@click.option("--seed", type=int, default=0, show_default=True, help="Of what is drawn.")
@click.option("--design", default="sobol", show_default=True, help="sobol or latin-hypercube.")
@click.option(
    "--spread",
    type=float,
    help="Bounds of all numbers: their values over and times this [the tables' ranges].",
)
@click.option("--table", type=_FILE, help="Own sets: a .csv or .parquet file, a column per number.")
@click.option(
    "--claim", "claims", metavar="ID", multiple=True, help="Claim to judge [all]; repeat."
)
@_variant
@click.option("--workers", type=int, help="Processes [one per core].")
@click.option("--scheduler", metavar="ADDRESS", help="Use the workers of this Dask scheduler.")
@click.option("--chunk", type=int, help="Sets that a process runs at once [128].")
@click.option("--out", type=_FILE, required=True, help="Folder for the results.")
@click.option("--resume", is_flag=True, help="Go on with what is in the folder.")
@_json
def ensemble(claims: Sequence[str], out: Path, as_json: bool, **options: Any) -> None:
    """Judge the claims over many parameter sets."""
    from ketamine_mtor.ensembles import ensemble as run_all

    try:
        done = run_all(out=out, claims=list(claims) or None, **options)
    except KeyboardInterrupt as error:
        said = f"{error}; --resume goes on from there" if str(error) else ""
        raise KeyboardInterrupt(said) from None
    rows = done.summary.to_dict("records")
    if as_json:
        _print_json(
            {"claims": rows, "deviation": None if math.isnan(done.deviation) else done.deviation}
        )
        return
    _print_table(
        ["claim", "sets", "holds", "low", "high", "fail", "unresolved", "not run"],
        [
            [
                row["claim"],
                *(f"{v:.3g}" if isinstance(v, float) else str(v) for v in list(row.values())[1:]),
            ]
            for row in rows
        ],
    )


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; say what a fresh build would change.")
def build(check: bool) -> int:
    """Rewrite sbml/ from the rules and the tables."""
    from ketamine_mtor import build as builder

    lines = builder.build(check)
    for line in lines:
        click.echo(line)
    return NOT_AS_EXPECTED if check and lines else DONE


@main.command()
def reproduce() -> int:
    """Build the model afresh, judge every claim and write the report."""
    from ketamine_mtor.reproduce import reproduce as run_all

    return run_all(_console())


@main.command()
@click.argument("what", required=False, metavar="[LIST]")
@_json
def info(what: str | None, as_json: bool) -> None:
    """List observables, drugs, genes, parameters, claims or variants."""
    from ketamine_mtor import info as lists

    names = [what] if what else list(lists.LISTS)
    found: dict[str, Any] = {name: lists.listed(name) for name in names}
    footer = lists.footer(what) if what else None
    if as_json:
        _print_json(found | dict([footer] if footer else []))
    elif what:
        columns = lists.columns(what)
        _print_table(columns, [[_shown(row[key]) for key in columns] for row in found[what]])
        if footer:
            _print_split(footer[1])
    else:
        _print_table(["list", "rows"], [[name, str(len(rows))] for name, rows in found.items()])


def _fields(
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
    pairs = _pairs("--set", settings, "PARAMETER=VALUE")
    doses = [parse_ketamine(text)[: 3 if "/" in text else 2] for text in ketamine]
    return {
        "ketamine": doses or DEFAULT_DOSE,
        "drugs": [parse_drug(text) for text in drug],
        "knockouts": knockout,
        "parameters": [(name, _number(name, value)) for name, value in pairs],
        "observables": observable or None,
        **rest,
    }


def _pairs(option: str, given: Iterable[str], shape: str) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise InputError(f"{option} is '{text}'; allowed: {shape}")
        pairs.append((name, value))
    return pairs


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(f"'{value}', given for '{name}', is no number") from None


def _about(done: xr.Dataset | Record) -> dict[str, Any]:
    return {"experiment": json.loads(done.attrs["experiment"]), "engine": done.attrs["engine"]}


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, allow_nan=False, ensure_ascii=False))


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(
            f"{name} = {_shown(each['value'])} {each['unit']}" for name, each in value.items()
        )
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _print_split(split: dict[str, Any]) -> None:
    click.echo()
    kinds = split["kinds"].items()
    rows = [[kind, str(each["numbers"]), str(each["sensitive"])] for kind, each in kinds]
    _print_table(["kind", "numbers", "of these some claim is sensitive to"], rows)
    click.echo(f"measured or derived, of the last: {split['share']:.0%}")


def _print_table(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    _print(table)


def _print(what: Any) -> None:
    _console().print(what)


def _console() -> Console:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    return console
