"""What works here, what does not, and how to mend it: ``ketamine-mtor doctor``."""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from ketamine_mtor import paths
from ketamine_mtor._version import __version__
from ketamine_mtor.errors import MissingExtra

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from ketamine_mtor.model_files import ModelFiles

OK, MISSING, BROKEN = "ok", "missing", "broken"
PROJECT = "ketamine-mtor"
#: What each extra is for; the metadata says what is in it.
PURPOSES = {
    "build": "generating the network (build, reproduce)",
    "cluster": "ensembles on a Dask cluster (ensemble --scheduler)",
    "docs": "building the documentation (make docs)",
    "fast": "quick ensembles (the batch kernel)",
    "sbgn": "drawing and checking the maps",
    "study": "which numbers decide a claim (make robustness)",
    "test": "the tests, and the engines copasi and bngsim",
}
#: Modules of Perl that BioNetGen needs and small installations of Perl lack.
PERL_MODULES = ("FindBin", "Math::Trig", "Class::Struct", "Getopt::Long", "List::Util", "Storable")
#: Without ketamine no observable may move by more than this share of its drug-free value, or of 1.
STILL = 1e-3
_PATIENCE_S = 60
_GET_PERL = "install Perl with all its modules by the system's own packages: perl"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``mend`` is a command or a word of advice, if not ``ok``."""

    what: str
    state: str
    said: str
    mend: str = ""
    required: bool = True


def examine() -> list[Finding]:
    """Look at all; something that fails in a way that nobody thought of is a finding too."""
    checks: tuple[tuple[str, Callable[[], Iterable[Finding]], bool], ...] = (
        ("package", installed, True),
        ("tables", tables, True),
        ("model files", model_files, True),
        ("claims", claims, True),
        ("a simulation", simulation, True),
        ("cache", cache, False),
        ("perl", perl, False),
        ("BioNetGen", bionetgen, False),
    )
    return [each for name, check, needed in checks for each in _tried(name, check, needed)]


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """The findings as JSON's types."""
    listed = list(findings)
    return {"ok": healthy(listed), "checks": [asdict(each) for each in listed]}


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings for people, in plain lines: what draws tables may be what is missing."""
    listed = list(findings)
    for each in listed:
        yield f"{each.state:8} {each.what:16} {each.said}"
        if each.mend:
            yield f"{'':25} -> {each.mend}"
    word = "works" if healthy(listed) else "does not all work"
    yield f"What simulate and validate need {word}."


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether all that simulating and judging need is there."""
    return all(each.state == OK for each in findings if each.required)


def _tried(name: str, check: Callable[[], Iterable[Finding]], needed: bool) -> list[Finding]:
    try:
        return list(check())
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return [Finding(name, BROKEN, said, _again(), needed)]


def _again() -> str:
    """How to get the package's own files back."""
    if paths.root().name == "_data":
        return "install the wheel again: pip install --force-reinstall --no-deps FILE.whl"
    return "see what changed: git diff -- ketamine_mtor sbml validation"


def _finding(what: str, faults: list[str], fine: str, mend: str, required: bool = True) -> Finding:
    if faults:
        return Finding(what, BROKEN, "; ".join(faults), mend, required)
    return Finding(what, OK, fine, required=required)


# The package and what it depends on


def installed() -> Iterator[Finding]:
    """Python, the package's files, its dependencies and its extras, as its metadata says them."""
    try:
        package = metadata.distribution(PROJECT)
    except metadata.PackageNotFoundError:
        said = f"{__version__} in {paths.root()}, not installed: what it depends on is not checked"
        yield Finding("package", MISSING, said, "pip install -e .", required=False)
        return
    yield python(package.metadata["Requires-Python"] or "", platform.python_version())
    yield _finding("package", damaged(package), f"{__version__} in {paths.root()}", _again())
    yield from requirements(
        package.requires or (), package.metadata.get_all("Provides-Extra") or (), _version
    )


def python(wanted: str, here: str) -> Finding:
    """Whether the Python ``here`` is within what is ``wanted``."""
    from packaging.specifiers import SpecifierSet

    fits = SpecifierSet(wanted).contains(here, prereleases=True)
    faults = [] if fits else [f"{here}; allowed: {wanted}"]
    return _finding("Python", faults, here, "python3.12 -m venv FOLDER, and install there")


def damaged(package: metadata.Distribution) -> list[str]:
    """Files of a wheel that are gone or not as they were installed; of a checkout, none."""
    faults = []
    for file in package.files or ():
        if file.parts[0] != paths.NAME or file.hash is None:
            continue
        try:
            digest = hashlib.new(file.hash.mode, file.read_binary()).digest()
        except OSError as error:
            faults.append(f"{file} cannot be read: {error.strerror}")
            continue
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            faults.append(f"{file} is not as it was installed")
    return faults


def requirements(
    needed: Iterable[str], extras: Iterable[str], version: Callable[[str], str | None]
) -> Iterator[Finding]:
    """A finding for each dependency, then one for each extra.

    Parameters
    ----------
    needed, extras
        Requirements, and names of extras, as in the metadata.
    version
        Gives the installed version of a project, None where it is not there.
    """
    from packaging.requirements import Requirement

    parts: dict[str, list[Finding]] = {"": [], **{name: [] for name in sorted(extras)}}
    for need in map(Requirement, needed):
        # A requirement of an extra holds with that extra alone.
        where = [x for x in parts if need.marker is None or need.marker.evaluate({"extra": x})]
        for extra in where[:1]:
            parts[extra].append(_needed(need, version(need.name)))
    yield from parts.pop("")
    for extra, found in parts.items():
        faults = [f"{each.what} {each.said}" for each in found if each.state != OK]
        state = max((each.state for each in found), key=(OK, MISSING, BROKEN).index, default=OK)
        there = ", ".join(f"{each.what} {each.said}" for each in found)
        said = f"{PURPOSES.get(extra, '')}: {'; '.join(faults) or there}"
        mend = "" if state == OK else f"pip install '{PROJECT}[{extra}]'"
        yield Finding(f"extra {extra}", state, said, mend, required=False)


