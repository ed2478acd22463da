"""Ensembles that run: verdicts, the referee, interruption, clusters."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

import ketamine_mtor as km
from ketamine_mtor import knowledge, model_files
from ketamine_mtor.batch.mass_action import UnsupportedLaw
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS
from ketamine_mtor.ensembles import chunk, run
from ketamine_mtor.ensembles.chunk import UNRESOLVED, Plan, run_chunk
from ketamine_mtor.ensembles.design import SOBOL
from ketamine_mtor.ensembles.runners import Courses, KernelRunner, RoadRunnerRunner
from ketamine_mtor.errors import MissingExtra, SimulationError

pytestmark = pytest.mark.slow

pytest.importorskip("numba")

CLAIMS = ("L06_TrkB_after_a_BDNF_step", "L12_glutamate_flat_at_50")
SETS = 6
#: A number that an own table has.
GIVEN = "glutamate_release"
#: The command, which hears Ctrl-C even where the tests were started in the background.
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from ketamine_mtor.cli import main
main()
"""
COMMAND = (sys.executable, "-c", PROGRAM, "ensemble")
#: How long a process may take to start, to do a chunk, or to end (s).
PATIENCE = 120


def _plan(**changes: object) -> Plan:
    plan = run.make_plan(SETS, 3, SOBOL, 2.0, None, CLAIMS, None, SETS)
    return replace(plan, **{"referee": 0.0, "near": 0.0, **changes})


@pytest.fixture(scope="module")
def plain() -> chunk.Verdicts:
    return run_chunk(_plan(), 0)


# Verdicts


def test_an_animal_of_the_tables_is_judged_as_validate_does(tmp_path):
    table = tmp_path / "sets.csv"
    table.write_text(f"{GIVEN}\n{knowledge.load().values()[GIVEN]!r}\n")
    found = km.ensemble(table=table, claims=CLAIMS, out=tmp_path / "out", workers=1)
    assert list(found.parameters) == ["set", GIVEN]
    assert found.parameters[GIVEN].tolist() == [knowledge.load().values()[GIVEN]]
    verdicts = {each.claim.id: each for each in km.validate(claims=CLAIMS).verdicts}
    for claim in CLAIMS:
        assert found.frame[claim][0] == verdicts[claim].status
        measured = verdicts[claim].decisive.measured
        assert found.frame[f"{claim}.measured"][0] == pytest.approx(measured, rel=1e-3)


def test_both_engines_come_to_the_same(plain):
    other = run_chunk(_plan(kernel=False), 0)
    statuses = {status for claim in CLAIMS for status in plain.status[claim]}
    assert statuses == {PASS, FAIL}, "neither would be seen to differ"
    for claim in CLAIMS:
        assert plain.status[claim].tolist() == other.status[claim].tolist()
        size = np.abs(other.measured[claim]).max()
        assert plain.measured[claim] == pytest.approx(other.measured[claim], abs=1e-3 * size)
    assert np.isnan(other.deviation).all()


def test_a_set_is_judged_the_same_in_any_chunk(plain):
    for index in range(2):
        part = run_chunk(_plan(chunk=3), index)
        for claim in CLAIMS:
            of = slice(3 * index, 3 * index + 3)
            assert part.measured[claim].tolist() == plain.measured[claim][of].tolist()


# The referee


class _Wrong(KernelRunner):
    """A kernel that runs other animals than it is asked for."""

    def of(self, factors: Mapping[str, np.ndarray]) -> Callable[..., Courses]:
        return super().of({name: factor[::-1].copy() for name, factor in factors.items()})


class _Lost(KernelRunner):
    """A kernel that gives up the first set."""

    def of(self, factors: Mapping[str, np.ndarray]) -> Callable[..., Courses]:
        runs = super().of(factors)

        def run(experiment: km.Experiment) -> Courses:
            found = runs(experiment)
            lost = np.arange(len(found.failed)) == 0
            values = {name: np.where(lost[:, None], np.nan, v) for name, v in found.values.items()}
            return replace(found, values=values, failed=lost)

        return run


@pytest.fixture
def wrong(monkeypatch) -> None:
    monkeypatch.setattr(
        chunk, "kernel_runner", lambda *a: _Wrong(model_files.packaged(a[0]), *a[1:])
    )


def test_the_referee_finds_a_right_kernel_right(plain):
    found = run_chunk(_plan(referee=1.0), 0)
    assert found.deviation.max() < 1e-3
    for claim in CLAIMS:
        assert found.status[claim].tolist() == plain.status[claim].tolist()


