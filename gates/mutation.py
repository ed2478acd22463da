"""Mutation: exit 1 where changes to the judge of claims, or to the emitter of SBML, break no test.

mutmut changes one thing at a time and runs the tests that reach it; `[tool.mutmut]` of
pyproject.toml says where, and which tests. So many of the changes have to break a test, and each
that does not is in `gates/survivors.tsv`, with why that is no harm. First the gate has to find
fault with a test that looks at nothing: a gate that never closes is none.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

#: What is changed, and where.
PARTS = {"the judge": "ketamine_mtor.claims.", "the emitter": "ketamine_mtor.emit."}
#: Share of the changes that break a test.
LEAST = 0.85
#: What mutmut says of a change that is seen.
SEEN = {"killed", "timeout", "segfault"}
LISTED = Path(__file__).with_name("survivors.tsv")
ROOT = Path(__file__).parent.parent
#: A package whose only test looks at nothing.
BLIND = {
    "pyproject.toml": '[tool.mutmut]\nsource_paths = ["blind"]\n',
    "blind/__init__.py": "def double(number):\n    return 2 * number\n",
    "tests/test_blind.py": "import blind\n\n\ndef test_double():\n    blind.double(1)\n",
}

#: A function, what stands there, and what may stand there without a test that breaks.
Change = tuple[str, str, str]


def results(folder: Path) -> dict[str, str]:
    """What became of each change to the code in a folder, by mutmut's name of it."""
    shutil.rmtree(folder / "mutants", ignore_errors=True)
    mutmut = [sys.executable, "-m", "mutmut"]
    with tempfile.TemporaryDirectory() as networks:
        done = subprocess.run(
            [*mutmut, "run"],
            cwd=folder,
            env={**os.environ, "KETAMINE_MTOR_TEST_NETWORKS": networks},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"mutmut ends with {done.returncode}: {done.stdout[-2000:]}{done.stderr}")
    said = subprocess.run(
        [*mutmut, "results", "--all", "true"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(re.findall(r"^\s*(\S+): (.+)$", said.stdout, re.MULTILINE))


def change(name: str, difference: str) -> Change:
    """A change by its name and its unified diff; the lines as one, with single blanks."""

    def lines(sign: str) -> str:
        found = re.findall(rf"^\{sign}(?!\{sign}\{sign} )(.*)$", difference, re.MULTILINE)
        return " ".join(" ".join(found).split())

    where = re.sub(r"__mutmut_\d+$", "", name.removeprefix("ketamine_mtor."))
    where = re.sub(r"\.x(_|(?=ǁ))", ".", where).replace(".ǁ", ".").replace("ǁ", ".")
    return where, lines("-"), lines("+")


def survivors(found: Mapping[str, str]) -> list[Change]:
    """The changes that no test sees, of the code in this folder."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    unseen = (name for name, status in found.items() if status not in SEEN)
    return [change(name, get_diff_for_mutant(name)) for name in unseen]


def judged(table: str) -> dict[Change, str]:
    """Each change that is listed, and why it is no harm."""
    rows = csv.reader(table.splitlines()[1:], delimiter="\t", quoting=csv.QUOTE_NONE)
    return {(where, before, after): why for where, before, after, why in rows}


def blunt(found: Mapping[str, str]) -> list[str]:
    """The parts of which too few changes are seen, a line each."""
    said = []
    for part, prefix in PARTS.items():
        statuses = [status for name, status in found.items() if name.startswith(prefix)]
        seen = sum(status in SEEN for status in statuses)
        print(f"{part}: {seen} of {len(statuses)} changes are seen")
        if seen < LEAST * len(statuses) or not statuses:
            said.append(f"{part}: at least {LEAST:.0%} have to be seen")
    return said


def unjudged(unseen: Iterable[Change], listed: Mapping[Change, str]) -> list[str]:
    """The changes that are neither seen nor listed with a reason, as rows of the list."""
    return ["\t".join(each) for each in unseen if not listed.get(each)]


def main() -> int:
    """Change all of it; the exit status."""
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in BLIND.items():
            path = Path(scratch) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if SEEN & set(results(Path(scratch)).values()):
            print("a test that looks at nothing sees changes: the gate is open")
            return 1
    found = results(ROOT)
    listed = judged(LISTED.read_text(encoding="utf-8"))
    unseen = survivors(found)
    wrong = blunt(found)
    rows = unjudged(unseen, listed)
    if rows:
        wrong += [f"not in {LISTED.name}, with why it is no harm:", *rows]
    print(*wrong, *(f"seen by now: {each}" for each in listed.keys() - {*unseen}), sep="\n")
    print(f"{len(unseen)} changes that no test sees, {len(rows)} not judged")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
