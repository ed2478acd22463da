"""A large process with holes in its memory, in which compiled code lands far from its constants."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

#: Closes every hole but 200 small ones, reserves the memory beneath, and loads a model.
TIGHT = """
import sys
from ketamine_mtor import paths
from ketamine_mtor.engines import compiled, near

reserved, near.SAFE, small = int(sys.argv[1]), int(sys.argv[2]), 65536
text = paths.read(paths.sbml())
# Whatever is needed once is there before.
compiled.compile_sbml(text)
bottom, _ = near.layout()
block, _ = near._reserve(bottom - 200 * 2 * small, 200 * 2 * small)
bottom, holes = near.layout()
for hole in [(bottom - reserved, reserved), *holes]:
    near._reserve(*hole)
for place in range(200):
    near._release(block + 2 * small * place, small)
assert len(near.layout()[1]) >= 200
runner = compiled.compile_sbml(text.replace("<model ", "<!-- not the same text --><model ", 1))
assert sum(abs(runner.model.getReactionRates())) > 0
assert len(near.layout()[1]) >= 150, "the holes are open again"
"""
LARGE, NONE_SAFE, ALL_SAFE = 3 << 30, 1 << 30, 1 << 46


def load_in_a_tight_process(reserved, safe):
    command = [sys.executable, "-c", TIGHT, str(reserved), str(safe)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux places memory so")


@on_linux
def test_a_model_loads_in_a_large_process_with_holes():
    done = load_in_a_tight_process(LARGE, NONE_SAFE)
    assert done.returncode == 0, done.stderr


@on_linux
def test_it_would_crash_were_holes_left_open():
    # One in thirty does not, by where the system happens to place things.
    tries = (load_in_a_tight_process(LARGE, ALL_SAFE).returncode for _ in range(5))
    assert -signal.SIGSEGV in tries
