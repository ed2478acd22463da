"""Each simulator as its users would set it up for speed: prepare a problem, then run it.

An engine is a function of a problem and a relative tolerance that gives a function without
arguments, a run. A run starts where the SBML starts, and gives the observables ``[time,
observable]``. What can be done once is done by the first, and what the second costs is measured.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import ketamine_mtor as km
from ketamine_mtor import network, paths
from ketamine_mtor.engines.quiet import quiet_stderr
from ketamine_mtor.engines.session import MOST_STEPS, RELATIVE
from tests.benchmarks.problems import EVERY, HOURS, MODEL, Problem

Run = Callable[[], np.ndarray]
#: Where `make bench` installs what .venv has not: AMICI, and Cython for PySB.
EXTRA = paths.root() / ".bench"


class Absent(RuntimeError):
    """An engine is not here, or cannot take this problem: the message says why."""


def roadrunner(problem: Problem, relative: float) -> Run:
    """libRoadRunner, compiled once, no named arrays, the observables only."""
    runner = road_runner(problem, relative)
    times = problem.times.tolist()

    def run() -> np.ndarray:
        runner.reset()
        return runner.simulate(times=times)

    return run


def road_runner(problem: Problem, relative: float):
    """A ``roadrunner.RoadRunner`` that is set up well."""
    import roadrunner

    roadrunner.Logger.disableLogging()
    config = roadrunner.Config
    config.setValue(config.ROADRUNNER_DISABLE_PYTHON_DYNAMIC_PROPERTIES, True)
    config.setValue(config.PYTHON_ENABLE_NAMED_MATRIX, False)
    runner = roadrunner.RoadRunner(problem.sbml)
    runner.timeCourseSelections = list(problem.observables)
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", relative)
    integrator.setValue("absolute_tolerance", relative * problem.nothing)
    integrator.setValue("maximum_num_steps", MOST_STEPS)
    return runner


def ketamine_mtor(problem: Problem, relative: float) -> Run:
    """This package's ``simulate``: libRoadRunner with all that is around it."""
    if problem.name != MODEL or relative != RELATIVE:
        raise Absent(f"runs {MODEL} only, at a relative tolerance of {RELATIVE:g}")

    def run() -> np.ndarray:
        found = km.simulate(ketamine=10, hours=HOURS, every=EVERY, observables=problem.observables)
        return np.stack([found[name].values for name in problem.observables], axis=1)

    return run


def copasi(problem: Problem, relative: float) -> Run:
    """COPASI's own interface, with one handler that collects the observables."""
    import COPASI

    module = COPASI.CRootContainer.addDatamodel()
    if not module.importSBMLFromString(problem.sbml):
        raise Absent(COPASI.CCopasiMessage.getAllMessageText().splitlines()[0])
    model, task = module.getModel(), module.getTask("Time-Course")
    task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
    settings, method = task.getProblem(), task.getMethod()
    settings.setTimeSeriesRequested(False)
    settings.setDuration(float(problem.times[-1]))
    settings.setStepNumber(len(problem.times) - 1)
    method.getParameter("Relative Tolerance").setDblValue(relative)
    method.getParameter("Absolute Tolerance").setDblValue(relative * problem.nothing)
    method.getParameter("Max Internal Steps").setIntValue(MOST_STEPS)
    values = {each.getSBMLId(): each for each in model.getModelValues()}
    names = [values[name].getValueReference().getCN() for name in problem.observables]

    def run() -> np.ndarray:
        handler = COPASI.CDataHandler()
        for name in names:
            handler.addDuringName(COPASI.CRegisteredCommonName(name, module))
        module.addInterface(handler)
        model.applyInitialValues()
        task.initializeRaw(COPASI.CCopasiTask.OUTPUT_UI)
        task.processRaw(True)
        task.restore()
        module.removeInterface(handler)
        return np.array([handler.getNthRow(i) for i in range(handler.getNumRowsDuring())])

    return run


def basico(problem: Problem, relative: float) -> Run:
    """COPASI through basico's ``run_time_course_with_output``."""
    import basico

    model = basico.load_model_from_string(problem.sbml)
    wanted = [f"Values[{name}]" for name in problem.observables]

    def run() -> np.ndarray:
        return basico.run_time_course_with_output(
            wanted,
            float(problem.times[-1]),
            len(problem.times) - 1,
            model=model,
            r_tol=relative,
            a_tol=relative * problem.nothing,
            max_steps=MOST_STEPS,
            use_initial_values=True,
        ).to_numpy()

    return run


def bngsim(problem: Problem, relative: float) -> Run:
    """bngsim on the SBML, compiled where there is a C compiler."""
    import bngsim

    with quiet_stderr():
        model = bngsim.Model.from_sbml_string(problem.sbml)
        simulator = bngsim.Simulator(model, codegen=bool(shutil.which("cc")))
    start, times = model.get_state(), problem.times.tolist()

    def run() -> np.ndarray:
        model.set_state(start)
        found = simulator.run(
            sample_times=times,
            rtol=relative,
            atol=relative * problem.nothing,
            max_steps=MOST_STEPS,
        )
        return np.stack([found.expressions[name] for name in problem.observables], axis=1)

    return run


