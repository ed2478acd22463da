"""What one run costs, and what of the network it is spent on: the page ``docs/cost.md``.

Steps, evaluations and modes are the same each time; only the times are of the machine that made
the page. libRoadRunner does not tell its steps: bngsim does, with the same solver on the same SBML.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from ketamine_mtor import knowledge, model_files, paths
from ketamine_mtor.agreement import networks
from ketamine_mtor.batch.mass_action import MassAction
from ketamine_mtor.engines.compiled import processor_name
from ketamine_mtor.engines.reach import running
from ketamine_mtor.engines.roadrunner import RoadRunnerPlant
from ketamine_mtor.engines.seeding import Seeding
from ketamine_mtor.engines.session import ABSOLUTE_NM, RELATIVE
from ketamine_mtor.errors import InputError, MissingExtra
from ketamine_mtor.evidence import markdown
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.files import renewed, write
from ketamine_mtor.model_files import ModelFiles
from ketamine_mtor.run import simulate
from ketamine_mtor.schedule import SECONDS_PER_HOUR, Segment, plan

PAGE = "cost.md"
#: The readout whose maximum is the height of the response.
HEIGHT = "mTORC1_active"
#: Factors on the tolerances of all runs: none, and to a relative tolerance of 1e-6.
LOOSER = (1.0, 100.0)
#: Until when steps are counted (s).
UNTIL = (1.0, 60.0, 3600.0, 24 * 3600.0, 72 * 3600.0)
#: How many modes are told, and how many species of each.
MODES, MAKERS = 8, 4
ROUNDS = 9


class Mode(NamedTuple):
    """An eigenvalue of the Jacobian.

    Attributes
    ----------
    rate
        The size of its real part (1/s).
    makers
        The species that take part most, with their shares.
    """

    rate: float
    makers: list[tuple[str, float]]


class Start(NamedTuple):
    """A run of one stretch: the numbers that are set, the state (nM) and what is sampled."""

    values: Mapping[str, float]
    state: np.ndarray
    segment: Segment


def stiffest(jacobian: np.ndarray, names: Sequence[str], most: int = MODES) -> list[Mode]:
    """The fastest modes; of a pair that turns, one.

    A species' part in a mode is the product of its entries in the left and the right eigenvector:
    it does not depend on units, and those of all species add up to one.
    """
    values, right = np.linalg.eig(jacobian)
    parts = np.abs(right * np.linalg.pinv(right).T)
    modes: list[Mode] = []
    for i in np.argsort(values.real, kind="stable"):
        if values[i].imag < 0:
            continue
        share = parts[:, i] / parts[:, i].sum()
        best = np.argsort(-share, kind="stable")[:MAKERS]
        makers = [(names[j], float(share[j])) for j in best if share[j] >= 0.05]
        modes.append(Mode(abs(float(values[i].real)), makers))
    return modes[:most]


def without(sbml: str, present: Iterable[str], values: Mapping[str, float]) -> tuple[str, int]:
    """The text without reactions that cannot run, and how many species it has that can be there.

    The others are held at nothing.

    Parameters
    ----------
    present
        Species that are there at the start.
    values
        The numbers of the run: what is 0 in a law, such as a drug that is not there, stops it.
    """
    model = MassAction(sbml)
    able = [each for each in model.reactions if all(values.get(name, 1.0) for name in each.names)]
    reactions = running(able, present)
    there = set(present).union(*(each.products for each in reactions))
    kept = {each.id for each in reactions}
    root = ElementTree.fromstring(sbml.encode())
    (listed,) = root.iterfind(".//{*}listOfReactions")
    for each in list(listed):
        if each.get("id") not in kept:
            listed.remove(each)
    for each in root.iterfind(".//{*}species"):
        if each.get("id") not in there:
            each.set("boundaryCondition", "true")
    return ElementTree.tostring(root, encoding="unicode"), len(there & set(model.species))


def start(files: ModelFiles, plant: RoadRunnerPlant, experiment: Experiment) -> Start:
    """What an experiment of one stretch, without drugs, begins with in the model's own animal."""
    seeding = Seeding(files.tables, plant)
    (segment,) = plan(experiment, files.tables).segments
    values = seeding.values(segment.settings)
    state = np.array([values[name] for name in plant.species])
    return Start(values, state + seeding.dose(segment.bolus, values), segment)


def counts(files: ModelFiles, begun: Start, looser: float, until: float) -> dict[str, int]:
    """What bngsim's solver says that it did from the start to a time (s).

    Raises
    ------
    MissingExtra
        Where bngsim is not installed.
    """
    from ketamine_mtor.engines import bngsim

    plant = bngsim.load(files)
    plant.set(begun.values)
    samples = begun.segment.samples
    times = np.unique([0.0, *samples[samples <= until], until])
    return plant.counts(begun.state, times, looser)


