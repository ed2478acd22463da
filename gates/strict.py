"""sbmlutils' validator, strict units on, on SBML files: exit 1 where it finds anything.

Runs in the environment of `make gates`, which has sbmlutils and not this package. First it has to
find fault with the first file without its units: a gate that never closes is none.
"""

import re
import sys
from pathlib import Path

from sbmlutils.io import validate_sbml


def found(source: str) -> int:
    """How many errors and warnings there are in an SBML text."""
    return validate_sbml(source).all_count


def main(names: list[str]) -> int:
    """Validate the files; the exit status."""
    texts = {name: Path(name).read_text(encoding="utf-8") for name in names}
    broken = re.sub(r' units="per_s"', "", next(iter(texts.values())))
    if not found(broken):
        print("sbmlutils finds nothing in a file without units: the gate is open")
        return 1
    counts = {name: found(text) for name, text in texts.items()}
    for name, count in counts.items():
        print(f"{name}: {count} errors and warnings")
    return int(any(counts.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
