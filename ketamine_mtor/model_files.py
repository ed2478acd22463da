"""What a run needs: the SBML's text, the tables that explain it, and the network for PySB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
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
    path
        The file that the SBML is the text of; errors name it.
    """

    sbml: str
    tables: knowledge.Tables
    network: Callable[[], Any] | None = None
    at_rest: bool = True
    path: Path | None = None


def packaged(variant: str = knowledge.DEFAULT_VARIANT) -> ModelFiles:
    """The model that the package ships; an InputError where its SBML is not built yet."""
    # However the call is spelled, its files are the same object.
    return _packaged(variant)


@cache
def _packaged(variant: str) -> ModelFiles:
    def network() -> Any:
        from ketamine_mtor.network import load_net
        from ketamine_mtor.rules import build_model

        path = paths.network(variant)
        text = paths.read(path)
        with within(path):
            return load_net(build_model(variant), text)

    path = paths.sbml(variant)
    return ModelFiles(
        sbml=paths.read(path),
        tables=knowledge.load(variant=variant),
        network=network,
        path=path,
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
    return replace(files, sbml=sbml, network=None, at_rest=False, path=None)


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
