"""Ensembles: what is drawn, how it is kept and summed up, and what their input has to be."""

from __future__ import annotations

import functools
import json
import time
from contextlib import closing

import numpy as np
import pandas as pd
import psutil
import pytest

import ketamine_mtor as km
from ketamine_mtor import knowledge, model_files
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS
from ketamine_mtor.ensembles import design, workers
from ketamine_mtor.ensembles.chunk import UNRESOLVED, Verdicts
from ketamine_mtor.ensembles.design import DESIGNS, LATIN, SOBOL, Drawn
from ketamine_mtor.ensembles.run import Ensemble, make_plan
from ketamine_mtor.ensembles.space import ASSUMED_WITHIN, Space, space
from ketamine_mtor.ensembles.store import MANIFEST, Folder, encode
from ketamine_mtor.ensembles.summary import ALL, summary
from ketamine_mtor.experiment import DOSE
from ketamine_mtor.knowledge.rows import ASSUMED
from ketamine_mtor.schedule import resting

pytestmark = pytest.mark.slow

FILES = model_files.packaged()
ROWS = FILES.tables.numbers()
SQUARE = Space(("a", "b"), (0.5, 0.1), (2.0, 1.0))


# What varies


def test_what_is_assumed_is_known_to_a_factor_of_three_at_best():
    whole = space(FILES)
    for name, low, high in zip(whole.names, whole.low, whole.high, strict=True):
        row = ROWS[name]
        assert low <= row.low / row.value and high >= row.high / row.value, name
        if row.kind == ASSUMED:
            assert low <= 1 / ASSUMED_WITHIN and high >= ASSUMED_WITHIN, name
        else:
            assert (low, high) == (row.low / row.value, row.high / row.value), name


def test_no_dose_no_drug_and_no_volume_varies():
    names = space(FILES).names
    assert len(names) > 200
    sizes = {row.size for row in FILES.tables.compartments.values()}
    assert not {DOSE, *resting(FILES.tables), *sizes} & set(names)


def test_a_spread_is_that_of_all():
    even = space(FILES, 1.25)
    assert set(even.low) == {1 / 1.25} and set(even.high) == {1.25}


# What is drawn


@pytest.mark.parametrize("kind", DESIGNS)
def test_a_chunk_is_the_same_whoever_asks_for_it(kind):
    one, other = (Drawn(kind, SQUARE, 20, 7) for _ in range(2))
    other.factors(0, 8)
    assert np.array_equal(one.factors(8, 16), other.factors(8, 16))


def test_a_sobol_sequence_goes_on_in_the_next_chunk():
    drawn = Drawn(SOBOL, SQUARE, 32, 3)
    parts = [drawn.factors(0, 5), drawn.factors(5, 6), drawn.factors(6, 32)]
    assert np.array_equal(np.concatenate(parts), drawn.factors(0, 32))


@pytest.mark.parametrize("kind", DESIGNS)
def test_sets_fill_the_space_evenly_in_the_logarithm(kind):
    found = np.log(Drawn(kind, SQUARE, 64, 1).factors(0, 64))
    for column, low, high in zip(found.T, np.log(SQUARE.low), np.log(SQUARE.high), strict=True):
        in_each, _ = np.histogram(column, bins=16, range=(low, high))
        assert (in_each == 4).all()


def test_another_seed_gives_other_sets():
    for kind in DESIGNS:
        one, other = (Drawn(kind, SQUARE, 4, seed).factors(0, 4) for seed in (0, 1))
        assert not np.isclose(one, other).any()


def test_chunks_of_a_latin_hypercube_differ():
    drawn = Drawn(LATIN, SQUARE, 8, 0)
    assert not np.isclose(drawn.factors(0, 4), drawn.factors(4, 8)).any()


# Own tables


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_gives_values(tmp_path, suffix):
    path = tmp_path / f"sets{suffix}"
    frame = pd.DataFrame({"a": [2.0, 4.0, 6.0], "b": [1.0, 1.0, 0.5]})
    frame.to_csv(path, index=False) if suffix == ".csv" else frame.to_parquet(path)
    given = design.read(path, {"a": 2.0, "b": 0.5, "c": 1.0})
    assert given.names == ("a", "b") and given.samples == 3
    assert given.factors(1, 3).tolist() == [[2.0, 2.0], [3.0, 1.0]]
    part = given.only(1, 3)
    assert len(part.rows) == 2 and np.array_equal(part.factors(1, 3), given.factors(1, 3))
    assert part.describe() == given.describe()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,bb\n1,2\n", "number that can vary 'bb'"),
        ("a,b\n1,x\n", "row 1: b is 'x'; allowed: a number above 0"),
        ("a,b\n1,2\n0,2\n", "row 2: a is '0'"),
        ("a,b\n1,inf\n", "row 1: b is 'inf'"),
        ("a,b\n1,\n", "row 1: b is 'nan'"),
        ("a,b\n", "has no sets"),
        ("", "cannot be read"),
        ('a,b\n"1,2\n', "cannot be read"),
    ],
)
def test_a_wrong_table_gets_one_line(tmp_path, content, said):
    path = tmp_path / "sets.csv"
    path.write_text(content)
    with pytest.raises(km.InputError) as found:
        design.read(path, {"a": 1.0, "b": 1.0})
    assert said in str(found.value) and "\n" not in str(found.value)


