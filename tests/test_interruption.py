"""A command that is killed, or that finds no room, leaves whole files; run again it ends the same.

``gates/interrupted.py`` kills all commands, more often.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys

import pytest

from gates import interrupted
from gates.interrupted import BROKEN, JOBS, faults, files, half

pytestmark = pytest.mark.slow

#: Bytes that a file may have where the disk is nearly full.
ROOM = 3000
LITTLE = "simulate --hours 24"
QUICK = {job.name: job for job in JOBS}
PROGRAM = [sys.executable, "-W", "error", "-c", "from ketamine_mtor.cli import main; main()"]


@pytest.mark.parametrize(("name", "kills"), [("simulate", 2), ("scan", 2), ("validate", 1)])
@pytest.mark.usefixtures("quick_commands")
def test_a_killed_command_leaves_whole_files(name, kills, tmp_path):
    assert faults(QUICK[name], kills, random.Random(7), tmp_path)[0] == []


def test_half_a_file_is_seen(tmp_path):
    (said,), hit = faults(BROKEN, 1, random.Random(7), tmp_path)
    assert hit == 1 and said.endswith("bits is half")


def test_other_bytes_than_alone_are_seen(tmp_path, monkeypatch):
    """A command that goes on from what it finds, and adds to it."""
    add = "import sys, time; time.sleep(1); open(sys.argv[1], 'ab').write(b'more')"
    job = interrupted.Job(
        "adds",
        lambda out: [sys.executable, "-c", add, str(out / "a")],
        1,
        lambda out: (out / "a").write_bytes(b"old "),
    )
    monkeypatch.setattr(interrupted, "kill", lambda words, after: interrupted.finished(words) > 0)
    (said,), _ = faults(job, 1, random.Random(7), tmp_path)
    assert said.endswith("then it ends with other files than alone")


QUICKLY = interrupted.Job(
    "quickly", lambda out: [sys.executable, "-c", f"open({str(out / 'a')!r}, 'w')"], 1
)


def test_a_kill_that_comes_too_late_is_tried_again_sooner(tmp_path, monkeypatch):
    moments, at_work = [], iter([False, True])

    def kill(words, after):
        moments.append(after)
        return next(at_work)

    monkeypatch.setattr(interrupted, "kill", kill)
    assert faults(QUICKLY, 1, random.Random(7), tmp_path) == ([], 1)
    assert moments[1] < moments[0]


def test_kills_that_all_come_too_late_are_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(interrupted, "kill", lambda words, after: False)
    assert faults(QUICKLY, 2, random.Random(7), tmp_path) == ([], 0)
    monkeypatch.setattr(interrupted, "JOBS", (QUICKLY,))
    found = {BROKEN.name: (["half"], 1), QUICKLY.name: ([], 0)}
    monkeypatch.setattr(interrupted, "faults", lambda job, *others: found[job.name])
    assert interrupted.main(7) == 1
    assert "quickly: the others of 1 kills came after its end" in capsys.readouterr().out


def test_a_command_that_fails_is_told(tmp_path):
    with pytest.raises(SystemExit, match="ends with 3"):
        interrupted.finished([sys.executable, "-c", "raise SystemExit(3)"])


def test_old_and_new_are_whole():
    assert half({"a": b"1", "b": b"2"}, [{"a": b"1"}, {"b": b"2"}]) == []
    assert half({"a": b"1", "b": b"3"}, [{"a": b"1"}, {"b": b"2"}]) == ["b"]
    assert half({"c": b""}, [{"a": b"1"}]) == ["c"]


def _no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))


@pytest.mark.parametrize(
    "words",
    [
        f"{LITTLE} --out a.csv",
        f"{LITTLE} --out a.parquet",
        f"{LITTLE} --out a.nc",
        f"{LITTLE} --plot a.png",
        f"{LITTLE} --plot a.svg",
        f"{LITTLE} --plot a.pdf",
        "scan --over ketamine=1,2 --hours 6 --out a.nc",
        "validate --claim C05 --out a.html",
        "ensemble --samples 2 --chunk 1 --spread 2 --workers 1 --claim L12 --out a",
    ],
)
@pytest.mark.usefixtures("quick_commands")
def test_a_full_disk_is_one_line_and_no_file(words, tmp_path):
    done = subprocess.run(
        [*PROGRAM, *words.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=_no_room,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: a") and "cannot be written: File too large" in line
    # What an ensemble says of itself fits, and a later run goes on there.
    assert set(files(tmp_path)) <= {"a/manifest.json"}
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]
