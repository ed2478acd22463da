"""The wheel alone, with what it depends on and nothing else: exit 1 where it does not do its work.

Runs in the environment of the project, which builds the wheel; installs it without extras into a
new environment in a folder of its own, and calls it from there with neither Perl nor a compiler on
the PATH. At last a file is taken out of it, which it has to notice: a gate that never closes is
none.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: A command that takes longer hangs (s).
PATIENCE_S = 900
SHORT = ("--hours", "2", "--every", "600")

Done = subprocess.CompletedProcess


def install(folder: Path) -> Path:
    """The command of the wheel in an environment in ``folder``."""
    made, venv = folder / "dist", folder / "venv"
    call = (sys.executable, "-m")
    subprocess.run([*call, "hatchling", "build", "-t", "wheel", "-d", made], cwd=ROOT, check=True)
    subprocess.run([*call, "venv", venv], check=True)
    (wheel,) = made.glob("*.whl")
    pip = (
        venv / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    )
    subprocess.run([*pip, wheel], check=True)
    # What the doctor says to do is understood, although no index may have the package.
    subprocess.run([*pip, "--dry-run", "ketamine-mtor[study]"], check=True)
    return venv / "bin" / "ketamine-mtor"


def works(call: Callable[..., Done], home: Path) -> Iterator[str]:
    """What is wrong of what has to work."""
    for name, first in (("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")):
        yield from status(call("simulate", *SHORT, "--plot", name), 0)
        if not (home / name).is_file() or not (home / name).read_bytes().startswith(first):
            yield f"simulate --plot {name}: no such picture"
    for name in ("a.csv", "a.parquet", "a.nc"):
        yield from status(call("simulate", *SHORT, "--out", name), 0)
    for asked in (
        ("simulate", *SHORT, "--knockout", "RICTOR", "--drug", "rapamycin", "--json"),
        ("scan", *SHORT, "--over", "ketamine=1,10", "--json"),
        ("simulate", *SHORT, "--engine", "pysb", "--json"),
        ("simulate", *SHORT, "--variant", "eef2k", "--json"),
        ("validate", "--claim", "C01", "--json"),
        ("info", "drugs", "--json"),
        ("doctor", "--json"),
    ):
        done = call(*asked)
        yield from status(done, 0)
        try:
            document = json.loads(done.stdout)
        except ValueError:
            yield f"{' '.join(asked)}: no JSON"
            continue
        if asked[0] == "doctor":
            states = {each["what"]: each["state"] for each in document["checks"]}
            for what in ("perl", "BioNetGen", "extra build", "extra fast"):
                if states.get(what) != "missing":
                    yield f"doctor: {what} is {states.get(what)} here; expected: missing"
    yield from status(call("validate", "--claim", "C02", "--out", "report.html"), 0)
    yield from status(call("ensemble", "--samples", "1", "--claim", "C02", "--out", "sets"), 0)


def refuses(call: Callable[..., Done]) -> Iterator[str]:
    """What is wrong of what needs an extra: one line that names it, and status 2."""
    for extra, *asked in (
        ("build", "build", "--check"),
        ("build", "reproduce"),
        ("test", "simulate", "--engine", "copasi"),
        ("test", "simulate", "--engine", "bngsim"),
        ("cluster", "ensemble", "--scheduler", "tcp://localhost:1", "--samples", "1", "--out", "x"),
    ):
        done = call(*asked)
        yield from status(done, 2)
        lines = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
        if len(lines) != 1 or f"ketamine-mtor[{extra}]" not in lines[0]:
            yield f"{' '.join(asked)}: {done.stderr.strip() or 'nothing said'}"


def notices(call: Callable[..., Done], data: Path) -> Iterator[str]:
    """What is not noticed when the SBML is gone."""
    (data / "sbml" / "ketamine_mtor.xml").unlink()
    for asked, wanted in ((("doctor",), 1), (("simulate",), 2)):
        for fault in status(call(*asked), wanted):
            yield f"{fault}: a wheel without its SBML is not noticed: the gate is open"


def status(done: Done, wanted: int) -> Iterator[str]:
    """A line unless a command ended as it should."""
    asked = " ".join(map(str, done.args[1:]))
    print(f"{asked}: {done.returncode}", flush=True)
    if done.returncode != wanted or "Traceback" in done.stderr:
        yield f"{asked}: {done.returncode} instead of {wanted}: {done.stderr.strip()[-2000:]}"


def main() -> int:
    """Try the wheel; the exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        program = install(folder)
        home = folder / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if name.startswith("LC_")}
        bare = {**kept, "HOME": str(home), "PATH": str(home / "empty")}

        def call(*asked: str) -> Done:
            return subprocess.run(
                [program, *asked],
                cwd=home,
                env=bare,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )

        (data,) = (folder / "venv" / "lib").glob("python*/site-packages/ketamine_mtor/_data")
        faults = [*works(call, home), *refuses(call), *notices(call, data)]
    print("\n".join(faults) or "The wheel does its work alone.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
