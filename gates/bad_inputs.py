"""Every case of ``tests/bad_inputs.tsv`` through the real command: exit 1 where one ends wrong.

First it has to find fault with a command that is none: a gate that never closes is none.
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import bad_inputs_kit as kit

AT_A_TIME = 2
#: A command that takes everything.
LAX = (sys.executable, "-c", "pass")


def tried(case: kit.Case, command: tuple[str, ...] = kit.COMMAND) -> tuple[list[str], float]:
    """The faults of a case in a folder of its own, and how long it took (s)."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        return kit.run(case, Path(folder), command), time.monotonic() - start


def main() -> int:
    """Try all cases; the exit status."""
    cases = kit.cases()
    if not tried(cases[0], LAX)[0]:
        print("a command that takes everything is accepted: the gate is open")
        return 1
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        results = list(zip(cases, pool.map(tried, cases), strict=True))
    wrong = [(case, fault) for case, (faults, _) in results for fault in faults]
    for case, fault in wrong:
        print(f"{case.id}: {fault}")
    slowest, (_, seconds) = max(results, key=lambda result: result[1][1])
    print(
        f"{len(cases)} bad inputs, {len({case.id for case, _ in wrong})} that end wrong;"
        f" the slowest, {slowest.id}, takes {seconds:.1f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
