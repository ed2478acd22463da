"""Where the generated model and the claims lie: in a checkout, or inside an installed package."""

from __future__ import annotations

from pathlib import Path

from ketamine_mtor.knowledge import DEFAULT_VARIANT
from ketamine_mtor.reading import read as read

_PACKAGE = Path(__file__).parent
NAME = "ketamine_mtor"


def root() -> Path:
    """The folder that holds ``sbml/`` and ``validation/``."""
    installed = _PACKAGE / "_data"
    return installed if installed.is_dir() else _PACKAGE.parent


def sbml(variant: str = DEFAULT_VARIANT) -> Path:
    """The SBML file of a variant."""
    folder = root() / "sbml"
    if variant == DEFAULT_VARIANT:
        return folder / f"{NAME}.xml"
    return folder / "variants" / f"{variant}.xml"


def network(variant: str = DEFAULT_VARIANT) -> Path:
    """The network that BioNetGen generated for a variant."""
    return sbml(variant).with_suffix(".net")


def validation() -> Path:
    """The folder of the caption, the claims and what they are judged against."""
    return root() / "validation"


def committed(name: str = "") -> Path:
    """A committed table of what was computed, or the folder of them all."""
    return validation() / "results" / name


def results() -> Path:
    """Where generated reports go: beside the sources in a checkout, else where one stands."""
    in_checkout = (_PACKAGE.parent / "pyproject.toml").is_file()
    return (_PACKAGE.parent if in_checkout else Path.cwd()) / "results"
