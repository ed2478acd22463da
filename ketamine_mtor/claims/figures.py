"""The figures of the model: ``validation/figures.yaml``, and the run behind each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ketamine_mtor import paths
from ketamine_mtor.claims.loader import check_schema, load_claims, load_setups, read_yaml
from ketamine_mtor.claims.vocabulary import Vocabulary, model_vocabulary
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.experiment import Experiment

DATA = "figures.yaml"


@dataclass(frozen=True)
class Run:
    """An experiment of a figure.

    Attributes
    ----------
    name
        Of its files, without suffix.
    what
        What is done, in words.
    experiment
        The same, to run.
    claims
        Numbers of the claims that look at this experiment, as in ``C05``.
    """

    name: str
    what: str
    experiment: Experiment
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes
    ----------
    id, title
        How it is called, for files and for readers.
    plots
        Title of each window, to the readouts in it.
    runs
        In order; each becomes a file, with all the doses of ``over``.
    over
        Doses of ketamine (mg/kg) that each run is done with instead of its own; or none.
    """

    id: str
    title: str
    plots: Mapping[str, tuple[str, ...]]
    runs: tuple[Run, ...]
    over: tuple[float, ...] = ()

    @property
    def readouts(self) -> tuple[str, ...]:
        """All that is shown, each once."""
        return tuple(dict.fromkeys(name for shown in self.plots.values() for name in shown))

    def done(self, run: Run) -> str:
        """What is done in one of its runs, in words."""
        if not self.over:
            return run.what
        doses = ", ".join(f"{dose:g}" for dose in self.over)
        return f"{run.what}; instead of it each of {doses} mg/kg"

    def about(self, run: Run) -> str:
        """The same with the figure's title."""
        return f"{self.title}: {self.done(run)}"


def load_figures(
    folder: Path | None = None, vocabulary: Vocabulary | None = None
) -> dict[str, Figure]:
    """The figures by id, in the order of the file, checked.

    Parameters
    ----------
    folder
        Holds figures.yaml and experiments.yaml; the package's own by default.
    vocabulary
        Words that they may use; the model's own by default.

    Raises
    ------
    InputError
        One line that names file, figure, field, what is allowed and the nearest match.
    """
    vocabulary = vocabulary or model_vocabulary()
    path = (folder or paths.validation()) / DATA
    document = read_yaml(path)
    check_schema(document, "figures.schema.json", path)
    setups = load_setups(path.parent / "experiments.yaml", vocabulary)
    looking = _looking()
    figures = {}
    for name, raw in document["figures"].items():
        where = f"{path.name}, figure {name}"
        over = tuple(raw.get("over", {}).get("ketamine", ()))
        for shown in raw["plots"].values():
            for readout in shown:
                known(readout, vocabulary.readouts, f"{where}, field plots", "readout")
        figure = Figure(
            name, raw["title"], {t: tuple(s) for t, s in raw["plots"].items()}, (), over
        )
        runs = []
        for run in raw["runs"]:
            known(run, setups, f"{where}, field runs", "experiment")
            experiment = replace(
                setups[run].experiment(),
                every=float(raw["every"]),
                observables=figure.readouts,
                tables=None,
            )
            file = name if len(raw["runs"]) == 1 else f"{name}_{run.removesuffix('_knockout')}"
            runs.append(Run(file, setups[run].what, experiment, looking.get(run, ())))
        figures[name] = replace(figure, runs=tuple(runs))
    files = [run.name for figure in figures.values() for run in figure.runs]
    for file in files:
        if files.count(file) > 1:
            raise fault(path.name, f"two runs would be the file '{file}'")
    return figures


def _looking() -> dict[str, tuple[str, ...]]:
    """Each experiment to the claims that look at it."""
    found: dict[str, list[str]] = {}
    for claim in load_claims():
        for name in claim.experiments:
            found.setdefault(name, []).append(claim.number)
    return {name: tuple(numbers) for name, numbers in found.items()}
