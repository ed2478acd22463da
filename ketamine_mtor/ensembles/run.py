"""Runs an ensemble: plans it, has its chunks computed, keeps and sums them up."""

from __future__ import annotations

import functools
import math
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.claims.loader import choose, load_claims
from ketamine_mtor.claims.study import fingerprint, variants
from ketamine_mtor.ensembles import design as designs
from ketamine_mtor.ensembles.chunk import Plan, kernel_runner, run_chunk
from ketamine_mtor.ensembles.design import Design, Drawn
from ketamine_mtor.ensembles.space import space
from ketamine_mtor.ensembles.store import Folder, encode, manifest
from ketamine_mtor.ensembles.summary import summary
from ketamine_mtor.ensembles.workers import connect, here, on_cluster
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError, one_of
from ketamine_mtor.progress import progress

if TYPE_CHECKING:
    import distributed
    import pandas as pd

#: Tolerances of the kernel; the absolute one in nM.
RELATIVE, ABSOLUTE_NM = 1e-4, 1e-6
#: Sets of a chunk: some ten seconds of work, a gigabyte of memory.
CHUNK = 128
#: The largest numbers that are taken: a chunk of ten gigabytes, processes of a large machine, sets
#: that are five months of a core.
MOST_IN_CHUNK, MOST_WORKERS, MOST_SETS = 1280, 1024, 100_000_000
#: A number this near its threshold, as a share of it, is looked at by the referee.
NEAR = 1e-3
#: Share of the sets that the referee runs in any case, and how far off the kernel may be there.
REFEREE, MOST_APART = 0.01, 1e-2