def pysb_scipy(problem: Problem, relative: float) -> Run:
    """PySB's ``ScipyOdeSimulator`` with LSODA on the network, compiled by Cython."""
    from pysb.simulator import ScipyOdeSimulator

    # Compiled by a process of Python's, which finds Cython by the variable.
    if (place := str(EXTRA / "cython")) not in sys.path:
        sys.path.append(place)
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [os.environ.get("PYTHONPATH"), place])
        )
    if importlib.util.find_spec("Cython") is None or shutil.which("cc") is None:
        raise Absent("needs Cython and a C compiler")
    options = {
        "rtol": relative,
        "atol": relative * problem.nothing * problem.volumes,
        "mxstep": MOST_STEPS,
    }
    simulator = ScipyOdeSimulator(
        problem.model,
        problem.times,
        initials=problem.amounts,
        integrator="lsoda",
        integrator_options=options,
        compiler="cython",
    )
    summed = {each.name for each in problem.model.observables}

    def run() -> np.ndarray:
        found = simulator.run()
        return np.stack(
            [
                (found.observables if name in summed else found.expressions)[name]
                for name in problem.observables
            ],
            axis=1,
        )

    return run


def run_network(problem: Problem, relative: float) -> Run:
    """BioNetGen's ``run_network``: a process for each run, as BioNetGen itself does it."""
    program = network.bionetgen() / "bin" / "run_network"
    folder = _scratch()
    net = folder / "model.net"
    net.write_text(_with_amounts(problem.net, problem.amounts), encoding="utf-8")
    step, count = problem.times[1], len(problem.times) - 1
    command = [str(program), "-o", str(folder / "run"), "-p", "cvode", "-r", repr(relative)]
    command += ["-a", repr(relative * problem.nothing), "--cdat", "0", "--fdat", "1"]
    command += ["-g", str(net), str(net), repr(float(step)), str(count)]

    def run() -> np.ndarray:
        subprocess.run(command, check=True, capture_output=True)
        path = folder / "run.gdat"
        names = path.open(encoding="utf-8").readline().lstrip("#").split()
        table = pd.read_csv(path, sep=r"\s+", skiprows=1, header=None, engine="c")
        return table.set_axis(names, axis=1)[list(problem.observables)].to_numpy()

    return run


def _with_amounts(net: str, amounts: np.ndarray) -> str:
    """A network file with these numbers as its species' starts."""
    before, begin, rest = net.partition("begin species\n")
    species, end, after = rest.partition("end species")
    lines = [
        f"{line.rsplit(maxsplit=1)[0]} {amount!r}"
        for line, amount in zip(species.splitlines(), amounts.tolist(), strict=True)
    ]
    return f"{before}{begin}" + "\n".join(lines) + f"\n{end}{after}"


def amici(problem: Problem, relative: float) -> Run:
    """AMICI in a process of its own environment, which keeps the compiled model."""
    python = EXTRA / "bin" / "python"
    if not python.exists():
        raise Absent("not built: there is no .bench")
    folder = _scratch()
    (folder / "model.xml").write_text(problem.sbml, encoding="utf-8")
    shape = len(problem.times), len(problem.observables)
    shared = np.memmap(folder / "values", float, "w+", shape=shape)
    order = {
        "folder": str(folder),
        "kept": str(EXTRA / "models" / hashlib.sha256(problem.sbml.encode()).hexdigest()[:16]),
        "times": problem.times.tolist(),
        "observables": problem.observables,
        "relative": relative,
        "absolute": relative * problem.nothing,
        "most_steps": MOST_STEPS,
    }
    worker = subprocess.Popen(
        [str(python), str(Path(__file__).with_name("amici_runs.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )

    def ask(line: str) -> str:
        try:
            worker.stdin.write(line + "\n")
            worker.stdin.flush()
            return worker.stdout.readline().strip()
        except BrokenPipeError:
            return ""

    said = ask(json.dumps(order))
    if said != "ready":
        raise Absent(f"not built: {said or 'its process ended'}")

    def run() -> np.ndarray:
        if ask("run") != "done":
            raise RuntimeError("AMICI did not run")
        return np.array(shared)

    return run


def _scratch() -> Path:
    """A folder that is there until the bench ends."""
    folder = tempfile.mkdtemp(prefix="bench")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


#: Name to engine; the first is what all others are compared with.
ENGINES: dict[str, Callable[[Problem, float], Run]] = {
    "libRoadRunner": roadrunner,
    "ketamine_mtor": ketamine_mtor,
    "COPASI": copasi,
    "basico": basico,
    "BNG run_network": run_network,
    "PySB SciPy": pysb_scipy,
    "bngsim": bngsim,
    "AMICI": amici,
}
REFERENCE = next(iter(ENGINES))


def prepare(name: str, problem: Problem, relative: float) -> Run:
    """A run of an engine.

    Raises
    ------
    Absent
        Where there is none; the message says why.
    """
    try:
        return ENGINES[name](problem, relative)
    except ImportError as error:
        raise Absent(f"not installed: {error}") from None
