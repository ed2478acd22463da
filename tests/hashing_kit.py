"""Whether what a script prints hangs on the order of sets, which each process has its own of."""

from __future__ import annotations

import os
import subprocess
import sys

from ketamine_mtor import paths


def printed(script: str) -> set[str]:
    """What a script of Python prints, in processes with different hashes."""
    return {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=paths.root(),
            capture_output=True,
            check=True,
        ).stdout.decode()
        for seed in ("1", "2")
    }
