"""A test that patches the package leaves nothing of that to the next one."""

from __future__ import annotations

import dataclasses

import pytest

from ketamine_mtor import knowledge, model_files
from tests.caches_kit import caches, forget, nothing_kept


def patched(patch: pytest.MonkeyPatch) -> None:
    """Read the model while its tables are other ones."""
    load = knowledge.load
    patch.setattr(knowledge, "load", lambda **of: dataclasses.replace(load(**of), wildtype={}))
    assert model_files.packaged().tables.wildtype == {}


@pytest.fixture
def nothing_read():
    forget()
    yield
    forget()


def test_what_was_read_of_a_patched_package_is_forgotten(nothing_read):
    with nothing_kept(), pytest.MonkeyPatch.context() as patch:
        patched(patch)
    assert model_files.packaged().tables.wildtype


def test_without_that_the_next_test_gets_it(nothing_read):
    with pytest.MonkeyPatch.context() as patch:
        patched(patch)
    assert not model_files.packaged().tables.wildtype


def test_what_was_there_before_is_kept(nothing_read):
    before = model_files.packaged()
    with nothing_kept():
        assert model_files.packaged() is before
    assert model_files.packaged() is before
    assert "ketamine_mtor.model_files._packaged" in caches()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_that_patches_is_such_a_test(monkeypatch, turn):
    assert model_files.packaged().tables.wildtype
    forget()
    patched(monkeypatch)
