"""Compiled models that are kept: the same runs with and without, none where something is off."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ketamine_mtor import engines
from ketamine_mtor.engines import compiled, roadrunner, saved
from ketamine_mtor.errors import InputError
from ketamine_mtor.run import simulate
from tests import small_model

pytestmark = pytest.mark.slow

#: A key.
NAME = "0" * 40


@pytest.fixture(scope="module")
def files():
    return small_model.files()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(saved.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def _entries(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []


def _met(files, times: int):
    """Load the model as often as that."""
    for _ in range(times):
        plant = roadrunner.load(files)
    return plant


def _noted(monkeypatch) -> list[str]:
    """What is compiled, and what is restored, from now on."""
    seen: list[str] = []
    for name in ("_compiled", "_restored"):
        real = getattr(compiled, name)

        def noting(given, name=name, real=real):
            seen.append(name)
            return real(given)

        monkeypatch.setattr(compiled, name, noting)
    return seen


# With and without


def test_a_model_is_kept_then_tried_then_used(files, folder, monkeypatch):
    seen = _noted(monkeypatch)
    _met(files, 1)
    assert (_entries(folder), seen) == ([".new"], ["_compiled"])
    _met(files, 1)
    assert (_entries(folder), seen) == ([".good"], ["_compiled", "_restored"])
    assert oct(folder.stat().st_mode)[-3:] == "700"


def test_runs_are_the_same_to_the_last_bit(files, folder):
    animal = {"parameters": {"protein_turnover": 2e-4}, "drugs": {"blocker": None}, "hours": 6}
    runs = []
    for _ in range(3):
        engines._open.cache_clear()
        runs.append(simulate(files=files, **animal))
    engines._open.cache_clear()
    with saved.switched_off():
        plain = simulate(files=files, **animal)
    engines._open.cache_clear()
    assert _entries(folder) == [".good"]
    assert all(run.identical(plain) for run in runs)


def test_the_numbers_of_a_text_are_kept_with_it(files, folder):
    restored, plain = _met(files, 2), roadrunner.RoadRunnerPlant(files.sbml)
    for changes in ({}, {"cytosol": 0.3, "receptor_0": 7.0}):
        # As text: what has no number is equal to itself there.
        assert str(restored.resolve(changes)) == str(plain.resolve(changes))
    assert (restored.species, restored.boundary) == (plain.species, plain.boundary)
    with pytest.raises(InputError, match="unknown parameter"):
        restored.resolve({"absorbtion": 1.0})


def test_what_is_edited_is_not_kept(files, folder):
    simulate(files=files, sbml=files.sbml + "\n", hours=1)
    assert _entries(folder) == []


def test_off_is_off(files, folder, monkeypatch):
    with saved.switched_off():
        assert saved.folder() is None
        _met(files, 2)
        child = "import os; print(os.environ['KETAMINE_MTOR_CACHE'])"
        done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True)
    assert _entries(folder) == [] and done.stdout == "off\n"
    assert saved.folder() == folder
    monkeypatch.delenv(saved.VARIABLE)
    with saved.switched_off():
        pass
    assert saved.VARIABLE not in os.environ


def test_where_the_folder_is(monkeypatch, tmp_path):
    monkeypatch.delenv(saved.VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    for given, place in [
        (str(tmp_path / "c"), tmp_path / "c"),
        ("relative", tmp_path / ".cache"),
        ("", tmp_path / ".cache"),
    ]:
        monkeypatch.setenv("XDG_CACHE_HOME", given)
        assert saved.folder() == place / "ketamine_mtor"


# What is off


def _compiles_again(files, folder, monkeypatch, afterwards: list[str]):
    seen = _noted(monkeypatch)
    _met(files, 1)
    assert seen[-1] == "_compiled" and _entries(folder) == afterwards


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: b"",
        lambda whole: whole[:-9] + b"x" + whole[-8:],
        lambda whole: whole.replace(b" ", b"  ", 1),
        lambda whole: b"ketamine_mtor compiled model\n" + b"1" * 40 + whole[69:],
    ],
    ids=["truncated", "empty", "damaged", "no head", "of another key"],
)
@pytest.mark.parametrize("tried", [True, False])
def test_a_spoilt_entry_is_written_anew(files, folder, monkeypatch, spoil, tried):
    _met(files, 2 if tried else 1)
    (path,) = folder.iterdir()
    path.write_bytes(spoil(path.read_bytes()))
    _compiles_again(files, folder, monkeypatch, [".new"])


@pytest.mark.parametrize("lost", ["text", "library", "processor", "settings"])
def test_the_key_is_of_all_that_counts(files, monkeypatch, lost):
    before = compiled._key(files.sbml)
    assert before == compiled._key(files.sbml) and len(before) == len(NAME)
    if lost == "library":
        monkeypatch.setattr(compiled.roadrunner, "__version__", "0")
    elif lost == "processor":
        monkeypatch.setattr(compiled, "_processor", lambda: "another")
    elif lost == "settings":
        monkeypatch.setitem(compiled._SETTINGS, "LLJIT_OPTIMIZATION_LEVEL", 3)
    assert compiled._key(files.sbml + " " * (lost == "text")) != before


def test_an_entry_that_fails_elsewhere_is_not_tried_again(files, folder, monkeypatch):
    _met(files, 1)
    monkeypatch.setattr(compiled, "_loads_elsewhere", lambda path, name: False)
    _compiles_again(files, folder, monkeypatch, [".bad"])
    monkeypatch.setattr(compiled, "_loads_elsewhere", lambda path, name: True)
    _compiles_again(files, folder, monkeypatch, [".bad"])


@pytest.mark.parametrize("died", ["a state of nothing", "other rates"])
def test_a_state_that_cannot_be_loaded_fails_in_the_other_process(files, folder, died):
    _met(files, 1)
    (path,) = folder.iterdir()
    about, state = compiled._unpacked(saved.content(path, path.stem))
    assert compiled._loads_elsewhere(path, path.stem)
    head = compiled.json.dumps({**about, "rates": "0"} if died == "other rates" else about)
    made = head.encode() + b"\n" + (state if died == "other rates" else b"nothing")
    path.write_bytes(saved._head(path.stem, made) + made)
    assert not compiled._loads_elsewhere(path, path.stem)
    _met(files, 1)
    assert _entries(folder) == [".bad"]


def test_what_no_longer_loads_is_compiled(files, folder, monkeypatch):
    _met(files, 2)

    def refuse(state):
        raise RuntimeError("no")

    monkeypatch.setattr(compiled, "_restored", refuse)
    assert _met(files, 2).species
    assert _entries(folder) == [".bad"]


def test_what_others_can_change_is_not_used(files, folder, monkeypatch):
    _met(files, 2)
    (path,) = folder.iterdir()
    path.chmod(0o666)
    assert saved.content(path, path.stem) is None
    path.chmod(0o644)
    assert saved.content(path, path.stem) is not None
    monkeypatch.setattr(os, "getuid", lambda: -1)
    assert saved.content(path, path.stem) is None


def test_a_folder_that_cannot_be_made_or_written(files, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(saved.VARIABLE, str(tmp_path / "file" / "kept"))
    assert _met(files, 2).species
    monkeypatch.delenv(saved.VARIABLE)
    # Also for who may write everywhere.
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc")
    assert _met(files, 2).species
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", _homeless)
    assert saved.folder() is None and _met(files, 1).species


def _homeless():
    raise RuntimeError("no home")


# Many


def test_the_folder_has_bounds(folder, monkeypatch):
    monkeypatch.setattr(saved, "LARGEST", 5_000)
    for number in range(4):
        name = f"{number:040}"
        saved.keep(name, bytes(2_000))
        os.utime(folder / f"{name}.new", (number, number))
    saved.keep(NAME[:-1] + "9", bytes(2_000))
    left = sorted(path.stem[-1] for path in folder.iterdir())
    assert left == ["3", "9"]


def test_an_entry_is_written_once(folder):
    saved.keep(NAME, b"first")
    saved.keep(NAME, b"second")
    asked = []

    def fine(path):
        asked.append(path.suffix)
        return True

    assert [saved.find(NAME, fine) for _ in range(3)] == [b"first"] * 3 and asked == [".new"]
    saved.keep(NAME, b"third")
    assert saved.find(NAME, fine) == b"first" and _entries(folder) == [".good"]


def test_many_at_once(folder):
    """Whoever comes first: all find the same, or nothing yet."""

    def visit(_):
        saved.keep(NAME, b"made")
        time.sleep(0.001)
        return saved.find(NAME, lambda path: True)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(visit, range(64)))
    assert set(found) <= {b"made", None} and found[-1] == b"made"
    assert _entries(folder) == [".good"]


def test_processes_at_once(files, folder):
    code = (
        "from tests import small_model\nfrom ketamine_mtor.run import simulate\n"
        "run = simulate(files=small_model.files(), hours=1)\n"
        "print(run['ion'].values.tobytes().hex())"
    )
    place = Path(__file__).parents[1]
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=place)
        for _ in range(3)
    ]
    told = {process.communicate()[0] for process in started}
    assert len(told) == 1 and len(np.frombuffer(bytes.fromhex(told.pop()))) == 61
    assert _entries(folder) in ([".new"], [".good"])
