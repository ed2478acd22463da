"""The COMBINE archive in the tools of others: exit 1 where one refuses it or gets other numbers.

libCombine opens it, BioSimulators' check of projects reads it, and tellurium and COPASI as they
are, and in BioSimulators, each in an environment of its own, run every SED-ML file in it.
What comes out has to be the tables in the archive. First the gate has to find fault with an archive
that lacks a model, and with one that has another: a gate that never closes is none.
"""

import multiprocessing
import subprocess
import sys
import tempfile
import warnings
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import h5py
import libcombine
import numpy as np
import pandas as pd

#: Allowed difference, as a share of a readout's maximum in the run. This and NOTHING are what the
#: archive's README promises (ketamine_mtor/archive/pages.py), said again: a gate judges the archive
#: as others get it, and asks the package nothing.
WITHIN = 1e-4
#: Where the maximum is below this there is nothing to compare, and the share is of this.
NOTHING = 1e-7
#: Those of BioSimulators.
ENGINES = ("tellurium", "copasi")
#: The file that is tried without its model, and with another.
TRIED, MODEL = "time_course", 'source="ketamine_mtor.xml"'
ABSENT, OTHER = 'source="absent.xml"', 'source="ketamine_mtor_blockers_NBQX.xml"'
_TIME = "time_s"
_LONGEST_S = 5400


def opened(archive: Path) -> int:
    """How many files libCombine finds in the archive."""
    reader = libcombine.CombineArchive()
    try:
        return reader.getNumEntries() if reader.initializeFromArchive(str(archive)) else 0
    finally:
        reader.cleanUp()


def accepted(archive: Path, gates: Path) -> bool:
    """Whether BioSimulators' check of projects accepts it; what it says goes to stdout if not."""
    command = [gates / "tellurium/bin/biosimulators-utils", "validate-project", archive]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:])
    return done.returncode == 0


