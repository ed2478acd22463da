"""The caption's statements as data, and their judge: :func:`validate`."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketamine_mtor import paths
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS, Runs, Verdict, judge
from ketamine_mtor.claims.loader import choose, load_claims
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.claims.mutants import Necessity, load_mutants, matrix
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.errors import within
from ketamine_mtor.progress import tracked

if TYPE_CHECKING:
    from ketamine_mtor.model_files import ModelFiles

__all__ = ["Result", "known_failures", "load_claims", "validate"]


class Result(dict[str, Any]):
    """The verdicts as JSON's types: ``claims``, ``passed``, ``failed``, ``not_run``.

    With mutants also ``mutants``, a row each.

    Attributes
    ----------
    verdicts
        The verdicts themselves, in the order of the figure.
    necessity
        The necessity matrix; empty unless asked for.
    runs
        Gives the dataset of each experiment that was simulated.
    variant
        Variant of the model that was judged.
    surprises
        One line for each thing that is not as expected.
    """

    def __init__(
        self,
        verdicts: Sequence[Verdict],
        runs: Runs,
        failures: Mapping[str, str],
        necessity: Sequence[Necessity] = (),
        variant: str | None = None,
    ):
        self.verdicts, self.necessity = tuple(verdicts), tuple(necessity)
        self.runs, self.variant = runs, variant
        counts = Counter(verdict.status for verdict in verdicts)
        super().__init__(
            claims=[verdict.to_dict() for verdict in verdicts],
            passed=counts[PASS],
            failed=counts[FAIL],
            not_run=counts[NOT_RUN],
        )
        if necessity:
            self["mutants"] = [row.to_dict() for row in necessity]
        self.surprises = tuple(_surprises(verdicts, failures, necessity))

    @property
    def as_expected(self) -> bool:
        """Whether every caption claim passes and the others fail exactly where it is known."""
        return not self.surprises


def validate(
    claims: Iterable[str] | None = None,
    variant: str | None = None,
    sbml: str | Path | None = None,
    mutants: bool = False,
    *,
    files: ModelFiles | None = None,
    others: Mapping[str, ModelFiles] | None = None,
    folder: Path | None = None,
) -> Result:
    """Judge the claims.

    Parameters
    ----------
    claims
        Ids of the claims to judge, whole or as far as the first underscore; all by default.
    variant
        Variant of the model (default: ``caption``).
    sbml
        Another SBML of this model, as text or as the path of its file: its numbers count, and its
        own steady state. What a claim says of another variant is judged on the package's own file
        of that variant.
    mutants
        Whether to judge the necessity matrix too (minutes).
    files
        The model's files; the package's by default.
    others
        Variant to its files, for claims that speak of another one; the package's by default.
    folder
        Holds the claims; the package's own by default.

    Raises
    ------
    InputError
        For an unknown claim or variant, or claim files that are not as they should be; for an SBML
        that is none of this model, with the path where one was given.
    """
    from ketamine_mtor import model_files
    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.run import simulate

    variant = (Experiment() if variant is None else Experiment(variant=variant)).variant
    every = load_claims(folder)
    chosen = choose(every, claims)
    failures = known_failures(every, folder)
    workers = None if folder is None and files is None else 1
    files = model_files.packaged(variant) if files is None else files
    place, text = (sbml, paths.read(sbml)) if isinstance(sbml, Path) else (None, sbml)
    with within(place):
        files = files if text is None else model_files.edited(files, text)
    files_of = model_files.by_variant(
        files,
        variant,
        {experiment.variant for claim in chosen for experiment in claim.needed(variant)},
        others,
    )
    runs = Runs(
        chosen, lambda experiment: simulate(experiment, files=files_of[experiment.variant]), variant
    )
    wanted = {claim.id for claim in chosen}
    listed = [m for m in load_mutants(every, folder) if m.claim in wanted] if mutants else []
    with within(place):
        with tracked("claims", chosen) as judged:
            verdicts = judge(judged, runs, variant)
        rows = matrix(listed, every, files, variant, workers) if listed else []
    return Result(verdicts, runs, failures, rows, variant)


def known_failures(claims: Sequence[Claim], folder: Path | None = None) -> dict[str, str]:
    """Claim id to the reason why it is known to fail, from known_failures.tsv.

    Raises
    ------
    InputError
        One line: an unknown claim, one that is there twice, a caption claim or no reason.
    """
    path = (folder or paths.validation()) / "known_failures.tsv"
    rows = list(csv.reader(paths.read(path).splitlines(), delimiter="\t"))
    if not rows or rows[0] != ["claim", "reason"]:
        raise fault(path.name, "the header has to be claim reason, tab separated")
    kinds = {claim.id: claim.kind for claim in claims}
    found: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        where = f"{path.name}, row {number}"
        if len(row) != 2 or not row[1].strip():
            raise fault(where, "needs a claim and a reason, tab separated")
        known(row[0], kinds, where, "claim")
        if row[0] in found:
            raise fault(where, f"claim {row[0]} is there twice")
        if kinds[row[0]] == "caption":
            raise fault(where, f"{row[0]} is a caption claim, which has to pass")
        found[row[0]] = row[1].strip()
    return found


def _surprises(
    verdicts: Sequence[Verdict], failures: Mapping[str, str], necessity: Sequence[Necessity]
) -> Iterable[str]:
    for verdict in verdicts:
        name, status = verdict.claim.id, verdict.status
        expected = FAIL if name in failures else PASS
        if status != expected:
            why = f": {verdict.reason}" if verdict.reason else ""
            yield f"{name}: {status}, expected {expected}{why}"
    for row in necessity:
        if row.shown:
            continue
        lost = ", ".join(f"{name} {status}" for name, status in row.upstream)
        yield (
            f"{row.mutant.claim}: {row.status} without {', '.join(row.mutant.rules)}"
            + (f"; upstream {lost}" if lost else "")
            + (f" ({row.reason})" if row.reason else "")
        )
