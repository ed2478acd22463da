"""The ladder of tolerances: exit 1 where a run is not what far narrower tolerances give.

Every experiment that a claim needs is run at the usual tolerances and at a ten thousandth of them:
relative 1e-12. First the gate has to find fault with a run at far wider tolerances: a gate that
never closes is none.
"""

import sys
from functools import lru_cache

import xarray as xr

from ketamine_mtor import model_files
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.engines import Session, roadrunner
from ketamine_mtor.engines.session import RELATIVE
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.run import dataset
from ketamine_mtor.schedule import plan
from ketamine_mtor.studies import agreement

#: Allowed difference, as a share of a readout's maximum in the run.
WITHIN = 1e-4
#: Factors on the solver's tolerances: the usual ones, far narrower, far wider.
USUAL, NARROW, WIDE = 1.0, 1e-12 / RELATIVE, 1e5
#: What is tried at the wide ones.
TRIED = Experiment(hours=24, every=600)


@lru_cache(maxsize=4)
def _session(variant: str, looser: float) -> Session:
    files = model_files.packaged(variant)
    return Session(files, roadrunner.load(files, looser))


def run(experiment: Experiment, looser: float) -> xr.Dataset:
    """A run with all tolerances times ``looser``."""
    tables = model_files.packaged(experiment.variant).tables
    schedule = plan(experiment, tables)
    names = tuple(tables.observables)
    course = _session(experiment.variant, looser).run(schedule, names)
    return dataset(experiment, "roadrunner", tables, names, schedule.times, course)


def apart(experiment: Experiment, looser: float = USUAL) -> tuple[float, str]:
    """How far a run is off that at narrow tolerances, as a share of a maximum, and which."""
    return agreement.largest_deviation(run(experiment, NARROW), run(experiment, looser))


def main() -> int:
    """Climb the ladder with every experiment; the exit status."""
    share, where = apart(TRIED, WIDE)
    if share <= WITHIN:
        print(f"at far wider tolerances a run differs by {share:.1e} only: the gate is open")
        return 1
    faults = 0
    named = agreement.experiments(load_claims())
    for name, experiment in sorted(named.items(), key=lambda pair: pair[1].variant):
        share, where = apart(experiment)
        said = "" if share <= WITHIN else f" (allowed: {WITHIN:g})"
        faults += bool(said)
        print(f"{name}: {share:.1e} of the maximum, in {where}{said}", flush=True)
    print(
        f"{len(named)} experiments at relative tolerances {RELATIVE:g} and 1e-12, {faults} differ"
    )
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
