"""Interruption: exit 1 where a killed command leaves half a file, or goes on to other bytes.

Each command is run alone, for its bytes, then killed (SIGKILL, its whole group) at random moments:
what is there then has to be whole, old or new, and the same command, run again, has to give the
bytes of the run that was left alone. First the gate has to find fault with a program that writes
its file bit by bit: a gate that never closes is none.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: What stands where a file will be, before the command that is killed.
OLD = b"what was there before"
#: A run that takes longer hangs (s).
LONGEST_S = 1800
_ROOT = Path(__file__).parent.parent
_PROGRAM = [sys.executable, "-c", "from ketamine_mtor.cli import main; main()"]


@dataclass(frozen=True)
class Job:
    """A command that writes files.

    Attributes
    ----------
    name
        What it is.
    words
        The command, given the folder for its files.
    kills
        How often it is killed.
    begins
        What has to be in the folder before.
    goes_on
        Words with which it goes on where it was stopped.
    """

    name: str
    words: Callable[[Path], list[str]]
    kills: int
    begins: Callable[[Path], object] = lambda folder: None
    goes_on: tuple[str, ...] = ()


def _checkout(folder: Path) -> None:
    """A copy of what ``build`` reads and writes."""
    for name in ("ketamine_mtor", "sbml", "validation"):
        shutil.copytree(_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_ROOT / "pyproject.toml", folder)


def _ensemble(folder: Path) -> list[str]:
    words = ["--samples", "6", "--chunk", "1", "--spread", "2", "--workers", "2", "--claim", "L12"]
    return [*_PROGRAM, "ensemble", *words, "--out", str(folder)]


def _scan(folder: Path) -> list[str]:
    words = ["scan", "--over", "ketamine=1,10,30", "--hours", "6", "--out", str(folder / "scan.nc")]
    return [*_PROGRAM, *words, "--plot", str(folder / "scan.svg")]


def _build(folder: Path) -> list[str]:
    # From the copy: the program's first place to look for modules is the folder that it stands in.
    where = f"import sys; sys.path.insert(0, {str(folder)!r})"
    return [sys.executable, "-c", f"{where}; {_PROGRAM[-1]}", "build"]


def _simulate(folder: Path) -> list[str]:
    words = ["--hours", "24", "--out", str(folder / "run.parquet"), "--plot", str(folder / "a.pdf")]
    return [*_PROGRAM, "simulate", *words]


JOBS = (
    Job("simulate", _simulate, 12),
    Job("scan", _scan, 12),
    Job(
        "validate",
        lambda out: [*_PROGRAM, "validate", "--claim", "C05", "--out", str(out / "report.html")],
        8,
    ),
    Job("ensemble", _ensemble, 10, goes_on=("--resume",)),
    Job("build", _build, 4, _checkout),
    Job(
        "petab",
        lambda out: [sys.executable, "-m", "ketamine_mtor.petab_problem", "--out", str(out)],
        4,
    ),
    Job(
        "archive", lambda out: [sys.executable, "-m", "ketamine_mtor.archive", "--out", str(out)], 2
    ),
)
_BIT_BY_BIT = """
import sys, time
with open(sys.argv[1], "wb", buffering=0) as file:
    for _ in range(20):
        file.write(b"bit")
        time.sleep(0.1)
"""
#: What the gate has to find fault with.
BROKEN = Job("bit by bit", lambda out: [sys.executable, "-c", _BIT_BY_BIT, str(out / "bits")], 1)


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by their path in it; a name with a dot first is none."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix != ".pyc"
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def finished(words: list[str]) -> float:
    """How long a command takes (s); it has to succeed."""
    begin = time.monotonic()
    done = subprocess.run(words, capture_output=True, cwd=_ROOT, timeout=LONGEST_S, check=False)
    if done.returncode:
        raise SystemExit(f"{words} ends with {done.returncode}: {done.stderr.decode()[-500:]}")
    return time.monotonic() - begin


def kill(words: list[str], after: float) -> bool:
    """Start a command and kill it ``after`` so many seconds; whether it was still at work."""
    quiet = subprocess.DEVNULL
    running = subprocess.Popen(words, stdout=quiet, stderr=quiet, cwd=_ROOT, start_new_session=True)
    try:
        running.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return True
    return False


def half(found: Mapping[str, bytes], allowed: list[Mapping[str, bytes]]) -> list[str]:
    """The files that are none of those that are allowed."""
    return [
        name
        for name, content in found.items()
        if content not in [each.get(name) for each in allowed]
    ]


def faults(job: Job, kills: int, chance: random.Random, scratch: Path) -> tuple[list[str], int]:
    """What is wrong after each kill, until so many hit the command at work; and how many did."""
    alone = scratch / "alone"
    alone.mkdir()
    job.begins(alone)
    before = files(alone)
    seconds = finished(job.words(alone))
    wanted = files(alone)
    said, hit, number = [], 0, 0
    while hit < kills and number < 3 * kills:
        number += 1
        folder = scratch / str(number)
        folder.mkdir()
        job.begins(folder)
        old = dict(before)
        if not job.goes_on:
            old |= {name: OLD for name in wanted if name not in before}
            for name, content in old.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
        after = chance.uniform(0.2, 0.95) * seconds
        at_work = kill(job.words(folder), after)
        hit += at_work
        where = f"{job.name}, killed after {after:.2f} of {seconds:.2f} s"
        said += [f"{where}: {name} is half" for name in half(files(folder), [old, wanted])]
        again = finished([*job.words(folder), *job.goes_on])
        # The first run is the slowest: it compiles the model. One that was over takes less.
        if not at_work:
            seconds = after
        elif not job.goes_on:
            seconds = again
        if files(folder) != wanted:
            said.append(f"{where}: then it ends with other files than alone")
        shutil.rmtree(folder)
    shutil.rmtree(alone)
    return said, hit


def main(seed: int) -> int:
    """Kill all of it; the exit status."""
    chance = random.Random(seed)
    wrong = total = 0
    with tempfile.TemporaryDirectory() as scratch:
        if not faults(BROKEN, BROKEN.kills, chance, Path(scratch))[0]:
            print("half a file is not seen: the gate is open")
            return 1
        for job in JOBS:
            said, hit = faults(job, job.kills, chance, Path(scratch))
            if hit < job.kills:
                said.append(f"{job.name}: the others of {job.kills} kills came after its end")
            total += hit
            wrong += len(said)
            print(f"{job.name}: {hit} kills at work, {len(said)} faults", flush=True)
            print(*said, sep="\n", end="\n" if said else "")
    print(f"{total} kills (seed {seed}), {wrong} faults")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)))