def ran(engine: str, archive: Path, gates: Path, out: Path) -> dict[str, dict[str, np.ndarray]]:
    """What an engine gets: SED-ML file (without suffix) to label to values."""
    command = [gates / f"{engine}/bin/biosimulators-{engine}", "-i", archive, "-o", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONGEST_S)
    if done.returncode:
        raise SystemExit(f"{engine} does not run the archive: {done.stdout[-2000:]}")
    found: dict[str, dict[str, np.ndarray]] = {}

    def keep(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and name.endswith("/report"):
            labels = item.attrs["sedmlDataSetLabels"]
            found[name.partition(".sedml")[0]] = dict(zip(labels, item[()], strict=True))

    with h5py.File(out / "reports.h5") as reports:
        reports.visititems(keep)
    return found


def alone(archive: str) -> dict[str, dict[str, np.ndarray]]:
    """The same of tellurium without BioSimulators."""
    import matplotlib

    matplotlib.use("Agg")
    warnings.simplefilter("ignore")
    import tellurium

    done = tellurium.executeCombineArchive(archive)
    # A scan comes with its points as columns.
    return {
        Path(name).stem: {label: np.transpose(got) for label, got in run["dataGenerators"].items()}
        for name, run in done.items()
    }


def imported(archive: str, folder: str) -> dict[str, dict[str, np.ndarray]]:
    """The same of COPASI's own import of SED-ML: what its reports say."""
    import COPASI

    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    found = {}
    for sedml in sorted(Path(folder).glob("*.sedml")):
        module = COPASI.CRootContainer.addDatamodel()
        module.importSEDML(str(sedml))
        # Of a scan, COPASI has the task that it repeats too.
        task = module.getTask("Scan")
        task = task if task.isScheduled() else module.getTask("Time-Course")
        out = sedml.with_suffix(".txt")
        task.getReport().setTarget(str(out))
        if task.initializeRaw(COPASI.CCopasiTask.OUTPUT_UI) and task.processRaw(True):
            task.restore()
            read = pd.read_csv(out, skipinitialspace=True).dropna(axis="columns", how="all")
            found[sedml.stem] = {label: read[label].to_numpy() for label in read}
        COPASI.CRootContainer.removeDatamodel(module)
    return found


def wanted(archive: Path) -> dict[str, pd.DataFrame]:
    """The tables in the archive, by the name of their SED-ML file."""
    with zipfile.ZipFile(archive) as files:
        return {
            Path(name).stem: pd.read_csv(files.open(name))
            for name in files.namelist()
            if name.startswith("expected/")
        }


def differs(got: dict[str, np.ndarray], table: pd.DataFrame) -> tuple[float, str]:
    """The largest difference, as a share of its readout's maximum, and of which readout."""
    columns = list(table.columns[list(table.columns).index(_TIME) :])
    if set(columns) != set(got):
        return np.inf, f"columns {sorted(set(columns) ^ set(got))}"
    shares = {}
    for name in columns:
        expected, values = table[name].to_numpy(), np.ravel(got[name])
        if values.shape != expected.shape or not np.isfinite(values).all():
            return np.inf, name
        shares[name] = np.abs(values - expected).max() / max(np.abs(expected).max(), NOTHING)
    worst = max(shares, key=shares.__getitem__)
    return float(shares[worst]), worst


def changed(archive: Path, to: Path, keep: str, old: str, new: str) -> Path:
    """An archive with ``old`` replaced in the SED-ML file ``keep``, and no other SED-ML."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(to, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == f"{keep}.sedml":
                if old.encode() not in content:
                    raise SystemExit(f"{name} has no {old}")
                content = content.replace(old.encode(), new.encode())
            if name == "manifest.xml":
                lines = content.decode().splitlines(keepends=True)
                kept = [line for line in lines if ".sedml" not in line or f"/{keep}." in line]
                content = "".join(kept).encode()
            if not name.endswith(".sedml") or name == f"{keep}.sedml":
                target.writestr(name, content)
    return to


def closes(archive: Path, gates: Path, folder: Path) -> bool:
    """Whether the gate finds fault with two archives that are broken on purpose."""
    lacks = changed(archive, folder / "lacks.omex", TRIED, MODEL, ABSENT)
    other = changed(archive, folder / "other.omex", TRIED, MODEL, OTHER)
    if accepted(lacks, gates):
        print("an archive without its model is accepted: the gate is open")
        return False
    got = ran(ENGINES[0], other, gates, folder / "other")
    share, _ = differs(got[TRIED], wanted(archive)[TRIED])
    if share <= WITHIN:
        print("another model gives the same: the gate is open")
    return share > WITHIN


def main(archive: Path, gates: Path) -> int:
    """Try the archive; the exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if not closes(archive, gates, folder):
            return 1
        tables = wanted(archive)
        if opened(archive) < len(tables) or not accepted(archive, gates):
            return 1
        # In processes of their own: libCombine's and the tools' libraries share names.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            faults = compared("tellurium alone", pool.submit(alone, str(archive)).result(), tables)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            got = pool.submit(imported, str(archive), str(folder / "imported")).result()
            faults += compared("COPASI alone", got, tables)
        for engine in ENGINES:
            got = ran(engine, archive, gates, folder / engine)
            faults += compared(f"BioSimulators' {engine}", got, tables)
    print(f"{len(tables)} files in {2 + len(ENGINES)} engines, {faults} differ")
    return int(bool(faults))


def compared(
    engine: str, got: dict[str, dict[str, np.ndarray]], tables: dict[str, pd.DataFrame]
) -> int:
    """Say how far each file is off; how many are too far."""
    faults = 0
    for name, table in tables.items():
        share, where = differs(got.get(name, {}), table)
        said = "" if share <= WITHIN else f" (allowed: {WITHIN:g})"
        faults += bool(said)
        print(f"{engine}, {name}: {share:.1e} of the maximum, in {where}{said}", flush=True)
    return faults


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute()))
