"""The folder of an ensemble: a manifest that says what it is of, and a Parquet file per chunk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ketamine_mtor import paths
from ketamine_mtor._version import __version__
from ketamine_mtor.claims.study import subject
from ketamine_mtor.ensembles.chunk import STATUSES, Plan, Verdicts, bounds, claims_of
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import write

MANIFEST, SUMMARY = "manifest.json", "summary.tsv"
#: Of lists that differ, so many entries are named.
_NAMED = 3
_PACKAGES = ("libroadrunner", "numba", "numpy", "pyarrow", "scipy")


def manifest(plan: Plan) -> dict[str, Any]:
    """All that the bytes of the chunks depend on."""
    return {
        "ketamine_mtor": __version__,
        **subject(claims_of(plan.claims), plan.variant),
        "samples": plan.design.samples,
        **plan.design.describe(),
        "referee_seed": plan.seed,
        "chunk": plan.chunk,
        "engine": "kernel" if plan.kernel else "roadrunner",
        "relative": plan.relative,
        "absolute_nM": plan.absolute,
        "near": plan.near,
        "referee": plan.referee,
        "versions": {
            name: version_of(name) for name in _PACKAGES if plan.kernel or name != "numba"
        },
    }


def version_of(package: str) -> str:
    """The version of a package that is installed; ``none`` where it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


class Folder:
    """Where an ensemble is kept. Files are written whole or not at all.

    Parameters
    ----------
    path
        The folder; made where it is not there.
    document
        The manifest of the run.
    resume
        Whether to go on with what is there.

    Raises
    ------
    InputError
        Where something is there and ``resume`` is not asked for, or it is of another run: the
        message says what differs.
    """

    def __init__(self, path: Path, document: dict[str, Any], resume: bool):
        self.path, self._document = path, document
        there = path / MANIFEST
        if there.exists():
            if not resume:
                raise InputError(f"{path} has an ensemble; allowed: --resume, or another folder")
            _same(path, _read(there), document)
        elif path.exists() and not path.is_dir():
            raise InputError(f"{path} is a file; allowed: an empty or a new folder")
        elif path.exists() and any(not _scratch(each) for each in path.iterdir()):
            raise InputError(f"{path} is not empty; allowed: an empty or a new folder")
        else:
            write(there, (json.dumps(document, indent=1) + "\n").encode())
        # What a run that was killed had begun to write.
        for each in path.iterdir():
            if _scratch(each):
                each.unlink(missing_ok=True)

    def missing(self, chunks: int) -> list[int]:
        """Chunks that are still to be run."""
        return [i for i in range(chunks) if not self._is_whole(i)]

    def add(self, index: int, content: bytes) -> None:
        """Keep a chunk."""
        write(self._file(index), content)

    def frames(self, chunks: int) -> Iterator[pd.DataFrame]:
        """The chunks one after the other: a row per set."""
        return (pd.read_parquet(self._file(i)) for i in range(chunks))

    def summarise(self, table: pd.DataFrame) -> None:
        """Keep the summary beside the chunks."""
        write(self.path / SUMMARY, table.to_csv(sep="\t", index=False).encode())

    def _is_whole(self, index: int) -> bool:
        """Whether a chunk is there, can be read, and has its sets and claims."""
        sets = range(*bounds(index, self._document["chunk"], self._document["samples"]))
        try:
            table = pq.read_table(self._file(index))
        except (OSError, pa.ArrowException):
            return False
        columns = _columns(self._document["claims"])
        return table.column_names == columns and table["set"].to_pylist() == [*sets]

    def _file(self, index: int) -> Path:
        return self.path / f"chunk-{index:06d}.parquet"


def _scratch(path: Path) -> bool:
    return path.name.startswith(".") and path.suffix in (".json", ".parquet", ".tsv")


def _columns(claims: Iterable[str]) -> list[str]:
    """Those of a chunk."""
    each = (name for claim in claims for name in (claim, f"{claim}.measured"))
    return ["set", *each, "deviation"]


def _read(path: Path) -> dict[str, Any]:
    text = paths.read(path)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{path} is not an ensemble's manifest; allowed: another folder")
    return found


def _same(path: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    """InputError unless both manifests say the same."""
    for key in [*new, *(key for key in old if key not in new)]:
        if old.get(key) != new.get(key):
            raise InputError(
                f"{path} is of another ensemble: {key} differs{_how(old.get(key), new.get(key))};"
                " allowed: another folder"
            )


def _how(old: object, new: object) -> str:
    if isinstance(old, list) and isinstance(new, list):
        sides = [sorted(map(str, {*one} - {*other})) for one, other in ((old, new), (new, old))]
        old, new = (", ".join(each[:_NAMED]) or "nothing more" for each in sides)
    short = all(isinstance(each, int | float | str | None) for each in (old, new))
    return f" ({old} there, {new} here)" if short else ""


def encode(verdicts: Verdicts) -> bytes:
    """A chunk as a Parquet file, its columns those of an ensemble's frame."""
    columns: dict[str, Any] = {"set": verdicts.sets}
    for claim, status in verdicts.status.items():
        codes = np.array([STATUSES.index(each) for each in status], np.int8)
        columns[claim] = pa.DictionaryArray.from_arrays(codes, list(STATUSES))
        columns[f"{claim}.measured"] = verdicts.measured[claim].astype(float)
    columns["deviation"] = verdicts.deviation
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue().to_pybytes()
