"""``python -m gates.supply``: the tables of docs/supply.md: what the project depends on.

Bounds and what each is for are read from pyproject.toml, versions from constraints.txt, licences
from what is installed. A dependency without both bounds, without a use, or under a licence that is
not in :data:`ALLOWED` is a fault, and so is a package of constraints.txt without a known licence.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import metadata
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ketamine_mtor import files, paths
from ketamine_mtor.pages import markdown
from ketamine_mtor.script import command, renewing_command

PAGE, PINS = "docs/supply.md", "constraints.txt"
NEEDED = "needed"
#: SPDX ids, and BSD where a package does not say which. Those that ask for something ask it for
#: changes to the package itself (LGPL, MPL, EPL, Artistic), which the project uses unchanged.
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "Artistic-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "EPL-2.0",
        "ISC",
        "LGPL-2.1-or-later",
        "MIT",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Unlicense",
        "Zlib",
        "public domain",
    }
)
#: What packages say instead of an SPDX id.
MEANS = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-2.0",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "ISC license": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
#: Packages whose metadata do not say it, or not all of it: what their licence file says.
READ = {
    "docutils": "public domain AND BSD-2-Clause AND PSF-2.0",  # its GPL is of a file for Emacs
    "libroadrunner": "Apache-2.0",
    "python-libsbml": "LGPL-2.1-or-later",
    "tellurium": "Apache-2.0",
}


class Dependency(NamedTuple):
    """A requirement as pyproject.toml has it; ``extra`` is NEEDED for those of every install."""

    extra: str
    need: Requirement
    use: str


def dependencies(pyproject: str) -> list[Dependency]:
    """All that the project asks for, with the comment behind it."""
    project = tomllib.loads(pyproject)["project"]
    uses = dict(re.findall(r'^[^#\n]*"([^"\n]+)"[\],]*\s*#\s*(.+)$', pyproject, re.MULTILINE))
    groups = {NEEDED: project["dependencies"], **project.get("optional-dependencies", {})}
    return [
        Dependency(extra, Requirement(text), uses.get(text, ""))
        for extra, group in groups.items()
        for text in group
    ]


def pinned(constraints: str) -> dict[str, str]:
    """Package to its version."""
    lines = (line for line in constraints.splitlines() if not line.startswith("#"))
    return dict(line.split("==") for line in lines if line)


def licence(name: str) -> str:
    """The licence of an installed package: an SPDX expression, or what else it says, or nothing."""
    if name in READ:
        return READ[name]
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if "License-Expression" in about:
        return about["License-Expression"]
    classifiers = [each.split(" :: ") for each in about.get_all("Classifier") or []]
    classified = " AND ".join(
        MEANS.get(each[-1], each[-1]) for each in classifiers if each[0] == "License"
    )
    line = "".join(about.get_all("License") or []).strip().partition("\n")[0]
    line = MEANS.get(line, line)
    # It may be the first line of a whole licence; an id says more than classifiers do.
    return line if allowed(line) and (allowed(classified) or not classified) else classified or line


def allowed(expression: str) -> bool:
    """Whether a licence, or one of each choice between licences, is allowed."""
    parts = re.split(r"\s+AND\s+", expression.replace("(", "").replace(")", ""))
    return all(any(each in ALLOWED for each in re.split(r"\s+OR\s+", part)) for part in parts)


def faults(
    asked: Sequence[Dependency], pins: Mapping[str, str], licensed: Callable[[str], str]
) -> Iterator[str]:
    """A line for each dependency that is not as it should be."""
    for each in asked:
        bounds = {clause.operator for clause in each.need.specifier}
        if not ({">=", "=="} & bounds and {"<", "=="} & bounds):
            yield f"{each.need} has not both bounds"
        if not each.use:
            yield f"{each.need}: nothing says what it is for"
        pin = pins.get(canonicalize_name(each.need.name))
        if pin is None or not each.need.specifier.contains(pin):
            yield f"{each.need} is pinned at {pin}"
    for name in pins:
        if not allowed(licensed(name)):
            said = licensed(name) or "unknown"
            yield f"{name}: licence {said}; allowed: {', '.join(sorted(ALLOWED))}"


def tables(
    asked: Sequence[Dependency], pins: Mapping[str, str], licensed: Callable[[str], str]
) -> str:
    """What stands in the page: the dependencies, and how often each licence is met in all."""
    rows = [
        (
            f"`{each.need.name}`",
            f"`{','.join(sorted(map(str, each.need.specifier), reverse=True))}`",
            pins.get(canonicalize_name(each.need.name), ""),
            each.extra,
            each.use,
            licensed(canonicalize_name(each.need.name)),
        )
        for each in asked
    ]
    often = Counter(map(licensed, pins))
    return "\n\n".join(
        [
            markdown(("package", "bounds", "tested", "extra", "for", "licence"), rows),
            f"All {len(pins)} packages of `{PINS}`, with what these need in turn:",
            markdown(("licence", "packages"), [(name, str(often[name])) for name in sorted(often)]),
        ]
    )


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page's tables, or with ``--check`` compare them; the exit status."""
    asked = dependencies(paths.read(paths.root() / "pyproject.toml"))
    pins = pinned(paths.read(paths.root() / PINS))

    def made() -> dict[str, bytes]:
        page = paths.read(paths.root() / PAGE)
        return {PAGE: files.renewed(page, tables(asked, pins, licence), PAGE).encode()}

    def look() -> Iterator[str]:
        return faults(asked, pins, licence)

    return renewing_command("python -m gates.supply", "make supply", made, arguments, look)


if __name__ == "__main__":
    sys.exit(main())