def _needed(need: Requirement, found: str | None) -> Finding:
    state, said = OK, found or ""
    if found is None:
        state, said = MISSING, "is not installed"
    elif not need.specifier.contains(found, prereleases=True):
        state, said = BROKEN, f"{found}; allowed: {need.specifier}"
    mend = "" if state == OK else f"pip install '{need.name}{need.specifier}'"
    return Finding(need.name, state, said, mend)


def _version(project: str) -> str | None:
    try:
        return metadata.version(project)
    except metadata.PackageNotFoundError:
        return None


# The model


def tables() -> Iterator[Finding]:
    """The tables of every variant can be read and agree with each other."""
    from ketamine_mtor import knowledge

    variants = knowledge.load().variants
    for variant in variants:
        knowledge.load(variant=variant)
    yield Finding("tables", OK, f"of {len(variants)} variants")


def model_files() -> Iterator[Finding]:
    """The SBML and the network of every variant are there, and whole."""
    from ketamine_mtor import knowledge

    faults, variants = [], knowledge.load().variants
    for variant in variants:
        try:
            ET.fromstring(paths.read(paths.sbml(variant)))
        except ET.ParseError as error:
            faults.append(f"{paths.sbml(variant)} is no XML: {error}")
        *_, last = paths.read(paths.network(variant)).rstrip().splitlines() or [""]
        if not last.startswith("end "):
            faults.append(f"{paths.network(variant)} has no end")
    yield _finding("model files", faults, f"of {len(variants)} variants", _again())


def claims() -> Iterator[Finding]:
    """The claims can be read."""
    from ketamine_mtor.claims import load_claims

    yield Finding("claims", OK, f"{len(load_claims())}")


def simulation(files: ModelFiles | None = None) -> Iterator[Finding]:
    """An hour without ketamine: all stays at its baseline, what is relative to that at 1."""
    from ketamine_mtor.run import record

    done = record(ketamine=0, hours=1, every=600, files=files)
    values, baselines = done.course
    away = abs(values - baselines) / (abs(baselines) + STILL)
    faults = []
    for i, name in enumerate(done.names):
        if not away[:, i].max() <= STILL:
            faults.append(f"{name} moves by {away[:, i].max():.2g} of its drug-free value")
        relative = done.tables.observables[name].relative
        if relative and not abs(baselines[i] - 1) <= STILL:
            faults.append(f"{name} rests at {baselines[i]:.4g} instead of 1")
    fine = f"the drug-free steady state holds: {len(done.names)} observables stay where they are"
    yield _finding("a simulation", faults[:3], fine, _again())


def cache() -> Iterator[Finding]:
    """Compiled models can be kept."""
    from ketamine_mtor.engines import saved

    place = saved.folder()
    if place is None:
        yield Finding("cache", OK, "switched off", required=False)
        return
    faults = []
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place):
            pass
    except OSError as error:
        faults.append(f"{place} cannot be written ({error.strerror}): each start compiles afresh")
    mend = f"name a folder that can be written: export {saved.VARIABLE}=FOLDER"
    yield _finding("cache", faults, str(place), mend, required=False)


# What generates the network


def perl() -> Iterator[Finding]:
    """Perl, with the modules that BioNetGen needs."""
    program = shutil.which("perl")
    if program is None:
        said = f"is not on the PATH; for {PURPOSES['build']}"
        yield Finding("perl", MISSING, said, _GET_PERL, required=False)
        return
    code = 'print "$^V"; for (@ARGV) { eval "require $_; 1" or print " $_" }'
    version, *lacking = _said_by(program, "-e", code, *PERL_MODULES).split()
    faults = [f"lacks {', '.join(lacking)}"] if lacking else []
    yield _finding("perl", faults, f"{version} in {program}", _GET_PERL, required=False)


def bionetgen() -> Iterator[Finding]:
    """BNG2.pl, and whether it starts."""
    from ketamine_mtor import network

    again = "pip install --force-reinstall --no-deps bionetgen"
    try:
        program = network.bionetgen() / "BNG2.pl"
    except MissingExtra as error:
        get = f"pip install '{PROJECT}[build]'"
        yield Finding("BioNetGen", MISSING, str(error), get, required=False)
        return
    if not os.access(program, os.X_OK):
        there = program.exists()
        said = f"{program} {'cannot be executed' if there else 'is not there'}"
        yield Finding("BioNetGen", BROKEN, said, f"chmod +x '{program}'" if there else again, False)
    elif shutil.which("perl") is None:
        yield Finding("BioNetGen", MISSING, f"{program} needs Perl", _GET_PERL, required=False)
    else:
        said = _said_by(str(program), "-v")
        faults = [] if said.startswith("BioNetGen version") else [said or "BNG2.pl says nothing"]
        yield _finding("BioNetGen", faults, f"{said} in {program.parent}", again, required=False)


def _said_by(*command: str) -> str:
    """The first line that a command writes, wherever to."""
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE_S, check=False
    )
    return ((done.stdout + done.stderr).strip().splitlines() or [""])[0]
