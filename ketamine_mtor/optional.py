"""Packages that only some commands need: found or said to be missing, and kept from others."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from ketamine_mtor.errors import MissingExtra
from ketamine_mtor.processes import pool

_Result = TypeVar("_Result")


def alone(function: Callable[..., _Result], *arguments: object) -> _Result:
    """What ``function`` (of a module) gives in a process of its own, which ends with it.

    For libraries whose output depends on what was loaded before, or that break others.
    """
    with pool(1) as process:
        return process.submit(function, *arguments).result()


def extra(module: str, what: str) -> ModuleType:
    """A package of the extra ``test``; a MissingExtra that names ``what`` needs it."""
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtra(f"{what} needs {module}: install ketamine-mtor[test]") from None
