"""From the rules to the files of ``sbml/``, and the drug-free steady state that they start from."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketamine_mtor import emit, knowledge, network, paths
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import differing, out_of_step, write, write_all
from ketamine_mtor.knowledge import WILDTYPE
from ketamine_mtor.knowledge.rows import SteadySpecies, WildType
from ketamine_mtor.model_files import ModelFiles
from ketamine_mtor.progress import tracked
from ketamine_mtor.rules import build_model
from ketamine_mtor.script import Parser, command, renew_or_check
from ketamine_mtor.tabular import tab_separated

if TYPE_CHECKING:
    import pysb

    from ketamine_mtor.engines.roadrunner import RoadRunnerPlant

CREATOR = ("The", "ketamine_mtor developers")
CREATED = "2026-11-24T00:00:00Z"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
_NAME = "Ketamine and mTOR"
_DESCRIPTION = (
    "How ketamine acts on mTOR: the caption of figure 3 of Lisek, Zylinska and Boczek 2020 as a"
    " rule-based model. Concentrations are in nM, amounts in nmol, time in seconds; the model is"
    " one litre of cortical tissue. It starts at the drug-free steady state.",
    "To give a dose, set the parameter ketamine_dose (mg/kg, an intraperitoneal bolus at time 0); 0"
    " is an animal without. For an infusion, let ketamine_infusion (mg/kg per second) be above 0"
    " while it lasts. To give another drug, set the parameter of its name with the suffix"
    " _nM, such as rapamycin_nM: its concentration, which stays. To block a target, give its drug,"
    " or set the rate constant of its step to 0. To take a gene out, set its initial amount, such"
    " as RICTOR_0, and the initial concentration of every species that holds it to 0; such an"
    " animal has to find its own rest before the dose. The observables are the parameters under"
    " assignment rules.",
    "Model files are dedicated to the public domain under CC0-1.0.",
)
#: The review's row in references.tsv, itself in PubMed, mammals, TORC1 signaling, in cortex, by
#: ordinary differential equations.
_REVIEW = "lisek2020"
_ABOUT = (
    ("model:isDescribedBy", "pubmed:33182497"),
    ("hasTaxon", "taxonomy:40674"),
    ("isVersionOf", "go:0038202"),
    ("occursIn", "uberon:0000956"),
    ("hasProperty", "mamo:MAMO_0000046"),
)
#: Rounded like this, the steady state is the same on every machine.
_DIGITS = 9
#: Smaller concentrations (nM) are nothing.
_NOTHING = 1e-9
#: Left alone for this long (s), no species may move by more than this share of itself.
_LEFT_ALONE_S, _STILL = 72 * 3600, 1e-5


def build(check: bool = False, folder: Path | None = None) -> list[str]:
    """Write the SBML and the network of every variant, or say which files differ.

    Parameters
    ----------
    check
        Only compare: the files as they would be written, and the residual of the steady state.
    folder
        Where to write (default: ``sbml/`` of the checkout).

    Returns
    -------
    list of str
        With ``check``, one line for each difference; without, the paths written.

    Raises
    ------
    MissingExtra
        Without BioNetGen or Perl.
    InputError
        For tables that are not as they should be, a steady state that is none, or a folder that
        cannot be written.
    """
    folder = paths.sbml().parent if folder is None else folder
    with tempfile.TemporaryDirectory() as scratch:
        variants = knowledge.load().variants
        moving = []
        with tracked("variants", variants) as listed:
            for variant in listed:
                moving += _moving(variant, fresh(Path(scratch), variant))
        if check:
            return moving + differences(Path(scratch), folder)
        if moving:
            raise InputError(moving[0])
        return write_all(folder, _files(Path(scratch)))


def differences(fresh: Path, committed: Path) -> list[str]:
    """One line for each file of ``fresh`` that ``committed`` lacks or has otherwise."""
    return [
        out_of_step(str(committed / name), "make build")
        for name in differing(committed, _files(fresh))
    ]


def _files(folder: Path) -> dict[str, bytes]:
    """All files of a folder: the path in it to the bytes."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def fresh(folder: Path, variant: str = knowledge.DEFAULT_VARIANT) -> ModelFiles:
    """A fresh build of a variant in ``folder``: BioNetGen runs, nothing committed is read but the
    rules and the tables.

    Raises
    ------
    InputError
        When the committed steady state is of other species than the rules give.
    """
    tables = knowledge.load(variant=variant)
    model, net = _generated(variant, knowledge.load())
    steady = {row.species: row.value for row in tables.steady_state.values()}
    table, ids = knowledge.steady_state_file(variant), set(emit.species_ids(model))
    if not steady or set(steady) != ids:
        raise InputError(f"{table}.tsv is of other species than the rules give; run: make steady")
    said = described(tables, variant)
    sbml = emit.write_sbml(model, tables, annotations=said, steady_state=steady)
    target = folder / paths.sbml(variant).relative_to(paths.sbml().parent)
    write(target, sbml.encode())
    write(target.with_suffix(".net"), net.encode())
    return ModelFiles(sbml=sbml, tables=tables, network=lambda: model)


