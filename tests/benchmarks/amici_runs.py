"""Runs one problem in AMICI, as often as asked; in the environment that `make bench` makes.

Reads an order (JSON) from its input, says ``ready`` or what is wrong, then runs at each further
line. A model that was compiled once is kept.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Serve until the input ends."""
    # What AMICI and its compiler print must not be taken for answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(text: str) -> None:
        print(" ".join(text.split()), file=answers, flush=True)

    try:
        run = _prepared(json.loads(sys.stdin.readline()))
    except Exception as error:
        answer(f"{type(error).__name__}: {error}")
        return
    answer("ready")
    for _ in sys.stdin:
        run()
        answer("done")


def _prepared(order: dict):
    import amici
    import numpy as np
    from amici.importers.sbml import SbmlImporter
    from amici.sim import sundials

    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    folder = Path(order["folder"])
    # Compiling takes minutes; the file says that it came to its end.
    kept, done = Path(order["kept"]), Path(order["kept"]) / "compiled"
    if done.exists():
        model = amici.import_model_module("problem", kept).get_model()
    else:
        importer = SbmlImporter(folder / "model.xml")
        wanted = set(order["observables"])
        read = amici.assignment_rules_to_observables(
            importer.sbml_model, filter_function=lambda each: each.getId() in wanted
        )
        model = importer.sbml2amici(
            "problem",
            kept,
            observation_model=read,
            generate_sensitivity_code=False,
            compute_conservation_laws=False,
        )
        done.touch()
    model.set_timepoints(order["times"])
    solver = model.create_solver()
    solver.set_relative_tolerance(order["relative"])
    solver.set_absolute_tolerance(order["absolute"])
    solver.set_max_steps(order["most_steps"])
    solver.set_return_data_reporting_mode(sundials.RDataReporting.observables_likelihood)
    ids = list(model.get_observable_ids())
    places = [ids.index(name) for name in order["observables"]]
    shape = len(order["times"]), len(places)
    shared = np.memmap(folder / "values", float, "r+", shape=shape)

    def run() -> None:
        found = sundials.run_simulation(model, solver)
        shared[:] = found.y[:, places]

    return run


if __name__ == "__main__":
    main()
