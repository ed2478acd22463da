"""The commands that README and docs show, as scripts that a newcomer would type in a clone."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.project_kit import ROOT

#: A piece of a command or script that is not run here, to why not.
NOT_RUN = {
    "make .venv": "`make test` has made it",
    "make reproduce": ".ci/run makes it",
    "make test": "this is part of it",
    "python3 -m venv ketamine": "`make gate-wheel` installs the wheel and runs it",
    ". ketamine/bin/activate": "as above",
    "pip install ketamine_mtor-*.whl": "as above",
    "-m venv results/audit": "the page says that it takes a network",
    "results/audit/bin/": "as above",
    "executeCombineArchive": "tests/test_archive.py runs it, on an archive that it makes",
    "sbml/ketamine_mtor_dosing.xml": "tests/test_companions.py runs it",
    "import petab": "AMICI needs a compiler; `make gate-petab` has PEtab's package read it",
    "SLURMCluster": "the page says that it is not tested",
    "KubeCluster": "the page says that it is not tested",
    "ketamine_mtor.fit --write": "changes the tables; tests/test_fit.py writes to others",
    "tests.benchmarks --page": "changes the page; tests/test_benchmarks.py compares",
}
#: What a page leaves to its reader, or has larger than a test can take.
STANDS_FOR = {
    "HOST": "127.0.0.1",
    "8786": "{port}",
    "--nworkers 8": "--nworkers 2",
    "--samples 1000000": "--samples 4 --chunk 2 --claim C05",
    "--samples 1000 ": "--samples 10 ",
    "--samples 100 ": "--samples 10 ",
}
#: A page's script begins in the middle.
GIVEN = {
    "docs/sbgn.md": "from ketamine_mtor import model_files\n"
    "model = model_files.packaged().network()\n"
}
#: Serve until they are stopped.
SERVERS = re.compile(r"^\S*dask (scheduler|worker) ")
#: Seconds after which a page is given up.
PATIENCE = 600
_PYTHON = ".venv/bin/python -"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"lines in `([^`]+)`[^\n]*\n\s*$")
#: A command between other words is told to do something if it has more than its name.
_TOLD = re.compile(r"(?:\.venv/bin/)?(?:ketamine-mtor [a-z]+|python -m [\w.]+) \S")


def _pieces(name: str, page: str) -> Iterator[str]:
    for found in _BLOCK.finditer(page):
        language, code, told = found.groups()
        if told:
            # What is explained is no command: `--help` belongs to none, and `eval` is the shell's.
            yield from [told] if _TOLD.match(told) else []
        elif language == "sh":
            yield from (line.partition("  #")[0].rstrip() for line in code.splitlines())
        elif language == "python":
            yield f"{_PYTHON} <<'END'\n{GIVEN.get(name, '')}{code}END"
        elif file := _FILE.search(page, 0, found.start()):
            yield f"cat > {file[1]} <<'END'\n{code}END"


def commands(name: str, page: str, port: int = 0) -> list[str]:
    """What is run of a page, in its order and each once; a script of Python is one command."""
    found = dict.fromkeys(_pieces(name, page))
    return [_as_here(each, port) for each in found if not any(part in each for part in NOT_RUN)]


def _as_here(piece: str, port: int) -> str:
    if not piece.startswith(_PYTHON):
        for theirs, here in STANDS_FOR.items():
            piece = piece.replace(theirs, here.format(port=port))
    return f"{piece} &" if SERVERS.match(piece) else piece


def faults(commands: list[str], folder: Path) -> list[str]:
    """What goes wrong with them in ``folder``, as if a clone were there.

    The first that fails ends them, and so does the last those that serve.
    """
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "docs").symlink_to(ROOT / "docs")
    here = {
        "PATH": f"{folder}/.venv/bin{os.pathsep}{os.environ['PATH']}",
        "MPLBACKEND": "agg",
    }
    with tempfile.TemporaryFile("w+b") as said:
        running = subprocess.Popen(
            ["sh", "-exc", "\n".join(commands)],
            cwd=folder,
            env=os.environ | here,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        try:
            status = running.wait(PATIENCE)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()
        said.seek(0)
        end = said.read().decode(errors="replace")[-2000:]
    if status:
        return [f"exit status {status}: {end}"]
    text = "\n".join(commands)
    kept = [folder / "results", folder / "dist"]
    litter = set(folder.iterdir()) - {folder / ".venv", folder / "docs", *kept}
    # A file is named by a command, or like the script that writes it.
    litter |= {
        each
        for where in kept
        for each in where.glob("*")
        if each.name not in text and f"{each.stem}.py" not in text
    }
    missing = [
        each for each in re.findall(r"--(?:out|plot) (\S+)", text) if not (folder / each).exists()
    ]
    return [
        *(f"{each.relative_to(folder)} is there" for each in sorted(litter)),
        *(f"{each} is not there" for each in missing),
    ]