@dataclass(frozen=True)
class Ensemble:
    """A finished ensemble.

    Attributes
    ----------
    path
        Its folder.
    claims
        Ids of the claims.
    summary
        See :func:`ketamine_mtor.ensembles.summary.summary`.
    deviation
        The largest difference between the referee's runs and these, as a share of a readout's
        maximum; not a number where the referee ran none.
    """

    path: Path
    claims: tuple[str, ...]
    summary: pd.DataFrame
    deviation: float
    _folder: Folder
    _plan: Plan

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """A row per set: ``set``, and the numbers that vary, by id, in the units of their tables.

        Drawn again, since they are not stored. An experiment that sets one of them sets it to its
        own value times the same factor.
        """
        import numpy as np
        import pandas as pd

        plan = self._plan
        design, values = plan.design, model_files.packaged(plan.variant).tables.values()
        bounds = [plan.bounds(index) for index in range(plan.chunks)]
        factors = np.concatenate([design.factors(*each) for each in bounds])
        columns = {name: values[name] * factors[:, i] for i, name in enumerate(design.names)}
        return pd.DataFrame({"set": np.arange(design.samples), **columns})

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row per set.

        ``set``; the status of each claim, and as ``CLAIM.measured`` the number that decides it, in
        the claim's unit; ``deviation`` where the referee ran the set.
        """
        import pandas as pd

        return pd.concat(self._folder.frames(self._plan.chunks), ignore_index=True)


def ensemble(
    samples: int | None = None,
    *,
    out: str | os.PathLike[str],
    seed: int = 0,
    design: str = designs.SOBOL,
    spread: float | None = None,
    table: str | os.PathLike[str] | None = None,
    claims: Sequence[str] | None = None,
    variant: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    chunk: int | None = None,
) -> Ensemble:
    """Judge claims over many parameter sets.

    Parameters
    ----------
    samples
        How many sets are drawn (default 1000); all rows of a table.
    out
        Folder for the chunks and their manifest.
    seed
        Of the design, and of which sets the referee runs.
    design
        ``sobol`` or ``latin-hypercube``.
    spread
        Bounds of all numbers: their values over and times this (default: the tables' ranges,
        assumed numbers at least over and times 3).
    table
        Own sets instead: a .csv or .parquet file with a column per number.
    claims
        Ids, whole or up to the first ``_`` (default: all).
    variant
        Variant of the model for the experiments that name none.
    workers
        Processes (default: one per core).
    scheduler
        Address of a Dask scheduler whose workers are used instead.
    resume
        Go on with what is in ``out``.
    chunk
        Sets that a process runs at once (default 128: some ten seconds of work).

    Returns
    -------
    Ensemble
        All verdicts; the same whatever the workers, and after any interruption.

    Raises
    ------
    InputError
        Before anything is computed.
    MissingExtra
        For a scheduler without Dask.
    SimulationError
        Where the referee and the kernel are too far apart.
    KeyboardInterrupt
        After Ctrl-C, when the workers have ended; what is done is kept, for ``resume``.
    """
    _whole("workers", workers, 1, MOST_WORKERS)
    if not isinstance(out, str | os.PathLike) or not os.fspath(out):
        raise InputError(f"out is {out!r}; allowed: the path of a folder")
    plan = make_plan(samples, seed, design, spread, table, claims, variant, chunk)
    document = manifest(plan)
    with nullcontext() if scheduler is None else connect(scheduler) as cluster:
        folder = Folder(Path(out), document, resume)
        _add_missing(folder, plan, fingerprint(document), cluster, workers)
    table, deviation = summary(folder.frames(plan.chunks), plan.claims)
    folder.summarise(table)
    found = Ensemble(Path(out), plan.claims, table, deviation, folder, plan)
    if found.deviation > MOST_APART:
        raise SimulationError(
            f"the kernel is {found.deviation:.1e} of a readout's maximum away from libRoadRunner;"
            f" allowed: {MOST_APART:g}; verdicts are in {out}"
        )
    return found


def _add_missing(
    folder: Folder,
    plan: Plan,
    identity: str,
    cluster: distributed.Client | None,
    workers: int | None,
) -> None:
    """Compute the chunks that the folder does not have, here or on a cluster."""
    missing = folder.missing(plan.chunks)
    tasks = {i: functools.partial(_encoded, plan.only(i), identity, i) for i in missing}
    done = plan.chunks - len(missing)
    try:
        with (
            progress("chunks", plan.chunks, done) as advance,
            closing(on_cluster(tasks, cluster) if cluster else here(tasks, workers)) as chunks,
        ):
            for index, content in chunks:
                folder.add(index, content)
                done += 1
                advance()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted: {done} of {plan.chunks} chunks are kept in {folder.path}"
        ) from None


def make_plan(
    samples: int | None,
    seed: int,
    design: str,
    spread: float | None,
    table: str | os.PathLike[str] | None,
    claims: Sequence[str] | None,
    variant: str | None,
    chunk: int | None,
) -> Plan:
    """What :func:`ensemble` does with these arguments; raises its InputErrors."""
    variant = knowledge.DEFAULT_VARIANT if variant is None else variant
    one_of("variant", variant, knowledge.load().variants)
    if claims is not None and not claims:
        raise InputError("no claim is named; allowed: one or more, or nothing for all")
    chosen = choose(load_claims(), claims)
    _whole("samples", samples, 1, MOST_SETS)
    _whole("chunk", chunk, 1, MOST_IN_CHUNK)
    _whole("seed", seed, 0)
    files = model_files.packaged(variant)
    whole = space(files, spread)
    sets: Design
    if table is None:
        sets = Drawn(design, whole, samples or 1000, seed)
    elif samples is not None or spread is not None:
        raise InputError("a table has its own sets; allowed: no samples and no spread with it")
    else:
        values = files.tables.values()
        sets = designs.read(Path(table), {name: values[name] for name in whole.names})
    return Plan(
        design=sets,
        claims=tuple(claim.id for claim in chosen),
        variant=variant,
        chunk=chunk or CHUNK,
        kernel=_kernel(variants(chosen, variant)),
        relative=RELATIVE,
        absolute=ABSOLUTE_NM,
        near=NEAR,
        referee=REFEREE,
        seed=seed,
    )


def _whole(what: str, value: object, least: int, most: float = math.inf) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        end = "on" if most == math.inf else f"to {most}"
        raise InputError(f"{what} is {value!r}; allowed: whole numbers from {least} {end}")


def _kernel(models: Iterable[str]) -> bool:
    """Whether the batch kernel can run these; where not, one line on stderr says why."""
    try:
        for variant in models:
            kernel_runner(variant, RELATIVE, ABSOLUTE_NM)
    except (MissingExtra, InputError) as why:
        print(f"note: libRoadRunner runs the sets one by one: {why}", file=sys.stderr)
        return False
    return True


def _encoded(plan: Plan, identity: str, index: int) -> bytes:
    """A chunk's file; on a worker that has something else installed it would be of another run."""
    if fingerprint(manifest(plan)) != identity:
        raise SimulationError(
            "a worker has other versions, claims or models than what asks it;"
            " allowed: the same installation everywhere"
        )
    return encode(run_chunk(plan, index))
