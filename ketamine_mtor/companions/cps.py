"""The SBML as a COPASI file, with a time course, plots and a dose scan ready to run."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from xml.dom import minidom

from ketamine_mtor.companions import reading
from ketamine_mtor.engines.session import ABSOLUTE_NM, MOST_STEPS, RELATIVE
from ketamine_mtor.errors import InputError, not_allowed
from ketamine_mtor.experiment import DOSE

#: The time course (s).
RUN_S, STEP_S = 72 * 3600, 300
#: The doses of the scan (mg/kg).
DOSES = (0, 10, 20, 30, 50, 80, 200)
#: One window of the time course each, and what it shows.
WINDOWS = {
    "Ketamine (nM)": ("ketamine_plasma", "ketamine_brain"),
    "Receptors and firing": (
        "NMDAR_interneuron_blocked",
        "NMDAR_pyramidal_blocked",
        "interneuron_activity",
        "pyramidal_activity",
    ),
    "Glutamate, GABA and Ca2+ (nM)": ("glutamate", "GABA", "Ca"),
    "BDNF and TrkB": ("BDNF_released", "pTrkB"),
    "Akt and mTOR": ("pAkt_T308", "pAkt_S473", "Rheb_GTP", "mTORC1_active", "mTORC2_active"),
    "Translation": ("pS6K_T389", "p4EBP_T37_T46", "translation_rate", "BDNF_translation"),
    "Synaptic proteins (nM)": ("PSD95", "synapsin1", "GluA1", "GluA2"),
    "Growth": ("PKC_active", "pGAP43_S41", "pMARCKS", "F_actin", "synapses"),
}
#: What the scan shows, a window each with a curve per dose.
SCANNED = ("glutamate", "pS6K_T389", "translation_rate", "synapses")

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
        reading.extra(package, "a COPASI file")
    # In a process of its own: COPASI's file also depends on what was loaded before.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_written, sbml, WINDOWS).result()


def _written(sbml: str, windows: Mapping[str, Sequence[str]]) -> str:
    basico = reading.extra("basico", "a COPASI file")
    copasi = reading.extra("COPASI", "a COPASI file")
    module = copasi.CRootContainer.addDatamodel()
    try:
        if not module.importSBMLFromString(sbml):
            said = " ".join(copasi.CCopasiMessage.getAllMessageText().split())
            raise InputError(f"COPASI cannot load the SBML: {said}")
        _check(basico, module, windows)
        _time_course(basico, module, windows)
        _scan(basico, module)
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
    root = minidom.parseString(rdf).documentElement
    _sort(root)
    return root.toprettyxml(indent="  ").strip()


def _sort(element: minidom.Element) -> None:
    """Sort what is in an element, at every depth, and leave out the spaces between."""
    inner = [node for node in element.childNodes if node.nodeType == node.ELEMENT_NODE]
    if not inner:
        return
    for node in inner:
        _sort(node)
    element.childNodes = sorted(inner, key=minidom.Element.toxml)


def _check(basico, module, windows) -> None:
    """An InputError where what is scanned or shown is not in the model."""
    known = list(basico.get_parameters(model=module).index)
    for name in (DOSE, *SCANNED, *(each for shown in windows.values() for each in shown)):
        if name not in known:
            raise not_allowed("quantity to plot", name, known)


def _time_course(basico, module, windows) -> None:
    settings = {
        "problem": {"Duration": float(RUN_S), "StepNumber": RUN_S // STEP_S},
        "method": {
            "Relative Tolerance": RELATIVE,
            "Absolute Tolerance": ABSOLUTE_NM,
            "Max Internal Steps": MOST_STEPS,
        },
    }
    basico.set_task_settings("Time-Course", settings, model=module)
    for title, shown in windows.items():
        _plot(basico, module, title, shown, "Time-Course")


def _scan(basico, module) -> None:
    dose = {"type": "scan", "item": f"Values[{DOSE}].InitialValue", "values": list(DOSES)}
    basico.set_scan_settings(
        subtask="Time-Course", output_during_subtask=True, scan_items=[dose], model=module
    )
    for name in SCANNED:
        _plot(basico, module, f"{name} after each dose", [name], "Scan")


def _plot(basico, module, title: str, shown: Iterable[str], task: str) -> None:
    """A window that opens with ``task``: curves against time (s)."""
    model = module.getModel()
    time = model.getValueReference().getCN().getString()
    values = {name: model.getModelValue(name).getValueReference().getCN() for name in shown}
    curves = [{"name": key, "channels": [time, cn.getString()]} for key, cn in values.items()]
    basico.add_plot(title, tasks=task, curves=curves, model=module)
