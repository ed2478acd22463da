"""What a run costs a solver, and why: the page ``docs/cost.md``.

Steps and Jacobians are those of CVODE in bngsim: libRoadRunner, which runs CVODE too, does not tell
its own. They are counts, no times: the same on any machine but for the last bits.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ketamine_mtor import files, knowledge, model_files, paths
from ketamine_mtor.engines import Session
from ketamine_mtor.experiment import Bath, Experiment
from ketamine_mtor.pages import markdown
from ketamine_mtor.schedule import plan
from ketamine_mtor.script import Parser, command, renew_or_check, told
from ketamine_mtor.studies.agreement import networks

if TYPE_CHECKING:
    from ketamine_mtor.engines.bngsim import BngsimPlant
    from ketamine_mtor.model_files import ModelFiles

PAGE = "docs/cost.md"
#: The runs that are counted.
RUNS = {
    "10 mg/kg": Experiment(),
    "80 mg/kg": Experiment(ketamine=80),
    "10 mg/kg and rapamycin": Experiment(drugs={"rapamycin": None}),
    "BDNF from outside": Experiment(ketamine=0, drugs={"BDNF": Bath(None, start=0)}),
    "nothing": Experiment(ketamine=0),
}
#: Where the modes are looked at: where these runs end.
PLACES = {
    "at rest": Experiment(ketamine=0, hours=0.1),
    "at the height of the burst, 24 minutes after 10 mg/kg": Experiment(hours=0.4),
}
#: Modes and species that the page shows.
MODES, PARTNERS, FAMILIES = 6, 3, 12
_COUNTS = {
    "steps": "n_steps",
    "refused": "n_err_test_fails",
    "right-hand sides": "n_rhs_evals",
    "Jacobians": "n_jac_evals",
}


class Mode(NamedTuple):
    """A direction of the state in which a small push dies down.

    Attributes
    ----------
    time_s
        How long it takes to fall to a third or so (s): one over the size of the eigenvalue.
    partners
        Species that make it up, each with its share (participation factor).
    """

    time_s: float
    partners: tuple[tuple[str, float], ...]


def counts(plant: BngsimPlant, files: ModelFiles, experiment: Experiment) -> Counter[str]:
    """Steps, right-hand sides and Jacobians of a run from rest, all its stretches together."""
    before = Counter(plant.work)
    Session(files, plant).run(plan(experiment, files.tables), ())
    return plant.work - before


def modes(jacobian: np.ndarray, species: Iterable[str]) -> list[Mode]:
    """The modes of a Jacobian (1/s), the stiffest first; what is conserved is left out.

    A species' share is its participation factor: the product of its entries in the right and the
    left eigenvector, by size, over the sum of these.
    """
    names = list(species)
    values, right = np.linalg.eig(jacobian)
    left = np.linalg.pinv(right)
    found = []
    for i in np.argsort(-np.abs(values)):
        if np.abs(values[i]) * 1e9 < 1:
            continue
        share = np.abs(right[:, i] * left[i])
        share /= share.sum()
        partners = tuple((names[j], float(share[j])) for j in np.argsort(-share)[:PARTNERS])
        found.append(Mode(float(1 / np.abs(values[i])), partners))
    return found


def families(patterns: Iterable[str]) -> list[tuple[str, int]]:
    """Monomers with the number of species (BNGL patterns) that have them, most first."""
    found: Counter[str] = Counter()
    for pattern in patterns:
        found.update(set(re.findall(r"(\w+)\(", pattern)))
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def page(files: ModelFiles) -> str:
    """The generated part of the page."""
    from ketamine_mtor.engines.bngsim import load

    plant = load(files)
    places = {}
    for when, experiment in PLACES.items():
        counts(plant, files, experiment)
        places[when] = plant.jacobian()
    total = len(plant.species)
    rows = [(name, counts(plant, files, each)) for name, each in RUNS.items()]
    names = {row.species: row.name for row in files.tables.steady_state.values()}
    return "\n\n".join(
        [
            _network(),
            markdown(
                ["72 h of", *_COUNTS],
                ([name, *(str(count[key]) for key in _COUNTS.values())] for name, count in rows),
            ),
            *(
                f"The stiffest modes {when}:\n\n"
                + markdown(["dies down in", "made up by"], _modes(jacobian, plant))
                for when, jacobian in places.items()
            ),
            f"The {total} species that move, by the molecules in them:\n\n"
            + markdown(
                ["molecule", "species with it", "dense factorisation without them"],
                (
                    [name, str(count), f"{(1 - count / total) ** 3:.0%}"]
                    for name, count in families(names[s] for s in plant.species)[:FAMILIES]
                ),
            ),
        ]
    )


def _modes(jacobian: np.ndarray, plant: BngsimPlant) -> Iterator[list[str]]:
    for mode in modes(jacobian, plant.species)[:MODES]:
        made = ", ".join(f"`{name}` {share:.0%}" for name, share in mode.partners)
        yield [f"{mode.time_s:.2g} s", made]


def _network() -> str:
    return f"Of network {networks([knowledge.DEFAULT_VARIANT])[knowledge.DEFAULT_VARIANT]}."


def out_of_step(text: str) -> list[str]:
    """A line where the page is of another network than the one that there is now."""
    old = _network() not in text
    line = files.out_of_step(PAGE, "make cost", "of another network")
    return [line] if old else []


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.studies.cost``: what ``make cost`` runs.

    Returns the exit status: 0; 1 where with ``--check`` the page is of another network; 2 for wrong
    input or a missing extra.
    """
    parser = Parser(prog="python -m ketamine_mtor.studies.cost")
    parser.add_argument("--check", action="store_true", help="only look at the committed page")
    check = parser.parse_args(arguments).check
    before = paths.read(paths.root() / PAGE)
    if check:
        return told(out_of_step(before))
    after = files.renewed(before, page(model_files.packaged()), PAGE)
    return renew_or_check({PAGE: after.encode()}, "make cost", check=False)


if __name__ == "__main__":
    sys.exit(main())
