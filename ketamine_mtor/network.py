"""The reaction network of the rules: made by BioNetGen, or read back from its text without Perl.

All use of PySB's private reader of network files is in :func:`_parse`, which also keeps what that
reader drops: each reaction's ``unit_conversion``, the volumes that BioNetGen divided by.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import pysb
from pysb import bng, pathfinder

from ketamine_mtor.errors import InputError, MissingExtra

#: Where the `bionetgen` package keeps BNG2.pl, by the start of ``sys.platform``.
_FOLDERS = {"linux": "bng-linux", "darwin": "bng-mac", "win": "bng-win"}
_SECTIONS = ("parameters", "species", "reactions", "groups")


def generate(model: pysb.Model) -> str:
    """Let BioNetGen make the network of ``model``, which then holds it.

    Returns
    -------
    str
        The network file, the same text for the same rules: without BioNetGen's version.

    Raises
    ------
    MissingExtra
        Where BioNetGen or a full Perl is not installed.
    pysb.bng.BngInterfaceError
        For rules that BioNetGen refuses.
    """
    pathfinder.set_path("bng", str(bionetgen()))
    if shutil.which("perl") is None:
        raise MissingExtra("BioNetGen needs Perl, which is not on the PATH")
    try:
        text = bng.generate_network(model)
    except bng.BngInterfaceError as error:
        if "Can't locate" in str(error):
            raise MissingExtra("BioNetGen needs Perl's standard modules (perl-modules)") from None
        raise
    kept = [line.rstrip() for line in text.splitlines() if not line.startswith("#")]
    text = "\n".join(kept).strip() + "\n"
    load_net(model, text)
    return text


def load_net(model: pysb.Model, net_text: str) -> pysb.Model:
    """Fill ``model`` (species, reactions, observables) from the text that :func:`generate` gave.

    Raises
    ------
    InputError
        For a text that is no complete network file, or one of other rules.
    """
    needed = [each for each in _SECTIONS if each != "groups" or model.observables]
    for section in needed:
        for edge in ("begin", "end"):
            if f"{edge} {section}" not in net_text:
                raise InputError(f"the network file has no line '{edge} {section}'")
    model.reset_equations()
    try:
        _parse(model, net_text)
    except (KeyError, ValueError, AttributeError) as error:
        model.reset_equations()
        raise InputError(f"the network file does not fit the rules ({error}); build it") from None
    rules = {rule.name for rule in model.rules}
    for name in sorted({name for reaction in model.reactions for name in reaction["rule"]} - rules):
        model.reset_equations()
        raise InputError(f"the network file has reactions of rule '{name}', which is not; build it")
    return model


def _parse(model: pysb.Model, text: str) -> None:
    lines = text.splitlines()
    start, end = lines.index("begin parameters") + 1, lines.index("end parameters")
    # PySB leaves a parameter that the rules have as it is, after looking for it through the model.
    known = set(model.components.keys())
    made = [each for each in lines[start:end] if not _is_of(known, each.split())]
    bng._parse_netfile(model, iter([*lines[:start], *made, *lines[end:]]))
    written = lines[lines.index("begin reactions") + 1 : lines.index("end reactions")]
    for reaction, line in zip(model.reactions, written, strict=True):
        reaction["unit_conversion"] = line.partition("unit_conversion=")[2].strip()


def _is_of(known: Collection[str], row: Sequence[str]) -> bool:
    """Whether a row of parameters (number, name, value, ``#``, kind) is whole, and known."""
    return len(row) == 5 and row[1] in known


def bionetgen() -> Path:
    """The folder of BNG2.pl; found without importing bionetgen, which needs a notebook stack.

    Raises
    ------
    MissingExtra
        Where BioNetGen is not installed.
    """
    package = importlib.util.find_spec("bionetgen")
    if package is None or package.origin is None:
        raise MissingExtra("making the network needs BioNetGen: install ketamine-mtor[build]")
    folder = next(name for start, name in _FOLDERS.items() if sys.platform.startswith(start))
    return Path(package.origin).parent / folder
