"""What fits found, as a table of results and put into the tables of the model's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketamine_mtor import knowledge
from ketamine_mtor.claims.fits import load_fits
from ketamine_mtor.claims.study import OF, Study, subject
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import write
from ketamine_mtor.fit import Found
from ketamine_mtor.tabular import tab_separated

if TYPE_CHECKING:
    from ketamine_mtor.knowledge.rows import Value

COLUMNS = (
    "fit",
    "parameter",
    "unit",
    "table",
    "start",
    "fitted",
    "ratio",
    "at_bound",
    "relative_uncertainty",
    "by_prior",
    "data",
    OF,
)


def _subject() -> dict[str, Any]:
    fits, numbers = load_fits(), knowledge.load().numbers()
    targets = [target for fit in fits for target in (*fit.targets, *fit.checks)]
    rows = [numbers[name] for fit in fits for name in fit.parameters]
    return {
        **subject([target.claim for target in targets], knowledge.DEFAULT_VARIANT),
        "fits": [[fit.id, fit.parameters, len(fit.targets)] for fit in fits],
        "targets": [[t.kind, t.wanted, t.sd, t.source, t.of, t.margin] for t in targets],
        "ranges": [[row.id, row.value, row.low, row.high] for row in rows],
    }


STUDY = Study("fit", "make fit", "models, fits or ranges", _subject)


def table(results: Iterable[Found], numbers: Mapping[str, Value]) -> str:
    """Tab separated, a row per fitted parameter; see :data:`COLUMNS`."""
    of = STUDY.identity()
    rows = (
        (
            found.fit.id,
            name,
            numbers[name].unit,
            f"{found.table[i]:g}",
            *(f"{each[i]:.3g}" for each in (found.start, found.fitted, found.ratio)),
            "yes" if found.at_bound[i] else "no",
            f"{found.uncertainty[i]:.2g}",
            f"{found.by_prior[i]:.2g}",
            ",".join(found.fit.data),
            of,
        )
        for found in results
        for i, name in enumerate(found.fit.parameters)
    )
    return tab_separated([COLUMNS, *rows])


def write_values(values: Mapping[str, float], folder: Path) -> list[str]:
    """Put ``values``, with three digits, into the tables of ``folder``; all else stays as it is.

    Parameters
    ----------
    values
        Parameter or initial amount to its value. One that leaves low to high by rounding becomes
        that bound.
    folder
        Holds parameters.tsv and initial_amounts.tsv.

    Returns
    -------
    list of str
        The ids whose value changed.

    Raises
    ------
    InputError
        For a name that neither table has, before anything is written.
    """
    changed: list[str] = []
    missing, texts = dict(values), {}
    for file in ("parameters.tsv", "initial_amounts.tsv"):
        # As bytes, so that the line ends stay as they are.
        head, *lines = (folder / file).read_bytes().decode().splitlines(keepends=True)
        columns = head.rstrip("\r\n").split("\t")
        places = [columns.index(name) for name in ("id", "value", "low", "high")]
        for number, line in enumerate(lines):
            cells = line.split("\t")
            key, old, low, high = (cells[i] if i < len(cells) else "" for i in places)
            if key not in missing:
                continue
            new = f"{missing.pop(key):.3g}"
            new = low if low and float(new) < float(low) else new
            new = high if high and float(new) > float(high) else new
            if float(new) != float(old):
                cells[places[1]] = new
                lines[number] = "\t".join(cells)
                changed.append(key)
        texts[folder / file] = "".join([head, *lines])
    if missing:
        raise InputError(f"no row of the tables is called {', '.join(missing)}")
    for path, text in texts.items():
        write(path, text.encode())
    return changed
