"""Other versions: exit 1 where another Python, or older or newer packages, give something else.

Each environment builds the SBML, which has to be the committed bytes, judges all claims and writes
a table of a run. With the pinned packages all of it has to be the same bytes in each Python; with
the oldest and the newest packages that pyproject.toml allows, each claim has to have the same
status. An interpreter that is not found is said to be not run. First the gate has to find fault
with another variant's claims: a gate that never closes is none.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gates.supply import NEEDED, dependencies

ROOT = Path(__file__).parent.parent
PYTHONS = ("python3.11", "python3.12", "python3.13")
#: A variant whose claims do not all come out as the caption's.
OTHER = "no_mtorc2"
_PINNED = [["--no-deps", "-r", "constraints.txt"], ["--no-deps", "--no-build-isolation", "."]]
_NEWEST = [[".[build]"]]


@dataclass(frozen=True)
class Result:
    """What an environment gives: text and statuses of the judged claims, and a table."""

    claims: str
    statuses: dict[str, str]
    table: bytes


def runs(python: str) -> bool:
    """Whether there is such an interpreter; a name on the PATH may lead to none."""
    try:
        done = subprocess.run([python, "-c", ""], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def oldest(project: str) -> list[str]:
    """The least version of each dependency, of the text of a pyproject.toml."""
    found = []
    for need in (each.need for each in dependencies(project) if each.extra == NEEDED):
        (least,) = [bound.version for bound in need.specifier if bound.operator == ">="]
        found.append(f"{need.name}=={least}")
    return found


def environment(folder: Path, python: str, installs: list[list[str]]) -> str:
    """A new environment with what pip is told to install; its folder of programs."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for words in installs:
        subprocess.run([*pip, *words], check=True, cwd=ROOT)
    return str(folder / "bin")


def result(programs: str, *words: str) -> Result:
    """What the package gives there; SystemExit where a fresh build gives another SBML."""
    command = f"{programs}/ketamine-mtor"
    with tempfile.TemporaryDirectory() as scratch:
        built = subprocess.run(
            [command, "build", "--check"], capture_output=True, text=True, cwd=scratch, check=False
        )
        if built.returncode:
            raise SystemExit(f"{programs}: build --check: {built.stdout}{built.stderr}")
        run = [command, "simulate", "--hours", "24", "--out", "run.csv"]
        subprocess.run(run, capture_output=True, cwd=scratch, check=True)
        judged = subprocess.run(
            [command, "validate", "--json", *words],
            capture_output=True,
            text=True,
            cwd=scratch,
            check=False,
        )
        rows = json.loads(judged.stdout)["claims"]
        statuses = {row["id"]: row["status"] for row in rows}
        return Result(judged.stdout, statuses, Path(scratch, "run.csv").read_bytes())


def differences(one: Result, other: Result, exactly: bool) -> list[str]:
    """What differs: the statuses of claims, or any byte."""
    found = [
        f"{claim} is {other.statuses.get(claim)} rather than {one.statuses.get(claim)}"
        for claim in sorted({*one.statuses, *other.statuses})
        if one.statuses.get(claim) != other.statuses.get(claim)
    ]
    if exactly and not found and one.claims != other.claims:
        found.append("the judged claims have other numbers")
    if exactly and one.table != other.table:
        found.append("the table of a run has other numbers")
    return found


def main() -> int:
    """Try all of them; the exit status."""
    here = str(Path(sys.executable).parent)
    wanted = result(here)
    if not differences(wanted, result(here, "--variant", OTHER), exactly=False):
        print(f"the claims of {OTHER} come out the same: the gate is open")
        return 1
    faults = 0
    kinds = [(python, python, _PINNED, True) for python in PYTHONS]
    least = oldest((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # Last: what builds the package may want newer ones. Old packages are for old Pythons.
    old = [*_PINNED, least]
    kinds += [("oldest", PYTHONS[0], old, False)]
    kinds += [("newest", sys.executable, _NEWEST, False)]
    for name, python, installs, exactly in kinds:
        if not runs(python):
            print(f"{name}: not found, not run", flush=True)
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = differences(
                wanted, result(environment(Path(folder, name), python, installs)), exactly
            )
        faults += bool(found)
        print(f"{name}: {'; '.join(found) or 'the same'}", flush=True)
    print(f"{faults} differ")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