@pytest.mark.usefixtures("wrong")
def test_the_referee_finds_a_wrong_kernel_wrong(plain):
    found = run_chunk(_plan(referee=1.0), 0)
    assert found.deviation.min() > run.MOST_APART
    claim = CLAIMS[1]
    unresolved = found.status[claim] == UNRESOLVED
    assert unresolved.any()
    alone = run_chunk(_plan(), 0)
    assert (unresolved == (alone.status[claim] != plain.status[claim])).all()


@pytest.mark.usefixtures("wrong")
def test_a_run_with_a_wrong_kernel_fails_and_keeps_what_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "REFEREE", 1.0)
    with pytest.raises(SimulationError, match="away from libRoadRunner"):
        km.ensemble(2, claims=CLAIMS[1:], out=tmp_path / "out", workers=1)
    assert {each.name for each in (tmp_path / "out").iterdir()} == {
        "chunk-000000.parquet",
        "manifest.json",
        "summary.tsv",
    }


@pytest.mark.usefixtures("wrong")
def test_a_borderline_set_is_refereed_too():
    claim = CLAIMS[1]
    assert UNRESOLVED in run_chunk(_plan(near=1e9), 0).status[claim]
    assert UNRESOLVED not in run_chunk(_plan(), 0).status[claim]


def test_what_the_kernel_gives_up_the_referee_decides(monkeypatch, plain):
    monkeypatch.setattr(
        chunk, "kernel_runner", lambda *a: _Lost(model_files.packaged(a[0]), *a[1:])
    )
    found = run_chunk(_plan(), 0)
    for claim in CLAIMS:
        assert found.status[claim].tolist() == plain.status[claim].tolist()
        assert np.isfinite(found.measured[claim]).all()


def test_an_animal_that_never_rests_is_not_run_and_keeps_nobody(monkeypatch, plain):
    class Restless(_Lost):
        def of(self, factors):
            runs = super().of(factors)
            return lambda experiment: (
                (found := runs(experiment)) and replace(found, restless=found.failed)
            )

    def never(*_: object) -> None:
        raise AssertionError("the referee is asked")

    monkeypatch.setattr(
        chunk, "kernel_runner", lambda *a: Restless(model_files.packaged(a[0]), *a[1:])
    )
    monkeypatch.setattr(RoadRunnerRunner, "one", never)
    found = run_chunk(_plan(), 0)
    for claim in CLAIMS:
        assert found.status[claim][0] == NOT_RUN and np.isnan(found.measured[claim][0])
        assert found.status[claim][1:].tolist() == plain.status[claim][1:].tolist()


def test_a_set_that_no_engine_can_run_is_not_run(monkeypatch):
    failure = SimulationError("too stiff", time_h=1.0)
    one = RoadRunnerRunner.one

    def without_the_second(self, experiment, factors, index):
        return failure if index == 1 else one(self, experiment, factors, index)

    monkeypatch.setattr(RoadRunnerRunner, "one", without_the_second)
    found = run_chunk(_plan(kernel=False), 0)
    for claim in CLAIMS:
        assert [s == NOT_RUN for s in found.status[claim]] == [i == 1 for i in range(SETS)]
        assert np.isnan(found.measured[claim][1])


@pytest.mark.parametrize("kernel", [True, False])
def test_an_animal_where_something_is_next_to_nothing_comes_to_rest(kernel):
    # Akt phosphorylated twice and at the membrane is there at less than what counts as nothing.
    claim = "C11_BDNF_activates_TrkB"
    drawn = run.make_plan(24, 0, SOBOL, None, None, [claim], None, 24).design
    factors = dict(zip(drawn.names, drawn.factors(23, 24).T, strict=True))
    experiment = km.Experiment(ketamine=0, knockouts=["BDNF"], hours=1, observables=["pTrkB"])
    files = model_files.packaged()
    runner = (
        KernelRunner(files, run.RELATIVE, run.ABSOLUTE_NM) if kernel else RoadRunnerRunner(files)
    )
    assert not runner.of(factors)(experiment).failed.any()


# Without the kernel


@pytest.mark.parametrize("missing", ["numba", "law"])
def test_without_the_kernel_libroadrunner_runs_it_and_it_is_said(monkeypatch, capsys, missing):
    if missing == "numba":
        chunk.kernel_runner.cache_clear()
        monkeypatch.setitem(sys.modules, "ketamine_mtor.batch.herd", None)
    else:

        def refuse(*_: object) -> None:
            raise UnsupportedLaw("reaction 'r1' is no product of constants and concentrations")

        monkeypatch.setattr(run, "kernel_runner", refuse)
    plan = run.make_plan(2, 0, SOBOL, None, None, CLAIMS, None, None)
    said = capsys.readouterr().err
    assert not plan.kernel
    assert said.count("\n") == 1 and said.startswith("note: libRoadRunner runs the sets one by one")
    assert ("ketamine-mtor[fast]" if missing == "numba" else "r1") in said


