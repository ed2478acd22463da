"""The engines: each loads a model and runs schedules on it, in nM and seconds."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from ketamine_mtor.engines.limits import EngineFailure
from ketamine_mtor.engines.session import Course, Plant, Session
from ketamine_mtor.errors import one_of, within
from ketamine_mtor.model_files import ModelFiles

ENGINES = ("roadrunner", "copasi", "pysb", "bngsim")

__all__ = ["ENGINES", "Course", "EngineFailure", "Plant", "Session", "open_session"]


def open_session(engine: str, files: ModelFiles) -> Session:
    """The model loaded into an engine; the last few are kept.

    A session belongs to one thread.

    Raises
    ------
    InputError
        For an unknown engine, or files that it cannot load, with the path where there is one.
    MissingExtra
        Where the engine is not installed.
    """
    return _open(one_of("engine", engine, ENGINES), files)


@lru_cache(maxsize=8)
def _open(engine: str, files: ModelFiles) -> Session:
    with within(files.path):
        return Session(files, import_module(f"ketamine_mtor.engines.{engine}").load(files))
