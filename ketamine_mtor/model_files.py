"""What a run needs: the SBML's text, the tables that explain it, and the network for PySB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from ketamine_mtor import knowledge, paths
from ketamine_mtor.errors import InputError, within
from ketamine_mtor.reading import check_xml


@dataclass(frozen=True, eq=False)
class ModelFiles:
    """One model in its files. Equal only to itself, so that engines load each object once.

    Attributes
    ----------
    sbml
        The text of the SBML file.
    tables
        The tables; ``steady_state`` says which initial amount seeds which species.
    network
        Gives the ``pysb.Model`` with its network; None where there is but the SBML.
    at_rest
        Whether the SBML's initial concentrations are its drug-free steady state.
    """

    sbml: str
    tables: knowledge.Tables
    network: Callable[[], Any] | None = None
    at_rest: bool = True


def packaged(variant: str = knowledge.DEFAULT_VARIANT) -> ModelFiles:
    """The model that the package ships; an InputError where its SBML is not built yet."""
    return _packaged(variant)


@cache
def _packaged(variant: str) -> ModelFiles:

    def network() -> Any:
        from ketamine_mtor.network import load_net
        from ketamine_mtor.rules import build_model

        return load_net(build_model(variant), paths.read(paths.network(variant)))

    return ModelFiles(
        sbml=paths.read(paths.sbml(variant)),
        tables=knowledge.load(variant=variant),
        network=network,
    )


def edited(files: ModelFiles, sbml: str) -> ModelFiles:
    """``files`` with another SBML text of the same model, whose steady state is not known.

    Raises
    ------
    InputError
        For a text that :func:`~ketamine_mtor.reading.check_xml` refuses.
    """
    if not isinstance(sbml, str):
        raise InputError(f"sbml is {sbml!r}; allowed: the text of an SBML file")
    return files if sbml == files.sbml else _edited(files, sbml)


@lru_cache(maxsize=8)
def _edited(files: ModelFiles, sbml: str) -> ModelFiles:
    with within("not an SBML file"):
        check_xml(sbml)
    return replace(files, sbml=sbml, network=None, at_rest=False)


def by_variant(
    files: ModelFiles,
    variant: str,
    wanted: Iterable[str],
    others: Mapping[str, ModelFiles] | None = None,
) -> dict[str, ModelFiles]:
    """Each variant that is wanted to its files.

    These are ``files`` for ``variant``, those of ``others`` that are there, else the package's.

    Raises
    ------
    InputError
        Where the SBML of a variant that is wanted is not built yet.
    """
    given = {**(others or {}), variant: files}
    return {name: given[name] if name in given else packaged(name) for name in wanted}