def test_a_table_has_to_be_there_and_of_a_known_kind(tmp_path):
    for name in ("none.csv", "none.txt", "none.parquet"):
        with pytest.raises(km.InputError):
            design.read(tmp_path / name, {"a": 1.0})
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 and no more")
    with pytest.raises(km.InputError, match="cannot be read"):
        design.read(damaged, {"a": 1.0})


# Sums


def _frame(**statuses: list[str]) -> pd.DataFrame:
    sets = len(next(iter(statuses.values())))
    return pd.DataFrame(statuses).assign(deviation=[np.nan] * sets)


def test_a_claim_holds_in_the_sets_in_which_it_passes():
    frames = [
        _frame(A=[PASS, FAIL, PASS], B=[PASS, PASS, UNRESOLVED]),
        _frame(A=[PASS], B=[NOT_RUN]).assign(deviation=[1e-5]),
    ]
    table, deviation = summary(frames, ["A", "B"])
    rows = table.set_index("claim")
    assert deviation == 1e-5
    assert rows["holds"].to_dict() == {"A": 0.75, "B": 0.5, ALL: 0.25}
    counts = rows[["fail", "unresolved", "not_run"]]
    assert counts.loc["A"].tolist() == [1, 0, 0]
    assert counts.loc["B"].tolist() == [0, 1, 1]
    assert counts.loc[ALL].tolist() == [1, 1, 1]


def test_the_interval_is_wilsons():
    table, _ = summary([_frame(A=[PASS] * 8 + [FAIL] * 2)], ["A"])
    # Of 8 in 10, with z = 1.959964, by Wilson's formula.
    z, n, p = 1.959964, 10, 0.8
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert table["low"][0] == pytest.approx(middle - half, abs=1e-6)
    assert table["high"][0] == pytest.approx(middle + half, abs=1e-6)


def test_all_together_fail_where_one_fails():
    table, _ = summary([_frame(A=[FAIL], B=[UNRESOLVED], C=[NOT_RUN])], ["A", "B", "C"])
    assert table.set_index("claim").loc[ALL, "fail"] == 1


# The folder

DOCUMENT = {"seed": 0, "factors": {"a": [0.5, 2.0]}, "claims": ["C01"], "samples": 3, "chunk": 2}


def test_a_folder_is_not_gone_on_with_unasked(tmp_path):
    Folder(tmp_path / "new", DOCUMENT, resume=False)
    with pytest.raises(km.InputError, match="allowed: --resume"):
        Folder(tmp_path / "new", DOCUMENT, resume=False)
    Folder(tmp_path / "new", DOCUMENT, resume=True)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({**DOCUMENT, "seed": 1}, "seed differs (0 there, 1 here)"),
        ({**DOCUMENT, "factors": {}}, "factors differs;"),
        ({"seed": 0}, "factors differs"),
        ({**DOCUMENT, "claims": ["C05"]}, "claims differs (C01 there, C05 here)"),
        ({**DOCUMENT, "claims": []}, "claims differs (C01 there, nothing more here)"),
    ],
)
def test_a_folder_of_another_run_is_refused(tmp_path, other, said):
    Folder(tmp_path, DOCUMENT, resume=False)
    with pytest.raises(km.InputError) as found:
        Folder(tmp_path, other, resume=True)
    assert said in str(found.value)


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(km.InputError, match="not empty"):
        Folder(tmp_path, DOCUMENT, resume=True)
    with pytest.raises(km.InputError, match="is a file"):
        Folder(tmp_path / "thesis.txt", DOCUMENT, resume=False)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_damaged_manifest_is_refused(tmp_path, content):
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(km.InputError, match="manifest"):
        Folder(tmp_path, DOCUMENT, resume=True)


def _chunk(sets: list[int], claim: str = "C01") -> bytes:
    size = len(sets)
    zeros = np.zeros(size)
    return encode(Verdicts(np.array(sets), {claim: [PASS] * size}, {claim: zeros}, zeros))


