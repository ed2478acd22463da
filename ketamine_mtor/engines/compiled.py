"""An SBML text compiled by libRoadRunner, or what was kept of that when it was last compiled.

``python -m ketamine_mtor.engines.compiled FILE KEY`` loads a kept one: versions of libRoadRunner
have crashed on that, which is then not the process that wants to run the model.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import roadrunner

from ketamine_mtor.engines import saved
from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.near import close_together
from ketamine_mtor.engines.quiet import first_line, quiet_stderr
from ketamine_mtor.errors import InputError

#: Compiles in a quarter of the time; what optimising would gain does not show in a run.
_SETTINGS = {
    "ROADRUNNER_DISABLE_PYTHON_DYNAMIC_PROPERTIES": True,
    "PYTHON_ENABLE_NAMED_MATRIX": False,
    "LLVM_BACKEND": roadrunner.Config.LLJIT,
    "LLJIT_OPTIMIZATION_LEVEL": roadrunner.Config.NONE,
}
#: What is kept has this form.
_FORM = 1
#: How long a kept model may take to load where it is tried (s).
_PATIENCE = 60


def load(sbml: str, kept: bool) -> tuple[roadrunner.RoadRunner, Constants]:
    """The model of an SBML text in libRoadRunner, and its numbers.

    Parameters
    ----------
    kept
        Whether the compiled model may be one that was kept, and is kept.

    Raises
    ------
    InputError
        For a text that is no SBML, or that libRoadRunner or
        :class:`~ketamine_mtor.engines.constants.Constants` refuses.
    """
    _configure()
    if not kept or saved.folder() is None:
        return _compiled(sbml)
    name = _key(sbml)
    found = saved.find(name, lambda path: _loads_elsewhere(path, name))
    if found is not None:
        about, state = _unpacked(found)
        try:
            return _restored(state), Constants.of(about["facts"])
        except RuntimeError:
            saved.distrust(name)
    runner, constants = _compiled(sbml)
    about = {"facts": constants.facts, "rates": _rates(runner)}
    saved.keep(name, json.dumps(about).encode() + b"\n" + runner.saveStateS())
    return runner, constants


def compile_sbml(sbml: str) -> roadrunner.RoadRunner:
    """An SBML text as libRoadRunner compiles it.

    Raises
    ------
    InputError
        If libRoadRunner does not take the text.
    """
    _configure()
    try:
        with quiet_stderr(), close_together():
            return roadrunner.RoadRunner(sbml)
    except RuntimeError as error:
        raise InputError(f"libRoadRunner cannot load the SBML: {first_line(error)}") from None


def _configure() -> None:
    roadrunner.Logger.disableLogging()
    for name, value in _SETTINGS.items():
        roadrunner.Config.setValue(getattr(roadrunner.Config, name), value)


def _compiled(sbml: str) -> tuple[roadrunner.RoadRunner, Constants]:
    constants = Constants(sbml)
    return compile_sbml(_bare(sbml)), constants


def _restored(state: bytes) -> roadrunner.RoadRunner:
    runner = roadrunner.RoadRunner()
    with quiet_stderr(), close_together():
        runner.loadStateS(state)
    return runner


def _bare(sbml: str) -> str:
    """The text without notes and annotations: half of it, which libRoadRunner would keep."""
    root = ElementTree.fromstring(sbml.encode())
    space = root.tag.rpartition("}")[0] + "}"
    for parent in root.iter():
        for part in [*parent.iterfind(f"{space}notes"), *parent.iterfind(f"{space}annotation")]:
            parent.remove(part)
    return ElementTree.tostring(root, encoding="unicode")


def _key(sbml: str) -> str:
    """All that the compiled model depends on: text, libRoadRunner, settings, processor."""
    library = os.stat(roadrunner._roadrunner.__file__)
    about = [
        _FORM,
        sorted(_SETTINGS.items()),
        roadrunner.__version__,
        (library.st_size, library.st_mtime_ns),
        platform.system(),
        platform.machine(),
        _processor(),
    ]
    return saved.key(sbml.encode(), repr(about).encode())


def processor_name() -> str:
    """What the first processor calls itself."""
    return _told().get("model name") or platform.processor() or platform.machine()


def _processor() -> str:
    """What the first processor is and can do; of what has no ``/proc/cpuinfo``, its name."""
    told = _told()
    counts = ("vendor_id", "model name", "model", "flags")
    return repr([told.get(name) for name in counts]) if told else platform.processor()


def _told() -> dict[str, str]:
    told: dict[str, str] = {}
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not line.strip():
                    break
                name, _, value = line.partition(":")
                told[name.strip()] = value.strip()
    except OSError:
        pass
    return told


def _unpacked(found: bytes) -> tuple[dict[str, Any], bytes]:
    about, _, state = found.partition(b"\n")
    return json.loads(about), state


def _rates(runner: roadrunner.RoadRunner) -> str:
    """A digest of how fast everything moves at the start, to the last bit."""
    return hashlib.sha256(runner.model.getFloatingSpeciesConcentrationRates().tobytes()).hexdigest()


def _loads_elsewhere(path: Path, name: str) -> bool:
    """Whether another process can load the entry in a file, and gets the same rates."""
    command = [sys.executable, "-m", __name__, str(path), name]
    # The same package, wherever the child starts.
    places = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main(path: str, name: str) -> int:
    """Exit status 0 if the entry ``name`` in a file loads and moves as it did when it was kept."""
    found = saved.content(Path(path), name)
    if found is None:
        return 1
    _configure()
    about, state = _unpacked(found)
    return 0 if _rates(_restored(state)) == about["rates"] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