# The same bytes, whoever computes them


def _bytes(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def _arguments(out: Path) -> list[str]:
    words = ["--samples", "8", "--seed", "5", "--spread", "2", "--chunk", "1", "--out", str(out)]
    return [*COMMAND, *words, "--claim", CLAIMS[1]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, bytes]:
    """What one process gives that is left alone."""
    out = tmp_path_factory.mktemp("alone") / "out"
    km.ensemble(8, seed=5, spread=2.0, chunk=1, claims=CLAIMS[1:], out=out, workers=1)
    found = _bytes(out)
    assert len(found) == 10
    return found


def _until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.05)


def _begun(out: Path) -> Callable[[], bool]:
    return lambda: any(out.glob("chunk-*.parquet"))


def test_a_program_that_comes_through_a_pipe_has_workers_too(alone, tmp_path):
    of = f"8, seed=5, spread=2.0, chunk=1, claims={CLAIMS[1:]!r}, workers=2, out='out'"
    program = f"import ketamine_mtor as km; km.ensemble({of})"
    done = subprocess.run(
        [sys.executable, "-"], input=program.encode(), cwd=tmp_path, timeout=5 * PATIENCE
    )
    assert done.returncode == 0 and _bytes(tmp_path / "out") == alone


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_stopped_with_two_workers_and_gone_on_with(alone, tmp_path, how):
    out = tmp_path / "out"
    said = (tmp_path / "said").open("w+b")
    command = [*_arguments(out), "--workers", "2"]
    running = subprocess.Popen(command, stderr=said, start_new_session=True)
    try:
        _until(_begun(out))
        children = psutil.Process(running.pid).children(recursive=True)
        if how == signal.SIGINT:  # which a terminal sends to all
            os.killpg(running.pid, how)
            assert running.wait(PATIENCE) == 1
    finally:
        running.kill()
        running.wait(PATIENCE)
    assert len(_bytes(out)) < len(alone)
    assert children and not psutil.wait_procs(children, PATIENCE)[1], "workers stay behind"
    if how == signal.SIGINT:
        said.seek(0)
        line = said.read().decode().strip()
        assert re.fullmatch(
            rf"error: interrupted: \d of 8 chunks are kept in {out}; --resume goes on .*", line
        )
    said.close()
    done = subprocess.run([*_arguments(out), "--resume", "--workers", "2"], timeout=5 * PATIENCE)
    assert done.returncode == 0
    assert _bytes(out) == alone


@pytest.fixture
def cluster(tmp_path, free_port) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a program of its own."""
    pytest.importorskip("distributed")
    address = f"tcp://127.0.0.1:{free_port}"
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", address, "--no-dashboard", "--no-jupyter"]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-dashboard"]
    worker += ["--local-directory", str(tmp_path), "--no-nanny"]
    log = (tmp_path / "log").open("wb")
    started = [subprocess.Popen(scheduler, stderr=log)]
    started += [subprocess.Popen(worker, stderr=log) for _ in range(2)]
    yield address, started
    for each in reversed(started):
        each.kill()
        each.wait(PATIENCE)
    log.close()


def test_on_a_cluster_one_of_whose_workers_is_killed(alone, tmp_path, cluster):
    address, (_, *workers) = cluster
    out = tmp_path / "out"
    running = subprocess.Popen([*_arguments(out), "--scheduler", address])
    try:
        _until(_begun(out))
        workers[0].send_signal(signal.SIGKILL)
        assert running.wait(5 * PATIENCE) == 0
    finally:
        running.kill()
    assert workers[0].wait(PATIENCE) == -signal.SIGKILL and workers[1].poll() is None
    assert _bytes(out) == alone


def test_a_worker_with_something_else_installed_is_told():
    plan = _plan()
    with pytest.raises(SimulationError, match="a worker has other versions"):
        run._encoded(plan, "digest of another manifest", 0)


def test_no_scheduler_gets_one_line_and_leaves_nothing_behind(tmp_path):
    dask = pytest.importorskip("dask")
    pytest.importorskip("distributed")
    for address in ("nonsense", "tcp://127.0.0.1"):
        with pytest.raises(km.InputError, match="no Dask scheduler") as found:
            km.ensemble(2, out=tmp_path / "new", claims=CLAIMS, scheduler=address)
        assert "\n" not in str(found.value)
    assert not (tmp_path / "new").exists() and "scheduler" not in dask.config.config


def test_a_scheduler_without_dask_gets_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtra, match=r"ketamine-mtor\[cluster\]"):
        km.ensemble(2, out=tmp_path / "new", claims=CLAIMS, scheduler="tcp://127.0.0.1:1")
    assert not (tmp_path / "new").exists()