def compile_model(model: pysb.Model, tables: knowledge.Tables | None = None) -> ModelFiles:
    """A model with rules of one's own, ready to be run: for ``files`` of ``simulate`` and ``scan``.

    Parameters
    ----------
    model
        What :func:`build_model` gave, with rules, monomers or parameters added or taken away. Its
        network is generated where it has none, and a parameter that no table has gets the unit
        that its reactions need (nmol, litres and seconds).
    tables
        The numbers, observables, drugs and genes (default: the package's; of a variant,
        ``knowledge.load(variant=NAME)``).

    Returns
    -------
    ModelFiles
        Its SBML and tables. Each run brings it to its own drug-free steady state first.

    Raises
    ------
    MissingExtra
        Without BioNetGen or Perl, which make the network.
    InputError
        For a model that the SBML cannot hold, such as one with a parameter of unknown unit.
    pysb.bng.BngInterfaceError
        For rules that BioNetGen refuses.
    """
    tables = knowledge.load() if tables is None else tables
    if not model.reactions:
        network.generate(model)
    seeds = emit.seeds(model)
    rows = {
        key: SteadySpecies(key, emit.pattern(species), emit.home(species).name, seeds[key], 0.0)
        for key, species in zip(emit.species_ids(model), model.species, strict=True)
    }
    try:
        sbml = emit.write_sbml(model, tables)
    except emit.EmitError as error:
        raise InputError(str(error)) from None
    return ModelFiles(
        sbml=sbml,
        tables=replace(tables, steady_state=rows),
        network=lambda: model,
        at_rest=False,
    )


def described(
    tables: knowledge.Tables, variant: str = knowledge.DEFAULT_VARIANT
) -> emit.Annotations:
    """What the SBML of a variant says of its elements."""
    review = ("model:isDescribedBy", f"doi:{tables.references[_REVIEW].doi}")
    name = _NAME
    notes: tuple[str, ...] = _DESCRIPTION
    if variant != knowledge.DEFAULT_VARIANT:
        name = f"{name}: {variant}"
        notes = (f"This is the variant {variant}. {tables.variants[variant].meaning}.", *notes)
    about = emit.About(name=name, notes=notes, resources=(review, *_ABOUT))
    return emit.from_tables(tables, about, creator=CREATOR, created=CREATED, licence=LICENCE)


def steady(variants: Sequence[str] | None = None) -> dict[str, bytes]:
    """The steady state of ``variants``, and ``wildtype.tsv``, from the rules and the other tables.

    Parameters
    ----------
    variants
        Their names (default: all).

    Returns
    -------
    dict of str to bytes
        Each file by its path in the checkout.

    Raises
    ------
    SimulationError
        When the model finds no drug-free steady state.
    """
    tables = knowledge.load(generated=False)
    made: dict[str, bytes] = {}
    for variant in tables.variants if variants is None else variants:
        model, _ = _generated(variant, tables)
        plant, state, rows = _at_rest(model, tables.with_settings(variant))
        made[f"{knowledge.steady_state_file(variant)}.tsv"] = _table(rows)
        if variant == knowledge.DEFAULT_VARIANT:
            names = set(model.parameters.keys())
            relative = [name for name in tables.observables if f"{name}{WILDTYPE}" in names]
            units = emit.unit_names(model, emit.units_in(tables))
            wildtype = [
                WildType(name, _rounded(value * _divisor(model, name)), units[f"{name}{WILDTYPE}"])
                for name, value in zip(relative, plant.observe(state, relative), strict=True)
            ]
            made["wildtype.tsv"] = _table(wildtype)
    folder = knowledge.PACKAGED.relative_to(paths.root())
    return {(folder / name).as_posix(): content for name, content in made.items()}


def _at_rest(
    model: pysb.Model, tables: knowledge.Tables
) -> tuple[RoadRunnerPlant, np.ndarray, list[SteadySpecies]]:
    """The model loaded, its drug-free steady state, and that as rows of a table."""
    from ketamine_mtor.engines import Session, roadrunner

    files = compile_model(model, tables)
    rows = files.tables.steady_state
    plant = roadrunner.load(files)
    state = Session(files, plant).steady_state(())
    found = dict(zip(plant.species, state, strict=True))
    return (
        plant,
        state,
        [replace(row, value=_rounded(found.get(key, 0.0))) for key, row in rows.items()],
    )


def _divisor(model: pysb.Model, observable: str) -> float:
    """What an observable that is relative to its own wild-type value is divided by, else 1."""
    reference = model.parameters[f"{observable}{WILDTYPE}"]
    own = model.expressions[observable].expr.free_symbols
    return reference.value if reference in own else 1.0


def _moving(variant: str, files: ModelFiles) -> list[str]:
    """A line unless a model stays where it starts for 72 h without ketamine."""
    from ketamine_mtor.engines import Session, roadrunner

    plant = roadrunner.load(files)
    start = Session(files, plant).steady_state(())
    _, end = plant.advance(start, _LEFT_ALONE_S, np.empty(0), ())
    moved = np.abs(end - start) / (start + _NOTHING)
    worst = int(moved.argmax())
    if moved[worst] <= _STILL:
        return []
    return [
        f"the steady state of {variant} is not one: {plant.species[worst]} moves by"
        f" {moved[worst]:.1e} of itself in 72 h; allowed: {_STILL:g}; run: make steady"
    ]


@lru_cache(maxsize=16)
def _generated(variant: str, tables: knowledge.Tables) -> tuple[pysb.Model, str]:
    """The model with its network, and the network's text; BioNetGen runs once per process."""
    model = build_model(variant, tables)
    return model, network.generate(model)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}") if abs(value) > _NOTHING else 0.0


def _table(rows: Sequence[Any]) -> bytes:
    lines = (
        [f"{cell:.{_DIGITS}g}" if isinstance(cell, float) else cell for cell in astuple(row)]
        for row in rows
    )
    return tab_separated([[field.name for field in fields(rows[0])], *lines]).encode()


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.build steady``: what ``make steady`` runs; the exit status."""
    parser = Parser(description="recompute the drug-free steady state")
    parser.add_argument("what", choices=["steady"])
    parser.parse_args(arguments)
    return renew_or_check(steady(), "make steady", check=False)


if __name__ == "__main__":
    sys.exit(main())
