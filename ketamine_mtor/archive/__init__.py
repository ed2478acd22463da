"""The model for others to re-run: a COMBINE archive, and loose files for BioModels.

``make archive`` writes both to ``dist/``; see ``docs/archive.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ketamine_mtor import fair, paths
from ketamine_mtor.archive import expected, metadata, omex, pages, sedml
from ketamine_mtor.archive.metadata import Part
from ketamine_mtor.claims.figures import Figure, Run, load_figures
from ketamine_mtor.companions import parsed
from ketamine_mtor.files import write_all
from ketamine_mtor.progress import tracked
from ketamine_mtor.run import scan, simulate

if TYPE_CHECKING:
    import xarray as xr

#: Where the two go, below the folder that is asked for.
OMEX, SUBMISSION = f"{paths.NAME}.omex", "submission"
_CC0, _MIT = "CC0-1.0", "MIT"
#: Files of the repository that go along, by their name there.
_ALONG = {
    "sbml/ketamine_mtor.sbgn": Part("The network as an SBGN Process Description map", _CC0, "sbgn"),
    "sbml/ketamine_mtor_activity.sbgn": Part("The caption as an SBGN map", _CC0, "sbgn"),
    "docs/maps/activity_flow.svg": Part("The caption as a picture", _CC0, "sbgn"),
    "CITATION.cff": Part("How to cite", _MIT, ""),
}
#: For COPASI's windows: tools that open an archive take SED-ML instead.
_COPASI = "sbml/ketamine_mtor.cps"


def made(figures: Mapping[str, Figure] | None = None) -> dict[str, bytes]:
    """All files, by their path in ``dist/``, of the figures (default: the package's).

    Raises
    ------
    InputError
        Where a figure cannot be run from files, or a file of the checkout is not there.
    MissingExtra
        Without libSEDML.
    """
    source = fair.source.read()
    figures = load_figures() if figures is None else figures
    how = sedml.protocols(figures)
    texts = sedml.write(figures, how)
    files: dict[str, bytes] = {}
    parts: dict[str, Part] = {}

    def add(name: str, content: bytes, part: Part) -> None:
        files[name] = content
        parts[f"./{name}"] = part

    main = f"{paths.NAME}.xml"
    models = {main: paths.read(paths.sbml())} | {each.source: each.sbml for each in how.values()}
    for name in sorted(models, key=lambda name: (name != main, name)):
        part = Part(parsed.title(models[name]), _CC0, "build")
        if name != main:
            part = Part(part.title, _CC0, "archive", (f"./{main}",))
        add(name, models[name].encode(), part)
    rows: list[pages.Outcome] = []
    runs = [(figure, run) for figure in figures.values() for run in figure.runs]
    with tracked("figures", runs) as listed:
        for figure, run in listed:
            said = figure.about(run)
            origin = (f"./{how[run.name].source}",)
            add(f"{run.name}.sedml", texts[run.name].encode(), Part(said, _CC0, "archive", origin))
            data = expected.settled(_simulated(figure, run))
            rows += pages.outcomes(run.name, figure, data)
            of = (f"./{run.name}.sedml", *origin)
            for name, content in (
                (f"expected/{run.name}.csv", expected.table(data, how[run.name].start)),
                (f"figures/{run.name}.png", expected.picture(data)),
            ):
                add(name, content, Part(said, _CC0, "archive", of))
    for name, part in _ALONG.items():
        add(name.rpartition("/")[2], _read(name), part)
    add("LICENSE.txt", _read(f"LICENSES/{_CC0}.txt"), Part(_CC0, _CC0, ""))
    guide = pages.write("guide", source, figures, how).encode()
    add("README.md", guide, Part("What is in the archive", _CC0, "archive"))
    described = metadata.write(source, models[main], parts, f"./{main}").encode()
    loose = {
        **{name: content for name, content in files.items() if name != "README.md"},
        _COPASI.rpartition("/")[2]: _read(_COPASI),
        "README.md": pages.write("curators", source, figures, how, rows).encode(),
    }
    return {
        OMEX: omex.pack({**files, metadata.FILE: described}),
        **{f"{SUBMISSION}/{name.rpartition('/')[2]}": each for name, each in loose.items()},
    }


def renew(folder: Path) -> list[str]:
    """Write all files below ``folder``, once all are made; the paths written."""
    return write_all(folder, made())


def _simulated(figure: Figure, run: Run) -> xr.Dataset:
    if figure.over:
        return scan(run.experiment, {"ketamine": figure.over})
    return simulate(run.experiment)


def _read(name: str) -> bytes:
    return paths.read(paths.root() / name).encode()