def _counted(files: ModelFiles, begun: Start) -> list[list[str]]:
    rows = []
    for looser in LOOSER:
        for until in UNTIL:
            told = counts(files, begun, looser, until)
            names = ("n_steps", "n_rhs_evals", "n_jac_evals", "n_err_test_fails")
            tolerances = f"{RELATIVE * looser:g}, {ABSOLUTE_NM * looser:g} nM"
            rows.append([tolerances, _span(until), *(str(told[name]) for name in names)])
    return rows


def _modes(files: ModelFiles, begun: Start, plant: RoadRunnerPlant) -> list[list[str]]:
    from ketamine_mtor.engines import bngsim

    other = bngsim.load(files)
    other.set(begun.values)
    run = simulate(Experiment(observables=[HEIGHT]), files=files)
    height = float(run["time"][int(run[HEIGHT].values.argmax())]) * SECONDS_PER_HOUR
    rest = np.array([begun.values[name] for name in plant.species])
    _, high = plant.advance(begun.state, height, np.empty(0), ())
    rows = []
    for where, state in (("at rest", rest), (f"{_span(height)} after the dose", high)):
        for mode in stiffest(other.jacobian(state), plant.species):
            makers = ", ".join(f"`{name}` {share:.0%}" for name, share in mode.makers)
            rows.append([where, f"{mode.rate:.3g}", _span(1 / mode.rate), makers])
    return rows


def _times(files: ModelFiles, experiment: Experiment) -> list[list[str]]:
    """Medians of interleaved rounds, ms, of libRoadRunner with and without what cannot be there."""
    full = RoadRunnerPlant(files.sbml)
    begun = start(files, full, experiment)
    present = {name for name, value in zip(full.species, begun.state, strict=True) if value}
    text, left = without(files.sbml, present, begun.values)
    models: list[tuple[str, int, list[tuple[RoadRunnerPlant, np.ndarray]]]] = []
    for what, sbml, species in (
        ("as it is", files.sbml, len(full.species)),
        ("without what is never there", text, left),
    ):
        plants = [RoadRunnerPlant(sbml, looser) for looser in LOOSER]
        models.append((what, species, [(plant, _state(begun, full, plant)) for plant in plants]))
        for plant, _ in models[-1][2]:
            plant.set(begun.values)
    taken: dict[tuple[str, int], list[float]] = {}
    for _ in range(ROUNDS):
        for what, _, plants in models:
            for i, (plant, state) in enumerate(plants):
                began = time.perf_counter()
                plant.advance(state, begun.segment.end, begun.segment.samples, (HEIGHT,))
                taken.setdefault((what, i), []).append(time.perf_counter() - began)
    rows = []
    for what, species, plants in models:
        cells = [f"{1e3 * statistics.median(taken[what, i]):.0f}" for i in range(len(plants))]
        rows.append([what, str(species), *cells])
    return rows


def _state(begun: Start, whole: RoadRunnerPlant, plant: RoadRunnerPlant) -> np.ndarray:
    found = dict(zip(whole.species, begun.state, strict=True))
    return np.array([found[name] for name in plant.species])


def _span(seconds: float) -> str:
    for size, unit in ((3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{1e6 * seconds:.3g} µs"


def generated() -> str:
    """The page's part that is measured."""
    files, experiment = model_files.packaged(), Experiment()
    plant = RoadRunnerPlant(files.sbml)
    begun = start(files, plant, experiment)
    plant.set(begun.values)
    steps = ["tolerances", "until", "steps", "right-hand sides", "Jacobians", "steps refused"]
    modes = ["where", "1/s", "time", "species that take part"]
    at = [f"at {RELATIVE * each:g} (ms)" for each in LOOSER]
    machine = f"Times on {processor_name()}, {os.cpu_count()} cores, shared; medians of {ROUNDS}."
    return "\n\n".join(
        [
            f"Of network {_network()}.",
            "### Steps",
            markdown(steps, _counted(files, begun)),
            "### The stiffest modes",
            markdown(modes, _modes(files, begun, plant)),
            "### Time",
            markdown(["network in libRoadRunner", "species", *at], _times(files, experiment)),
            machine,
        ]
    )


def _network() -> str:
    return networks([knowledge.DEFAULT_VARIANT])[knowledge.DEFAULT_VARIANT]


def out_of_step(page: str) -> list[str]:
    """A line where the page is of another network than the one that there is now."""
    if f"Of network {_network()}." in page:
        return []
    return [f"docs/{PAGE} is of another network; run: make cost"]


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.cost``: what ``make cost`` runs.

    Returns the exit status: 0; 1 where with ``--check`` the page is of another network; 2 for wrong
    input or a missing extra.
    """
    parser = argparse.ArgumentParser(prog="python -m ketamine_mtor.cost")
    parser.add_argument("--check", action="store_true", help="only look at the committed page")
    check = parser.parse_args(arguments).check
    page = paths.root() / "docs" / PAGE
    try:
        before = paths.read(page)
        if check:
            lines = out_of_step(before)
            print("\n".join(lines), end="\n" if lines else "")
            return 1 if lines else 0
        write(page, renewed(before, generated(), PAGE).encode())
    except (InputError, MissingExtra) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