def test_a_damaged_chunk_or_one_of_another_run_is_run_again(tmp_path):
    folder = Folder(tmp_path, DOCUMENT, resume=False)
    assert folder.missing(2) == [0, 1]
    folder.add(0, _chunk([0, 1]))
    folder.add(1, _chunk([2]))
    assert folder.missing(2) == []
    torn = bytearray(_chunk([0, 1]))
    torn[4:60] = bytes(56)
    for wrong in (b"PAR1 half of it", bytes(torn), _chunk([2]), _chunk([0, 1], claim="C05")):
        folder.add(0, wrong)
        assert folder.missing(2) == [0]


def test_what_a_killed_run_had_begun_is_cleared_away(tmp_path):
    (tmp_path / ".begun.json").write_text("{")
    Folder(tmp_path, DOCUMENT, resume=False)
    (tmp_path / ".begun.parquet").write_text("half")
    Folder(tmp_path, DOCUMENT, resume=True)
    assert [each.name for each in tmp_path.iterdir()] == [MANIFEST]
    assert json.loads((tmp_path / MANIFEST).read_text()) == DOCUMENT


# Workers


def _tasks(*contents: bytes) -> dict[int, functools.partial[bytes]]:
    return {i: functools.partial(bytes, content) for i, content in enumerate(contents)}


@pytest.mark.parametrize("count", [1, 2])
def test_all_chunks_come_back(count):
    done = dict(workers.here(_tasks(b"a", b"b", b"c"), count))
    assert done == {0: b"a", 1: b"b", 2: b"c"}


def test_a_chunk_whose_process_is_lost_is_run_again(tmp_path):
    mark = tmp_path / "was here"
    once = "b'x' if path.exists() else path.write_text('') or __import__('os')._exit(1)"
    tasks = {**_tasks(b"a"), 1: functools.partial(eval, once, {"path": mark})}
    assert dict(workers.here(tasks, 2)) == {0: b"a", 1: b"x"}


def test_who_stops_waiting_for_chunks_ends_the_processes_that_compute_them():
    """What Ctrl-C does: the others are at work that would take minutes."""
    tasks = {**_tasks(b"a"), **{i: functools.partial(time.sleep, 300) for i in range(1, 9)}}
    with closing(workers.here(tasks, 2)) as chunks:
        assert next(chunks) == (0, b"a")
        children = [each for each in psutil.Process().children() if "spawn_main" in _said(each)]
        assert children
        began = time.monotonic()
    assert time.monotonic() - began < 60
    # To wait for them is up to the pool, which else takes them for alive and asks on and on.
    while not all(map(_ended, children)):
        assert time.monotonic() - began < 120
        time.sleep(0.05)


def _ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def _said(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def test_a_chunk_that_ends_every_process_ends_the_run():
    tasks = {i: functools.partial(eval, "__import__('os')._exit(1)") for i in range(2)}
    with pytest.raises(km.SimulationError, match="again and again"):
        dict(workers.here(tasks, 2))


# What is asked for


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"samples": 0}, "samples is 0"),
        ({"samples": True}, "samples is True"),
        ({"samples": 1.5}, "samples is 1.5"),
        ({"seed": -1}, "seed is -1"),
        ({"workers": 0}, "workers is 0"),
        ({"chunk": 0}, "chunk is 0"),
        ({"design": "sobel"}, "sobol"),
        ({"spread": 1.0}, "spread is 1.0"),
        ({"spread": float("nan")}, "spread is nan"),
        ({"claims": ["C1"]}, "claim 'C1'"),
        ({"claims": []}, "no claim"),
        ({"variant": "humans"}, "human"),
        ({"table": "sets.csv", "samples": 3}, "a table has its own sets"),
        ({"table": "none.csv"}, "cannot be read"),
    ],
)
def test_wrong_input_gets_one_line_and_leaves_nothing(tmp_path, arguments, said):
    with pytest.raises(km.InputError) as found:
        km.ensemble(out=tmp_path / "new", **arguments)
    assert said in str(found.value) and "\n" not in str(found.value)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", DESIGNS)
def test_the_numbers_of_each_set_can_be_had_again(tmp_path, kind):
    plan = make_plan(5, 0, kind, 2.0, None, ["C01"], None, 2)
    found = Ensemble(tmp_path, plan.claims, pd.DataFrame(), 0.0, None, plan).parameters
    assert found["set"].tolist() == [0, 1, 2, 3, 4]
    own = knowledge.load().values()
    for i, name in enumerate(plan.design.names):
        for start, stop in ((0, 2), (2, 4), (4, 5)):
            drawn = own[name] * plan.design.factors(start, stop)[:, i]
            assert found[name][start:stop].tolist() == drawn.tolist()


def test_a_plan_takes_the_numbers_of_its_variant():
    plan = make_plan(4, 0, SOBOL, None, None, ["C01"], "human", 2)
    assert plan.variant == "human" and plan.chunks == 2
    assert plan.claims == ("C01_ketamine_blocks_NMDARs",)
    assert plan.bounds(1) == (2, 4)
    assert set(plan.design.names) <= set(knowledge.load().numbers())
