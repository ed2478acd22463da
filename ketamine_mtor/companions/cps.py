"""The SBML as a COPASI file, with a time course, plots and a dose scan ready to run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any
from xml.dom import minidom

from ketamine_mtor.claims.figures import Figure, load_figures
from ketamine_mtor.engines.session import ABSOLUTE_NM, MOST_STEPS, RELATIVE
from ketamine_mtor.errors import InputError, not_allowed
from ketamine_mtor.experiment import DOSE
from ketamine_mtor.optional import alone, extra
from ketamine_mtor.schedule import SECONDS_PER_HOUR

#: The figures that it shows: the time course with its windows, and the scan of doses.
COURSE, SCAN = "time_course", "dose_response"

_STAMP = re.compile(r"<!-- generated with COPASI .*?-->\n")
_KEY = re.compile(r'\bkey="([A-Za-z]+)_(\d+)"')
_RDF = re.compile(r"<rdf:RDF.*?</rdf:RDF>", re.DOTALL)
#: What may hold a key: any attribute but a name, which may look like one.
_REFERENCE = re.compile(r'(?<!\bname)(?<!\bSBMLid)="(#?)([A-Za-z]+_\d+)"')


def write(sbml: str) -> str:
    """The text of a ``.cps`` file.

    Raises
    ------
    InputError
        For a text that COPASI cannot import, or that lacks what the plots show.
    MissingExtra
        Without COPASI.
    """
    for package in ("basico", "COPASI"):
        extra(package, "a COPASI file")
    # COPASI's file also depends on what was loaded before.
    return alone(_written, sbml, load_figures())


def _written(sbml: str, figures: Mapping[str, Figure]) -> str:
    course, scan = figures[COURSE], figures[SCAN]
    basico = extra("basico", "a COPASI file")
    copasi = extra("COPASI", "a COPASI file")
    module = copasi.CRootContainer.addDatamodel()
    try:
        if not module.importSBMLFromString(sbml):
            said = " ".join(copasi.CCopasiMessage.getAllMessageText().split())
            raise InputError(f"COPASI cannot load the SBML: {said}")
        _check(basico, module, (DOSE, *scan.readouts, *course.readouts))
        _time_course(basico, module, course)
        _scan(basico, module, scan)
        return settled(module.saveModelToString())
    finally:
        copasi.CRootContainer.removeDatamodel(module)


def settled(text: str) -> str:
    """The file without its date, annotations sorted, keys numbered in the order they appear in.

    COPASI numbers on through all that a process loads, and sorts by place in memory.
    """
    text = _RDF.sub(lambda match: _sorted(match[0]), _STAMP.sub("", text, count=1))
    counts: dict[str, int] = {}
    renamed = {}
    for kind, number in _KEY.findall(text):
        counts[kind] = counts.get(kind, -1) + 1
        renamed[f"{kind}_{number}"] = f"{kind}_{counts[kind]}"

    def rename(match: re.Match[str]) -> str:
        return f'="{match[1]}{renamed.get(match[2], match[2])}"'

    return _REFERENCE.sub(rename, text)


def _sorted(rdf: str) -> str:
    document = minidom.parseString(rdf)
    root = next(node for node in document.childNodes if isinstance(node, minidom.Element))
    _sort(root)
    return root.toprettyxml(indent="  ").strip()


def _sort(element: minidom.Element) -> None:
    """Sort what is in an element, at every depth, and leave out the spaces between."""
    inner = [node for node in element.childNodes if isinstance(node, minidom.Element)]
    if not inner:
        return
    for node in inner:
        _sort(node)
    element.childNodes[:] = sorted(inner, key=minidom.Element.toxml)


def _check(basico: ModuleType, module: Any, names: Iterable[str]) -> None:
    """An InputError where what is scanned or shown is not in the model."""
    known = list(basico.get_parameters(model=module).index)
    for name in names:
        if name not in known:
            raise not_allowed("quantity to plot", name, known)


def _time_course(basico: ModuleType, module: Any, course: Figure) -> None:
    experiment = course.runs[0].experiment
    seconds = experiment.hours * SECONDS_PER_HOUR
    settings = {
        "problem": {"Duration": seconds, "StepNumber": round(seconds / experiment.every)},
        "method": {
            "Relative Tolerance": RELATIVE,
            "Absolute Tolerance": ABSOLUTE_NM,
            "Max Internal Steps": MOST_STEPS,
        },
    }
    basico.set_task_settings("Time-Course", settings, model=module)
    for title, shown in course.plots.items():
        _plot(basico, module, title, shown, "Time-Course")


def _scan(basico: ModuleType, module: Any, scan: Figure) -> None:
    dose = {"type": "scan", "item": f"Values[{DOSE}].InitialValue", "values": list(scan.over)}
    basico.set_scan_settings(
        subtask="Time-Course", output_during_subtask=True, scan_items=[dose], model=module
    )
    for name in scan.readouts:
        _plot(basico, module, f"{name} after each dose", [name], "Scan")


def _plot(basico: ModuleType, module: Any, title: str, shown: Iterable[str], task: str) -> None:
    """A window that opens with ``task``: curves against time (s)."""
    model = module.getModel()
    time = model.getValueReference().getCN().getString()
    values = {name: model.getModelValue(name).getValueReference().getCN() for name in shown}
    curves = [{"name": key, "channels": [time, cn.getString()]} for key, cn in values.items()]
    basico.add_plot(title, tasks=task, curves=curves, model=module)
